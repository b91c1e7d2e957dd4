/* SPDX-License-Identifier: MIT
 *
 * PCMs of ALSA, each on a thread of its own: ALSA may block or allocate where it likes. The
 * engine's side writes into a ring, reads the newest look, and never waits.
 */
#include <beamjack/dacs.h>

#include "alsa.h"
#include "virtual/pacer.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HANDLES 16
#define LOOK_MS 10 /* while it plays, a look at least this often */
#define PACE_MS 2  /* a PCM without a clock gets its frames this often */
#define PROBE_FRAMES 480u
#define DARK_MS 10
#define FRESH 4u /* flag on the index of the look that is handed over */

/* What is wanted is a session: odd numbers are open ones. Each side stores what is its. */
struct voice {
    pthread_t thread;
    struct bj_pcm_wish wish;
    int wake_fd, news_fd; /* news_fd is the handle */
    atomic_bool ending;

    /* engine to thread */
    atomic_uint wanted, rate_hz, starts, drops;
    atomic_int policy, priority;
    atomic_ullong written, drop_mark;
    atomic_bool dark_known;
    uint8_t dark[BJ_PCM_FRAME_BYTES];

    /* thread to engine */
    atomic_uint opened; /* the session of which status and setup tell */
    enum bj_status status;
    struct bj_pcm_setup setup;
    atomic_ullong moved; /* out of the ring */
    atomic_bool gone;
    atomic_uint handed; /* index of a look, and FRESH */
    struct bj_pcm_look looks[3];
    uint32_t engine_look; /* index that is the engine's now */

    /* the thread's own */
    uint32_t session, thread_look, starts_done;
    struct bj_alsa *alsa;
    uint8_t *ring;
    uint32_t frame_bytes;
    bool running, clockless, news;
    struct bj_pacer pacer;
    uint64_t paced_from; /* number of the frame the pacer calls 0 */
    struct bj_pcm_look look;
};

struct pcms {
    struct bj_pcm base;
    _Atomic(struct voice *) voices[HANDLES]; /* stored by the main thread */
};

/* ---- Waking -------------------------------------------------------------------------- */

static void ring_bell(int fd)
{
    const uint64_t one = 1;

    if (write(fd, &one, sizeof one) < 0)
        return; /* the counter is full: it has rung anyhow */
}

static void silence_bell(int fd)
{
    uint64_t count;

    if (read(fd, &count, sizeof count) < 0)
        return; /* it had not rung */
}

static void sleep_ms(struct voice *voice, int ms)
{
    struct pollfd waiting = {.fd = voice->wake_fd, .events = POLLIN};

    if (poll(&waiting, 1, ms) > 0)
        silence_bell(voice->wake_fd);
}

/* ---- The thread: looks --------------------------------------------------------------- */

static uint64_t in_device(const struct voice *voice)
{
    return atomic_load(&voice->moved) - voice->look.heard_frames -
           voice->look.dropped_frames;
}

static void publish(struct voice *voice)
{
    voice->looks[voice->thread_look] = voice->look;
    voice->thread_look =
        atomic_exchange(&voice->handed, voice->thread_look | FRESH) & ~FRESH;
}

static void note_heard(struct voice *voice, uint32_t delay_frames)
{
    uint64_t held = in_device(voice);
    uint32_t queued = delay_frames < held ? delay_frames : (uint32_t)held;

    voice->look.heard_frames += held - queued;
    voice->look.queued_frames = queued;
}

static void note_dry(struct voice *voice)
{
    voice->look.dries++;
    voice->look.heard_frames += in_device(voice);
}

static void note_sleep(struct voice *voice)
{
    voice->look.suspends++;
    voice->look.dropped_frames += in_device(voice);
}

static void end_running(struct voice *voice)
{
    voice->running = false;
    voice->look.running = false;
    voice->look.queued_frames = 0;
    voice->news = true;
    if (!bj_alsa_drop(voice->alsa))
        atomic_store(&voice->gone, true);
}

/* Frames that are not due yet wait in the ring, and count as queued. */
static void look_at_pacer(struct voice *voice)
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

static void look_at_device(struct voice *voice)
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

static void take_a_look(struct voice *voice)
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
        ring_bell(voice->news_fd);
    voice->news = false;
}

/* ---- The thread: frames -------------------------------------------------------------- */

static uint64_t due_frames(const struct voice *voice, uint64_t written)
{
    uint64_t due;

    if (!voice->clockless)
        return written;
    if (!voice->running)
        return 0;
    due = voice->paced_from + bj_pacer_played(&voice->pacer, bj_clock_ns()) + 1;
    return due < written ? due : written;
}

static void move_frames(struct voice *voice)
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

static void start(struct voice *voice)
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

static void drop(struct voice *voice)
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

static void work(struct voice *voice)
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

static bool is_open(uint32_t session)
{
    return session % 2 == 1;
}

/* Plays nothing for a moment: what has swallowed it at once has no clock. */
static bool swallows_at_once(struct voice *voice)
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

static enum bj_status open_device(struct voice *voice)
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

static void play_dark(struct voice *voice)
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

static void close_device(struct voice *voice)
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
static void adopt_priority(const struct voice *voice)
{
    const struct sched_param param = {.sched_priority = atomic_load(&voice->priority)};

    (void)sched_setscheduler(0, atomic_load(&voice->policy), &param);
}

static void open_session(struct voice *voice)
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
    ring_bell(voice->news_fd);
}

static void follow_sessions(struct voice *voice)
{
    uint32_t wanted = atomic_load(&voice->wanted);

    if (wanted == voice->session)
        return;
    close_device(voice);
    voice->session = wanted;
    if (is_open(wanted))
        open_session(voice);
}

static int pause_ms(const struct voice *voice)
{
    if (!voice->running)
        return -1;
    return voice->clockless ? PACE_MS : LOOK_MS;
}

static void *run(void *user)
{
    struct voice *voice = user;

    while (!atomic_load(&voice->ending)) {
        follow_sessions(voice);
        if (voice->alsa && voice->ring)
            work(voice);
        sleep_ms(voice, pause_ms(voice));
    }
    close_device(voice);
    return NULL;
}

/* ---- The engine's side --------------------------------------------------------------- */

static struct voice *of(const struct bj_pcm *pcm, int handle)
{
    const struct pcms *pcms = (const struct pcms *)pcm;

    for (int k = 0; k < HANDLES; k++) {
        struct voice *voice = atomic_load(&pcms->voices[k]);
        if (voice && voice->news_fd == handle)
            return voice;
    }
    return NULL;
}

static void open(struct bj_pcm *pcm, int handle, uint32_t rate_hz)
{
    struct voice *voice = of(pcm, handle);
    struct sched_param param = {0};
    uint32_t wanted = atomic_load(&voice->wanted);

    (void)sched_getparam(0, &param);
    atomic_store(&voice->priority, param.sched_priority);
    atomic_store(&voice->policy, sched_getscheduler(0));
    atomic_store(&voice->rate_hz, rate_hz);
    atomic_store(&voice->wanted, wanted + (is_open(wanted) ? 2 : 1));
    ring_bell(voice->wake_fd);
}

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_setup *setup)
{
    struct voice *voice = of(pcm, handle);

    silence_bell(voice->news_fd);
    if (atomic_load(&voice->opened) != atomic_load(&voice->wanted))
        return BJ_WOULD_BLOCK;
    *setup = voice->setup;
    return voice->status;
}

static enum bj_status write_frames(struct bj_pcm *pcm, int handle, const void *frames,
                                   uint32_t count, uint32_t *written)
{
    struct voice *voice = of(pcm, handle);
    uint32_t size = voice->setup.buffer_frames;
    uint64_t to = atomic_load(&voice->written);
    uint64_t room = size - (to - atomic_load(&voice->moved));
    const uint8_t *from = frames;

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
    ring_bell(voice->wake_fd);
    return BJ_OK;
}

static void start_playing(struct bj_pcm *pcm, int handle)
{
    struct voice *voice = of(pcm, handle);

    atomic_fetch_add(&voice->starts, 1);
    ring_bell(voice->wake_fd);
}

static void drop_frames(struct bj_pcm *pcm, int handle)
{
    struct voice *voice = of(pcm, handle);

    atomic_store(&voice->drop_mark, atomic_load(&voice->written));
    atomic_fetch_add(&voice->drops, 1);
    ring_bell(voice->wake_fd);
}

static enum bj_status newest_look(struct bj_pcm *pcm, int handle, struct bj_pcm_look *look)
{
    struct voice *voice = of(pcm, handle);

    silence_bell(voice->news_fd);
    if (atomic_load(&voice->handed) & FRESH)
        voice->engine_look = atomic_exchange(&voice->handed, voice->engine_look) & ~FRESH;
    *look = voice->looks[voice->engine_look];
    return atomic_load(&voice->gone) ? BJ_DISCONNECTED : BJ_OK;
}

static void close_pcm(struct bj_pcm *pcm, int handle, const void *dark_frame)
{
    struct voice *voice = of(pcm, handle);
    uint32_t wanted = atomic_load(&voice->wanted);

    if (!is_open(wanted))
        return;
    if (dark_frame)
        memcpy(voice->dark, dark_frame, voice->frame_bytes);
    atomic_store(&voice->dark_known, dark_frame != NULL);
    atomic_store(&voice->wanted, wanted + 1);
    ring_bell(voice->wake_fd);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void release(struct voice *voice)
{
    if (voice->wake_fd >= 0)
        close(voice->wake_fd);
    if (voice->news_fd >= 0)
        close(voice->news_fd);
    free(voice);
}

static struct voice *create_voice(const struct bj_pcm_wish *wish)
{
    struct voice *voice = calloc(1, sizeof *voice);

    if (voice == NULL)
        return NULL;
    voice->wish = *wish;
    voice->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    voice->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    voice->thread_look = 0;
    atomic_init(&voice->handed, 1);
    voice->engine_look = 2;
    if (voice->wake_fd >= 0 && voice->news_fd >= 0 &&
        pthread_create(&voice->thread, NULL, run, voice) == 0)
        return voice;
    release(voice);
    return NULL;
}

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_wish *wish,
                             int *handle)
{
    struct pcms *pcms = (struct pcms *)pcm;
    struct voice *voice;
    int place = 0;

    while (place < HANDLES && atomic_load(&pcms->voices[place]))
        place++;
    voice = place < HANDLES ? create_voice(wish) : NULL;
    if (voice == NULL)
        return BJ_NO_MEMORY;
    atomic_store(&pcms->voices[place], voice);
    *handle = voice->news_fd;
    return BJ_OK;
}

static void destroy(struct bj_pcm *pcm, int handle)
{
    struct pcms *pcms = (struct pcms *)pcm;

    for (int k = 0; k < HANDLES; k++) {
        struct voice *voice = atomic_load(&pcms->voices[k]);
        if (voice == NULL || voice->news_fd != handle)
            continue;
        atomic_store(&voice->ending, true);
        ring_bell(voice->wake_fd);
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
