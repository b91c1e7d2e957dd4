/* SPDX-License-Identifier: MIT
 *
 * A simulated Helios on USB in memory. Between the bus and the device a mouth can be set
 * that says random bytes instead of the device's answers.
 */
#include "fake_usb.h"
#include "helios/helios.h"
#include "rows.h"
#include "sim_helios.h"
#include "sim_random.h"

#include <stddef.h>
#include <stdlib.h>

#define PORT "1-2.3"
#define OPEN_NS (2 * BJ_NS_PER_MS)
#define MIDDLE 0x800

struct rig {
    struct sim_usb mouth; /* what is plugged in */
    struct sim_usb *device;
    struct fake_usb *usb;
    conformance_seen *seen;
    void *suite;
    bool plugged, hostile;
    struct sim_random random;
};

/* ---- What an eye sees ---------------------------------------------------------------- */

/* The dark point that the driver sacrifices behind a frame that was cut off is no point. */
static bool is_sacrifice(const struct sim_helios_point *point)
{
    return point->x == MIDDLE && point->y == MIDDLE &&
           (point->r | point->g | point->b | point->i) == 0;
}

/* Colours by their eight bits; the intensity output follows them. */
static void on_played(void *user, const struct sim_helios_point *point)
{
    struct rig *rig = user;
    int on = point->shutter ? 257 : 0;
    struct bj_point seen = {.x = (float)(point->x / 2047.5 - 1),
                            .y = (float)(point->y / 2047.5 - 1),
                            .r = (uint16_t)(point->r * on),
                            .g = (uint16_t)(point->g * on),
                            .b = (uint16_t)(point->b * on),
                            .i = (uint16_t)(point->i * on)};

    if (!is_sacrifice(point))
        rig->seen(rig->suite, point->time_ns, &seen);
}

/* ---- The mouth ----------------------------------------------------------------------- */

static struct rig *of(struct sim_usb *mouth)
{
    return (struct rig *)(void *)((char *)mouth - offsetof(struct rig, mouth));
}

static void select_alternate(struct sim_usb *mouth, uint8_t interface, uint8_t alternate,
                             int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->device;

    device->ops->select(device, interface, alternate, now_ns);
}

static int out(struct sim_usb *mouth, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->device;

    return device->ops->out(device, endpoint, bytes, size, now_ns);
}

static int in(struct sim_usb *mouth, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns)
{
    struct rig *rig = of(mouth);
    int got = rig->device->ops->in(rig->device, endpoint, bytes, size, now_ns);

    if (!rig->hostile || got < 0)
        return got;
    for (int k = 0; k < got; k++)
        ((uint8_t *)bytes)[k] = (uint8_t)sim_random_next(&rig->random);
    return (int)sim_random_upto(&rig->random, got);
}

static void clear_halt(struct sim_usb *mouth, uint8_t endpoint, int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->device;

    device->ops->clear_halt(device, endpoint, now_ns);
}

static int64_t next_event_ns(struct sim_usb *mouth, int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->device;

    return device->ops->next_event_ns(device, now_ns);
}

static void power_goes(struct sim_usb *mouth, int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->device;

    device->ops->unplug(device, now_ns);
}

static const struct sim_usb_ops mouth_ops = {
    .select = select_alternate,
    .out = out,
    .in = in,
    .clear_halt = clear_halt,
    .next_event_ns = next_event_ns,
    .unplug = power_goes,
};

/* ---- The rig ------------------------------------------------------------------------- */

static void advance(void *instance, int64_t now_ns)
{
    struct rig *rig = instance;

    sim_helios_run(rig->device, now_ns);
    fake_usb_advance(rig->usb, now_ns);
}

static void *create(uint64_t seed, conformance_seen *seen, void *suite,
                    struct bj_dac_config *config)
{
    struct sim_helios_config device = sim_helios_defaults();
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    *rig = (struct rig){.seen = seen, .suite = suite, .plugged = true, .random = {seed}};
    device.seed = seed;
    device.played = on_played;
    device.user = rig;
    rig->usb = fake_usb_create();
    rig->device = sim_helios_create(&device);
    if (!rig->usb || !rig->device)
        return NULL;
    rig->mouth = (struct sim_usb){.ops = &mouth_ops, .descriptor = rig->device->descriptor};
    advance(rig, CONFORMANCE_START_NS);
    fake_usb_plug(rig->usb, PORT, &rig->mouth);
    fake_usb_set_open_delay(rig->usb, OPEN_NS);
    *config = (struct bj_dac_config){.id = "helios:Helios_-1450708",
                                     .via = {.usb = fake_usb_base(rig->usb)}};
    return rig;
}

static void destroy(void *instance)
{
    struct rig *rig = instance;

    fake_usb_destroy(rig->usb);
    sim_helios_destroy(rig->device);
    free(rig);
}

static int64_t rig_next_event_ns(void *instance)
{
    struct rig *rig = instance;

    return fake_usb_next_event_ns(rig->usb);
}

static bool ready(void *instance, const struct bj_wait *wait)
{
    struct rig *rig = instance;

    return fake_usb_ready(rig->usb, wait);
}

static void unplug(void *instance)
{
    struct rig *rig = instance;

    fake_usb_unplug(rig->usb, PORT);
    rig->plugged = false;
}

static void plug(void *instance)
{
    struct rig *rig = instance;

    rig->hostile = false;
    if (!rig->plugged)
        fake_usb_plug(rig->usb, PORT, &rig->mouth);
    rig->plugged = true;
}

static void make_hostile(void *instance)
{
    struct rig *rig = instance;

    rig->hostile = true;
}

static int open_handles(const void *instance)
{
    const struct rig *rig = instance;

    return fake_usb_open_handles(rig->usb);
}

const struct conformance_row conformance_helios = {
    .name = "helios",
    .driver = &bj_helios,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = rig_next_event_ns,
    .ready = ready,
    .unplug = unplug,
    .plug = plug,
    .make_hostile = make_hostile,
    .open_handles = open_handles,
    .bits = {12, 12, 8, 8, 8, 0},
    .open_ns = 200 * BJ_NS_PER_MS,
    .dark_ns = BJ_NS_PER_MS,  /* the next packet on the bus */
    .flush_unsure_points = 3, /* the count of the frame that plays comes from its time */
    .nonsense_unsure_points = 480, /* a frame; one bit is all it ever tells */
};
