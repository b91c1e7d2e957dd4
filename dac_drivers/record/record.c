/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "points_writer.h"
#include "virtual/pacer.h"

#include <stdio.h>
#include <string.h>

#define MIN_PPS 1000
#define MAX_PPS 500000
#define CHUNK_POINTS 1024
#define QUEUE_POINTS 16384u /* a power of two */
#define BATCH_POINTS 256

static const char prefix[] = "record:";

struct record {
    const struct bj_dac_events *events;
    void *engine;
    struct bj_points_writer *writer;
    char name[256];
    enum bj_dac_state state;
    uint32_t begin_points;
    struct bj_pacer pacer;
    uint64_t begun_at; /* index of the point the pacer calls 0 */
    uint64_t taken, played;
    uint64_t unwritten; /* the disk was too slow for these */
    bool told;
    struct bj_point queue[QUEUE_POINTS];
};

static const struct bj_dac_caps record_caps = {
    .model = BJ_MODEL_FIFO,
    .min_pps = MIN_PPS,
    .max_pps = MAX_PPS,
    .capacity_points = QUEUE_POINTS,
    .min_points_per_chunk = 1,
    .max_points_per_chunk = CHUNK_POINTS,
    .reports_level = true,
    .target_buffer_ns = 50 * BJ_NS_PER_MS,
    .min_buffer_ns = 10 * BJ_NS_PER_MS,
};

static const struct bj_dac_caps *caps(const void *instance)
{
    (void)instance;
    return &record_caps;
}

static const char *describe(const void *instance)
{
    const struct record *dac = instance;

    return dac->name;
}

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    return strncmp(id, prefix, sizeof prefix - 1) == 0 && id[sizeof prefix - 1] != '\0';
}

static enum bj_status init(void *instance, const struct bj_dac_config *config,
                           const struct bj_dac_events *events, void *engine)
{
    struct record *dac = instance;
    const char *path = config->id + sizeof prefix - 1;

    if (!accepts_id(config->id))
        return BJ_BAD_ARGUMENT;
    dac->writer = bj_points_writer_create(path);
    if (dac->writer == NULL)
        return BJ_NO_MEMORY;
    dac->events = events;
    dac->engine = engine;
    (void)snprintf(dac->name, sizeof dac->name, "Recorder to %s", path);
    return BJ_OK;
}

static void finish(void *instance)
{
    struct record *dac = instance;

    bj_points_writer_destroy(dac->writer);
}

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct record *dac = instance;

    if (pps < MIN_PPS || pps > MAX_PPS)
        return BJ_BAD_ARGUMENT;
    bj_points_writer_open(dac->writer, pps);
    dac->state = BJ_DAC_CONNECTING;
    dac->begin_points = begin_points < QUEUE_POINTS ? begin_points : QUEUE_POINTS;
    dac->pacer = (struct bj_pacer){.start_ns = now_ns, .pps = pps};
    dac->begun_at = dac->taken = dac->played = 0;
    return BJ_OK;
}

/* ---- Playing ------------------------------------------------------------------------- */

static uint32_t queued(const struct record *dac)
{
    return (uint32_t)(dac->taken - dac->played);
}

static int16_t coordinate(float v)
{
    float clamped = v > -1.0F ? (v < 1.0F ? v : 1.0F) : -1.0F;

    return (int16_t)(clamped * 32767.0F + (clamped < 0 ? -0.5F : 0.5F));
}

static struct bj_played_point played_point(const struct record *dac, uint64_t index)
{
    const struct bj_point *point = &dac->queue[index % QUEUE_POINTS];

    return (struct bj_played_point){
        .time_ns = bj_pacer_time_ns(&dac->pacer, index - dac->begun_at),
        .x = coordinate(point->x),
        .y = coordinate(point->y),
        .r = point->r,
        .g = point->g,
        .b = point->b,
        .i = point->i,
    };
}

static void write_out(struct record *dac, uint64_t end)
{
    struct bj_played_point batch[BATCH_POINTS];

    while (dac->played < end) {
        uint32_t count = 0;
        while (count < BATCH_POINTS && dac->played < end)
            batch[count++] = played_point(dac, dac->played++);
        if (!bj_points_writer_put(dac->writer, batch, count))
            dac->unwritten += count;
    }
}

static void play(struct record *dac, int64_t now_ns)
{
    uint64_t due;

    if (dac->state != BJ_DAC_PLAYING)
        return;
    due = dac->begun_at + bj_pacer_played(&dac->pacer, now_ns);
    write_out(dac, due < dac->taken ? due : dac->taken);
    if (due <= dac->taken)
        return;
    dac->state = BJ_DAC_READY;
    dac->events->emptied(dac->engine, 0, true);
}

static void begin(struct record *dac, int64_t now_ns)
{
    dac->state = BJ_DAC_PLAYING;
    dac->pacer.start_ns = now_ns;
    dac->begun_at = dac->played;
}

/* ---- Service ------------------------------------------------------------------------- */

static enum bj_status check_file(struct record *dac, int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = bj_points_writer_status(dac->writer);
    char text[320];

    if (status == BJ_WOULD_BLOCK) {
        bj_wait_until(wait, now_ns + BJ_NS_PER_MS);
        return BJ_OK;
    }
    if (status != BJ_OK) {
        (void)snprintf(text, sizeof text, "%s: the file cannot be written: %s", dac->name,
                       bj_strerror(status));
        dac->events->notice(dac->engine, status, text);
        return BJ_UNSUPPORTED; /* trying again would not make it better */
    }
    if (dac->state == BJ_DAC_CONNECTING)
        dac->state = BJ_DAC_READY;
    return BJ_OK;
}

static void tell_unwritten(struct record *dac)
{
    char text[320];

    if (dac->unwritten == 0 || dac->told)
        return;
    dac->told = true;
    (void)snprintf(text, sizeof text, "%s: the disk is too slow, points are missing",
                   dac->name);
    dac->events->notice(dac->engine, BJ_IO_ERROR, text);
}

static void report_level(struct record *dac, int64_t now_ns)
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
    struct record *dac = instance;
    enum bj_status result = check_file(dac, now_ns, wait);
    bool active;

    if (result != BJ_OK)
        return result;
    play(dac, now_ns);
    tell_unwritten(dac);
    if (dac->state == BJ_DAC_READY && queued(dac) > 0 && queued(dac) >= dac->begin_points)
        begin(dac, now_ns);
    active = dac->state == BJ_DAC_READY || dac->state == BJ_DAC_PLAYING;
    if (active)
        report_level(dac, now_ns);
    if (dac->state == BJ_DAC_PLAYING)
        bj_wait_until(wait, bj_pacer_time_ns(&dac->pacer, dac->taken - dac->begun_at + 1));
    *status = (struct bj_dac_status){
        .state = dac->state,
        .room_points = active ? QUEUE_POINTS - queued(dac) : 0,
    };
    return BJ_OK;
}

/* ---- Points -------------------------------------------------------------------------- */

static void change_rate(struct record *dac, int64_t now_ns, uint32_t pps)
{
    if (pps == dac->pacer.pps || pps < MIN_PPS || pps > MAX_PPS)
        return;
    play(dac, now_ns);
    dac->pacer = (struct bj_pacer){.start_ns = now_ns, .pps = pps};
    dac->begun_at = dac->played;
}

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct record *dac = instance;
    uint32_t room = QUEUE_POINTS - queued(dac);

    if (room == 0 || (dac->state != BJ_DAC_READY && dac->state != BJ_DAC_PLAYING))
        return BJ_WOULD_BLOCK;
    change_rate(dac, now_ns, chunk->pps);
    *taken = chunk->count < room ? chunk->count : room;
    for (uint32_t i = 0; i < *taken; i++)
        dac->queue[(dac->taken + i) % QUEUE_POINTS] = chunk->points[i];
    dac->taken += *taken;
    return BJ_OK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void flush(struct record *dac, int64_t now_ns)
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
    struct record *dac = instance;

    flush(dac, now_ns);
    dac->state = BJ_DAC_STOPPED;
}

static void disconnect(void *instance)
{
    struct record *dac = instance;

    dac->state = BJ_DAC_CONNECTING;
}

const struct bj_dac_driver bj_record = {
    .name = "record",
    .title = "Recorder",
    .id_form = "record:FILE",
    .instance_size = sizeof(struct record),
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
