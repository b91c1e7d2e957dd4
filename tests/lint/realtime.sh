#!/bin/sh
# SPDX-License-Identifier: MIT
# What runs on the JACK or engine thread calls nothing that waits, prints or reads a clock,
# and allocates only where objects begin and end. lint: realtime.sh ROOT
# Exceptions are in tests/lint/realtime.exceptions: FILE CALL REASON.
# tests/support/rt_guard proves the same at run time for the code that really runs.
set -eu
cd "$1"
exceptions=tests/lint/realtime.exceptions

# The outer shell waits, and so does what is opened before a stream begins.
files() {
    find stream_core dac_drivers -name '*.c' ! -path 'dac_drivers/transport/*' \
        ! -path 'dac_drivers/catalog/*' ! -path 'dac_drivers/record/points_*'
    for file in dac_drivers/transport/net.c dac_drivers/transport/usb/usb.c \
        dac_drivers/transport/usb/usb_session.c dac_drivers/transport/usb/usb_list.c \
        dac_drivers/transport/usb/usb_queue.c jack_bridge/options/port_map.c \
        jack_bridge/jack/process.c jack_bridge/jack/message_queue.c; do
        [ ! -f "$file" ] || echo "$file"
    done
}

# FILE:FUNCTION:CALL for each suspicious call; comments and strings are removed first.
calls() {
    for file in $(files | sort); do
        cc -fpreprocessed -E -P -x c "$file" 2>/dev/null | sed 's/"[^"]*"/""/g' |
            awk -v file="$file" '
            BEGIN {
                waits = "printf fprintf vprintf vfprintf puts fputs putchar perror syslog " \
                    "sleep usleep nanosleep clock_nanosleep sched_yield select poll ppoll " \
                    "pthread_mutex_lock pthread_cond_wait pthread_cond_timedwait " \
                    "pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_spin_lock " \
                    "pthread_create pthread_join sem_wait sem_timedwait mtx_lock cnd_wait " \
                    "fopen fclose fread fwrite fflush getaddrinfo gethostbyname " \
                    "exit abort system popen rand random srand getenv " \
                    "clock_gettime gettimeofday time clock jack_last_frame_time_us " \
                    "jack_connect jack_disconnect jack_get_ports"
                allocates = "malloc calloc realloc free strdup strndup asprintf " \
                    "aligned_alloc posix_memalign"
                count = split(waits " " allocates, all, " ")
                first_allocator = split(waits, ignored, " ") + 1
                born_or_dying = "(create|destroy|init|finish)$|^(allocate|release)_"
            }
            /^[a-z].*\(/ { line = $0; sub(/\(.*/, "", line); sub(/.*[ *]/, "", line); name = line }
            {
                for (k = 1; k <= count; k++) {
                    if ($0 !~ "(^|[^A-Za-z0-9_>.])" all[k] "[ ]*\\(") continue
                    if (k >= first_allocator && name ~ born_or_dying) continue
                    print file ":" name ":" all[k]
                }
            }'
    done
}

found=$(
    calls | while IFS=: read -r file function call; do
        grep -q "^$file[[:space:]]*$call[[:space:]]" $exceptions ||
            echo "$file: $function calls $call on a thread that must not wait"
    done
    grep -v '^#' $exceptions | while read -r file call reason; do
        [ -n "$reason" ] && calls | grep -q "^$file:.*:$call\$" ||
            echo "$exceptions: $file $call: not needed, or without a reason"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
