/* SPDX-License-Identifier: MIT
 *
 * The thread behind a PCM. Everything ALSA does happens here.
 */
#include "transport/pcm/pcm_voice.h"

#include <beamjack/dacs.h>

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 10 /* while it plays, a look at least this often */
#define PACE_MS 2  /* a PCM without a clock gets its frames this often */
#define PROBE_FRAMES 480u
#define DARK_MS 10

/* ---- Waking -------------------------------------------------------------------------- */

void pcm_bell_ring(int fd)
{
    const uint64_t one = 1;

    if (write(fd, &one, sizeof one) < 0)
        return; /* the counter is full: it has rung anyhow */
}

void pcm_bell_silence(int fd)
{
    uint64_t count;

    if (read(fd, &count, sizeof count) < 0)
        return; /* it had not rung */
}

static void sleep_ms(struct pcm_voice *voice, int ms)
{
    struct pollfd waiting = {.fd = voice->wake_fd, .events = POLLIN};

    if (poll(&waiting, 1, ms) > 0)
        pcm_bell_silence(voice->wake_fd);
}

/* ---- The thread: looks --------------------------------------------------------------- */

static uint64_t in_device(const struct pcm_voice *voice)
{
    return atomic_load(&voice->moved) - voice->look.heard_frames -
           voice->look.dropped_frames;
}

static void publish(struct pcm_voice *voice)
{
    voice->looks[voice->thread_look] = voice->look;
    voice->thread_look =
        atomic_exchange(&voice->handed, voice->thread_look | PCM_FRESH) & ~PCM_FRESH;
}

static void note_heard(struct pcm_voice *voice, uint32_t delay_frames)
{
    uint64_t held = in_device(voice);
    uint32_t queued = delay_frames < held ? delay_frames : (uint32_t)held;

    voice->look.heard_frames += held - queued;
    voice->look.queued_frames = queued;
}

static void note_dry(struct pcm_voice *voice)
{
    voice->look.dries++;
    voice->look.heard_frames += in_device(voice);
}

static void note_sleep(struct pcm_voice *voice)
{
    voice->look.suspends++;
    voice->look.dropped_frames += in_device(voice);
}

static void end_running(struct pcm_voice *voice)
{
    voice->running = false;
    voice->look.running = false;
    voice->look.queued_frames = 0;
    voice->news = true;
    if (!bj_alsa_drop(voice->alsa))
        atomic_store(&voice->gone, true);
}

/* Frames that are not due yet wait in the ring, and count as queued. */
static void look_at_pacer(struct pcm_voice *voice)
{
    uint64_t waiting = atomic_load(&voice->written) - atomic_load(&voice->moved);

    note_heard(voice, 0);
    voice->look.queued_frames = (uint32_t)waiting;
    if (waiting > 0 || voice->paced_from + bj_pacer_played(&voice->pacer, bj_clock_ns()) <=
                           atomic_load(&voice->moved))
        return;
    note_dry(voice);
    end_running(voice);
}

static void look_at_device(struct pcm_voice *voice)
{
    uint32_t delay_frames = 0;
    enum bj_alsa_state state = bj_alsa_look(voice->alsa, &delay_frames);

    if (state == BJ_ALSA_GONE) {
        atomic_store(&voice->gone, true);
        voice->news = true;
    } else if (state == BJ_ALSA_SUSPENDED) {
        note_sleep(voice);
        end_running(voice);
    } else if (state == BJ_ALSA_RUNNING) {
        note_heard(voice, delay_frames);
    } else if (voice->running) {
        note_dry(voice);
        end_running(voice);
    } else {
        voice->look.queued_frames = (uint32_t)in_device(voice);
    }
}

static void take_a_look(struct pcm_voice *voice)
{
    voice->look.sent_ns = bj_clock_ns();
    if (voice->clockless && voice->running)
        look_at_pacer(voice);
    else
        look_at_device(voice);
    voice->look.received_ns = bj_clock_ns();
    voice->look.running = voice->running;
    publish(voice);
    if (voice->news)
        pcm_bell_ring(voice->news_fd);
    voice->news = false;
}

/* ---- The thread: frames -------------------------------------------------------------- */

static uint64_t due_frames(const struct pcm_voice *voice, uint64_t written)
{
    uint64_t due;

    if (!voice->clockless)
        return written;
    if (!voice->running)
        return 0;
    due = voice->paced_from + bj_pacer_played(&voice->pacer, bj_clock_ns()) + 1;
    return due < written ? due : written;
}

static void move_frames(struct pcm_voice *voice)
{
    uint64_t from = atomic_load(&voice->moved);
    uint64_t to = due_frames(voice, atomic_load(&voice->written));
    uint32_t size = voice->setup.buffer_frames;

    while (from < to) {
        uint32_t at = (uint32_t)(from % size);
        uint64_t count = to - from < size - at ? to - from : size - at;
        uint32_t taken = bj_alsa_write(
            voice->alsa, voice->ring + (size_t)at * voice->frame_bytes, (uint32_t)count);
        if (taken == 0)
            return;
        from += taken;
        atomic_store(&voice->moved, from);
    }
}

static void start(struct pcm_voice *voice)
{
    voice->running = true;
    voice->paced_from = atomic_load(&voice->moved);
    voice->pacer = (struct bj_pacer){.start_ns = bj_clock_ns(),
                                     .pps = (uint32_t)(voice->setup.rate_hz + 0.5)};
    if (!bj_alsa_start(voice->alsa)) {
        note_sleep(voice); /* it takes no part: what it has is lost */
        end_running(voice);
    }
    voice->news = true;
}

static void drop(struct pcm_voice *voice)
{
    uint64_t mark = atomic_load(&voice->drop_mark);
    uint64_t moved = atomic_load(&voice->moved);

    take_a_look(voice);
    voice->look.drops = atomic_load(&voice->drops);
    voice->look.dropped_frames += in_device(voice) + (mark - moved);
    atomic_store(&voice->moved, mark);
    end_running(voice);
    take_a_look(voice);
}

static void work(struct pcm_voice *voice)
{
    uint32_t starts = atomic_load(&voice->starts);

    if (atomic_load(&voice->gone))
        return;
    if (atomic_load(&voice->drops) != voice->look.drops) {
        voice->starts_done = starts; /* what was to start is dropped */
        drop(voice);
    }
    move_frames(voice);
    if (starts != voice->starts_done) {
        voice->starts_done = starts;
        start(voice);
        move_frames(voice);
    }
    take_a_look(voice);
}

/* ---- The thread: opening and closing ------------------------------------------------- */

bool pcm_session_is_open(uint32_t session)
{
    return session % 2 == 1;
}

/* Plays nothing for a moment: what has swallowed it at once has no clock. */
static bool swallows_at_once(struct pcm_voice *voice)
{
    uint32_t delay_frames = 0, taken;
    uint8_t *silence = calloc(PROBE_FRAMES, voice->frame_bytes);
    enum bj_alsa_state state = BJ_ALSA_READY;

    if (silence == NULL)
        return false;
    taken = bj_alsa_write(voice->alsa, silence, PROBE_FRAMES);
    if (taken > 0 && bj_alsa_start(voice->alsa))
        state = bj_alsa_look(voice->alsa, &delay_frames);
    free(silence);
    (void)bj_alsa_drop(voice->alsa);
    return state == BJ_ALSA_RUNNING && delay_frames == 0;
}

static enum bj_status open_device(struct pcm_voice *voice)
{
    static const uint32_t bytes[] = {[BJ_PCM_S32] = 4,
                                     [BJ_PCM_S24] = 4,
                                     [BJ_PCM_S24_PACKED] = 3,
                                     [BJ_PCM_FLOAT] = 4,
                                     [BJ_PCM_S16] = 2};
    struct bj_pcm_setup *setup = &voice->setup;
    enum bj_status status =
        bj_alsa_open(&voice->wish, atomic_load(&voice->rate_hz), setup, &voice->alsa);

    if (status != BJ_OK)
        return status;
    voice->frame_bytes = setup->channels * bytes[setup->format];
    voice->ring = calloc(setup->buffer_frames, voice->frame_bytes);
    if (voice->ring == NULL)
        return BJ_NO_MEMORY;
    voice->clockless = swallows_at_once(voice);
    return BJ_OK;
}

static void play_dark(struct pcm_voice *voice)
{
    uint32_t count = (uint32_t)(voice->setup.rate_hz * DARK_MS / 1000);

    if (count > voice->setup.buffer_frames)
        count = voice->setup.buffer_frames;
    for (uint32_t k = 0; k < count; k++)
        memcpy(voice->ring + (size_t)k * voice->frame_bytes, voice->dark,
               voice->frame_bytes);
    if (bj_alsa_drop(voice->alsa) && bj_alsa_write(voice->alsa, voice->ring, count) > 0 &&
        bj_alsa_start(voice->alsa))
        usleep(DARK_MS * 1000);
}

static void close_device(struct pcm_voice *voice)
{
    if (voice->alsa && voice->ring && atomic_load(&voice->dark_known) &&
        !atomic_load(&voice->gone))
        play_dark(voice);
    bj_alsa_close(voice->alsa);
    free(voice->ring);
    voice->alsa = NULL;
    voice->ring = NULL;
    voice->running = false;
}

/* As urgent as the thread that plays through it. */
static void adopt_priority(const struct pcm_voice *voice)
{
    const struct sched_param param = {.sched_priority = atomic_load(&voice->priority)};

    (void)sched_setscheduler(0, atomic_load(&voice->policy), &param);
}

static void open_session(struct pcm_voice *voice)
{
    adopt_priority(voice);
    voice->look = (struct bj_pcm_look){.drops = atomic_load(&voice->drops)};
    voice->starts_done = atomic_load(&voice->starts);
    atomic_store(&voice->written, 0); /* the engine writes again once it is opened */
    atomic_store(&voice->moved, 0);
    atomic_store(&voice->gone, false);
    voice->status = open_device(voice);
    if (voice->status == BJ_OK)
        publish(voice);
    atomic_store(&voice->opened, voice->session);
    pcm_bell_ring(voice->news_fd);
}

static void follow_sessions(struct pcm_voice *voice)
{
    uint32_t wanted = atomic_load(&voice->wanted);

    if (wanted == voice->session)
        return;
    close_device(voice);
    voice->session = wanted;
    if (pcm_session_is_open(wanted))
        open_session(voice);
}

/* Where the counter moves in steps, looks do not keep time with them: each falls elsewhere
 * in a step, and together they find its ends. */
static int pause_ms(struct pcm_voice *voice)
{
    if (!voice->running)
        return -1;
    if (voice->clockless)
        return PACE_MS;
    if (voice->setup.quantum_frames <= 1)
        return LOOK_MS;
    return 1 + (int)((++voice->pauses * 0x9e3779b9u >> 16) * (LOOK_MS / 2) >> 16);
}

void *pcm_voice_run(void *user)
{
    struct pcm_voice *voice = user;

    while (!atomic_load(&voice->ending)) {
        follow_sessions(voice);
        if (voice->alsa && voice->ring)
            work(voice);
        sleep_ms(voice, pause_ms(voice));
    }
    close_device(voice);
    return NULL;
}
