# SPDX-License-Identifier: MIT
# What all cases share: a private fixture of jackd, simulator, beamjack and players in which
# every process has an end. Sourced by run.

# One name for all runs: JACK keeps a slot per server name, and a killed server leaves it.
server=${E2E_SERVER:-beamjack-e2e}
export JACK_DEFAULT_SERVER=$server JACK_NO_START_SERVER=1 JACK_NO_AUDIO_RESERVATION=1
exec 9>"${TMPDIR:-/tmp}/$server.$UID.lock"
flock -w 120 9 || { echo "another end-to-end test has been running for two minutes"; exit 1; }

# In memory where there is room, so that no disk keeps the simulated DAC waiting.
room_kb=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
[ "${room_kb:-0}" -gt 500000 ] && work=/dev/shm || work=${TMPDIR:-/tmp}
work=$(mktemp -d "$work/beamjack-e2e.XXXXXX")
export XDG_CONFIG_HOME=$work XDG_STATE_HOME=$work
dac_ip=127.$((1 + $$ % 200)).$(($$ / 200 % 250)).1
osc_port=$((20000 + $$ % 20000))
points=$work/points
status=$work/status.json
stalls=$work/stalls
declare -A pid
beamjack_under=()
jack_under=()                # what JACK clients run under: pw-jack
jack_server=(--server $server)
dac=etherdream # the kind that is simulated
target=        # what beamjack is told to run
above=()       # for what must not wait for all the others
chrt -f 80 true 2>/dev/null && above=(chrt -f 80)

say() { printf '%s\n' "$*"; }

# skip TEXT: the machine cannot do it; ctest shows the case as skipped.
skip() { say "SKIPPED: $*"; exit 77; }

fail() {
    say "FAIL: $*"
    for log in "$work"/*.log; do
        [ -s "$log" ] && { say "--- ${log##*/}"; tail -n 15 "$log"; }
    done
    [ -s "$status" ] && { say "--- status.json"; tail -n 3 "$status"; }
    exit 1
}

# start NAME COMMAND...: in the background; dies with this script whatever happens to it.
start() {
    local name=$1 under=()
    shift
    case $name in beamjack | player) under=("${jack_under[@]}") ;; esac
    setpriv --pdeathsig KILL -- "${under[@]}" "$@" >>"$work/$name.log" 2>&1 </dev/null 9>&- &
    pid[$name]=$!
    disown "${pid[$name]}"
}

alive() { [ -n "${pid[$1]:-}" ] && kill -0 "${pid[$1]}" 2>/dev/null; }
signal() { kill -"$2" "${pid[$1]}" 2>/dev/null; }
gone() { ! alive "$1"; }

# stop NAME [SIGNAL]: asks, waits up to 5 s, then insists. False: it had to insist.
stop() {
    alive "$1" || { unset "pid[$1]"; return 0; }
    signal "$1" "${2:-TERM}"
    wait_for 5 gone "$1" || { signal "$1" CONT; signal "$1" KILL; wait_for 2 gone "$1"; false; }
    local result=$?
    unset "pid[$1]"
    return $result
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -gt $end ] && return 1
        sleep 0.03
    done
}

clean_up() {
    local name killed=
    trap - EXIT
    for name in "${!pid[@]}"; do signal "$name" CONT; done
    for name in beamjack player jackd sim watch; do stop "$name" || killed=$name; done
    for name in "${!pid[@]}"; do stop "$name"; done
    if [ -n "${jackd_was_killed:-}$killed" ]; then # a clean end frees the slot and its memory
        start_jackd && stop jackd
    fi
    rm -f "/dev/shm/SuperColliderServer_$osc_port"
    [ -n "${E2E_KEEP:-}" ] && say "kept: $work" || rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

now_ns() { "$E2E_BIN/e2e-check" now; }
# Sends it and tells when, in ns.
signal_at() { "${above[@]}" "$E2E_BIN/e2e-check" signal "${pid[$1]}" "$(kill -l "$2")"; }

# ---- The machine -----------------------------------------------------------------------------

# Above all that is judged, so that it sees just the time in which none of that could run.
start_watch() {
    start watch "${above[@]}" "$E2E_BIN/e2e-watch" "$stalls"
    wait_for 5 [ -e "$stalls" ] || fail "the machine is not watched"
}

# stalled FROM_NS UNTIL_NS [LEAST_NS]: "STALLS MS" in that time, the milliseconds of all processors
# summed; only those of at least LEAST_NS.
stalled() {
    awk -v from="$1" -v until="$2" -v least="${3:-0}" '
        $2 > from && $1 < until && $2 - $1 >= least {
            stalls++
            ns += ($2 < until ? $2 : until) - ($1 > from ? $1 : from)
        }
        END { printf "%d %d\n", stalls, ns / 1e6 + 0.999 }' "$stalls"
}

# ---- The four processes ----------------------------------------------------------------------

# -S: a late client delays the cycle instead of losing it, so that a loaded machine bends
# time (counted as xruns) and not the data.
start_jackd() { # [RATE [PERIOD]]
    rate=${1:-${rate:-48000}} period=${2:-${period:-256}}
    local priority=-r
    chrt -f 40 true 2>/dev/null && priority="-R -P 40"
    # shellcheck disable=SC2086
    start jackd jackd -n $server $priority ${jackd_mode--S} -d dummy -r "$rate" -p "$period"
    wait_for 8 jack_is_up || fail "jackd does not come up at $rate Hz, period $period"
}
jack_is_up() { "${jack_under[@]}" jack_lsp >/dev/null 2>&1; }

# A device does not wait for the host's scheduler: real-time where granted, above JACK.
start_sim() { # options...
    local priority=()
    chrt -f 60 true 2>/dev/null && priority=(chrt -f 60)
    case $dac in
    helios | laserdock | lasershark) start_bus "${priority[@]}" ;;
    audio) start_card ;;
    *)
        target=$dac@$dac_ip
        start sim "${priority[@]}" "${SIM%etherdream}$dac" --address $dac_ip \
            --points "$points" "$@"
        wait_for 5 sim_is_up || fail "the simulated DAC does not come up"
        ;;
    esac
}

# Programs under beamjack_under see the bus with the DAC, and none but that.
start_bus() { # [chrt...]
    start sim env TMPDIR="$work" "$@" "$E2E_BIN/e2e-usb-bus" $dac --points "$points"
    wait_for 5 grep -q ^UMOCKDEV_DIR= "$work/sim.log" || fail "the emulated USB does not come up"
    target=$(sed -n 's/^simulated .* //p' "$work/sim.log")
    beamjack_under=(env "$(grep ^UMOCKDEV_DIR= "$work/sim.log")"
        LD_PRELOAD=libumockdev-preload.so.0)
}
sim_is_up() {
    if [ $dac = etherdream ]; then
        (exec 3<>"/dev/tcp/$dac_ip/7765") 2>/dev/null
    else # nothing to knock at: it says so itself
        grep -q ^simulated "$work/sim.log"
    fi
}

# Lives within the program, as ALSA's plug-ins do; a file says whether it is plugged in.
start_card() {
    cat >"$work/alsa.conf" <<-END
	pcm_type.e2e_card { lib "$E2E_BIN/libe2e-card.so" }
	pcm.card { type e2e_card points "$points" plugged "$work/plugged" }
	END
    : >"$work/plugged"
    target=audio:card
    beamjack_under=(env ALSA_CONFIG_PATH="$work/alsa.conf")
}

# Tells when it was pulled.
pull_plug() {
    if [ $dac = audio ]; then
        rm "$work/plugged"
        "${above[@]}" "$E2E_BIN/e2e-check" now
    else
        signal_at sim USR1
    fi
}
put_plug() {
    if [ $dac = audio ]; then
        : >"$work/plugged"
    else
        signal sim USR2
    fi
}

start_beamjack() { # options...; under the command beamjack_under, if any
    : >"$status"
    start beamjack "${beamjack_under[@]}" "$BEAMJACK" run "$target" --headless "${jack_server[@]}" \
        --status-json "$status" "$@"
    wait_for 10 streaming || fail "beamjack does not stream"
}

# last KEY: its value in the newest whole line of the status.
last() { value "$1" "$(tail -n 1 "$status")"; }
value() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" <<<"$2"; } # KEY LINE
is() { [ "$(last "$1")" = "$2" ]; }
at_least() { [ "$(last "$1")" -ge "$2" ] 2>/dev/null; }
streaming() { is state streaming && is jack true; }
connected() { case $(last connected) in xyrgb*) ;; *) false ;; esac; }

make_wav() { # LEAD LIT TAIL
    lead=$1 lit=$2 tail=$3
    "$E2E_BIN/e2e-wav" "$work/signal.wav" --rate "$rate" --lead "$lead" --lit "$lit" \
        --tail "$tail" || fail "no WAV file"
}

# The ports of a player, in the order x y r g b.
pattern_of() {
    case $1 in
    ecasound) echo 'bjeca:out_*' ;;
    pd) echo 'bjpd:output_*' ;;
    csound) echo 'bjcs:out*' ;;
    scsynth) echo 'bjsc:out_*' ;;
    *) fail "no player $1" ;;
    esac
}

start_player() { # NAME: plays signal.wav at once
    local wav=$work/signal.wav
    command -v "$1" >/dev/null || skip "$1 is not installed"
    case $1 in
    ecasound)
        start player ecasound -q -D -b:"$period" -f:f32_le,5,"$rate" -i "$wav" \
            -G:jack,bjeca,notransport -o jack
        ;;
    pd)
        start player pd -nogui -noprefs -jack -jackname bjpd -nojackconnect -r "$rate" \
            -inchannels 0 -outchannels 5 -audiobuf 100 -open "$E2E_DIR/players/wav.pd" \
            -send "pd dsp 1; wav open $wav; wav 1"
        ;;
    csound)
        start player csound -d -m0 -+rtaudio=jack -+jack_client=bjcs -+jack_outportname=out \
            -odac:null -b"$period" -B8192 --omacro:WAV="$wav" --omacro:SR="$rate" \
            "$E2E_DIR/players/wav.csd"
        ;;
    scsynth)
        SC_JACK_DEFAULT_OUTPUTS='' start player scsynth -u $osc_port -B 127.0.0.1 -H bjsc \
            -i 0 -o 5 -z 64
        start player-osc "$E2E_BIN/e2e-scsynth" $osc_port "$wav"
        ;;
    esac
}

# check MODE OPTIONS...: judges what was played.
check() {
    local mode=$1
    shift
    "$E2E_BIN/e2e-check" "$mode" "$points" "$@"
}
check_signal() { # MODE OPTIONS...: against signal.wav
    check "$@" --rate "$rate" --lead "$lead" --lit "$lit" --tail "$tail"
}

# dark_within MS AT [UNTIL]: of the points of that time the last lit one came at most MS
# after AT, and as much later as the machine stood still meanwhile.
dark_within() {
    local last_lit took still
    last_lit=$(check summary --after "$2" --until "${3:-9e18}" |
        sed -n 's/.*last_lit_ns=\([-0-9]*\).*/\1/p')
    [ -n "$last_lit" ] || fail "no file of played points"
    [ "$last_lit" -ge 0 ] || last_lit=$2
    took=$(((last_lit - $2) / 1000000))
    still=$(stalled "$2" "$last_lit")
    say "dark after $took ms, allowed are $1 ms and ${still#* } ms in which the machine stood"
    [ $took -le $(($1 + ${still#* })) ]
}

# How long light that JACK has handed over may still come out: the latency, the period, and
# 10 ms for a busy machine. Ask while beamjack runs.
queue_ms() {
    local latency
    latency=$(last latency_ms)
    echo $((${latency%.*} + period * 1000 / rate + 11))
}

# Ends the run so that the points file is whole.
finish() {
    local worst=0
    stop player || true
    stop beamjack || worst=1
    stop sim || worst=2
    [ $worst -eq 0 ] || fail "beamjack or the simulator did not end when asked"
    [ $dac != audio ] || join_points
}

# A sound card begins a file each time it is opened; each has a header of 16 bytes.
join_points() {
    local number
    cp "$points.1" "$points" || fail "the card was never opened"
    for ((number = 2; ; number++)); do
        [ -e "$points.$number" ] || break
        tail -c +17 "$points.$number" >>"$points"
    done
}
