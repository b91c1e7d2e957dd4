/* SPDX-License-Identifier: MIT
 *
 * A PCM and its thread. Engine and thread share nothing but atomics, a ring, and the
 * snapshots, each of which belongs to one of them at a time.
 */
#ifndef BJ_PCM_THREAD_H
#define BJ_PCM_THREAD_H

#include "session/pacer.h"
#include "transport/pcm/alsa.h"

#include <pthread.h>
#include <stdatomic.h>

#define PCM_FRESH 4u /* flag on the index of the snapshot that is handed over */

/* What is wanted is a session: odd numbers are open ones. Each side stores what is its. */
struct pcm_thread {
    pthread_t pthread;
    struct bj_pcm_request request;
    int wake_fd, news_fd; /* news_fd is the handle */
    atomic_bool ending;

    /* engine to thread */
    atomic_uint wanted, rate_hz, starts, drops;
    atomic_int policy, priority;
    atomic_ullong written, drop_mark;
    atomic_bool dark_known;
    uint8_t dark[BJ_PCM_FRAME_BYTES];

    /* thread to engine */
    atomic_uint opened; /* the session of which status and actual tell */
    enum bj_status status;
    struct bj_pcm_actual actual;
    atomic_ullong moved; /* out of the ring */
    atomic_bool gone;
    atomic_uint handed; /* index of a snapshot, and PCM_FRESH */
    struct bj_pcm_snapshot snapshots[3];
    uint32_t engine_snapshot; /* index that is the engine's now */

    /* the thread's own */
    uint32_t session, own_snapshot, starts_done;
    struct bj_alsa *alsa;
    uint8_t *ring;
    uint32_t frame_bytes;
    bool running, clockless, news;
    uint32_t pauses;
    struct bj_pacer pacer;
    uint64_t paced_from; /* number of the frame the pacer calls 0 */
    struct bj_pcm_snapshot snapshot;
};

bool pcm_session_is_open(uint32_t session);

/* The thread; `user` is a struct pcm_thread. Ends once `ending` is set. */
void *pcm_thread_run(void *user);

void pcm_bell_ring(int fd);
void pcm_bell_silence(int fd);

#endif
