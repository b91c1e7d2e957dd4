# SPDX-License-Identifier: MIT
# Every network DAC at its top rate at once, each with a beamjack of its own, on one jackd. Judged
# by what was counted: a rest of the light that the machine did not cause is a failure.

soak_kinds=(etherdream idn lasercube)
declare -A soak_pps=([etherdream]=100000 [idn]=100000 [lasercube]=60000)

soak_status() { status=$work/$1-status.json; } # the one that `last` looks at

soak_start() { # KIND
    local priority=() address=127.$((1 + $$ % 200)).$(($$ / 200 % 250)).$((${#pid[@]} + 1))
    chrt -f 60 true 2>/dev/null && priority=(chrt -f 60)
    start "sim-$1" "${priority[@]}" "${SIM%etherdream}$1" --address "$address" \
        --json "$work/$1-dac.json"
    wait_for 5 grep -q ^simulated "$work/sim-$1.log" || fail "no simulated $1"
    soak_status "$1"
    start "beamjack-$1" "$BEAMJACK" run "$1@$address" --headless "${jack_server[@]}" \
        --client-name "soak-$1" --pps "${soak_pps[$1]}" --status-json "$status" --arm \
        --connect "$(pattern_of pd)"
    wait_for 10 streaming || fail "no stream to $1"
}

# What interrupted the light on KIND so far. A jump of JACK's own time, as when jackd wakes late
# and says nothing of it, is counted (jumps, lost frames) and no fault of ours.
soak_interruptions() {
    local key line sum=0
    line=$(tail -n 1 "$work/$1-status.json")
    for key in underruns device_underruns silences reconnects faults; do
        sum=$((sum + $(value $key "$line")))
    done
    echo $sum
}

soak_is_well() { # KIND
    soak_status "$1"
    alive "beamjack-$1" && is armed true && is state streaming &&
        tail -n 3 "$status" | grep -q '"lit":true'
}

# soak_second KIND SINCE_NS: False: interrupted since, and the machine ran all the time.
soak_second() {
    local count still
    count=$(soak_interruptions "$1")
    if [ "$count" = "${soak_seen[$1]}" ] && soak_is_well "$1"; then
        return
    fi
    still=$(stalled $(($2 - 1000000000)) "$(now_ns)" $soak_stall_ns)
    say "$1: interruptions ${soak_seen[$1]} -> $count, armed $(last armed), $(last state);" \
        "the machine stood ${still% *} times, xruns $soak_xruns -> $(last xruns)"
    soak_seen[$1]=$count
    soak_is_well "$1" && { [ "$still" != "0 0" ] || ! is xruns "$soak_xruns"; }
}

# Less than this no buffer notices.
soak_stall_ns=5000000
declare -A soak_seen

# soak SECONDS
case_soak() {
    local kind since until bad=
    command -v pd >/dev/null || skip "pd is not installed"
    start_watch
    start_jackd 48000 256
    for kind in "${soak_kinds[@]}"; do soak_start "$kind"; done
    start player pd -nogui -noprefs -jack -jackname bjpd -nojackconnect -r 48000 -inchannels 0 \
        -outchannels 5 -audiobuf 100 -open "$E2E_DIR/../../docs/examples/flower.pd"
    for kind in "${soak_kinds[@]}"; do
        soak_status "$kind"
        wait_for 15 lit_now || fail "no light on $kind"
    done
    play_for 5000 # until the clocks are known
    for kind in "${soak_kinds[@]}"; do soak_seen[$kind]=$(soak_interruptions "$kind"); done
    soak_xruns=$(last xruns)
    until=$(($(now_ns) + $1 * 1000000000))
    while since=$(now_ns) && [ "$since" -lt "$until" ]; do
        play_for 1000
        for kind in "${soak_kinds[@]}"; do soak_second "$kind" "$since" || bad+=" $kind"; done
        soak_xruns=$(last xruns)
        [ -z "$bad" ] || fail "interrupted on$bad"
    done
    for kind in "${soak_kinds[@]}"; do
        soak_status "$kind"
        say "$kind: $(last points_written) points at $(last true_pps)/s, lost frames" \
            "$(last lost_frames), late wakes $(last late_wakes)"
        stop "beamjack-$kind" && stop "sim-$kind" || bad+=" $kind"
    done
    [ -z "$bad" ] || fail "no clean end of$bad"
}
