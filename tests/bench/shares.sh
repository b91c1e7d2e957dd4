# SPDX-License-Identifier: MIT
# Shares of one processor, for live and live_dacs: beamjack beside the floor program. Sourced.

seconds=${BENCH_SECONDS:-15}
hertz=$(getconf CLK_TCK)

# spent_ns TASK_FOLDER: on a processor so far. Ticks where the kernel does not count ns; the
# name before them may hold spaces.
spent_ns() {
    local ns rest
    read -r ns rest 2>/dev/null <"$1/schedstat" && [ "$ns" != 0 ] && { echo "$ns"; return; }
    sed 's/.*) //' "$1/stat" | awk -v hertz="$hertz" '{ printf "%.0f\n", ($12 + $13) * 1e9 / hertz }'
}
waits() { sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "$1/status"; }

# Marks every thread of a process.
begin_shares() { # NAME
    local task
    for task in /proc/"${pid[$1]}"/task/*; do
        before[${task##*/}]=$(spent_ns "$task")
        waited[${task##*/}]=$(waits "$task")
    done
}

# What its threads took since then: all together to share[NAME], and a line for each.
shares() { # NAME
    local task id ns sum=0
    for task in /proc/"${pid[$1]}"/task/*; do
        id=${task##*/}
        ns=$(($(spent_ns "$task") - ${before[$id]:-0}))
        sum=$((sum + ns))
        [ $ns -lt $((elapsed_ms * 100)) ] || # of no interest below 0.01 %
            parts+=$(awk -v ns=$ns -v ms=$elapsed_ms -v waits=$(($(waits "$task") - ${waited[$id]:-0})) \
                -v name="$(<"$task/comm")" \
                'BEGIN { printf "        %5.2f %% of it %s, which waited %.0f times per second", ns / ms / 1e4, name, waits * 1000 / ms }')$'\n'
    done
    share[$1]=$(awk -v ns=$sum -v ms=$elapsed_ms 'BEGIN { printf "%.2f", ns / ms / 1e4 }')
}

measure_cpu() {
    local -A before waited share
    local began elapsed_ms parts=
    began=$(now_ns)
    begin_shares beamjack
    begin_shares floor
    sleep $seconds
    elapsed_ms=$((($(now_ns) - began) / 1000000))
    shares floor
    parts=
    shares beamjack
    say "    processor       beamjack ${share[beamjack]} %, floor ${share[floor]} % of one over $seconds s"
    awk -v ours="${share[beamjack]}" -v floor="${share[floor]}" 'BEGIN {
        printf "    ratio           %.2fx (line 1.3x) %s\n", ours / floor,
            ours <= 1.3 * floor ? "met" : "NOT MET" }'
    printf '%s' "$parts"
}
