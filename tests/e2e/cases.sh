# SPDX-License-Identifier: MIT
# The cases of run. Each starts its own processes and judges what the DAC played.

silence_ms=50 # how long JACK may be silent before the light goes

start_source() { start player "$E2E_BIN/e2e-source" bjsource --lead 0.2 --lit 100 --tail 1; }

# Sums up what was counted since the source was connected or, if that was told too late, since
# the last status before the light: by beamjack, and by others. Late wakes tell of a stall only
# where the engine has no real-time priority. Call when the signal is over.
count_since_light() { # FROM_NS
    local before key keys="underruns device_underruns jumps silences reconnects"
    before=$(sed '/"lit":true/,$d' "$status" | sed '/"connected":"xyrgb/q' | tail -n 1)
    since() { echo $(($(last "$1") - $(value "$1" "$before"))); }
    interruptions=0
    for key in $keys; do interruptions=$((interruptions + $(since $key))); done
    lost_frames=$(since lost_frames)
    flushed_points=$(since flushed_points)
    stalled=$(stalled "$1" "$(now_ns)")
    lost_time=$(($(since xruns) + ${stalled% *}))
    case $(last scheduler) in SCHED_FIFO*) ;; *) lost_time=$((lost_time + $(since late_wakes))) ;; esac
    # A machine that loses time keeps the clocks from settling, and so longer in the start-up.
    [ $lost_time -eq 0 ] || lost_frames=$((lost_frames + $(since start_frames)))
    for key in $keys lost_frames start_frames flushed_points xruns late_wakes; do
        printf '%s %s, ' $key "$(since $key)"
    done
    say "the machine stood ${stalled% *} times, ${stalled#* } ms"
}

# Of what was played, judged by what was counted. OPTIONS as for check_signal.
check_counted() {
    check_signal played --interruptions $interruptions --lost-frames $lost_frames \
        --flushed-points $flushed_points --lost-time $lost_time "$@"
}

memory_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/${pid[beamjack]}/status"; }

# until_ns NS: not a pause for luck: what follows is judged by play time.
until_ns() {
    while [ "$(now_ns)" -lt "$1" ]; do sleep 0.02; done
}
play_for() { until_ns $(($(now_ns) + $1 * 1000000)); } # MILLISECONDS

lit_now() { is lit true; }

# Plays signal.wav with PLAYER to its end and counts.
play_signal() {
    local from_ns
    from_ns=$(now_ns)
    start_player "$1"
    wait_for 20 connected || fail "$1 was not connected"
    wait_for 20 gone player-osc || fail "$1 does not begin"
    play_for $(((lead + lit + 1) * 1000))
    wait_for 20 dark_again || fail "the light does not end"
    count_since_light "$from_ns"
}

# Two reports in a row: one may meet a dark plateau or a gap.
dark_again() { [ "$(tail -n 2 "$status" | grep -c '"lit":false')" = 2 ]; }

# play PLAYER PERIOD SECONDS: what the source plays is what leaves the DAC, frame by frame.
case_play() {
    period=$2
    start_jackd 48000 "$period"
    make_wav 2 "$3" 0.3
    start_watch
    start_sim
    start_beamjack --arm --connect "$(pattern_of "$1")"
    play_signal "$1"
    finish
    check_counted || fail "not what $1 played"
}

# play_on DAC PPS [check OPTIONS]: the same on another kind of DAC. One with fewer than 16 bits
# has larger tolerances, half a step of its own and half of the judge's.
case_play_on() {
    local pps=$2 true_pps
    dac=$1
    shift 2
    start_jackd 48000 256
    make_wav 2 2 0.3
    start_watch
    start_sim
    start_beamjack --arm --pps "$pps" --connect "$(pattern_of ecasound)"
    play_signal ecasound
    true_pps=$(last true_pps)
    finish
    check_counted --pps "$true_pps" "$@" || fail "not what ecasound played"
}

# plays_dark [check OPTIONS]: points came, and none of them is lit.
plays_dark() {
    local verdict good
    verdict=$(check dark "$@") && good=yes
    say "$verdict"
    [ "${good:-}" = yes ] && [[ $verdict != *points=0\ * ]]
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
    plays_dark || fail "lit without having been armed, or nothing was played"
}

case_disarm() { # [MILLISECONDS]
    start_watch
    start_jackd
    start_sim
    start_beamjack --arm --connect "bjsource:out_*"
    start_source
    wait_for 10 lit_now || fail "no light"
    play_for 500
    local at within=${1:-50} # the target buffer of the Ether Dream
    at=$(signal_at beamjack USR2)
    wait_for 5 is armed false || fail "still armed after SIGUSR2"
    play_for 500
    finish
    check lit --until "$at" || fail "never lit"
    dark_within "$within" "$at" || fail "lit too long after disarm"
}

# on DAC CASE [ARGUMENTS]: a case on another kind of DAC.
case_on() {
    local case=$2
    dac=$1
    shift 2
    "case_$case" "$@"
}

start_lit() { # beamjack options...
    start_watch
    start_jackd
    start_sim
    start_beamjack --arm --connect "bjsource:out_*" "$@"
    start_source
    wait_for 10 lit_now || fail "no light"
    play_for 500
}

case_source_killed() {
    start_lit
    local at within again
    within=$(queue_ms)
    at=$(signal_at player KILL)
    play_for 700
    again=$(now_ns)
    start_source
    wait_for 10 connected || fail "the new source was not connected"
    wait_for 10 lit_now || fail "no light from the new source"
    finish
    dark_within "$within" "$at" "$again" || fail "lit without a source"
}

# What must be when what was lost is back: dark and disarmed, or lit with --rearm.
expect_return() { # [--rearm]
    if [ "${1:-}" = --rearm ]; then
        wait_for 10 lit_now || fail "not lit again with --rearm"
    else
        play_for 1500
        is armed false || fail "armed again by itself"
    fi
    is state streaming || fail "not streaming"
}

replace_jackd() {
    struck=$(signal_at jackd KILL)
    jackd_was_killed=yes
    wait_for 5 is jack false || fail "the loss of the server was not noticed"
    unset "pid[jackd]"
    stop player || true
    play_for 500
    start_jackd
    wait_for 15 is jack true || fail "beamjack did not come back to the new server"
}

case_jackd_killed() { # [--rearm]
    start_lit "$@"
    local back within
    within=$((silence_ms + $(queue_ms)))
    replace_jackd
    back=$(now_ns)
    start_source
    wait_for 10 connected || fail "the connections were not restored"
    expect_return "$@"
    finish
    [ "${1:-}" = --rearm ] || back=9e18
    dark_within "$within" "$struck" "$back" || fail "lit without a server"
}

# The server hangs for a moment, or for so long that it counts as lost.
case_jackd_stopped() { # MILLISECONDS [--rearm]
    local hang=$1 at again within
    shift
    start_lit "$@"
    within=$((silence_ms + $(queue_ms)))
    at=$(signal_at jackd STOP)
    play_for "$hang"
    again=$(now_ns)
    signal jackd CONT
    wait_for 15 is jack true || fail "beamjack did not come back"
    wait_for 15 connected || fail "the connections were not restored"
    if [ "$hang" -lt 1000 ]; then
        wait_for 10 lit_now || is armed false || fail "armed, but dark after a short hang"
        say "after the hang: armed $(last armed), lit $(last lit)"
    else
        expect_return "$@"
    fi
    finish
    dark_within "$within" "$at" "$again" || fail "lit while the server hung"
}

replace_sim() {
    signal sim KILL
    wait_for 5 is state reconnecting || fail "the loss of the DAC was not noticed"
    unset "pid[sim]"
    start_sim
    wait_for 10 streaming || fail "did not come back to the DAC"
}

case_sim_killed() { # [--rearm]
    start_lit "$@"
    replace_sim
    expect_return "$@"
    at_least reconnects 1 || fail "the reconnect was not counted"
    finish
    [ "${1:-}" = --rearm ] || check dark || fail "lit after a reconnect without being armed"
}

# The plug is pulled while it plays, and put back.
case_replug() { # [--rearm]
    start_lit "$@"
    local at back
    at=$(pull_plug)
    wait_for 5 is state reconnecting || fail "the loss of the DAC was not noticed"
    play_for 300
    back=$(now_ns)
    put_plug
    wait_for 10 streaming || fail "did not come back to the DAC"
    expect_return "$@"
    at_least reconnects 1 || fail "the reconnect was not counted"
    finish
    dark_within 5 "$at" "$back" || fail "lit without a plug"
    if [ "${1:-}" = --rearm ]; then
        check lit --after "$back" || fail "not lit with --rearm"
    else
        plays_dark --after "$back" || fail "lit without being armed anew, or nothing plays"
    fi
}

# The program ends while it plays: asked to, or killed, when the DAC is alone.
case_ended() { # SIGNAL MILLISECONDS
    start_lit
    local at
    at=$(signal_at beamjack "$1")
    wait_for 5 gone beamjack || fail "it does not end"
    play_for 300
    finish
    check lit --until "$at" || fail "never lit"
    dark_within "$2" "$at" || fail "lit after the end"
}

# The whole program hangs: what the DAC holds is played once, and then nothing lit.
case_hung() { # MILLISECONDS
    start_lit
    local at again
    at=$(signal_at beamjack STOP)
    play_for 300
    again=$(now_ns)
    signal beamjack CONT
    play_for 1500
    at_least underruns 1 || at_least device_underruns 1 || fail "that it ran dry was not counted"
    finish
    check lit --after "$again" || fail "not lit again"
    dark_within "$1" "$at" "$again" || fail "lit while the program hung"
}

# All that can be lost, again and again: the program does not grow.
case_memory() { # ROUNDS
    local round first=
    start_lit --rearm
    for ((round = 1; round <= $1; round++)); do
        signal player KILL
        replace_sim
        replace_jackd
        start_source
        wait_for 15 lit_now || fail "not lit again in round $round"
        say "round $round: $(memory_kb) kB"
        [ $round -eq 2 ] && first=$(memory_kb)
    done
    [ "$(memory_kb)" -le $((first + 256)) ] || fail "grew from $first to $(memory_kb) kB"
    finish
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
}

case_rate_change() {
    start_lit --rearm
    local at back within dry
    within=$((silence_ms + $(queue_ms)))
    stop jackd || true
    at=$(now_ns)
    stop player || true
    start_jackd 44100 256
    wait_for 15 is jack_rate 44100 || fail "the new rate was not noticed"
    back=$(now_ns)
    start_source
    wait_for 10 connected || fail "the connections were not restored"
    expect_return --rearm
    dry=$(last device_underruns)
    play_for 2000
    is device_underruns "$dry" || [ "$(stalled "$back" "$(now_ns)")" != "0 0" ] ||
        fail "the DAC ran dry"
    finish
    dark_within "$within" "$at" "$back" || fail "lit without a server"
}

case_freewheel() { # with --rearm, or freewheeling disarms
    start_lit "$@"
    local on off within
    within=$((silence_ms + $(queue_ms)))
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
    dark_within "$within" "$on" "$off" || fail "lit while freewheeling"
}

# By hand and in the bad order: colours first, and last when taking apart.
case_hand_patching() {
    start_watch
    start_jackd
    start_sim
    start_beamjack --arm
    start_source
    wait_for 5 has_ports bjsource || fail "no source"
    local at axis
    for axis in r g b x y; do
        at=$(now_ns)
        jack_connect bjsource:out_$axis beamjack:in_$axis || fail "no connection"
    done
    wait_for 5 lit_now || fail "no light when all is connected"
    play_for 300
    local apart within
    within=$(queue_ms)
    jack_disconnect bjsource:out_x beamjack:in_x
    apart=$(now_ns)
    for axis in y r g b; do
        jack_disconnect bjsource:out_$axis beamjack:in_$axis
    done
    play_for 500
    finish
    check dark --until "$at" || fail "lit before x and y were connected"
    dark_within "$within" "$apart" || fail "lit without x"
}
has_ports() { jack_lsp "$1:" 2>/dev/null | grep -q "$1:"; }

# rates PROFILE PPS JACK_RATE: starts, holds, and is the source resampled. Later generations report
# in steps of 256 points: it takes some seconds until they tell the rate to 300 ppm.
case_rates() {
    local true_pps tolerance=3
    rate=$3
    start_jackd "$rate" 256
    make_wav 2 2 0.3
    start_watch
    start_sim --profile "$1"
    start_beamjack --arm --pps "$2" --connect 'bjeca:out_*'
    case $1 in ed[34]) play_for 10000 ;; esac
    play_signal ecasound
    true_pps=$(last true_pps)
    [ "${true_pps%.*}" = "$rate" ] && tolerance=1
    finish
    check_counted --pps "$true_pps" --tolerance $tolerance ||
        fail "not the source at $2 points/s"
}

# The real program under the real-time guard: one forbidden call ends it. It loses its
# source, its DAC and its server and is disarmed meanwhile.
case_guard() { # PERIOD
    local report=$work/guard
    beamjack_under=(env LD_PRELOAD="$GUARD" BJ_RT_GUARD_REPORT="$report")
    period=$1
    start_lit --rearm
    play_for 2000
    stop player KILL || true
    start_source
    wait_for 10 lit_now || fail "no light from a second source"
    replace_sim
    wait_for 10 lit_now || fail "no light after the DAC was replaced"
    replace_jackd
    start_source
    wait_for 10 lit_now || fail "no light after the server was replaced"
    signal beamjack USR2
    play_for 300
    alive beamjack || fail "the guard ended it"
    finish
    cat "$report" || fail "the guard watched nothing"
    grep -q 'jack_cycles=[0-9][0-9][0-9]' "$report" || fail "no cycles were watched"
    grep -q 'engine_waits=[0-9][0-9][0-9]' "$report" || fail "the engine was not watched"
}
