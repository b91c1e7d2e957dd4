/* SPDX-License-Identifier: MIT */
#include "record/record.h"

#include "record/points_writer.h"
#include "session/notice.h"
#include "session/paced_queue.h"
#include "session/system_error.h"

#include <errno.h>
#include <string.h>

#define CHUNK_POINTS 1024
#define RING_POINTS 16384u /* a power of two */
#define BATCH_POINTS 256

static const char prefix[] = "record:";

struct record {
    struct bj_dac base;
    struct bj_paced_queue queue;
    struct bj_points_writer *writer;
    uint64_t unwritten; /* the disk was too slow for these */
    uint64_t unwritten_told;
    struct bj_point ring[RING_POINTS];
};

static const struct bj_dac_caps record_caps = {
    .model = BJ_MODEL_FIFO,
    .min_pps = BJ_PACED_MIN_PPS,
    .max_pps = BJ_PACED_MAX_PPS,
    .capacity_points = RING_POINTS,
    .min_points_per_chunk = 1,
    .max_points_per_chunk = CHUNK_POINTS,
    .reports_level = true,
    .intensity_line = true,
    .target_buffer_ns = 50 * BJ_NS_PER_MS,
    .min_buffer_ns = 10 * BJ_NS_PER_MS,
};

/* ---- Life ---------------------------------------------------------------------------- */

static bool accepts_id(const char *id)
{
    return strncmp(id, prefix, sizeof prefix - 1) == 0 && id[sizeof prefix - 1] != '\0';
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct record *dac = instance;
    const char *path = config->id + sizeof prefix - 1;

    if (!accepts_id(config->id))
        return BJ_BAD_ARGUMENT;
    dac->writer = bj_points_writer_create(path);
    if (dac->writer == NULL)
        return bj_system_status(errno);
    dac->base.caps = record_caps;
    dac->queue.dac = &dac->base;
    dac->queue.capacity = RING_POINTS;
    bj_dac_set_name(&dac->base, "Recorder to %s", path);
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
    enum bj_status status =
        bj_paced_queue_open(&dac->queue, now_ns, pps, begin_points, BJ_DAC_CONNECTING);

    if (status == BJ_OK)
        bj_points_writer_open(dac->writer, pps);
    return status;
}

/* ---- Playing ------------------------------------------------------------------------- */

static int16_t coordinate(float v)
{
    float clamped = v > -1.0F ? (v < 1.0F ? v : 1.0F) : -1.0F;

    return (int16_t)(clamped * 32767.0F + (clamped < 0 ? -0.5F : 0.5F));
}

static struct bj_played_point played_point(const struct record *dac, uint64_t index)
{
    const struct bj_point *point = &dac->ring[index % RING_POINTS];
    struct bj_light light = bj_round_light(point, 65535);

    return (struct bj_played_point){
        .time_ns = bj_paced_queue_time_ns(&dac->queue, index),
        .x = coordinate(point->x),
        .y = coordinate(point->y),
        .r = light.r,
        .g = light.g,
        .b = light.b,
        .i = light.i,
    };
}

static void write_out(struct record *dac, uint64_t from, uint64_t end)
{
    struct bj_played_point batch[BATCH_POINTS];

    while (from < end) {
        uint32_t count = 0;
        while (count < BATCH_POINTS && from < end)
            batch[count++] = played_point(dac, from++);
        if (!bj_points_writer_put(dac->writer, batch, count))
            dac->unwritten += count;
    }
}

static void play(struct record *dac, int64_t now_ns)
{
    write_out(dac, dac->queue.played, bj_paced_queue_due(&dac->queue, now_ns));
    bj_paced_queue_play(&dac->queue, now_ns);
}

/* ---- Service ------------------------------------------------------------------------- */

static enum bj_status check_file(struct record *dac, int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = bj_points_writer_status(dac->writer);

    if (status == BJ_WOULD_BLOCK) {
        bj_wait_until(wait, now_ns + BJ_NS_PER_MS);
        return BJ_OK;
    }
    if (status != BJ_OK) {
        (void)bj_dac_tell(&dac->base, status, "the file cannot be written: %s",
                          bj_strerror(status));
        return BJ_UNSUPPORTED; /* trying again would not make it better */
    }
    if (dac->queue.state == BJ_DAC_CONNECTING)
        dac->queue.state = BJ_DAC_READY;
    return BJ_OK;
}

static void tell_unwritten(struct record *dac)
{
    if (dac->unwritten == dac->unwritten_told)
        return;
    dac->unwritten_told = dac->unwritten;
    (void)bj_dac_tell(&dac->base, BJ_IO_ERROR, "the disk is too slow, points are missing");
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct record *dac = instance;
    enum bj_status result = check_file(dac, now_ns, wait);

    if (result != BJ_OK)
        return result;
    play(dac, now_ns);
    tell_unwritten(dac);
    bj_paced_queue_service(&dac->queue, now_ns, status, wait);
    return BJ_OK;
}

/* ---- Points -------------------------------------------------------------------------- */

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct record *dac = instance;
    uint64_t first;

    if (chunk->pps != dac->queue.pacer.pps) /* what played at the old rate has its times */
        play(dac, now_ns);
    first = dac->queue.taken;
    *taken = bj_paced_queue_take(&dac->queue, now_ns, chunk->count, chunk->pps);
    for (uint32_t i = 0; i < *taken; i++)
        dac->ring[(first + i) % RING_POINTS] = chunk->points[i];
    return *taken > 0 ? BJ_OK : BJ_WOULD_BLOCK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct record *dac = instance;

    if (open)
        return;
    play(dac, now_ns);
    bj_paced_queue_flush(&dac->queue);
}

static void stop(void *instance, int64_t now_ns)
{
    struct record *dac = instance;

    shutter(dac, now_ns, false);
    dac->queue.state = BJ_DAC_STOPPED;
}

static void disconnect(void *instance)
{
    struct record *dac = instance;

    dac->queue.state = BJ_DAC_CONNECTING;
}

const struct bj_dac_driver bj_record = {
    .name = "record",
    .title = "Recorder",
    .id_form = "record:FILE",
    .instance_size = sizeof(struct record),
    .accepts_id = accepts_id,
    .init = init,
    .finish = finish,
    .connect = connect,
    .service = service,
    .write = write,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};
