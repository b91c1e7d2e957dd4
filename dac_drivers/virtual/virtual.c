/* SPDX-License-Identifier: MIT
 *
 * The reference driver; docs/DRIVER-GUIDE.md reads it slot by slot.
 *
 * There is no device, so this file plays both parts: the slots are what every driver has,
 * and `play` is what the hardware would do by itself.
 */
#include "virtual.h"

#include "pacer.h"

#include <string.h>

#define MIN_PPS 1000
#define MAX_PPS 500000
#define CHUNK_POINTS 1024
#define CAPACITY_MS 100
#define CAPACITY_POINTS (MAX_PPS / 1000 * CAPACITY_MS)

struct virtual_dac {
    const struct bj_dac_events *events;
    void *engine;
    enum bj_dac_state state;
    uint32_t begin_points;
    struct bj_pacer pacer;
    uint64_t begun_at; /* index of the point the pacer calls 0 */
    uint64_t taken;    /* points accepted since connect, without those thrown away */
    uint64_t played;
};

/* ---- What it is: constants ----------------------------------------------------------- */

static const struct bj_dac_caps virtual_caps = {
    .model = BJ_MODEL_FIFO,
    .min_pps = MIN_PPS,
    .max_pps = MAX_PPS,
    .capacity_points = CAPACITY_POINTS,
    .min_points_per_chunk = 1,
    .max_points_per_chunk = CHUNK_POINTS,
    .reports_level = true,
    .target_buffer_ns = 50 * BJ_NS_PER_MS,
    .min_buffer_ns = 10 * BJ_NS_PER_MS,
};

static const struct bj_dac_caps *caps(const void *instance)
{
    (void)instance;
    return &virtual_caps;
}

static const char *describe(const void *instance)
{
    (void)instance;
    return "Virtual DAC (no hardware, plays into nothing)";
}

/* ---- Life: init and connect only note things down ------------------------------------ */

static bool accepts_id(const char *id)
{
    return strcmp(id, "virtual") == 0;
}

static enum bj_status init(void *instance, const struct bj_dac_config *config,
                           const struct bj_dac_events *events, void *engine)
{
    struct virtual_dac *dac = instance;

    (void)config;
    dac->events = events;
    dac->engine = engine;
    return BJ_OK;
}

static void finish(void *instance)
{
    (void)instance;
}

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct virtual_dac *dac = instance;

    if (pps < MIN_PPS || pps > MAX_PPS)
        return BJ_BAD_ARGUMENT;
    dac->state = BJ_DAC_READY;
    dac->begin_points = begin_points < CAPACITY_POINTS ? begin_points : CAPACITY_POINTS;
    dac->pacer = (struct bj_pacer){.start_ns = now_ns, .pps = pps};
    dac->begun_at = dac->taken = dac->played = 0;
    return BJ_OK;
}

/* ---- The hardware's part ------------------------------------------------------------- */

static uint32_t queued(const struct virtual_dac *dac)
{
    return (uint32_t)(dac->taken - dac->played);
}

static void begin(struct virtual_dac *dac, int64_t now_ns)
{
    dac->state = BJ_DAC_PLAYING;
    dac->pacer.start_ns = now_ns;
    dac->begun_at = dac->played;
}

/* Lets points play up to now. A tick that finds the queue empty ends the playback. */
static void play(struct virtual_dac *dac, int64_t now_ns)
{
    uint64_t due;

    if (dac->state != BJ_DAC_PLAYING)
        return;
    due = dac->begun_at + bj_pacer_played(&dac->pacer, now_ns);
    if (due <= dac->taken) {
        dac->played = due;
        return;
    }
    dac->played = dac->taken;
    dac->state = BJ_DAC_READY;
    dac->events->emptied(dac->engine, 0, true);
}

/* ---- Service: move things, then say how things are ----------------------------------- */

static void report_level(struct virtual_dac *dac, int64_t now_ns)
{
    const struct bj_level_report report = {
        .sent_ns = now_ns,
        .received_ns = now_ns,
        .queued_points = queued(dac),
        .played_points = dac->played,
        .quantum_points = 1,
        .playing = dac->state == BJ_DAC_PLAYING,
        .dry = queued(dac) == 0,
    };

    dac->events->level(dac->engine, &report);
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct virtual_dac *dac = instance;
    bool active;

    play(dac, now_ns);
    if (dac->state == BJ_DAC_READY && queued(dac) > 0 && queued(dac) >= dac->begin_points)
        begin(dac, now_ns);
    active = dac->state == BJ_DAC_READY || dac->state == BJ_DAC_PLAYING;
    if (active)
        report_level(dac, now_ns);
    if (dac->state == BJ_DAC_PLAYING) /* the tick that would find nothing */
        bj_wait_until(wait, bj_pacer_time_ns(&dac->pacer, dac->taken - dac->begun_at + 1));
    *status = (struct bj_dac_status){
        .state = dac->state,
        .room_points = active ? CAPACITY_POINTS - queued(dac) : 0,
    };
    return BJ_OK;
}

/* ---- Points -------------------------------------------------------------------------- */

/* One rate for the whole queue: a new one counts from now on. */
static void change_rate(struct virtual_dac *dac, int64_t now_ns, uint32_t pps)
{
    if (pps == dac->pacer.pps || pps < MIN_PPS || pps > MAX_PPS)
        return;
    dac->pacer = (struct bj_pacer){.start_ns = now_ns, .pps = pps};
    dac->begun_at = dac->played;
}

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct virtual_dac *dac = instance;
    uint32_t room = CAPACITY_POINTS - queued(dac);

    if (room == 0 || (dac->state != BJ_DAC_READY && dac->state != BJ_DAC_PLAYING))
        return BJ_WOULD_BLOCK;
    change_rate(dac, now_ns, chunk->pps);
    *taken = chunk->count < room ? chunk->count : room;
    dac->taken += *taken;
    return BJ_OK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

/* What waits in the queue may be lit: it is thrown away, and the engine told. */
static void flush(struct virtual_dac *dac, int64_t now_ns)
{
    uint32_t lost;

    play(dac, now_ns);
    lost = queued(dac);
    if (dac->state == BJ_DAC_PLAYING)
        dac->state = BJ_DAC_READY;
    dac->taken = dac->played;
    dac->events->emptied(dac->engine, lost, false);
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    if (!open)
        flush(instance, now_ns);
}

static void stop(void *instance, int64_t now_ns)
{
    struct virtual_dac *dac = instance;

    flush(dac, now_ns);
    dac->state = BJ_DAC_STOPPED;
}

static void disconnect(void *instance)
{
    struct virtual_dac *dac = instance;

    dac->state = BJ_DAC_CONNECTING;
}

/* ---- The table ----------------------------------------------------------------------- */

const struct bj_dac_driver bj_virtual = {
    .name = "virtual",
    .title = "Virtual DAC",
    .id_form = "virtual",
    .instance_size = sizeof(struct virtual_dac),
    .accepts_id = accepts_id,
    .init = init,
    .finish = finish,
    .caps = caps,
    .describe = describe,
    .connect = connect,
    .service = service,
    .write = write,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};
