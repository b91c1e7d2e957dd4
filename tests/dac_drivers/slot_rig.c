/* SPDX-License-Identifier: MIT */
#include "slot_rig.h"
#include "../support/light_codes.h"

#include <stdio.h>
#include <string.h>

#define MAX_POINTS 1024

static void on_level(void *user, const struct bj_level_report *report)
{
    struct slot_rig *rig = user;

    rig->report = *report;
    rig->reports++;
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct slot_rig *rig = user;

    rig->emptied++;
    rig->dried += dry;
    rig->lost += lost_points;
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct slot_rig *rig = user;

    (void)status;
    rig->notices++;
    snprintf(rig->told, sizeof rig->told, "%s", text);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

enum bj_status slot_rig_start(struct slot_rig *rig, const struct bj_dac_driver *driver,
                              const char *id)
{
    const struct bj_dac_config config = {.size = sizeof(struct bj_dac_config), .id = id};

    memset(rig, 0, sizeof *rig);
    rig->driver = driver;
    return bj_dac_create(driver, &config, &events, rig, &rig->dac);
}

void slot_rig_stop(struct slot_rig *rig)
{
    if (rig->dac == NULL)
        return;
    rig->driver->disconnect(rig->dac);
    bj_dac_destroy(rig->dac);
    rig->dac = NULL;
}

void slot_rig_serve(struct slot_rig *rig, int64_t now_ns)
{
    rig->now_ns = now_ns;
    bj_wait_init(&rig->wait);
    rig->result = rig->driver->service(rig->dac, now_ns, &rig->dac_status, &rig->wait);
}

uint32_t slot_rig_write(struct slot_rig *rig, uint32_t first, uint32_t count, uint32_t pps)
{
    struct bj_point points[MAX_POINTS];
    struct bj_chunk chunk = {.points = points, .count = count, .pps = pps};
    uint32_t taken = 0;

    for (uint32_t k = 0; k < count && k < MAX_POINTS; k++)
        points[k] = (struct bj_point){.x = (float)((first + k) % 100) / 100.0F,
                                      .r = light_of(first + k)};
    if (rig->driver->write(rig->dac, rig->now_ns, &chunk, &taken) != BJ_OK)
        return 0;
    return taken;
}
