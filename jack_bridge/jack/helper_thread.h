/* SPDX-License-Identifier: MIT
 *
 * Threads for questions that may never be answered. Nobody joins them: who waits no longer
 * leaves them behind.
 */
#ifndef HELPER_THREAD_H
#define HELPER_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>

/* Does work(job) on a thread of its own; *running, which outlives it, counts such threads.
 * Any thread. False: there is no thread. */
bool bj_helper_start(void (*work)(void *job), void *job, atomic_int *running);

/* Waits until none runs, at most so long. */
bool bj_helpers_ended(const atomic_int *running, int most_ms);

#endif
