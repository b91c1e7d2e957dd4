; A turning flower in colour for beamjack. Outputs 1 to 5 are x y red green blue.
;
;   csound docs/examples/flower.csd
;   beamjack run --connect 'csound:*'
;
; -odac:null connects nothing by itself: csound would link ports alphabetically.
; sr must be the rate of the JACK server (or give csound --sample-rate=N --ksmps=N).
<CsoundSynthesizer>
<CsOptions>
-d -m0 -+rtaudio=jack -+jack_client=csound -odac:null -b256 -B1024
</CsOptions>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 5
0dbfs = 1

giCosine ftgen 0, 0, 65536, 11, 1

instr Flower
  aTurn phasor 80
  aSlow phasor 0.2
  aRadius = 0.6 + 0.3 * tablei:a(aTurn * 5, giCosine, 1, 0, 1)
  aAngle = aTurn + aSlow
  aX = aRadius * tablei:a(aAngle, giCosine, 1, 0, 1)
  aY = aRadius * tablei:a(aAngle, giCosine, 1, 0.75, 1)
  aRed = 0.5 + 0.5 * tablei:a(aTurn, giCosine, 1, 0, 1)
  aGreen = 0.5 + 0.5 * tablei:a(aTurn, giCosine, 1, 0.66667, 1)
  aBlue = 0.5 + 0.5 * tablei:a(aTurn, giCosine, 1, 0.33333, 1)
  outc aX, aY, aRed, aGreen, aBlue
endin
</CsInstruments>
<CsScore>
i "Flower" 0 86400
</CsScore>
</CsoundSynthesizer>
