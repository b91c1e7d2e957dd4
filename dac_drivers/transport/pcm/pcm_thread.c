/* SPDX-License-Identifier: MIT
 *
 * The thread behind a PCM. Everything ALSA does happens here.
 */
#include "transport/pcm/pcm_thread.h"

#include <beamjack/dacs.h>

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SNAPSHOT_MS 10 /* while it plays, a snapshot at least this often */
#define PACE_MS 2      /* a PCM without a clock gets its frames this often */
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

static void sleep_ms(struct pcm_thread *thread, int ms)
{
    struct pollfd waiting = {.fd = thread->wake_fd, .events = POLLIN};

    if (poll(&waiting, 1, ms) > 0)
        pcm_bell_silence(thread->wake_fd);
}

/* ---- The thread: snapshots ----------------------------------------------------------- */

static uint64_t in_device(const struct pcm_thread *thread)
{
    return atomic_load(&thread->moved) - thread->snapshot.heard_frames -
           thread->snapshot.dropped_frames;
}

static void publish(struct pcm_thread *thread)
{
    thread->snapshots[thread->own_snapshot] = thread->snapshot;
    thread->own_snapshot =
        atomic_exchange(&thread->handed, thread->own_snapshot | PCM_FRESH) & ~PCM_FRESH;
}

static void note_heard(struct pcm_thread *thread, uint32_t delay_frames)
{
    uint64_t held = in_device(thread);
    uint32_t queued = delay_frames < held ? delay_frames : (uint32_t)held;

    thread->snapshot.heard_frames += held - queued;
    thread->snapshot.queued_frames = queued;
}

static void note_dry(struct pcm_thread *thread)
{
    thread->snapshot.dries++;
    thread->snapshot.heard_frames += in_device(thread);
}

static void note_sleep(struct pcm_thread *thread)
{
    thread->snapshot.suspends++;
    thread->snapshot.dropped_frames += in_device(thread);
}

static void end_running(struct pcm_thread *thread)
{
    thread->running = false;
    thread->snapshot.running = false;
    thread->snapshot.queued_frames = 0;
    thread->news = true;
    if (!bj_alsa_drop(thread->alsa))
        atomic_store(&thread->gone, true);
}

/* Frames that are not due yet wait in the ring, and count as queued. */
static void query_pacer(struct pcm_thread *thread)
{
    uint64_t waiting = atomic_load(&thread->written) - atomic_load(&thread->moved);

    note_heard(thread, 0);
    thread->snapshot.queued_frames = (uint32_t)waiting;
    if (waiting > 0 ||
        thread->paced_from + bj_pacer_played(&thread->pacer, bj_clock_ns()) <=
            atomic_load(&thread->moved))
        return;
    note_dry(thread);
    end_running(thread);
}

static void query_device(struct pcm_thread *thread)
{
    uint32_t delay_frames = 0;
    enum bj_alsa_state state = bj_alsa_query(thread->alsa, &delay_frames);

    if (state == BJ_ALSA_GONE) {
        atomic_store(&thread->gone, true);
        thread->news = true;
    } else if (state == BJ_ALSA_SUSPENDED) {
        note_sleep(thread);
        end_running(thread);
    } else if (state == BJ_ALSA_RUNNING) {
        note_heard(thread, delay_frames);
    } else if (thread->running) {
        note_dry(thread);
        end_running(thread);
    } else {
        thread->snapshot.queued_frames = (uint32_t)in_device(thread);
    }
}

static void take_snapshot(struct pcm_thread *thread)
{
    thread->snapshot.sent_ns = bj_clock_ns();
    if (thread->clockless && thread->running)
        query_pacer(thread);
    else
        query_device(thread);
    thread->snapshot.received_ns = bj_clock_ns();
    thread->snapshot.running = thread->running;
    publish(thread);
    if (thread->news)
        pcm_bell_ring(thread->news_fd);
    thread->news = false;
}

/* ---- The thread: frames -------------------------------------------------------------- */

static uint64_t due_frames(const struct pcm_thread *thread, uint64_t written)
{
    uint64_t due;

    if (!thread->clockless)
        return written;
    if (!thread->running)
        return 0;
    due = thread->paced_from + bj_pacer_played(&thread->pacer, bj_clock_ns()) + 1;
    return due < written ? due : written;
}

static void move_frames(struct pcm_thread *thread)
{
    uint64_t from = atomic_load(&thread->moved);
    uint64_t to = due_frames(thread, atomic_load(&thread->written));
    uint32_t size = thread->actual.buffer_frames;

    while (from < to) {
        uint32_t at = (uint32_t)(from % size);
        uint64_t count = to - from < size - at ? to - from : size - at;
        uint32_t taken = bj_alsa_write(
            thread->alsa, thread->ring + (size_t)at * thread->frame_bytes, (uint32_t)count);
        if (taken == 0)
            return;
        from += taken;
        atomic_store(&thread->moved, from);
    }
}

static void start(struct pcm_thread *thread)
{
    thread->running = true;
    thread->paced_from = atomic_load(&thread->moved);
    thread->pacer = (struct bj_pacer){.start_ns = bj_clock_ns(),
                                      .pps = (uint32_t)(thread->actual.rate_hz + 0.5)};
    if (!bj_alsa_start(thread->alsa)) {
        note_sleep(thread); /* it takes no part: what it has is lost */
        end_running(thread);
    }
    thread->news = true;
}

static void drop(struct pcm_thread *thread)
{
    uint64_t mark = atomic_load(&thread->drop_mark);
    uint64_t moved = atomic_load(&thread->moved);

    take_snapshot(thread);
    thread->snapshot.drops = atomic_load(&thread->drops);
    thread->snapshot.dropped_frames += in_device(thread) + (mark - moved);
    atomic_store(&thread->moved, mark);
    end_running(thread);
    take_snapshot(thread);
}

static void work(struct pcm_thread *thread)
{
    uint32_t starts = atomic_load(&thread->starts);

    if (atomic_load(&thread->gone))
        return;
    if (atomic_load(&thread->drops) != thread->snapshot.drops) {
        thread->starts_done = starts; /* what was to start is dropped */
        drop(thread);
    }
    move_frames(thread);
    if (starts != thread->starts_done) {
        thread->starts_done = starts;
        start(thread);
        move_frames(thread);
    }
    take_snapshot(thread);
}

/* ---- The thread: opening and closing ------------------------------------------------- */

bool pcm_session_is_open(uint32_t session)
{
    return session % 2 == 1;
}

/* Plays nothing for a moment: what has swallowed it at once has no clock. */
static bool swallows_at_once(struct pcm_thread *thread)
{
    uint32_t delay_frames = 0, taken;
    uint8_t *silence = calloc(PROBE_FRAMES, thread->frame_bytes);
    enum bj_alsa_state state = BJ_ALSA_READY;

    if (silence == NULL)
        return false;
    taken = bj_alsa_write(thread->alsa, silence, PROBE_FRAMES);
    if (taken > 0 && bj_alsa_start(thread->alsa))
        state = bj_alsa_query(thread->alsa, &delay_frames);
    free(silence);
    (void)bj_alsa_drop(thread->alsa);
    return state == BJ_ALSA_RUNNING && delay_frames == 0;
}

static enum bj_status open_device(struct pcm_thread *thread)
{
    static const uint32_t bytes[] = {[BJ_PCM_S32] = 4,
                                     [BJ_PCM_S24] = 4,
                                     [BJ_PCM_S24_PACKED] = 3,
                                     [BJ_PCM_FLOAT] = 4,
                                     [BJ_PCM_S16] = 2};
    struct bj_pcm_actual *actual = &thread->actual;
    enum bj_status status = bj_alsa_open(&thread->request, atomic_load(&thread->rate_hz),
                                         actual, &thread->alsa);

    if (status != BJ_OK)
        return status;
    thread->frame_bytes = actual->channels * bytes[actual->format];
    thread->ring = calloc(actual->buffer_frames, thread->frame_bytes);
    if (thread->ring == NULL)
        return BJ_NO_MEMORY;
    thread->clockless = swallows_at_once(thread);
    return BJ_OK;
}

static void play_dark(struct pcm_thread *thread)
{
    uint32_t count = (uint32_t)(thread->actual.rate_hz * DARK_MS / 1000);

    if (count > thread->actual.buffer_frames)
        count = thread->actual.buffer_frames;
    for (uint32_t k = 0; k < count; k++)
        memcpy(thread->ring + (size_t)k * thread->frame_bytes, thread->dark,
               thread->frame_bytes);
    if (bj_alsa_drop(thread->alsa) &&
        bj_alsa_write(thread->alsa, thread->ring, count) > 0 && bj_alsa_start(thread->alsa))
        usleep(DARK_MS * 1000);
}

static void close_device(struct pcm_thread *thread)
{
    if (thread->alsa && thread->ring && atomic_load(&thread->dark_known) &&
        !atomic_load(&thread->gone))
        play_dark(thread);
    bj_alsa_close(thread->alsa);
    free(thread->ring);
    thread->alsa = NULL;
    thread->ring = NULL;
    thread->running = false;
}

/* As urgent as the thread that plays through it. */
static void adopt_priority(const struct pcm_thread *thread)
{
    const struct sched_param param = {.sched_priority = atomic_load(&thread->priority)};

    (void)sched_setscheduler(0, atomic_load(&thread->policy), &param);
}

static void open_session(struct pcm_thread *thread)
{
    adopt_priority(thread);
    thread->snapshot = (struct bj_pcm_snapshot){.drops = atomic_load(&thread->drops)};
    thread->starts_done = atomic_load(&thread->starts);
    atomic_store(&thread->written, 0); /* the engine writes again once it is opened */
    atomic_store(&thread->moved, 0);
    atomic_store(&thread->gone, false);
    thread->status = open_device(thread);
    if (thread->status == BJ_OK)
        publish(thread);
    atomic_store(&thread->opened, thread->session);
    pcm_bell_ring(thread->news_fd);
}

static void follow_sessions(struct pcm_thread *thread)
{
    uint32_t wanted = atomic_load(&thread->wanted);

    if (wanted == thread->session)
        return;
    close_device(thread);
    thread->session = wanted;
    if (pcm_session_is_open(wanted))
        open_session(thread);
}

/* Where the counter moves in steps, snapshots do not keep time with them: each falls
 * elsewhere in a step, and together they find its ends. */
static int pause_ms(struct pcm_thread *thread)
{
    if (!thread->running)
        return -1;
    if (thread->clockless)
        return PACE_MS;
    if (thread->actual.quantum_frames <= 1)
        return SNAPSHOT_MS;
    return 1 + (int)((++thread->pauses * 0x9e3779b9u >> 16) * (SNAPSHOT_MS / 2) >> 16);
}

void *pcm_thread_run(void *user)
{
    struct pcm_thread *thread = user;

    while (!atomic_load(&thread->ending)) {
        follow_sessions(thread);
        if (thread->alsa && thread->ring)
            work(thread);
        sleep_ms(thread, pause_ms(thread));
    }
    close_device(thread);
    return NULL;
}
