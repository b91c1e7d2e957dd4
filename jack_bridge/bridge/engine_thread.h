/* SPDX-License-Identifier: MIT
 *
 * The thread that runs one stream, as real-time as the system allows.
 */
#ifndef ENGINE_THREAD_H
#define ENGINE_THREAD_H

#include <beamjack/core.h>

#include <pthread.h>
#include <stdatomic.h>

struct bj_engine_thread {
    pthread_t thread;
    struct bj_stream *stream;
    int requested; /* priority; 0: none */
    int wake_fd;
    bool started;
    atomic_int policy, priority; /* what the scheduler really gave; -1 before it began */
    atomic_int refusal;          /* errno of the real-time priority refused, 0 = granted */
    atomic_bool done;
    enum bj_run result; /* once done */
};

/* The priority to ask for: a few below JACK's own client thread (0: it has none). */
int bj_engine_priority(int jack_priority);

/* `priority`: a SCHED_FIFO priority, 0 for none. `wake_fd` is written to when the stream is
 * over. False: no thread. */
bool bj_engine_thread_start(struct bj_engine_thread *engine, struct bj_stream *stream,
                            int priority, int wake_fd);

/* Waits up to timeout_ns for the stream to be over. False: it is not. */
bool bj_engine_thread_join(struct bj_engine_thread *engine, int64_t timeout_ns);

/* "SCHED_FIFO 7", "SCHED_OTHER"; for people. */
void bj_engine_scheduler(const struct bj_engine_thread *engine, char *text, size_t size);

/* Keeps the program's memory in RAM, if that cannot make later allocations fail. False:
 * `why`. */
bool bj_lock_memory(char *why, size_t why_size);

#endif
