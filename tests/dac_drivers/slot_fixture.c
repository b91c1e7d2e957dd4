/* SPDX-License-Identifier: MIT */
#include "slot_fixture.h"
#include "../support/light_codes.h"

#include <stdio.h>
#include <string.h>

#define MAX_POINTS 1024

static void on_level(void *user, const struct bj_level_report *report)
{
    struct slot_fixture *fixture = user;

    fixture->report = *report;
    fixture->reports++;
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct slot_fixture *fixture = user;

    fixture->emptied++;
    fixture->dried += dry;
    fixture->lost += lost_points;
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct slot_fixture *fixture = user;

    (void)status;
    fixture->notices++;
    snprintf(fixture->told, sizeof fixture->told, "%s", text);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

enum bj_status slot_fixture_start(struct slot_fixture *fixture,
                                  const struct bj_dac_driver *driver, const char *id)
{
    const struct bj_dac_config config = {.size = sizeof(struct bj_dac_config), .id = id};

    memset(fixture, 0, sizeof *fixture);
    fixture->driver = driver;
    return bj_dac_create(driver, &config, &events, fixture, &fixture->dac);
}

void slot_fixture_stop(struct slot_fixture *fixture)
{
    if (fixture->dac == NULL)
        return;
    fixture->driver->disconnect(fixture->dac);
    bj_dac_destroy(fixture->dac);
    fixture->dac = NULL;
}

void slot_fixture_serve(struct slot_fixture *fixture, int64_t now_ns)
{
    fixture->now_ns = now_ns;
    bj_wait_init(&fixture->wait);
    fixture->result = fixture->driver->service(fixture->dac, now_ns, &fixture->dac_status,
                                               &fixture->wait);
}

uint32_t slot_fixture_write(struct slot_fixture *fixture, uint32_t first, uint32_t count,
                            uint32_t pps)
{
    struct bj_point points[MAX_POINTS];
    struct bj_chunk chunk = {.points = points, .count = count, .pps = pps};
    uint32_t taken = 0;

    for (uint32_t k = 0; k < count && k < MAX_POINTS; k++)
        points[k] = (struct bj_point){.x = (float)((first + k) % 100) / 100.0F,
                                      .r = light_of(first + k)};
    if (fixture->driver->write(fixture->dac, fixture->now_ns, &chunk, &taken) != BJ_OK)
        return 0;
    return taken;
}
