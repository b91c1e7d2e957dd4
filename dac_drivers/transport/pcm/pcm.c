/* SPDX-License-Identifier: MIT
 *
 * PCMs of ALSA, each with a thread of its own: ALSA may block or allocate where it likes.
 * The engine's side writes into a ring, reads the newest snapshot, and never waits.
 */
#include <beamjack/dacs.h>

#include "session/system_error.h"
#include "transport/pcm/pcm_thread.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HANDLES 16

struct pcms {
    struct bj_pcm base;
    _Atomic(struct pcm_thread *) threads[HANDLES]; /* stored by the main thread */
};

/* ---- The engine's side --------------------------------------------------------------- */

static struct pcm_thread *of(const struct bj_pcm *pcm, int handle)
{
    const struct pcms *pcms = (const struct pcms *)pcm;

    for (int k = 0; k < HANDLES; k++) {
        struct pcm_thread *thread = atomic_load(&pcms->threads[k]);
        if (thread && thread->news_fd == handle)
            return thread;
    }
    return NULL;
}

static void open(struct bj_pcm *pcm, int handle, uint32_t rate_hz)
{
    struct pcm_thread *thread = of(pcm, handle);
    struct sched_param param = {0};
    uint32_t wanted;

    if (thread == NULL)
        return;
    wanted = atomic_load(&thread->wanted);
    (void)sched_getparam(0, &param);
    atomic_store(&thread->priority, param.sched_priority);
    atomic_store(&thread->policy, sched_getscheduler(0));
    atomic_store(&thread->rate_hz, rate_hz);
    atomic_store(&thread->wanted, wanted + (pcm_session_is_open(wanted) ? 2 : 1));
    pcm_bell_ring(thread->wake_fd);
}

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_actual *actual)
{
    struct pcm_thread *thread = of(pcm, handle);

    if (thread == NULL)
        return BJ_BAD_ARGUMENT;
    pcm_bell_silence(thread->news_fd);
    if (atomic_load(&thread->opened) != atomic_load(&thread->wanted))
        return BJ_WOULD_BLOCK;
    *actual = thread->actual;
    return thread->status;
}

static enum bj_status write_frames(struct bj_pcm *pcm, int handle, const void *frames,
                                   uint32_t count, uint32_t *written)
{
    struct pcm_thread *thread = of(pcm, handle);
    const uint8_t *from = frames;
    uint32_t size;
    uint64_t to, room;

    if (thread == NULL || frames == NULL || count == 0)
        return BJ_BAD_ARGUMENT;
    size = thread->actual.buffer_frames;
    to = atomic_load(&thread->written);
    room = size - (to - atomic_load(&thread->moved));
    if (room == 0)
        return BJ_WOULD_BLOCK;
    *written = count < room ? count : (uint32_t)room;
    for (uint32_t left = *written; left > 0;) {
        uint32_t at = (uint32_t)(to % size);
        uint32_t run_frames = left < size - at ? left : size - at;
        size_t bytes = (size_t)run_frames * thread->frame_bytes;
        memcpy(thread->ring + (size_t)at * thread->frame_bytes, from, bytes);
        from += bytes;
        to += run_frames;
        left -= run_frames;
    }
    atomic_store(&thread->written, to);
    pcm_bell_ring(thread->wake_fd);
    return BJ_OK;
}

static void start_playing(struct bj_pcm *pcm, int handle)
{
    struct pcm_thread *thread = of(pcm, handle);

    if (thread == NULL)
        return;
    atomic_fetch_add(&thread->starts, 1);
    pcm_bell_ring(thread->wake_fd);
}

static void drop_frames(struct bj_pcm *pcm, int handle)
{
    struct pcm_thread *thread = of(pcm, handle);

    if (thread == NULL)
        return;
    atomic_store(&thread->drop_mark, atomic_load(&thread->written));
    atomic_fetch_add(&thread->drops, 1);
    pcm_bell_ring(thread->wake_fd);
}

static enum bj_status newest_snapshot(struct bj_pcm *pcm, int handle,
                                      struct bj_pcm_snapshot *snapshot)
{
    struct pcm_thread *thread = of(pcm, handle);

    if (thread == NULL)
        return BJ_BAD_ARGUMENT;
    pcm_bell_silence(thread->news_fd);
    if (atomic_load(&thread->handed) & PCM_FRESH)
        thread->engine_snapshot =
            atomic_exchange(&thread->handed, thread->engine_snapshot) & ~PCM_FRESH;
    *snapshot = thread->snapshots[thread->engine_snapshot];
    return atomic_load(&thread->gone) ? BJ_DISCONNECTED : BJ_OK;
}

static void close_pcm(struct bj_pcm *pcm, int handle, const void *dark_frame)
{
    struct pcm_thread *thread = of(pcm, handle);
    uint32_t wanted = thread ? atomic_load(&thread->wanted) : 0;

    if (thread == NULL || !pcm_session_is_open(wanted))
        return;
    if (dark_frame)
        memcpy(thread->dark, dark_frame, thread->frame_bytes);
    atomic_store(&thread->dark_known, dark_frame != NULL);
    atomic_store(&thread->wanted, wanted + 1);
    pcm_bell_ring(thread->wake_fd);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void release(struct pcm_thread *thread)
{
    if (thread->wake_fd >= 0)
        close(thread->wake_fd);
    if (thread->news_fd >= 0)
        close(thread->news_fd);
    free(thread);
}

static enum bj_status create_thread(const struct bj_pcm_request *request,
                                    struct pcm_thread **out)
{
    struct pcm_thread *thread = calloc(1, sizeof *thread);
    enum bj_status status = BJ_NO_MEMORY;

    *out = thread;
    if (thread == NULL)
        return BJ_NO_MEMORY;
    thread->request = *request;
    thread->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    thread->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    thread->own_snapshot = 0;
    atomic_init(&thread->handed, 1);
    thread->engine_snapshot = 2;
    if (thread->wake_fd < 0 || thread->news_fd < 0)
        status = bj_system_status(errno);
    else if (pthread_create(&thread->pthread, NULL, pcm_thread_run, thread) == 0)
        return BJ_OK;
    release(thread);
    *out = NULL;
    return status;
}

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_request *request,
                             int *handle)
{
    struct pcms *pcms = (struct pcms *)pcm;
    enum bj_status status = BJ_NO_MEMORY;
    struct pcm_thread *thread = NULL;
    int place = 0;

    while (place < HANDLES && atomic_load(&pcms->threads[place]))
        place++;
    if (place < HANDLES)
        status = create_thread(request, &thread);
    if (thread == NULL)
        return status;
    atomic_store(&pcms->threads[place], thread);
    *handle = thread->news_fd;
    return BJ_OK;
}

static void destroy(struct bj_pcm *pcm, int handle)
{
    struct pcms *pcms = (struct pcms *)pcm;

    for (int k = 0; k < HANDLES; k++) {
        struct pcm_thread *thread = atomic_load(&pcms->threads[k]);
        if (thread == NULL || thread->news_fd != handle)
            continue;
        atomic_store(&thread->ending, true);
        pcm_bell_ring(thread->wake_fd);
        pthread_join(thread->pthread, NULL);
        atomic_store(&pcms->threads[k], NULL);
        release(thread);
    }
}

static const struct bj_pcm_ops ops = {
    .create = create,
    .destroy = destroy,
    .open = open,
    .opened = opened,
    .write = write_frames,
    .start = start_playing,
    .drop = drop_frames,
    .snapshot = newest_snapshot,
    .close = close_pcm,
};

struct bj_pcm *bj_pcm_create(void)
{
    struct pcms *pcms = calloc(1, sizeof *pcms);

    if (pcms == NULL)
        return NULL;
    pcms->base.ops = &ops;
    bj_alsa_begin();
    return &pcms->base;
}

void bj_pcm_destroy(struct bj_pcm *pcm)
{
    if (pcm == NULL)
        return;
    bj_alsa_end();
    free(pcm);
}
