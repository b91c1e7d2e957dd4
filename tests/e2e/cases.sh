# SPDX-License-Identifier: MIT
# The cases of run. Each starts its own processes and judges what the DAC played.

silence_ns=50000000 # how long JACK may be silent before the light goes
queued_ns=110000000 # what ring and DAC may hold (L is 50 ms), a period, and the scheduler

start_source() { start player "$E2E_BIN/e2e-source" bjsource --lead 0.2 --lit 100 --tail 1; }

no_underrun() {
    is underruns 0 && is device_underruns 0 ||
        fail "$(last underruns) underruns, $(last device_underruns) of the device"
}

memory_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/${pid[beamjack]}/status"; }

# until_ns NS: not a pause for luck: what follows is judged by play time.
until_ns() {
    while [ "$(now_ns)" -lt "$1" ]; do sleep 0.02; done
}
play_for() { until_ns $(($(now_ns) + $1 * 1000000)); } # MILLISECONDS

lit_now() { is lit true; }

# play PLAYER PERIOD SECONDS: what the source plays is what leaves the DAC, frame by frame.
case_play() {
    local player=$1 seconds=$3
    period=$2
    start_jackd 48000 "$period"
    make_wav 3 "$seconds" 1
    start_sim
    start_beamjack --arm --connect "$(pattern_of "$player")"
    start_player "$player"
    wait_for 15 connected || fail "$player was not connected"
    wait_for 15 lit_now || fail "no light"
    play_for $(((seconds + 1) * 1000))
    no_underrun
    finish
    check_signal equal || fail "not what $player played"
}

# Dark before the first arm, although everything plays; dark after disarm.
case_dark() {
    start_jackd
    start_sim
    start_beamjack --connect "bjsource:out_*"
    start_source
    wait_for 10 connected || fail "the source was not connected"
    play_for 1500
    finish
    check dark || fail "lit without having been armed"
}

case_disarm() {
    start_jackd
    start_sim
    start_beamjack --arm --connect "bjsource:out_*"
    start_source
    wait_for 10 lit_now || fail "no light"
    play_for 500
    signal beamjack USR2
    local at
    at=$(now_ns)
    play_for 1000
    is armed false || fail "still armed after SIGUSR2"
    finish
    check lit --until "$at" || fail "never lit"
    check dark --after $((at + 50000000)) || fail "lit more than 50 ms after disarm"
}

start_lit() { # beamjack options...
    start_jackd
    start_sim
    start_beamjack --arm --connect "bjsource:out_*" "$@"
    start_source
    wait_for 10 lit_now || fail "no light"
    play_for 500
}

case_source_killed() {
    start_lit
    signal player KILL
    local at
    at=$(now_ns)
    play_for 700
    start_source
    wait_for 10 connected || fail "the new source was not connected"
    wait_for 10 lit_now || fail "no light from the new source"
    finish
    check dark --after $((at + queued_ns)) --until $((at + 600000000)) ||
        fail "lit without a source"
}

case_jackd_killed() {
    start_lit
    local before at back
    before=$(memory_kb)
    signal jackd KILL
    jackd_was_killed=yes
    at=$(now_ns)
    wait_for 5 is jack false || fail "the loss of the server was not noticed"
    unset "pid[jackd]"
    stop player || true
    play_for 500
    start_jackd
    wait_for 15 is jack true || fail "beamjack did not come back to the new server"
    back=$(now_ns)
    start_source
    wait_for 10 connected || fail "the links were not restored"
    play_for 1000
    is armed false || fail "armed again by itself"
    [ "$(memory_kb)" -lt $((before + 2048)) ] || fail "memory grew from $before to $(memory_kb) kB"
    finish
    check dark --after $((at + silence_ns + queued_ns)) || fail "lit without a server"
    [ "$back" -gt "$at" ] || fail "time went back"
}

case_jackd_stopped() {
    start_lit
    signal jackd STOP
    local at
    at=$(now_ns)
    play_for 600
    signal jackd CONT
    local again
    again=$(now_ns)
    wait_for 15 is jack true || fail "beamjack did not come back"
    play_for 1500
    finish
    check dark --after $((at + silence_ns + queued_ns)) --until "$again" ||
        fail "lit while the server hung"
}

case_sim_killed() {
    start_lit
    signal sim KILL
    wait_for 5 is state reconnecting || fail "the loss of the DAC was not noticed"
    unset "pid[sim]"
    start_sim
    wait_for 10 streaming || fail "did not come back to the DAC"
    play_for 1000
    is armed false || fail "armed again by itself"
    at_least reconnects 1 || fail "the reconnect was not counted"
    finish
    check dark || fail "lit after a reconnect without being armed"
}

case_period() {
    start_lit
    local before
    before=$(memory_kb)
    for size in 64 1024 128 256; do
        timeout 10 jack_bufsize $size >>"$work/jackd.log" 2>&1 || fail "no period of $size"
        wait_for 5 is jack_period $size || fail "the period of $size was not noticed"
        wait_for 5 lit_now || fail "dark at a period of $size"
    done
    play_for 500
    is jack true && is state streaming || fail "did not survive"
    [ "$(memory_kb)" -lt $((before + 2048)) ] || fail "memory grew"
    finish
    check lit || fail "never lit"
}

case_rate_change() {
    start_lit --rearm
    stop jackd || true
    stop player || true
    start_jackd 44100 256
    wait_for 15 is jack_rate 44100 || fail "the new rate was not noticed"
    start_source
    wait_for 10 connected || fail "the links were not restored"
    play_for 1000
    is state streaming || fail "did not survive"
    no_new_device_underrun=$(last device_underruns)
    play_for 1000
    is device_underruns "$no_new_device_underrun" || fail "the DAC ran dry"
    finish
}

case_freewheel() {
    start_lit
    local on off
    timeout 10 jack_freewheel y >>"$work/jackd.log" 2>&1 || fail "no freewheeling"
    on=$(now_ns)
    wait_for 5 is freewheel true || fail "freewheeling was not noticed"
    play_for 1000
    off=$(now_ns)
    timeout 10 jack_freewheel n >>"$work/jackd.log" 2>&1
    wait_for 5 is freewheel false || fail "the end of freewheeling was not noticed"
    stop player || true # freewheeling has played it to its end
    start_source
    wait_for 10 lit_now || fail "dark after freewheeling"
    finish
    check dark --after $((on + silence_ns + queued_ns)) --until "$off" ||
        fail "lit while freewheeling"
}

# By hand and in the bad order: colours first, and last when taking apart.
case_hand_patching() {
    start_jackd
    start_sim
    start_beamjack --arm
    start_source
    wait_for 5 has_ports bjsource || fail "no source"
    local at axis
    for axis in r g b x y; do
        jack_connect bjsource:out_$axis beamjack:in_$axis || fail "no link"
    done
    at=$(now_ns)
    wait_for 5 lit_now || fail "no light when all is connected"
    play_for 300
    jack_disconnect bjsource:out_x beamjack:in_x
    local apart
    apart=$(now_ns)
    for axis in y r g b; do
        jack_disconnect bjsource:out_$axis beamjack:in_$axis
    done
    play_for 500
    finish
    check dark --until "$at" || fail "lit before x and y were connected"
    check dark --after $((apart + queued_ns)) || fail "lit without x"
}
has_ports() { jack_lsp "$1:" 2>/dev/null | grep -q "$1:"; }

# rates PROFILE PPS JACK_RATE: starts, holds, and is the source resampled.
case_rates() {
    local profile=$1 pps=$2
    start_jackd "$3" 256
    make_wav 2 3 1
    start_sim --profile "$profile"
    start_beamjack --arm --pps "$pps" --connect 'bjeca:out_*'
    start_player ecasound
    wait_for 10 lit_now || fail "no light"
    play_for 3000
    no_underrun
    local true_pps
    true_pps=$(last true_pps)
    finish
    check_signal resampled --pps "$true_pps" --tolerance 20 ||
        fail "not the source at $pps points/s"
}

# The real program under the real-time guard: one forbidden call ends it.
case_guard() {
    export BJ_RT_GUARD_REPORT=$work/guard
    local real=$BEAMJACK
    start_jackd
    start_sim
    : >"$status"
    start beamjack env LD_PRELOAD="$GUARD" BJ_RT_GUARD_REPORT="$work/guard" "$real" run \
        "etherdream@$dac_ip" --headless --server $server --status-json "$status" --arm \
        --connect "bjsource:out_*"
    wait_for 10 streaming || fail "beamjack does not stream under the guard"
    start_source
    wait_for 10 lit_now || fail "no light"
    play_for 3000
    signal beamjack USR2
    play_for 300
    alive beamjack || fail "the guard ended it"
    finish
    cat "$work/guard" || fail "the guard watched nothing"
    grep -q 'jack_cycles=[1-9]' "$work/guard" || fail "no cycle was watched"
    grep -q 'engine_waits=[1-9]' "$work/guard" || fail "the engine was not watched"
}
