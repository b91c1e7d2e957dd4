/* SPDX-License-Identifier: MIT
 *
 * Marks the code that must not allocate, lock or wait.
 *
 * Between enter and leave a forbidden call ends the program with a message that names the
 * call. Without the guard (neither linked: target beamjack-rt-guard, nor preloaded:
 * librtguard.so) both do nothing. Per thread; enter and leave do not nest.
 *
 *                                 BJ_RT_GUARD_JACK    BJ_RT_GUARD_ENGINE
 *  allocation, mmap, files        no                  no
 *  locks, conditions, semaphores  no (sem_post: yes)  no (sem_post: yes)
 *  sleeping, poll, select         no                  ppoll only
 *  sockets                        no                  yes, where they cannot block
 *  read, write                    write, eventfd only eventfd only
 *  snprintf                       no                  yes
 *  all other printing, syslog     no                  no
 *
 * Preloaded into a JACK program the guard marks by itself: the process callback, and the
 * thread named "beamjack-dac" from its first ppoll on. At its end it writes what it watched
 * ("jack_cycles=N engine_waits=N") to the file named in BJ_RT_GUARD_REPORT.
 * Not to be mixed with sanitizers, which replace the same functions.
 */
#ifndef BJ_RT_GUARD_H
#define BJ_RT_GUARD_H

#include <stdbool.h>

enum bj_rt_guard_role { BJ_RT_GUARD_OFF, BJ_RT_GUARD_JACK, BJ_RT_GUARD_ENGINE };

__attribute__((weak)) void bj_rt_guard_set(enum bj_rt_guard_role role);

static inline bool bj_rt_guard_present(void)
{
    return bj_rt_guard_set != 0;
}

static inline void bj_rt_guard_enter(enum bj_rt_guard_role role)
{
    if (bj_rt_guard_set)
        bj_rt_guard_set(role);
}

static inline void bj_rt_guard_leave(void)
{
    if (bj_rt_guard_set)
        bj_rt_guard_set(BJ_RT_GUARD_OFF);
}

#endif
