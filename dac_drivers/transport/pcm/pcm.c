/* SPDX-License-Identifier: MIT
 *
 * PCMs of ALSA, each with a thread of its own: ALSA may block or allocate where it likes.
 * The engine's side writes into a ring, reads the newest look, and never waits.
 */
#include <beamjack/dacs.h>

#include "session/system_error.h"
#include "transport/pcm/pcm_voice.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HANDLES 16

struct pcms {
    struct bj_pcm base;
    _Atomic(struct pcm_voice *) voices[HANDLES]; /* stored by the main thread */
};

/* ---- The engine's side --------------------------------------------------------------- */

static struct pcm_voice *of(const struct bj_pcm *pcm, int handle)
{
    const struct pcms *pcms = (const struct pcms *)pcm;

    for (int k = 0; k < HANDLES; k++) {
        struct pcm_voice *voice = atomic_load(&pcms->voices[k]);
        if (voice && voice->news_fd == handle)
            return voice;
    }
    return NULL;
}

static void open(struct bj_pcm *pcm, int handle, uint32_t rate_hz)
{
    struct pcm_voice *voice = of(pcm, handle);
    struct sched_param param = {0};
    uint32_t wanted;

    if (voice == NULL)
        return;
    wanted = atomic_load(&voice->wanted);
    (void)sched_getparam(0, &param);
    atomic_store(&voice->priority, param.sched_priority);
    atomic_store(&voice->policy, sched_getscheduler(0));
    atomic_store(&voice->rate_hz, rate_hz);
    atomic_store(&voice->wanted, wanted + (pcm_session_is_open(wanted) ? 2 : 1));
    pcm_bell_ring(voice->wake_fd);
}

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_setup *setup)
{
    struct pcm_voice *voice = of(pcm, handle);

    if (voice == NULL)
        return BJ_BAD_ARGUMENT;
    pcm_bell_silence(voice->news_fd);
    if (atomic_load(&voice->opened) != atomic_load(&voice->wanted))
        return BJ_WOULD_BLOCK;
    *setup = voice->setup;
    return voice->status;
}

static enum bj_status write_frames(struct bj_pcm *pcm, int handle, const void *frames,
                                   uint32_t count, uint32_t *written)
{
    struct pcm_voice *voice = of(pcm, handle);
    const uint8_t *from = frames;
    uint32_t size;
    uint64_t to, room;

    if (voice == NULL || frames == NULL || count == 0)
        return BJ_BAD_ARGUMENT;
    size = voice->setup.buffer_frames;
    to = atomic_load(&voice->written);
    room = size - (to - atomic_load(&voice->moved));
    if (room == 0)
        return BJ_WOULD_BLOCK;
    *written = count < room ? count : (uint32_t)room;
    for (uint32_t left = *written; left > 0;) {
        uint32_t at = (uint32_t)(to % size);
        uint32_t run_frames = left < size - at ? left : size - at;
        size_t bytes = (size_t)run_frames * voice->frame_bytes;
        memcpy(voice->ring + (size_t)at * voice->frame_bytes, from, bytes);
        from += bytes;
        to += run_frames;
        left -= run_frames;
    }
    atomic_store(&voice->written, to);
    pcm_bell_ring(voice->wake_fd);
    return BJ_OK;
}

static void start_playing(struct bj_pcm *pcm, int handle)
{
    struct pcm_voice *voice = of(pcm, handle);

    if (voice == NULL)
        return;
    atomic_fetch_add(&voice->starts, 1);
    pcm_bell_ring(voice->wake_fd);
}

static void drop_frames(struct bj_pcm *pcm, int handle)
{
    struct pcm_voice *voice = of(pcm, handle);

    if (voice == NULL)
        return;
    atomic_store(&voice->drop_mark, atomic_load(&voice->written));
    atomic_fetch_add(&voice->drops, 1);
    pcm_bell_ring(voice->wake_fd);
}

static enum bj_status newest_look(struct bj_pcm *pcm, int handle, struct bj_pcm_look *look)
{
    struct pcm_voice *voice = of(pcm, handle);

    if (voice == NULL)
        return BJ_BAD_ARGUMENT;
    pcm_bell_silence(voice->news_fd);
    if (atomic_load(&voice->handed) & PCM_FRESH)
        voice->engine_look =
            atomic_exchange(&voice->handed, voice->engine_look) & ~PCM_FRESH;
    *look = voice->looks[voice->engine_look];
    return atomic_load(&voice->gone) ? BJ_DISCONNECTED : BJ_OK;
}

static void close_pcm(struct bj_pcm *pcm, int handle, const void *dark_frame)
{
    struct pcm_voice *voice = of(pcm, handle);
    uint32_t wanted = voice ? atomic_load(&voice->wanted) : 0;

    if (voice == NULL || !pcm_session_is_open(wanted))
        return;
    if (dark_frame)
        memcpy(voice->dark, dark_frame, voice->frame_bytes);
    atomic_store(&voice->dark_known, dark_frame != NULL);
    atomic_store(&voice->wanted, wanted + 1);
    pcm_bell_ring(voice->wake_fd);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void release(struct pcm_voice *voice)
{
    if (voice->wake_fd >= 0)
        close(voice->wake_fd);
    if (voice->news_fd >= 0)
        close(voice->news_fd);
    free(voice);
}

static enum bj_status create_voice(const struct bj_pcm_wish *wish, struct pcm_voice **out)
{
    struct pcm_voice *voice = calloc(1, sizeof *voice);
    enum bj_status status = BJ_NO_MEMORY;

    *out = voice;
    if (voice == NULL)
        return BJ_NO_MEMORY;
    voice->wish = *wish;
    voice->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    voice->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    voice->thread_look = 0;
    atomic_init(&voice->handed, 1);
    voice->engine_look = 2;
    if (voice->wake_fd < 0 || voice->news_fd < 0)
        status = bj_system_status(errno);
    else if (pthread_create(&voice->thread, NULL, pcm_voice_run, voice) == 0)
        return BJ_OK;
    release(voice);
    *out = NULL;
    return status;
}

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_wish *wish,
                             int *handle)
{
    struct pcms *pcms = (struct pcms *)pcm;
    enum bj_status status = BJ_NO_MEMORY;
    struct pcm_voice *voice = NULL;
    int place = 0;

    while (place < HANDLES && atomic_load(&pcms->voices[place]))
        place++;
    if (place < HANDLES)
        status = create_voice(wish, &voice);
    if (voice == NULL)
        return status;
    atomic_store(&pcms->voices[place], voice);
    *handle = voice->news_fd;
    return BJ_OK;
}

static void destroy(struct bj_pcm *pcm, int handle)
{
    struct pcms *pcms = (struct pcms *)pcm;

    for (int k = 0; k < HANDLES; k++) {
        struct pcm_voice *voice = atomic_load(&pcms->voices[k]);
        if (voice == NULL || voice->news_fd != handle)
            continue;
        atomic_store(&voice->ending, true);
        pcm_bell_ring(voice->wake_fd);
        pthread_join(voice->thread, NULL);
        atomic_store(&pcms->voices[k], NULL);
        release(voice);
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
    .look = newest_look,
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
