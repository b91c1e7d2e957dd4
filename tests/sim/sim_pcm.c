/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "sim_pcm.h"

#include "sim_random.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HANDLE 500
#define SNAPSHOT_NS                                                                        \
    (10 * BJ_NS_PER_MS) /* how often it takes one by itself while running                  \
                         */
#define DARK_NS (10 * BJ_NS_PER_MS)
#define MOST_BUFFER 200000u

enum asked { OPEN, MOVE, START, DROP, CLOSE, SNAPSHOT, ASKED };

struct sim_pcm {
    struct bj_pcm base;
    struct sim_pcm_config config;
    struct sim_pcm_counters counters;
    struct sim_random random;
    int64_t now_ns;
    int handles;

    int64_t due_ns[ASKED]; /* BJ_NEVER: not asked for */
    struct bj_pcm_request request;
    uint32_t requested_rate_hz;
    struct bj_pcm_actual actual;
    bool open, news, present, hung, lying;
    enum bj_status refusal, open_status;

    uint8_t *ring;           /* written frames, by their number modulo buffer_frames */
    uint64_t written, moved; /* since open */
    uint64_t heard;
    uint64_t position; /* number of the next frame at the connector */
    bool running, dark_known;
    int64_t tick_base_ns;
    uint64_t tick_base;
    uint8_t dark[BJ_PCM_FRAME_BYTES];
    uint32_t frame_bytes;
    struct bj_pcm_snapshot snapshot;
};

static struct sim_pcm *of(struct bj_pcm *pcm)
{
    return (struct sim_pcm *)pcm;
}

static void earlier(int64_t *due_ns, int64_t at_ns)
{
    if (at_ns < *due_ns)
        *due_ns = at_ns;
}

static void ask(struct sim_pcm *sim, enum asked what)
{
    earlier(&sim->due_ns[what],
            sim->now_ns + (what == OPEN ? sim->config.open_ns : sim->config.hop_ns));
}

/* ---- Samples ------------------------------------------------------------------------- */

static uint32_t bytes_of(enum bj_pcm_format format)
{
    return format == BJ_PCM_S16 ? 2 : format == BJ_PCM_S24_PACKED ? 3 : 4;
}

static double sample(const uint8_t *bytes, enum bj_pcm_format format)
{
    uint32_t size = bytes_of(format), word = 0;
    uint32_t used = format == BJ_PCM_S24 ? 3 : size;
    float real;

    for (uint32_t k = 0; k < used; k++)
        word |= (uint32_t)bytes[k] << 8 * (k + 4 - used);
    if (format == BJ_PCM_FLOAT) {
        memcpy(&real, &word, sizeof real);
        return (double)real;
    }
    return (double)(int32_t)word / (double)(0x7fffffff - ((1u << (32 - 8 * used)) - 1));
}

static void sound(struct sim_pcm *sim, const uint8_t *frame, int64_t time_ns, bool own)
{
    double samples[SIM_PCM_CHANNELS];
    uint32_t size = bytes_of(sim->actual.format);

    for (uint32_t c = 0; c < sim->actual.channels; c++)
        samples[c] = sample(frame + c * size, sim->actual.format);
    if (sim->config.heard)
        sim->config.heard(sim->config.user, time_ns, samples, own);
}

/* ---- Playing ------------------------------------------------------------------------- */

static int64_t tick_ns(const struct sim_pcm *sim, uint64_t position)
{
    return sim->tick_base_ns +
           (int64_t)ceil((double)(position - sim->tick_base) * 1e9 / sim->actual.rate_hz /
                         (1 + sim->config.skew_ppm / 1e6));
}

/* The thread may be interrupted before it gets to the counter; snapshots keep their order.
 */
static int64_t begun_ns(struct sim_pcm *sim, int64_t read_ns)
{
    int64_t begun_ns =
        read_ns - sim_random_upto(&sim->random, sim->config.snapshot_jitter_ns);

    return begun_ns > sim->snapshot.sent_ns ? begun_ns : sim->snapshot.sent_ns;
}

/* Where the counter moves in steps, snapshots do not keep time with them. */
static int64_t until_snapshot_ns(struct sim_pcm *sim)
{
    return sim->config.quantum_frames > 1
               ? BJ_NS_PER_MS + sim_random_upto(&sim->random, SNAPSHOT_NS / 2)
               : SNAPSHOT_NS;
}

static void take_snapshot(struct sim_pcm *sim, int64_t now_ns)
{
    uint32_t quantum = sim->config.quantum_frames;
    uint64_t shown = sim->heard;

    if (quantum > 1 && sim->running)
        shown -= shown % quantum;
    sim->snapshot.received_ns = now_ns + sim->config.ahead_ns;
    sim->snapshot.sent_ns = begun_ns(sim, sim->snapshot.received_ns);
    if (shown > sim->snapshot.heard_frames)
        sim->snapshot.heard_frames = shown;
    sim->snapshot.queued_frames =
        (uint32_t)(sim->moved - sim->snapshot.dropped_frames - sim->snapshot.heard_frames);
    sim->snapshot.running = sim->running;
    sim->due_ns[SNAPSHOT] = sim->running ? now_ns + until_snapshot_ns(sim) : BJ_NEVER;
}

static void end_running(struct sim_pcm *sim, int64_t now_ns)
{
    sim->running = false;
    take_snapshot(sim, now_ns);
    sim->news = true;
}

static void throw_away(struct sim_pcm *sim, uint64_t until)
{
    uint64_t count = until - sim->position;

    sim->position = until;
    sim->snapshot.dropped_frames += count;
    sim->counters.frames_dropped += count;
    if (sim->moved < until)
        sim->moved = until;
}

/* One tick: a frame, or the end. */
static void play_one(struct sim_pcm *sim, int64_t time_ns)
{
    uint64_t at = sim->position % sim->actual.buffer_frames;

    if (sim->position == sim->moved) {
        sim->counters.dries++;
        sim->snapshot.dries++;
        end_running(sim, time_ns);
        return;
    }
    sound(sim, sim->ring + at * sim->frame_bytes, time_ns, false);
    sim->position++;
    sim->heard++;
    sim->counters.frames_heard++;
}

/* ---- What was asked for -------------------------------------------------------------- */

static uint32_t nearest_rate(const struct sim_pcm *sim)
{
    uint32_t requested = sim->requested_rate_hz, best = sim->config.rates[0];

    for (int k = 0; k < SIM_PCM_RATES && sim->config.rates[k]; k++)
        if (fabs((double)sim->config.rates[k] - requested) < fabs((double)best - requested))
            best = sim->config.rates[k];
    return best ? best : requested;
}

static enum bj_status open_now(struct sim_pcm *sim)
{
    uint32_t rate = nearest_rate(sim);
    double frames = (double)sim->request.buffer_ns / 1e9 * rate;

    if (!sim->present || strcmp(sim->request.name, sim->config.name) != 0)
        return BJ_NOT_FOUND;
    if (sim->refusal != BJ_OK)
        return sim->refusal;
    if (sim->config.channels < sim->request.least_channels)
        return BJ_UNSUPPORTED;
    sim->actual = (struct bj_pcm_actual){
        .rate_hz = rate,
        .min_rate_hz = sim->config.rates[0] ? sim->config.rates[0] : 1000,
        .max_rate_hz = 768000,
        .channels = sim->config.channels,
        .format = sim->config.format,
        .buffer_frames = frames < sim->config.most_buffer_frames
                             ? (uint32_t)frames
                             : sim->config.most_buffer_frames,
        .quantum_frames = sim->config.quantum_frames,
        .card = "Simulated card",
    };
    sim->frame_bytes = sim->actual.channels * bytes_of(sim->actual.format);
    sim->snapshot = (struct bj_pcm_snapshot){0};
    sim->written = sim->moved = sim->heard = sim->position = 0;
    sim->open = true;
    sim->counters.opens++;
    return BJ_OK;
}

static void play_dark(struct sim_pcm *sim, int64_t now_ns)
{
    uint32_t count = (uint32_t)((double)DARK_NS / 1e9 * sim->actual.rate_hz);

    for (uint32_t k = 0; k < count; k++) {
        sound(sim, sim->dark, now_ns, true);
        sim->counters.frames_own++;
    }
}

static void close_now(struct sim_pcm *sim, int64_t now_ns)
{
    if (sim->open && sim->present) {
        throw_away(sim, sim->written);
        sim->running = false;
        if (sim->dark_known)
            play_dark(sim, now_ns);
    }
    sim->counters.closes += sim->open;
    sim->open = sim->running = false;
    sim->due_ns[SNAPSHOT] = BJ_NEVER;
}

static void start_now(struct sim_pcm *sim, int64_t now_ns)
{
    sim->counters.starts++;
    sim->moved = sim->written;
    sim->running = sim->present && sim->open && sim->position < sim->moved;
    sim->tick_base = sim->position;
    sim->tick_base_ns =
        now_ns + (int64_t)(sim->config.fifo_frames * 1e9 / sim->actual.rate_hz);
    take_snapshot(sim, now_ns);
    sim->news = true;
}

static void do_now(struct sim_pcm *sim, enum asked what, int64_t now_ns)
{
    sim->due_ns[what] = BJ_NEVER;
    switch (what) {
    case OPEN:
        sim->open_status = open_now(sim);
        sim->news = true;
        break;
    case MOVE:
        sim->moved = sim->written;
        take_snapshot(sim, now_ns);
        break;
    case START:
        start_now(sim, now_ns);
        break;
    case DROP:
        sim->counters.drops++;
        sim->snapshot.drops++;
        throw_away(sim, sim->written);
        end_running(sim, now_ns);
        break;
    case CLOSE:
        close_now(sim, now_ns);
        break;
    case SNAPSHOT:
        take_snapshot(sim, now_ns);
        break;
    case ASKED:
        break;
    }
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t next_tick_ns(const struct sim_pcm *sim)
{
    return sim->running && sim->present && !sim->hung ? tick_ns(sim, sim->position)
                                                      : BJ_NEVER;
}

static enum asked first_due(const struct sim_pcm *sim)
{
    enum asked first = OPEN;

    for (enum asked what = OPEN; what < ASKED; what++)
        if (sim->due_ns[what] < sim->due_ns[first])
            first = what;
    return first;
}

void sim_pcm_advance(struct sim_pcm *sim, int64_t now_ns)
{
    for (;;) {
        enum asked what = first_due(sim);
        int64_t tick = next_tick_ns(sim), due = sim->due_ns[what];

        if (tick > now_ns && due > now_ns)
            break;
        if (tick < due) /* what is asked for at a tick comes before it */
            play_one(sim, tick);
        else
            do_now(sim, what, due);
    }
    sim->now_ns = now_ns;
}

/* Not each frame: only when it will have run dry. */
int64_t sim_pcm_next_event_ns(const struct sim_pcm *sim)
{
    int64_t next = sim->due_ns[first_due(sim)];

    if (next_tick_ns(sim) != BJ_NEVER)
        earlier(&next, tick_ns(sim, sim->moved));
    return next;
}

bool sim_pcm_ready(const struct sim_pcm *sim, const struct bj_wait *wait)
{
    for (int k = 0; k < wait->count; k++)
        if (wait->handles[k].handle == HANDLE && (wait->handles[k].events & BJ_WAIT_READ))
            return sim->news;
    return false;
}

/* ---- What a driver calls ------------------------------------------------------------- */

static enum bj_status create(struct bj_pcm *pcm, const struct bj_pcm_request *request,
                             int *handle)
{
    struct sim_pcm *sim = of(pcm);

    assert(sim->handles == 0);
    sim->request = *request;
    sim->handles++;
    *handle = HANDLE;
    return BJ_OK;
}

static void destroy(struct bj_pcm *pcm, int handle)
{
    struct sim_pcm *sim = of(pcm);

    assert(handle == HANDLE && sim->handles == 1);
    sim->handles--;
}

static void open(struct bj_pcm *pcm, int handle, uint32_t rate_hz)
{
    struct sim_pcm *sim = of(pcm);

    assert(handle == HANDLE);
    sim->requested_rate_hz = rate_hz;
    sim->open_status = BJ_WOULD_BLOCK;
    ask(sim, OPEN);
    if (sim->due_ns[CLOSE] != BJ_NEVER && sim->due_ns[OPEN] <= sim->due_ns[CLOSE])
        sim->due_ns[OPEN] = sim->due_ns[CLOSE] + 1;
}

static enum bj_status opened(struct bj_pcm *pcm, int handle, struct bj_pcm_actual *actual)
{
    struct sim_pcm *sim = of(pcm);

    assert(handle == HANDLE);
    sim->news = false;
    *actual = sim->actual;
    return sim->open_status;
}

static enum bj_status write(struct bj_pcm *pcm, int handle, const void *frames,
                            uint32_t count, uint32_t *written)
{
    struct sim_pcm *sim = of(pcm);
    const uint8_t *from = frames;
    uint64_t room = sim->actual.buffer_frames - (sim->written - sim->position);

    assert(handle == HANDLE && sim->open && sim->due_ns[DROP] == BJ_NEVER);
    sim->counters.overruns += count > room;
    if (room == 0)
        return BJ_WOULD_BLOCK;
    if (count > room)
        count = (uint32_t)room;
    for (uint32_t k = 0; k < count; k++, from += sim->frame_bytes)
        memcpy(sim->ring + sim->written++ % sim->actual.buffer_frames * sim->frame_bytes,
               from, sim->frame_bytes);
    sim->counters.frames_written += count;
    *written = count;
    ask(sim, MOVE);
    return BJ_OK;
}

static void start(struct bj_pcm *pcm, int handle)
{
    assert(handle == HANDLE);
    ask(of(pcm), START);
}

static void drop(struct bj_pcm *pcm, int handle)
{
    struct sim_pcm *sim = of(pcm);

    assert(handle == HANDLE);
    ask(sim, DROP);
    sim->due_ns[START] = sim->due_ns[MOVE] = BJ_NEVER;
}

static void lie(struct sim_pcm *sim, struct bj_pcm_snapshot *snapshot)
{
    uint64_t random = sim_random_next(&sim->random);

    switch (random % 5) {
    case 0:
        snapshot->heard_frames = random >> (random >> 8) % 64;
        break;
    case 1:
        snapshot->queued_frames = (uint32_t)(random >> 32);
        break;
    case 2:
        snapshot->dropped_frames = random >> 20;
        break;
    case 3:
        snapshot->drops = (uint32_t)(random >> 32);
        break;
    default:
        snapshot->sent_ns = (int64_t)random;
        break;
    }
}

static enum bj_status snapshot(struct bj_pcm *pcm, int handle,
                               struct bj_pcm_snapshot *snapshot)
{
    struct sim_pcm *sim = of(pcm);

    assert(handle == HANDLE);
    sim->news = false;
    *snapshot = sim->snapshot;
    if (sim->lying)
        lie(sim, snapshot);
    return sim->present ? BJ_OK : BJ_DISCONNECTED;
}

static void close(struct bj_pcm *pcm, int handle, const void *dark_frame)
{
    struct sim_pcm *sim = of(pcm);

    assert(handle == HANDLE);
    sim->dark_known = dark_frame != NULL;
    if (dark_frame)
        memcpy(sim->dark, dark_frame, sim->frame_bytes);
    for (enum asked what = OPEN; what < ASKED; what++)
        sim->due_ns[what] = BJ_NEVER;
    sim->open_status = BJ_WOULD_BLOCK;
    ask(sim, CLOSE);
}

static const struct bj_pcm_ops ops = {
    .create = create,
    .destroy = destroy,
    .open = open,
    .opened = opened,
    .write = write,
    .start = start,
    .drop = drop,
    .snapshot = snapshot,
    .close = close,
};

/* ---- The simulator ------------------------------------------------------------------- */

struct sim_pcm_config sim_pcm_defaults(void)
{
    return (struct sim_pcm_config){
        .name = "hw:2,0",
        .rates = {44100, 48000, 88200, 96000, 176400, 192000},
        .channels = 8,
        .format = BJ_PCM_S24,
        .most_buffer_frames = 65536,
        .quantum_frames = 1,
        .open_ns = 20 * BJ_NS_PER_MS,
        .hop_ns = 100 * 1000,
    };
}

struct sim_pcm *sim_pcm_create(const struct sim_pcm_config *config, int64_t now_ns)
{
    struct sim_pcm *sim = calloc(1, sizeof *sim);

    if (!sim)
        return NULL;
    sim->base.ops = &ops;
    sim->config = *config;
    sim->random.state = config->seed;
    sim->now_ns = now_ns;
    sim->present = true;
    sim->open_status = BJ_WOULD_BLOCK;
    for (enum asked what = OPEN; what < ASKED; what++)
        sim->due_ns[what] = BJ_NEVER;
    sim->ring = calloc(MOST_BUFFER, BJ_PCM_FRAME_BYTES);
    assert(config->most_buffer_frames <= MOST_BUFFER && config->quantum_frames >= 1);
    if (sim->ring)
        return sim;
    free(sim);
    return NULL;
}

void sim_pcm_destroy(struct sim_pcm *sim)
{
    if (!sim)
        return;
    free(sim->ring);
    free(sim);
}

struct bj_pcm *sim_pcm_base(struct sim_pcm *sim)
{
    return &sim->base;
}

int sim_pcm_handles(const struct sim_pcm *sim)
{
    return sim->handles;
}

bool sim_pcm_is_open(const struct sim_pcm *sim)
{
    return sim->open;
}

struct sim_pcm_counters sim_pcm_counters(const struct sim_pcm *sim)
{
    return sim->counters;
}

struct bj_pcm_actual sim_pcm_actual(const struct sim_pcm *sim)
{
    return sim->actual;
}

/* ---- Faults -------------------------------------------------------------------------- */

void sim_pcm_unplug(struct sim_pcm *sim)
{
    sim->present = false;
    sim->news = true;
    sim->running = false;
}

void sim_pcm_plug(struct sim_pcm *sim)
{
    sim->present = true;
    sim->hung = sim->lying = false;
    sim->refusal = BJ_OK;
}

void sim_pcm_refuse(struct sim_pcm *sim, enum bj_status status)
{
    sim->refusal = status;
}

void sim_pcm_suspend(struct sim_pcm *sim)
{
    if (!sim->running)
        return;
    sim->snapshot.suspends++;
    throw_away(sim, sim->moved);
    end_running(sim, sim->now_ns);
}

void sim_pcm_hang(struct sim_pcm *sim)
{
    sim->hung = true;
}

void sim_pcm_lie(struct sim_pcm *sim)
{
    sim->lying = true;
    sim->news = true;
}
