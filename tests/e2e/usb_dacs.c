/* SPDX-License-Identifier: MIT */
#include "usb_dacs.h"

#include "sim_helios.h"
#include "sim_laserdock.h"
#include "sim_lasershark.h"

#include <string.h>

#define FULL 4095

static int16_t position(int value)
{
    int twice = 2 * value - FULL;

    return (int16_t)((twice * 32767 + (twice < 0 ? -FULL : FULL) / 2) / FULL);
}

static uint16_t colour(uint32_t value, uint32_t full)
{
    return (uint16_t)((value * 65535 + full / 2) / full);
}

static uint16_t intensity(const struct bj_played_point *point, uint16_t line)
{
    return (point->r | point->g | point->b) != 0 && line == 0 ? 1 : line;
}

static void put(struct bj_points_file *points, struct bj_played_point point, uint16_t line)
{
    point.i = intensity(&point, line);
    (void)bj_points_file_write(points, &point, 1); /* told at the end */
}

/* ---- Helios -------------------------------------------------------------------------- */

static void helios_played(void *user, const struct sim_helios_point *point)
{
    const struct bj_played_point played = {.time_ns = point->time_ns,
                                           .x = position(point->x),
                                           .y = position(point->y),
                                           .r = colour(point->r, 255),
                                           .g = colour(point->g, 255),
                                           .b = colour(point->b, 255)};

    put(user, played, colour(point->i, 255));
}

static struct sim_usb *create_helios(struct bj_points_file *points)
{
    struct sim_helios_config config = sim_helios_defaults();

    config.played = helios_played;
    config.user = points;
    return sim_helios_create(&config);
}

/* ---- LaserDock, LaserShark ------------------------------------------------------------- */

/* Each mirrors one axis on the wire. */

static void laserdock_played(void *user, const struct sim_shark_sample *sample)
{
    const struct bj_played_point played = {.time_ns = sample->time_ns,
                                           .x = position(FULL - sample->x),
                                           .y = position(sample->y),
                                           .r = colour(sample->r, 255),
                                           .g = colour(sample->g, 255),
                                           .b = colour(sample->b, 255)};

    put(user, played, 65535);
}

static void lasershark_played(void *user, const struct sim_shark_sample *sample)
{
    const struct bj_played_point played = {.time_ns = sample->time_ns,
                                           .x = position(sample->x),
                                           .y = position(FULL - sample->y),
                                           .r = colour(sample->r, FULL),
                                           .g = colour(sample->g, FULL),
                                           .b = colour(sample->b, 1)};

    put(user, played, sample->interlock ? 65535 : 0);
}

static struct sim_usb *create_laserdock(struct bj_points_file *points)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    config.played = laserdock_played;
    config.user = points;
    return sim_laserdock_create(&config);
}

static struct sim_usb *create_lasershark(struct bj_points_file *points)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    config.played = lasershark_played;
    config.user = points;
    return sim_lasershark_create(&config);
}

/* ---- All --------------------------------------------------------------------------------- */

static const struct usb_dac dacs[] = {
    {.kind = "helios",
     .model = "Helios",
     .id = "helios:Helios_-1450708",
     .create = create_helios,
     .destroy = sim_helios_destroy,
     .advance = sim_helios_run},
    {.kind = "laserdock",
     .model = "LaserDock",
     .id = "laserdock:2191717100001435",
     .create = create_laserdock,
     .destroy = sim_shark_destroy,
     .advance = sim_shark_advance},
    {.kind = "lasershark",
     .model = "LaserShark",
     .id = "lasershark:0123456789ABCDEF",
     .create = create_lasershark,
     .destroy = sim_shark_destroy,
     .advance = sim_shark_advance},
};

const struct usb_dac *usb_dac_find(const char *kind)
{
    for (size_t i = 0; i < sizeof dacs / sizeof *dacs; i++)
        if (strcmp(dacs[i].kind, kind) == 0)
            return &dacs[i];
    return NULL;
}
