<CsoundSynthesizer>
; Plays a five-channel file sample for sample: --omacro:WAV=FILE --omacro:SR=HZ
<CsInstruments>
sr = $SR
ksmps = 32
nchnls = 5
nchnls_i = 1
0dbfs = 1
instr 1
  ; window size 1: no interpolation
  aX, aY, aR, aG, aB diskin2 "$WAV", 1, 0, 0, 0, 1
  outch 1, aX, 2, aY, 3, aR, 4, aG, 5, aB
endin
</CsInstruments>
<CsScore>
i 1 0 3600
</CsScore>
</CsoundSynthesizer>
