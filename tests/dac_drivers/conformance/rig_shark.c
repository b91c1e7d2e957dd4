/* SPDX-License-Identifier: MIT */
#include "rig_shark.h"

#include "fake_usb.h"

#include <stdlib.h>

#define PORT "1-2.3"
#define OPEN_NS (2 * BJ_NS_PER_MS)
#define FOR_EVER 1000000000

struct rig {
    struct fake_usb *usb;
    struct sim_usb *device;
    rig_shark_look *look;
    conformance_seen *seen;
    void *suite;
    int64_t now_ns;
    bool plugged;
    uint32_t rest_points;
    struct sim_shark_sample last;
};

/* The dark rest that a driver adds before the ring runs empty is no point. */
static bool is_rest(const struct rig *rig, const struct sim_shark_sample *sample)
{
    return !sample->lit && sample->x == rig->last.x && sample->y == rig->last.y &&
           sim_shark_status(rig->device).level < rig->rest_points;
}

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct rig *rig = user;
    struct bj_point seen = rig->look(sample);
    bool rests = is_rest(rig, sample);

    rig->last = *sample;
    if (!rests)
        rig->seen(rig->suite, sample->time_ns, &seen);
}

void *rig_shark_create(struct sim_usb *(*make)(const struct sim_shark_config *config),
                       struct sim_shark_config config, uint32_t rest_points,
                       rig_shark_look *look, conformance_seen *seen, void *suite,
                       struct bj_dac_config *dac)
{
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    *rig = (struct rig){.rest_points = rest_points,
                        .look = look,
                        .seen = seen,
                        .suite = suite,
                        .plugged = true};
    config.played = on_played;
    config.user = rig;
    rig->usb = fake_usb_create();
    rig->device = make(&config);
    if (!rig->usb || !rig->device)
        return NULL;
    rig_shark_advance(rig, CONFORMANCE_START_NS);
    fake_usb_plug(rig->usb, PORT, rig->device);
    fake_usb_set_open_delay(rig->usb, OPEN_NS);
    dac->via.usb = fake_usb_base(rig->usb);
    return rig;
}

void rig_shark_destroy(void *instance)
{
    struct rig *rig = instance;

    fake_usb_destroy(rig->usb);
    sim_shark_destroy(rig->device);
    free(rig);
}

void rig_shark_advance(void *instance, int64_t now_ns)
{
    struct rig *rig = instance;

    rig->now_ns = now_ns;
    sim_shark_advance(rig->device, now_ns);
    fake_usb_advance(rig->usb, now_ns);
}

int64_t rig_shark_next_event_ns(void *instance)
{
    struct rig *rig = instance;

    return fake_usb_next_event_ns(rig->usb);
}

bool rig_shark_ready(void *instance, const struct bj_wait *wait)
{
    struct rig *rig = instance;

    return fake_usb_ready(rig->usb, wait);
}

void rig_shark_unplug(void *instance)
{
    struct rig *rig = instance;

    fake_usb_unplug(rig->usb, PORT);
    rig->plugged = false;
}

void rig_shark_plug(void *instance)
{
    struct rig *rig = instance;

    sim_shark_fault(rig->device, rig->now_ns, SIM_SHARK_GARBAGE, 0);
    if (!rig->plugged)
        fake_usb_plug(rig->usb, PORT, rig->device);
    rig->plugged = true;
}

void rig_shark_make_hostile(void *instance)
{
    struct rig *rig = instance;

    sim_shark_fault(rig->device, rig->now_ns, SIM_SHARK_GARBAGE, FOR_EVER);
}

int rig_shark_open_handles(const void *instance)
{
    const struct rig *rig = instance;

    return fake_usb_open_handles(rig->usb);
}
