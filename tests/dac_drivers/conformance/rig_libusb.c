/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "rig_libusb.h"

#include "usb_testbed.h"

#include <beamjack/dacs.h>

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define PORT "1-2.3"
#define SOON_NS (BJ_NS_PER_MS / 2) /* news may come at any time */
#define LET_GO_NS (2 * BJ_NS_PER_S)
#define WAITING 131072u /* points; a power of two */
#define BATCH 256u

struct told {
    int64_t time_ns;
    struct bj_point seen;
};

struct bus {
    struct usb_testbed *bed;
    struct bj_usb *usb;
    uint32_t written, read; /* locked with the bed */
    struct told told[WAITING];
};

static struct bus *bus_of(const struct rig_usb *rig)
{
    return rig->bus;
}

/* ---- What comes out ------------------------------------------------------------------ */

/* On a thread of the testbed, which is locked. */
static void tell(struct rig_usb *rig, int64_t time_ns, const struct bj_point *seen)
{
    struct bus *bus = bus_of(rig);

    assert(bus->written - bus->read < WAITING);
    bus->told[bus->written++ % WAITING] = (struct told){time_ns, *seen};
}

static uint32_t take(struct bus *bus, struct told batch[BATCH])
{
    uint32_t count = 0;

    while (count < BATCH && bus->read != bus->written)
        batch[count++] = bus->told[bus->read++ % WAITING];
    return count;
}

/* All that came out up to now, in the order of time. */
static int64_t now_ns(void *instance)
{
    struct rig_usb *rig = instance;
    struct bus *bus = bus_of(rig);
    struct told batch[BATCH];
    uint32_t count;

    usb_testbed_lock(bus->bed);
    rig->now_ns = usb_testbed_catch_up(bus->bed);
    rig->run(rig->device, rig->now_ns);
    count = take(bus, batch);
    usb_testbed_unlock(bus->bed);
    while (count > 0) {
        for (uint32_t k = 0; k < count; k++)
            rig->seen(rig->suite, batch[k].time_ns, &batch[k].seen);
        usb_testbed_lock(bus->bed);
        count = take(bus, batch);
        usb_testbed_unlock(bus->bed);
    }
    return rig->now_ns;
}

/* ---- The rig ------------------------------------------------------------------------- */

static void destroy(void *instance)
{
    struct rig_usb *rig = instance;
    struct bus *bus = bus_of(rig);

    if (bus) {
        bj_usb_destroy(bus->usb);
        usb_testbed_destroy(bus->bed);
    }
    if (rig->device)
        rig->free_device(rig->device);
    free(bus);
    free(rig);
}

static void *begin(struct rig_usb *rig, struct bj_dac_config *dac)
{
    struct bus *bus = rig->bus = calloc(1, sizeof *bus);

    if (!bus || !rig->device) {
        free(bus);
        rig->bus = NULL;
        destroy(rig);
        return NULL;
    }
    bus->bed = usb_testbed_create();
    if (bj_usb_create(&bus->usb) != BJ_OK) {
        destroy(rig);
        return NULL;
    }
    usb_testbed_plug(bus->bed, PORT, rig->plug);
    rig->plugged = true;
    dac->via.usb = bus->usb;
    return rig;
}

static void advance(void *instance, int64_t until_ns)
{
    const struct timespec until = {until_ns / BJ_NS_PER_S, until_ns % BJ_NS_PER_S};

    (void)instance;
    (void)clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL);
}

static int64_t next_event_ns(void *instance)
{
    (void)instance;
    return usb_testbed_now_ns() + SOON_NS;
}

static bool ready(void *instance, const struct bj_wait *wait)
{
    struct pollfd fds[BJ_WAIT_HANDLES];

    (void)instance;
    for (int k = 0; k < wait->count; k++)
        fds[k] = (struct pollfd){.fd = wait->handles[k].handle, .events = POLLIN};
    return wait->count > 0 && poll(fds, (nfds_t)wait->count, 0) > 0;
}

static void babble(struct rig_usb *rig, bool on)
{
    struct usb_testbed *bed = bus_of(rig)->bed;

    usb_testbed_lock(bed);
    rig->now_ns = usb_testbed_catch_up(bed);
    rig->babble(rig, on);
    usb_testbed_unlock(bed);
}

static void make_hostile(void *instance)
{
    babble(instance, true);
}

static void unplug(void *instance)
{
    struct rig_usb *rig = instance;

    usb_testbed_unplug(bus_of(rig)->bed, PORT);
    rig->plugged = false;
}

static void plug(void *instance)
{
    struct rig_usb *rig = instance;

    babble(rig, false);
    if (!rig->plugged)
        usb_testbed_plug(bus_of(rig)->bed, PORT, rig->plug);
    rig->plugged = true;
}

/* Closing goes on after the call: the last words, and libusb itself. */
static int open_handles(const void *instance)
{
    struct usb_testbed *bed = bus_of(instance)->bed;
    int64_t limit_ns = usb_testbed_now_ns() + LET_GO_NS;
    const struct timespec moment = {.tv_nsec = SOON_NS};

    while (usb_testbed_clients(bed) > 0 && usb_testbed_now_ns() < limit_ns)
        (void)nanosleep(&moment, NULL);
    return usb_testbed_clients(bed);
}

/* ---- The rows ------------------------------------------------------------------------ */

static const struct rig_usb_way way = {.begin = begin, .tell = tell};

bool rig_libusb_can(const struct conformance_row *row)
{
    return row->advance == rig_usb_advance;
}

struct conformance_row rig_libusb_row(const struct conformance_row *in_memory)
{
    struct conformance_row row = *in_memory;

    row.destroy = destroy;
    row.advance = advance;
    row.now_ns = now_ns;
    row.next_event_ns = next_event_ns;
    row.ready = ready;
    row.unplug = unplug;
    row.plug = plug;
    row.make_hostile = make_hostile;
    row.open_handles = open_handles;
    row.open_ns += RIG_LIBUSB_OPEN_NS;
    row.dark_ns += RIG_LIBUSB_LATE_NS;
    if (row.flush_unsure_points > 0)
        row.flush_unsure_points += RIG_LIBUSB_UNSURE_POINTS;
    row.late_ns = RIG_LIBUSB_LATE_NS;
    row.stride = RIG_LIBUSB_STRIDE;
    row.way = &way;
    return row;
}
