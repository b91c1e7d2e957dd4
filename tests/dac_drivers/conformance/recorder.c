/* SPDX-License-Identifier: MIT */
#include "recorder.h"

#include "allocations.h"
#include "rt_guard.h"

#include <stdlib.h>
#include <string.h>

struct seat { /* the instance the engine owns */
    struct bj_dac base;
    struct recorder *recorder;
};

static struct recorder *of(const void *instance)
{
    const struct seat *seat = instance;

    return seat->recorder;
}

/* Where the guard is linked, whatever waits or locks ends the program and is named. */
static void enter_slot(void)
{
    allocations_watch();
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
}

static void leave_slot(struct recorder *recorder, const char *slot)
{
    unsigned count;

    bj_rt_guard_leave();
    count = allocations_stop();
    conformance_expect(recorder->verdict, count == 0, "%s allocates or frees, %u times",
                       slot, count);
}

/* The guard is for the driver; looking at the device may lock. */
static int64_t time_within_slot(const struct recorder *recorder)
{
    int64_t now_ns;

    bj_rt_guard_leave();
    now_ns = recorder->now_ns(recorder->user);
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
    return now_ns;
}

/* ---- What the driver says ------------------------------------------------------------ */

static void on_level(void *user, const struct bj_level_report *report)
{
    struct recorder *recorder = user;
    uint64_t accounted =
        report->played_points + report->queued_points + report->unreported_points;
    uint64_t right = recorder->taken - recorder->taken_at_connect -
                     (recorder->lost - recorder->lost_at_connect);

    recorder->reports++;
    if (report->played_points > recorder->report.played_points)
        recorder->reported_played += report->played_points - recorder->report.played_points;
    recorder->report = *report;
    conformance_expect(recorder->verdict, report->sent_ns <= report->received_ns,
                       "a level report was received before it was asked for");
    conformance_expect(recorder->verdict, report->received_ns <= time_within_slot(recorder),
                       "a level report comes from the future");
    conformance_expect(recorder->verdict, report->quantum_points >= 1,
                       "a level report has no quantum");
    conformance_expect(recorder->verdict, recorder->in_write || accounted == right,
                       "a level report does not balance: %llu played + %u queued + %u "
                       "unreported, but %llu taken and not lost",
                       (unsigned long long)report->played_points, report->queued_points,
                       report->unreported_points, (unsigned long long)right);
    recorder->reported(recorder->user, report);
    recorder->seat->events->level(recorder->seat->engine, report);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct recorder *recorder = user;

    recorder->emptied++;
    recorder->dried += dry;
    recorder->flushes += !dry;
    recorder->lost += lost_points;
    conformance_expect(recorder->verdict,
                       recorder->lost - recorder->lost_at_connect <=
                           recorder->offered - recorder->taken_at_connect,
                       "more points are told as lost than were taken");
    recorder->seat->events->emptied(recorder->seat->engine, lost_points, dry);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct recorder *recorder = user;

    recorder->notices++;
    conformance_expect(recorder->verdict, status != BJ_OK && text && *text,
                       "a notice without words, or of nothing wrong");
    recorder->seat->events->notice(recorder->seat->engine, status, text);
}

static const struct bj_dac_events heard = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* ---- Life ---------------------------------------------------------------------------- */

/* What the driver tells of itself. */
static void copy_caps(struct recorder *recorder)
{
    recorder->seat->caps = recorder->dac->caps;
    memcpy(recorder->seat->name, recorder->dac->name, sizeof recorder->seat->name);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct seat *seat = instance;
    struct recorder *recorder = (struct recorder *)(uintptr_t)config->extra;
    enum bj_status status;

    seat->recorder = recorder;
    recorder->seat = &seat->base;
    status = bj_dac_create(recorder->driver, &recorder->config, &heard, recorder,
                           &recorder->dac);
    if (status == BJ_OK)
        copy_caps(recorder);
    return status;
}

static void finish(void *instance)
{
    struct recorder *recorder = of(instance);

    conformance_expect(recorder->verdict, !recorder->connected, "finish before disconnect");
    bj_dac_destroy(recorder->dac);
    recorder->dac = recorder->seat = NULL;
}

static double true_pps(const void *instance, uint32_t pps)
{
    return of(instance)->driver->true_pps(of(instance)->dac, pps);
}

/* ---- Slots --------------------------------------------------------------------------- */

static void close_light(struct recorder *recorder)
{
    if (recorder->open)
        recorder->closed_ns = recorder->now_ns(recorder->user);
    recorder->open = false;
}

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct recorder *recorder = of(instance);
    enum bj_status status;

    recorder->connected = true;
    recorder->connects++;
    recorder->stopping = recorder->stop_confirmed = false;
    recorder->report = (struct bj_level_report){0};
    recorder->taken_at_connect = recorder->offered = recorder->taken;
    recorder->lost_at_connect = recorder->lost;
    recorder->flushes = 0;
    close_light(recorder);
    enter_slot();
    status = recorder->driver->connect(recorder->dac, now_ns, pps, begin_points);
    leave_slot(recorder, "connect");
    copy_caps(recorder);
    return status;
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct recorder *recorder = of(instance);
    enum bj_status result;

    enter_slot();
    result = recorder->driver->service(recorder->dac, now_ns, status, wait);
    leave_slot(recorder, "service");
    copy_caps(recorder);
    conformance_expect(recorder->verdict, status->state <= BJ_DAC_STOPPED,
                       "service shows state %d", status->state);
    conformance_expect(recorder->verdict, wait->count <= BJ_WAIT_HANDLES,
                       "service waits for %d handles", wait->count);
    conformance_expect(recorder->verdict,
                       status->state != BJ_DAC_CONNECTING || status->room_points == 0,
                       "there is room before it is connected");
    recorder->status = *status;
    recorder->promised_points = result == BJ_OK ? (int64_t)status->room_points : -1;
    recorder->stop_confirmed |= recorder->stops > 0 && status->state == BJ_DAC_STOPPED;
    return result;
}

static void judge_write(struct recorder *recorder, enum bj_status status, uint32_t count,
                        uint32_t taken)
{
    const struct bj_dac_caps *able = &recorder->dac->caps;
    int64_t promised = recorder->promised_points;

    conformance_expect(recorder->verdict, status != BJ_OK || (taken > 0 && taken <= count),
                       "write took %u of %u points", taken, count);
    conformance_expect(recorder->verdict, status == BJ_OK || taken == 0,
                       "write failed and took %u points", taken);
    conformance_expect(recorder->verdict, promised != 0 || status != BJ_OK,
                       "service said that there is no room, write took %u points", taken);
    if (promised <= 0 || promised < able->min_points_per_chunk ||
        count < able->min_points_per_chunk)
        return;
    conformance_expect(
        recorder->verdict,
        status != BJ_WOULD_BLOCK &&
            (status != BJ_OK || taken >= (count < promised ? count : promised)),
        "service promised room for %lld points, write took %u of %u", (long long)promised,
        taken, count);
}

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct recorder *recorder = of(instance);
    enum bj_status status;

    if (!conformance_expect(recorder->verdict,
                            recorder->taken + chunk->count < RECORDER_POINTS,
                            "more points than the suite can hold"))
        return BJ_WOULD_BLOCK;
    /* the device may play within the call */
    memcpy(recorder->points + recorder->taken, chunk->points,
           chunk->count * sizeof *chunk->points);
    recorder->offered = recorder->taken + chunk->count;
    recorder->in_write = true;
    *taken = 0;
    enter_slot();
    status = recorder->driver->write(recorder->dac, now_ns, chunk, taken);
    leave_slot(recorder, "write");
    recorder->in_write = false;
    judge_write(recorder, status, chunk->count, *taken);
    if (status == BJ_OK)
        recorder->taken += *taken;
    recorder->offered = recorder->taken;
    recorder->would_blocks += status == BJ_WOULD_BLOCK;
    recorder->promised_points = -1;
    return status;
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct recorder *recorder = of(instance);

    if (!open)
        close_light(recorder);
    enter_slot();
    recorder->driver->shutter(recorder->dac, now_ns, open);
    leave_slot(recorder, "shutter");
    recorder->open = open;
    recorder->promised_points = -1;
}

static void stop(void *instance, int64_t now_ns)
{
    struct recorder *recorder = of(instance);

    recorder->stops++;
    recorder->stopping = true;
    close_light(recorder);
    enter_slot();
    recorder->driver->stop(recorder->dac, now_ns);
    leave_slot(recorder, "stop");
    recorder->promised_points = -1;
}

static void disconnect(void *instance)
{
    struct recorder *recorder = of(instance);

    close_light(recorder);
    enter_slot();
    recorder->driver->disconnect(recorder->dac);
    leave_slot(recorder, "disconnect");
    recorder->connected = false;
    recorder->status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    recorder->promised_points = -1;
}

/* ---- The recorder -------------------------------------------------------------------- */

bool recorder_init(struct recorder *recorder, const struct bj_dac_driver *driver,
                   struct conformance_verdict *verdict)
{
    *recorder = (struct recorder){.driver = driver, .verdict = verdict, .table = *driver};
    recorder->points = calloc(RECORDER_POINTS, sizeof *recorder->points);
    recorder->closed_ns = CONFORMANCE_START_NS;
    recorder->table.instance_size = sizeof(struct seat);
    recorder->table.init = init;
    recorder->table.finish = finish;
    recorder->table.true_pps = driver->true_pps ? true_pps : NULL;
    recorder->table.connect = connect;
    recorder->table.service = service;
    recorder->table.write = write;
    recorder->table.shutter = shutter;
    recorder->table.stop = stop;
    recorder->table.disconnect = disconnect;
    return recorder->points != NULL;
}

void recorder_finish(struct recorder *recorder)
{
    free(recorder->points);
    recorder->points = NULL;
}
