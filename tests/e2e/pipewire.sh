# SPDX-License-Identifier: MIT
# PipeWire in the place of jackd, in a session of its own and without a sound card; its clients
# run under pw-jack. Sourced by run after lib.sh and cases.sh, whose words it redefines.

for program in pipewire wireplumber pw-jack pw-metadata; do
    command -v $program >/dev/null || skip "$program is not installed"
done
export XDG_RUNTIME_DIR=$work/run
unset PIPEWIRE_REMOTE PIPEWIRE_QUANTUM PIPEWIRE_LATENCY PIPEWIRE_RATE
mkdir -m 700 "$XDG_RUNTIME_DIR"
jack_under=(pw-jack)
jack_server=()

settings() { timeout 5 pw-metadata -n settings 0 "$@" >>"$work/settings.log" 2>&1; }

start_jackd() { # [RATE [PERIOD]]
    rate=${1:-${rate:-48000}} period=${2:-${period:-256}}
    start jackd pipewire
    wait_for 8 [ -S "$XDG_RUNTIME_DIR/pipewire-0" ] || fail "PipeWire does not come up"
    start session wireplumber
    wait_for 8 settings clock.force-rate "$rate" || fail "PipeWire takes no settings"
    settings clock.force-quantum "$period"
    wait_for 8 jack_is_up || fail "PipeWire takes no JACK client"
}

stop_jackd() {
    stop session || true
    stop jackd || true
}

# ---- cases -----------------------------------------------------------------------------------

# The rate is another while everything plays: dark, then on at the new one.
case_pipewire_rate_change() {
    start_lit --rearm
    local rates=(44100 48000)
    for rate in "${rates[@]}"; do
        settings clock.force-rate "$rate"
        wait_for 10 is jack_rate "$rate" || fail "the rate of $rate was not noticed"
        stop player
        start_source
        wait_for 10 lit_now || fail "dark at a rate of $rate"
        play_for 1000
        is state streaming || fail "not streaming at a rate of $rate"
    done
    finish
}

# PipeWire ends without a word to its clients and comes back.
case_pipewire_restart() { # [--rearm]
    start_lit "$@"
    local within at back
    within=$((silence_ms + $(queue_ms)))
    signal session KILL
    at=$(signal_at jackd KILL)
    wait_for 10 is jack false || fail "the loss of PipeWire was not noticed"
    unset "pid[jackd]" "pid[session]"
    stop player || true
    rm -f "$XDG_RUNTIME_DIR"/pipewire-0*
    start_jackd
    wait_for 15 is jack true || fail "beamjack did not come back to PipeWire"
    back=$(now_ns)
    start_source
    wait_for 10 connected || fail "the connections were not restored"
    expect_return "$@"
    finish
    dark_within "$within" "$at" "$back" || fail "lit without a server"
}
