/* SPDX-License-Identifier: MIT */
#include "fake_dac.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct instance {
    struct bj_dac base;
    struct fake_dac *dac;
};

void fake_dac_init(struct fake_dac *dac)
{
    memset(dac, 0, sizeof *dac);
    dac->caps = (struct bj_dac_caps){
        .model = BJ_MODEL_FIFO,
        .min_pps = 1000,
        .max_pps = 100000,
        .default_pps = 30000,
        .capacity_points = 2000,
        .min_points_per_chunk = 1,
        .max_points_per_chunk = 200,
        .reports_level = true,
        .target_buffer_ns = 50 * BJ_NS_PER_MS,
        .min_buffer_ns = 10 * BJ_NS_PER_MS,
    };
    dac->report_every_service = true;
    dac->confirms_stop = true;
    dac->fault_clears = true;
    dac->log = calloc(FAKE_DAC_LOG, sizeof *dac->log);
}

void fake_dac_finish(struct fake_dac *dac)
{
    free(dac->log);
    dac->log = NULL;
}

static struct fake_dac *of(const void *instance)
{
    return ((const struct instance *)instance)->dac;
}

static double rate(const struct fake_dac *dac)
{
    double pps = dac->offers_pps > 0 ? dac->offers_pps : dac->pps;
    return pps * (dac->speed > 0 ? dac->speed : 1.0);
}

static void run_dry(struct fake_dac *dac)
{
    dac->playing = false;
    dac->dry_count++;
    dac->base->events->emptied(dac->base->engine, 0, true);
}

void fake_dac_play(struct fake_dac *dac, int64_t now_ns)
{
    if (!dac->playing) {
        return;
    }
    uint64_t due = (uint64_t)floor((double)(now_ns - dac->segment_ns) / 1e9 * rate(dac));
    uint64_t fresh = due - dac->segment_played;
    if (fresh > dac->queued) {
        dac->played += dac->queued;
        dac->queued = 0;
        run_dry(dac);
        return;
    }
    dac->segment_played = due;
    dac->played += fresh;
    dac->queued -= fresh;
}

static void begin(struct fake_dac *dac, int64_t now_ns)
{
    uint64_t full = dac->caps.capacity_points ? dac->caps.capacity_points - 1 : UINT64_MAX;
    bool enough = dac->queued >= dac->begin_points || dac->queued >= full;
    if (!dac->playing && !dac->never_begins && dac->queued > 0 && enough) {
        dac->playing = true;
        dac->segment_ns = now_ns;
        dac->segment_played = 0;
    }
}

static void remember_level(struct fake_dac *dac, int64_t now_ns)
{
    uint32_t size = sizeof dac->history / sizeof dac->history[0];
    dac->history[dac->history_count % size].ns = now_ns;
    dac->history[dac->history_count % size].queued = dac->queued;
    dac->history[dac->history_count % size].taken = dac->taken;
    dac->history_count++;
}

/* The level and the ledger as they stood `report_lag_ns` ago. */
static void report(struct fake_dac *dac, int64_t now_ns)
{
    uint32_t size = sizeof dac->history / sizeof dac->history[0];
    uint32_t kept = dac->history_count < size ? dac->history_count : size;
    uint64_t queued = dac->queued, taken = dac->taken;
    for (uint32_t k = 1; k <= kept; k++) {
        uint32_t at = (dac->history_count - k) % size;
        queued = dac->history[at].queued;
        taken = dac->history[at].taken;
        if (dac->history[at].ns <= now_ns - dac->report_lag_ns) {
            break;
        }
    }
    struct bj_level_report level = {
        .sent_ns = now_ns - dac->report_lag_ns,
        .received_ns = now_ns,
        .queued_points = (uint32_t)queued,
        .unreported_points = (uint32_t)(dac->taken - taken),
        .played_points = taken - queued,
        .quantum_points = 1,
        .playing = dac->playing,
    };
    level.received_ns += dac->breach == FAKE_REPORTS_FUTURE ? BJ_NS_PER_S : 0;
    level.sent_ns = dac->breach == FAKE_REPORTS_BACKWARDS ? now_ns + 1 : level.sent_ns;
    level.quantum_points = dac->breach != FAKE_REPORTS_NO_STEP;
    dac->base->events->level(dac->base->engine, &level);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct instance *self = instance;
    /* The test's object is not const, only the configuration that carries it. */
    struct fake_dac *dac;
    memcpy(&dac, &config->extra, sizeof dac);
    self->dac = dac;
    self->base.caps = dac->caps;
    strcpy(self->base.name, "Fake DAC");
    dac->base = &self->base;
    return BJ_OK;
}

/* The device, which a driver that was let go may not be asked for. */
static struct fake_dac *in_use(const void *instance)
{
    struct fake_dac *dac = of(instance);
    dac->calls_when_let_go += !dac->held;
    return dac;
}

static void finish(void *instance)
{
    of(instance)->finishes++;
}

static double true_pps(const void *instance, uint32_t pps)
{
    const struct fake_dac *dac = of(instance);
    return dac->connected && dac->offers_pps > 0 ? dac->offers_pps : pps;
}

static enum bj_status connect_fake(void *instance, int64_t now_ns, uint32_t pps,
                                   uint32_t begin_points)
{
    struct fake_dac *dac = of(instance);
    dac->connects++;
    dac->held = true;
    if (dac->connect_status != BJ_OK) {
        return dac->connect_status;
    }
    dac->connected = true;
    if (dac->breach == FAKE_CHUNKS_GROW) {
        ((struct instance *)instance)->base.caps.max_points_per_chunk++;
    }
    dac->stopped = false;
    dac->playing = false;
    dac->queued = 0;
    dac->ready_ns = now_ns + dac->connect_delay_ns;
    dac->pps = pps;
    dac->begin_points = begin_points;
    return BJ_OK;
}

static uint32_t room(const struct fake_dac *dac)
{
    uint64_t capacity = dac->caps.capacity_points;
    return capacity == 0 ? 100000 : (uint32_t)(capacity - dac->queued);
}

static enum bj_dac_state state(const struct fake_dac *dac, int64_t now_ns)
{
    if (now_ns < dac->ready_ns) {
        return BJ_DAC_CONNECTING;
    }
    if (dac->stopped) {
        return dac->confirms_stop ? BJ_DAC_STOPPED : BJ_DAC_PLAYING;
    }
    if (dac->fault) {
        return BJ_DAC_FAULT;
    }
    return dac->playing ? BJ_DAC_PLAYING : BJ_DAC_READY;
}

static void watch_fault(struct fake_dac *dac)
{
    if (dac->fault && !dac->fault_told) {
        dac->fault_count++;
        dac->playing = false;
        uint64_t lost = dac->queued;
        dac->queued = 0;
        dac->base->events->emptied(dac->base->engine, (uint32_t)lost, false);
    }
    dac->fault_told = dac->fault;
}

static void break_service(const struct fake_dac *dac, struct bj_dac_status *status,
                          struct bj_wait *wait)
{
    if (dac->breach == FAKE_STATE_UNKNOWN) {
        status->state = (enum bj_dac_state)17;
    }
    for (int k = 0; dac->breach == FAKE_WAITS_TOO_MUCH && k <= BJ_WAIT_HANDLES; k++) {
        bj_wait_handle(wait, k, BJ_WAIT_READ);
    }
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct fake_dac *dac = in_use(instance);
    if (dac->notice) {
        dac->base->events->notice(dac->base->engine, BJ_PROTOCOL, dac->notice);
        dac->notice = NULL;
    }
    if (dac->service_status != BJ_OK) {
        return dac->service_status;
    }
    fake_dac_play(dac, now_ns);
    watch_fault(dac);
    begin(dac, now_ns);
    remember_level(dac, now_ns);
    status->state = state(dac, now_ns);
    status->room_points = room(dac);
    status->fault_count = dac->fault_count;
    break_service(dac, status, wait);
    if (dac->caps.reports_level && dac->report_every_service && now_ns >= dac->ready_ns) {
        report(dac, now_ns);
    }
    if (now_ns < dac->ready_ns) {
        bj_wait_until(wait, dac->ready_ns);
    } else if (dac->playing) {
        bj_wait_until(wait,
                      now_ns + (int64_t)((double)(dac->queued + 1) / rate(dac) * 1e9) + 1);
    } else if (dac->queued >= dac->begin_points && dac->queued > 0 && !dac->never_begins) {
        bj_wait_until(wait, now_ns);
    }
    return BJ_OK;
}

static void log_points(struct fake_dac *dac, const struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        bool lit = points[k].r > 0 || points[k].g > 0 || points[k].b > 0;
        dac->lit_while_shut += lit && !dac->shutter_open;
        if (dac->taken + k < FAKE_DAC_LOG) {
            dac->log[dac->taken + k] = points[k];
        }
    }
}

static enum bj_status write_points(void *instance, int64_t now_ns,
                                   const struct bj_chunk *chunk, uint32_t *taken)
{
    struct fake_dac *dac = in_use(instance);
    if (dac->write_status != BJ_OK) {
        return dac->write_status;
    }
    if (dac->breach == FAKE_TAKES_NOTHING || dac->breach == FAKE_TAKES_MORE) {
        *taken = dac->breach == FAKE_TAKES_MORE ? chunk->count + 1 : 0;
        return BJ_OK;
    }
    fake_dac_play(dac, now_ns);
    uint32_t count = chunk->count;
    count = dac->take_at_most && dac->take_at_most < count ? dac->take_at_most : count;
    count = count < room(dac) ? count : room(dac);
    if (count == 0 || dac->fault || dac->stopped) {
        return BJ_WOULD_BLOCK;
    }
    log_points(dac, chunk->points, count);
    dac->taken += count;
    dac->queued += count;
    dac->max_queued = dac->queued > dac->max_queued ? dac->queued : dac->max_queued;
    dac->last_write_ns = now_ns;
    dac->last_chunk = *chunk;
    begin(dac, now_ns);
    remember_level(dac, now_ns);
    *taken = count;
    return BJ_OK;
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct fake_dac *dac = in_use(instance);
    fake_dac_play(dac, now_ns);
    dac->shutter_calls++;
    dac->shutter_open = open;
    if (open && dac->fault && dac->fault_clears) {
        dac->fault = false;
    }
    if (!open && !dac->keeps_queue_on_close) {
        uint64_t lost = dac->tells_nothing_lost ? 0 : dac->queued;
        dac->queued = 0;
        dac->playing = false;
        dac->base->events->emptied(dac->base->engine, (uint32_t)lost, false);
    }
}

static void stop(void *instance, int64_t now_ns)
{
    struct fake_dac *dac = in_use(instance);
    fake_dac_play(dac, now_ns);
    dac->stops++;
    dac->shutter_open = false;
    dac->stopped = true;
    dac->playing = false;
    dac->queued = 0;
}

static void disconnect(void *instance)
{
    struct fake_dac *dac = in_use(instance);
    dac->disconnects++;
    dac->held = false;
    dac->connected = false;
    dac->shutter_open = false;
    dac->playing = false;
    dac->queued = 0;
}

const struct bj_dac_driver fake_dac_driver = {
    .name = "fake",
    .title = "Fake DAC",
    .instance_size = sizeof(struct instance),
    .init = init,
    .finish = finish,
    .true_pps = true_pps,
    .connect = connect_fake,
    .service = service,
    .write = write_points,
    .shutter = shutter,
    .stop = stop,
    .disconnect = disconnect,
};
