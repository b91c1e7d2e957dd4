/* SPDX-License-Identifier: MIT */
#include "fuzz_engine.h"

#include <string.h>

#define MOST_POINTS 4096
#define MOST_LOST 100000
#define LONGEST_TEXT 511

/* ---- Its events ---------------------------------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    const struct fuzz_engine *engine = user;

    check(engine->dac->caps.reports_level);
    check(report->sent_ns <= report->received_ns && report->received_ns <= engine->now_ns);
    check(report->queued_points <= engine->limits->queued_points);
    check(!engine->limits->balances ||
          report->played_points + report->queued_points + report->unreported_points ==
              engine->taken - engine->lost);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct fuzz_engine *engine = user;

    (void)dry;
    engine->lost += lost_points;
    check(engine->limits->balances ? engine->lost <= engine->taken
                                   : lost_points <= MOST_LOST);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    (void)user;
    check(status != BJ_OK && strlen(text) > 0 && strlen(text) <= LONGEST_TEXT);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* ---- What it does -------------------------------------------------------------------- */

void fuzz_engine_begin(struct fuzz_engine *engine, const struct bj_dac_driver *driver,
                       const struct bj_dac_config *config)
{
    engine->attempting = false;
    engine->status = (struct bj_dac_status){0};
    engine->taken = engine->lost = 0;
    check(bj_dac_create(driver, config, &events, engine, &engine->dac) == BJ_OK);
}

void fuzz_engine_serve(struct fuzz_engine *engine)
{
    const struct fuzz_limits *limits = engine->limits;
    const struct bj_dac_driver *driver = engine->dac->driver;
    struct bj_wait wait;

    if (!engine->attempting) {
        engine->attempting = true;
        engine->taken = engine->lost = 0;
        if (driver->connect(engine->dac, engine->now_ns, limits->pps,
                            limits->begin_points) != BJ_OK) {
            check(!limits->connects);
            fuzz_engine_disconnect(engine);
            return;
        }
    }
    bj_wait_init(&wait);
    if (driver->service(engine->dac, engine->now_ns, &engine->status, &wait) != BJ_OK)
        fuzz_engine_disconnect(engine);
    else
        check(wait.deadline_ns > engine->now_ns - limits->late_ns &&
              wait.count <= limits->handles);
    check(engine->status.room_points <= limits->room_points);
    check(memchr(engine->dac->name, '\0', sizeof engine->dac->name) != NULL);
}

enum bj_status fuzz_engine_write(struct fuzz_engine *engine, uint32_t most, uint32_t pps,
                                 int64_t play_ns)
{
    static const struct bj_point points[MOST_POINTS] = {{.x = 1, .r = 1, .i = 1}};
    struct bj_chunk chunk = {.points = points,
                             .count = 1 + fuzz_next(&engine->input) * (most - 1) / 255,
                             .pps = pps,
                             .play_ns = play_ns};
    uint32_t taken = 0;
    enum bj_status status =
        engine->dac->driver->write(engine->dac, engine->now_ns, &chunk, &taken);

    check(status == BJ_OK ? taken >= 1 && taken <= chunk.count : taken == 0);
    engine->taken += taken;
    if (status != BJ_OK && status != BJ_WOULD_BLOCK)
        fuzz_engine_disconnect(engine);
    return status;
}

void fuzz_engine_act(struct fuzz_engine *engine, uint8_t which)
{
    const struct bj_dac_driver *driver = engine->dac->driver;

    if (which == 0)
        driver->stop(engine->dac, engine->now_ns);
    else if (which == 1)
        fuzz_engine_disconnect(engine);
    else
        driver->shutter(engine->dac, engine->now_ns, which & 1);
}

void fuzz_engine_disconnect(struct fuzz_engine *engine)
{
    engine->dac->driver->disconnect(engine->dac);
    engine->attempting = false;
}

void fuzz_engine_end(struct fuzz_engine *engine)
{
    fuzz_engine_disconnect(engine);
    bj_dac_destroy(engine->dac);
}
