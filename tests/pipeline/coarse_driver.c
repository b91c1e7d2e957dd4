/* SPDX-License-Identifier: MIT */
#include "coarse_driver.h"

#include "ether_dream/ether_dream.h"

static void on_level(void *user, const struct bj_level_report *report)
{
    struct coarse_events *tap = user;
    struct bj_level_report coarse = *report;

    tap->reports++;
    if (tap->quantum_points > report->quantum_points) {
        coarse.quantum_points = tap->quantum_points;
    }
    tap->events->level(tap->engine, &coarse);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct coarse_events *tap = user;

    tap->events->emptied(tap->engine, lost_points, dry);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct coarse_events *tap = user;

    tap->events->notice(tap->engine, status, text);
}

static const struct bj_dac_events through_tap = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct coarse_events *tap = *(struct coarse_events *const *)config->extra;
    struct bj_dac *dac = instance;

    tap->events = dac->events;
    tap->engine = dac->engine;
    dac->events = &through_tap;
    dac->engine = tap;
    return bj_ether_dream.init(dac, config);
}

struct bj_dac_driver coarse_driver(void)
{
    struct bj_dac_driver driver = bj_ether_dream;

    driver.init = init;
    return driver;
}
