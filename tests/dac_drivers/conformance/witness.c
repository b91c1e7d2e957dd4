/* SPDX-License-Identifier: MIT */
#include "witness.h"

#include "allocations.h"
#include "rt_guard.h"

#include <stdlib.h>
#include <string.h>

struct seat { /* the instance the engine owns */
    struct bj_dac base;
    struct witness *witness;
};

static struct witness *of(const void *instance)
{
    const struct seat *seat = instance;

    return seat->witness;
}

/* Where the guard is linked, whatever waits or locks ends the program and is named. */
static void enter_slot(void)
{
    allocations_watch();
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
}

static void leave_slot(struct witness *witness, const char *slot)
{
    unsigned count;

    bj_rt_guard_leave();
    count = allocations_stop();
    conformance_expect(witness->verdict, count == 0, "%s allocates or frees, %u times",
                       slot, count);
}

/* The guard is for the driver; looking at the device may lock. */
static int64_t time_within_slot(const struct witness *witness)
{
    int64_t now_ns;

    bj_rt_guard_leave();
    now_ns = witness->now_ns(witness->user);
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
    return now_ns;
}

/* ---- What the driver says ------------------------------------------------------------ */

static void on_level(void *user, const struct bj_level_report *report)
{
    struct witness *witness = user;
    uint64_t accounted =
        report->played_points + report->queued_points + report->unreported_points;
    uint64_t right = witness->taken - witness->taken_at_connect -
                     (witness->lost - witness->lost_at_connect);

    witness->reports++;
    if (report->played_points > witness->report.played_points)
        witness->reported_played += report->played_points - witness->report.played_points;
    witness->report = *report;
    conformance_expect(witness->verdict, report->sent_ns <= report->received_ns,
                       "a level report was received before it was asked for");
    conformance_expect(witness->verdict, report->received_ns <= time_within_slot(witness),
                       "a level report comes from the future");
    conformance_expect(witness->verdict, report->quantum_points >= 1,
                       "a level report has no quantum");
    conformance_expect(witness->verdict, witness->in_write || accounted == right,
                       "a level report does not balance: %llu played + %u queued + %u "
                       "unreported, but %llu taken and not lost",
                       (unsigned long long)report->played_points, report->queued_points,
                       report->unreported_points, (unsigned long long)right);
    witness->reported(witness->user, report);
    witness->seat->events->level(witness->seat->engine, report);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct witness *witness = user;

    witness->emptied++;
    witness->dried += dry;
    witness->flushes += !dry;
    witness->lost += lost_points;
    conformance_expect(witness->verdict,
                       witness->lost - witness->lost_at_connect <=
                           witness->offered - witness->taken_at_connect,
                       "more points are told as lost than were taken");
    witness->seat->events->emptied(witness->seat->engine, lost_points, dry);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct witness *witness = user;

    witness->notices++;
    conformance_expect(witness->verdict, status != BJ_OK && text && *text,
                       "a notice without words, or of nothing wrong");
    witness->seat->events->notice(witness->seat->engine, status, text);
}

static const struct bj_dac_events heard = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* ---- Life ---------------------------------------------------------------------------- */

/* What the driver tells of itself. */
static void copy_caps(struct witness *witness)
{
    witness->seat->caps = witness->dac->caps;
    memcpy(witness->seat->name, witness->dac->name, sizeof witness->seat->name);
}

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct seat *seat = instance;
    struct witness *witness = (struct witness *)(uintptr_t)config->extra;
    enum bj_status status;

    seat->witness = witness;
    witness->seat = &seat->base;
    status =
        bj_dac_create(witness->driver, &witness->config, &heard, witness, &witness->dac);
    if (status == BJ_OK)
        copy_caps(witness);
    return status;
}

static void finish(void *instance)
{
    struct witness *witness = of(instance);

    conformance_expect(witness->verdict, !witness->connected, "finish before disconnect");
    bj_dac_destroy(witness->dac);
    witness->dac = witness->seat = NULL;
}

static double true_pps(const void *instance, uint32_t pps)
{
    return of(instance)->driver->true_pps(of(instance)->dac, pps);
}

/* ---- Slots --------------------------------------------------------------------------- */

static void close_light(struct witness *witness)
{
    if (witness->open)
        witness->closed_ns = witness->now_ns(witness->user);
    witness->open = false;
}

static enum bj_status connect(void *instance, int64_t now_ns, uint32_t pps,
                              uint32_t begin_points)
{
    struct witness *witness = of(instance);
    enum bj_status status;

    witness->connected = true;
    witness->connects++;
    witness->stopping = witness->stop_confirmed = false;
    witness->report = (struct bj_level_report){0};
    witness->taken_at_connect = witness->offered = witness->taken;
    witness->lost_at_connect = witness->lost;
    witness->flushes = 0;
    close_light(witness);
    enter_slot();
    status = witness->driver->connect(witness->dac, now_ns, pps, begin_points);
    leave_slot(witness, "connect");
    copy_caps(witness);
    return status;
}

static enum bj_status service(void *instance, int64_t now_ns, struct bj_dac_status *status,
                              struct bj_wait *wait)
{
    struct witness *witness = of(instance);
    enum bj_status result;

    enter_slot();
    result = witness->driver->service(witness->dac, now_ns, status, wait);
    leave_slot(witness, "service");
    copy_caps(witness);
    conformance_expect(witness->verdict, status->state <= BJ_DAC_STOPPED,
                       "service shows state %d", status->state);
    conformance_expect(witness->verdict, wait->count <= BJ_WAIT_HANDLES,
                       "service waits for %d handles", wait->count);
    conformance_expect(witness->verdict,
                       status->state != BJ_DAC_CONNECTING || status->room_points == 0,
                       "there is room before it is connected");
    witness->status = *status;
    witness->promised_points = result == BJ_OK ? (int64_t)status->room_points : -1;
    witness->stop_confirmed |= witness->stops > 0 && status->state == BJ_DAC_STOPPED;
    return result;
}

static void judge_write(struct witness *witness, enum bj_status status, uint32_t count,
                        uint32_t taken)
{
    const struct bj_dac_caps *able = &witness->dac->caps;
    int64_t promised = witness->promised_points;

    conformance_expect(witness->verdict, status != BJ_OK || (taken > 0 && taken <= count),
                       "write took %u of %u points", taken, count);
    conformance_expect(witness->verdict, status == BJ_OK || taken == 0,
                       "write failed and took %u points", taken);
    conformance_expect(witness->verdict, promised != 0 || status != BJ_OK,
                       "service said that there is no room, write took %u points", taken);
    if (promised <= 0 || promised < able->min_points_per_chunk ||
        count < able->min_points_per_chunk)
        return;
    conformance_expect(
        witness->verdict,
        status != BJ_WOULD_BLOCK &&
            (status != BJ_OK || taken >= (count < promised ? count : promised)),
        "service promised room for %lld points, write took %u of %u", (long long)promised,
        taken, count);
}

static enum bj_status write(void *instance, int64_t now_ns, const struct bj_chunk *chunk,
                            uint32_t *taken)
{
    struct witness *witness = of(instance);
    enum bj_status status;

    if (!conformance_expect(witness->verdict,
                            witness->taken + chunk->count < WITNESS_POINTS,
                            "more points than the suite can hold"))
        return BJ_WOULD_BLOCK;
    /* the device may play within the call */
    memcpy(witness->points + witness->taken, chunk->points,
           chunk->count * sizeof *chunk->points);
    witness->offered = witness->taken + chunk->count;
    witness->in_write = true;
    *taken = 0;
    enter_slot();
    status = witness->driver->write(witness->dac, now_ns, chunk, taken);
    leave_slot(witness, "write");
    witness->in_write = false;
    judge_write(witness, status, chunk->count, *taken);
    if (status == BJ_OK)
        witness->taken += *taken;
    witness->offered = witness->taken;
    witness->would_blocks += status == BJ_WOULD_BLOCK;
    witness->promised_points = -1;
    return status;
}

static void shutter(void *instance, int64_t now_ns, bool open)
{
    struct witness *witness = of(instance);

    if (!open)
        close_light(witness);
    enter_slot();
    witness->driver->shutter(witness->dac, now_ns, open);
    leave_slot(witness, "shutter");
    witness->open = open;
    witness->promised_points = -1;
}

static void stop(void *instance, int64_t now_ns)
{
    struct witness *witness = of(instance);

    witness->stops++;
    witness->stopping = true;
    close_light(witness);
    enter_slot();
    witness->driver->stop(witness->dac, now_ns);
    leave_slot(witness, "stop");
    witness->promised_points = -1;
}

static void disconnect(void *instance)
{
    struct witness *witness = of(instance);

    close_light(witness);
    enter_slot();
    witness->driver->disconnect(witness->dac);
    leave_slot(witness, "disconnect");
    witness->connected = false;
    witness->status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    witness->promised_points = -1;
}

/* ---- The witness --------------------------------------------------------------------- */

bool witness_init(struct witness *witness, const struct bj_dac_driver *driver,
                  struct conformance_verdict *verdict)
{
    *witness = (struct witness){.driver = driver, .verdict = verdict, .table = *driver};
    witness->points = calloc(WITNESS_POINTS, sizeof *witness->points);
    witness->closed_ns = CONFORMANCE_START_NS;
    witness->table.instance_size = sizeof(struct seat);
    witness->table.init = init;
    witness->table.finish = finish;
    witness->table.true_pps = driver->true_pps ? true_pps : NULL;
    witness->table.connect = connect;
    witness->table.service = service;
    witness->table.write = write;
    witness->table.shutter = shutter;
    witness->table.stop = stop;
    witness->table.disconnect = disconnect;
    return witness->points != NULL;
}

void witness_finish(struct witness *witness)
{
    free(witness->points);
    witness->points = NULL;
}
