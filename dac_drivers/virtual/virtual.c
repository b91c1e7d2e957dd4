/* SPDX-License-Identifier: MIT
 *
 * The reference driver; docs/DRIVER-GUIDE.md reads it slot by slot.
 *
 * There is no device: `bj_paced_queue` does what the hardware would do by itself.
 */
#include "virtual/virtual.h"

#include "session/notice.h"
#include "session/paced_queue.h"

#include <string.h>

#define CHUNK_POINTS 1024
#define CAPACITY_MS 100
#define CAPACITY_POINTS (BJ_PACED_MAX_PPS / 1000 * CAPACITY_MS)

struct virtual_dac {
    struct bj_dac base; /* every instance begins so */
    struct bj_paced_queue queue;
};

/* ---- What it is: constants ----------------------------------------------------------- */

static const struct bj_dac_caps virtual_caps = {
    .model = BJ_MODEL_FIFO,
    .min_pps = BJ_PACED_MIN_PPS,
    .max_pps = BJ_PACED_MAX_PPS,
    .capacity_points = CAPACITY_POINTS,
    .min_points_per_chunk = 1,
    .max_points_per_chunk = CHUNK_POINTS,
    .reports_level = true,
    .target_buffer_ns = 50 * BJ_NS_PER_MS,
    .min_buffer_ns = 10 * BJ_NS_PER_MS,
};

/* ---- Life: init and connect only note things down ------------------------------------ */

static bool accepts_id(const char *id)
{
    return strcmp(id, "virtual") == 0;
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct virtual_dac *dac = instance;

    (void)config;
    dac->base.caps = virtual_caps;
    bj_dac_set_name(&dac->base, "Virtual DAC (no hardware, plays into nothing)");
    dac->queue.dac = &dac->base;
    dac->queue.capacity = CAPACITY_POINTS;
    return BJ_OK;
}

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct virtual_dac *dac = instance;

    return bj_paced_queue_open(&dac->queue, now_ns, pps, begin_points, BJ_DAC_READY);
}

/* ---- Service: move things, then say how things are ----------------------------------- */

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct virtual_dac *dac = instance;

    bj_paced_queue_play(&dac->queue, now_ns);
    bj_paced_queue_service(&dac->queue, now_ns, status, wait);
    return BJ_OK;
}

/* ---- Points -------------------------------------------------------------------------- */

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct virtual_dac *dac = instance;

    *taken = bj_paced_queue_take(&dac->queue, now_ns, chunk->count, chunk->pps);
    return *taken > 0 ? BJ_OK : BJ_WOULD_BLOCK;
}

/* ---- Darkness ------------------------------------------------------------------------ */

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct virtual_dac *dac = instance;

    if (open)
        return;
    bj_paced_queue_play(&dac->queue, now_ns);
    bj_paced_queue_flush(&dac->queue);
}

static void stop(void *instance, int64_t now_ns)
{
    struct virtual_dac *dac = instance;

    shutter(dac, now_ns, false);
    dac->queue.state = BJ_DAC_STOPPED;
}

static void disconnect(void *instance)
{
    struct virtual_dac *dac = instance;

    dac->queue.state = BJ_DAC_CONNECTING;
}

/* ---- The table ----------------------------------------------------------------------- */

const struct bj_dac_driver bj_virtual = {
    .name = "virtual",
    .title = "Virtual DAC",
    .id_form = "virtual",
    .instance_size = sizeof(struct virtual_dac),
    .accepts_id = accepts_id,
    .init = init,
    .connect = connect,
    .service = service,
    .write = write,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};
