/* SPDX-License-Identifier: MIT
 *
 * A simulated Helios on USB. Between the bus and the device a mouth can be set
 * that says random bytes instead of the device's answers.
 */
#include "adapter_usb.h"
#include "helios/helios.h"
#include "rows.h"
#include "sim_helios.h"
#include "sim_random.h"

#include <stddef.h>
#include <stdlib.h>

#define MIDDLE 0x800

struct adapter {
    struct adapter_usb base;
    struct sim_usb mouth; /* what is plugged in */
    bool hostile;
    struct sim_random random;
};

/* ---- What an observer sees ----------------------------------------------------------- */

/* The dark point that the driver sacrifices behind a frame that was cut off is no point. */
static bool is_sacrifice(const struct sim_helios_point *point)
{
    return point->x == MIDDLE && point->y == MIDDLE &&
           (point->r | point->g | point->b | point->i) == 0;
}

/* Colours by their eight bits; the intensity output follows them. */
static void on_played(void *user, const struct sim_helios_point *point)
{
    struct adapter *adapter = user;
    float step = point->shutter ? 1 / 255.0F : 0;
    struct bj_point seen = {.x = (float)(point->x / 2047.5 - 1),
                            .y = (float)(point->y / 2047.5 - 1),
                            .r = point->r * step,
                            .g = point->g * step,
                            .b = point->b * step,
                            .i = point->i * step};

    if (!is_sacrifice(point))
        adapter_usb_tell(&adapter->base, point->time_ns, &seen);
}

/* ---- The mouth ----------------------------------------------------------------------- */

static struct adapter *of(struct sim_usb *mouth)
{
    return (struct adapter *)(void *)((char *)mouth - offsetof(struct adapter, mouth));
}

static void select_alternate(struct sim_usb *mouth, uint8_t interface, uint8_t alternate,
                             int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->base.device;

    device->ops->select(device, interface, alternate, now_ns);
}

static int out(struct sim_usb *mouth, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->base.device;

    return device->ops->out(device, endpoint, bytes, size, now_ns);
}

static int in(struct sim_usb *mouth, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns)
{
    struct adapter *adapter = of(mouth);
    int got =
        adapter->base.device->ops->in(adapter->base.device, endpoint, bytes, size, now_ns);

    if (!adapter->hostile || got < 0)
        return got;
    for (int k = 0; k < got; k++)
        ((uint8_t *)bytes)[k] = (uint8_t)sim_random_next(&adapter->random);
    return (int)sim_random_upto(&adapter->random, got);
}

static void clear_halt(struct sim_usb *mouth, uint8_t endpoint, int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->base.device;

    device->ops->clear_halt(device, endpoint, now_ns);
}

static int64_t next_event_ns(struct sim_usb *mouth, int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->base.device;

    return device->ops->next_event_ns(device, now_ns);
}

static void power_goes(struct sim_usb *mouth, int64_t now_ns)
{
    struct sim_usb *device = of(mouth)->base.device;

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

/* ---- The adapter --------------------------------------------------------------------- */

static void refuse(void *instance, int kind)
{
    const struct adapter_usb *adapter = instance;
    int64_t for_ns = 3600 * BJ_NS_PER_S;

    sim_helios_fault(adapter->device, adapter->now_ns, SIM_HELIOS_LOSE_REPLIES,
                     kind == 1 ? INT32_MAX : 0);
    sim_helios_fault(adapter->device, adapter->now_ns, SIM_HELIOS_SWALLOW,
                     kind == 2 ? INT32_MAX : 0);
    sim_helios_fault(adapter->device, adapter->now_ns, SIM_HELIOS_DEAF_COMMANDS,
                     kind == 3 ? for_ns : 0);
    sim_helios_fault(adapter->device, adapter->now_ns, SIM_HELIOS_DEAF_FRAMES,
                     kind == 4 ? for_ns : 0);
}

static void babble(struct adapter_usb *base, bool on)
{
    struct adapter *adapter = (struct adapter *)base;

    adapter->hostile = on;
}

/* Replies that take longer than a frame lasts are no replies. */
static void roughen(const struct conformance_trouble *trouble,
                    struct sim_helios_config *device)
{
    static const uint32_t firmwares[] = {5, 1, 2, 3, 4, 6};

    if (trouble->kind > 0)
        device->firmware = firmwares[trouble->kind % 6];
    device->reply_ns += trouble->reply_ns / 2;
    device->reply_jitter_ns += trouble->reply_jitter_ns / 8;
}

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct sim_helios_config device = sim_helios_defaults();
    struct adapter *adapter = calloc(1, sizeof *adapter);

    if (!adapter)
        return NULL;
    device.seed = seed;
    device.crystal_ppm = row->trouble.skew_ppm;
    device.reply_jitter_ns = row->trouble.jitter_ns;
    roughen(&row->trouble, &device);
    device.played = on_played;
    device.user = adapter;
    *adapter = (struct adapter){.base = {.seen = seen,
                                         .suite = suite,
                                         .way = row->way,
                                         .device = sim_helios_create(&device),
                                         .plug = &adapter->mouth,
                                         .run = sim_helios_run,
                                         .free_device = sim_helios_destroy,
                                         .babble = babble},
                                .random = {seed}};
    if (adapter->base.device)
        adapter->mouth = (struct sim_usb){&mouth_ops, adapter->base.device->descriptor};
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config),
                                     .id = "helios:Helios_-1450708"};
    return adapter_usb_begin(&adapter->base, config);
}

static uint64_t dries(const void *instance)
{
    const struct adapter_usb *adapter = instance;

    return sim_helios_counts(adapter->device)->gaps;
}

const struct conformance_row conformance_helios = {
    .name = "helios",
    .driver = &bj_helios,
    .create = create,
    ADAPTER_USB_SLOTS,
    .refuse = refuse,
    .refusals = 4,
    .dries = dries,
    .bits = {12, 12, 8, 8, 8, 0},
    .open_ns = 200 * BJ_NS_PER_MS,
    .dark_ns = BJ_NS_PER_MS,  /* the next packet on the bus */
    .flush_unsure_points = 3, /* the count of the frame that plays comes from its time */
    .nonsense_unsure_points = 480, /* a frame; one bit is all it ever tells */
};
