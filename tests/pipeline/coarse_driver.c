/* SPDX-License-Identifier: MIT */
#include "coarse_driver.h"

#include "ether_dream/ether_dream.h"

static void on_level(void *user, const struct bj_level_report *report)
{
    struct coarse_ears *ears = user;
    struct bj_level_report coarse = *report;

    ears->reports++;
    if (ears->quantum_points > report->quantum_points) {
        coarse.quantum_points = ears->quantum_points;
    }
    ears->events->level(ears->engine, &coarse);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct coarse_ears *ears = user;

    ears->events->emptied(ears->engine, lost_points, dry);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct coarse_ears *ears = user;

    ears->events->notice(ears->engine, status, text);
}

static const struct bj_dac_events through_ears = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

static enum bj_status init(void *instance, const struct bj_dac_config *config)
{
    struct coarse_ears *ears = *(struct coarse_ears *const *)config->extra;
    struct bj_dac *dac = instance;

    ears->events = dac->events;
    ears->engine = dac->engine;
    dac->events = &through_ears;
    dac->engine = ears;
    return bj_ether_dream.init(dac, config);
}

struct bj_dac_driver coarse_driver(void)
{
    struct bj_dac_driver driver = bj_ether_dream;

    driver.init = init;
    return driver;
}
