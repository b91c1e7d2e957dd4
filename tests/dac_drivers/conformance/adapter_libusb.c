/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "adapter_libusb.h"

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

static struct bus *bus_of(const struct adapter_usb *adapter)
{
    return adapter->bus;
}

/* ---- What comes out ------------------------------------------------------------------ */

/* On a thread of the testbed, which is locked. */
static void tell(struct adapter_usb *adapter, int64_t time_ns, const struct bj_point *seen)
{
    struct bus *bus = bus_of(adapter);

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
    struct adapter_usb *adapter = instance;
    struct bus *bus = bus_of(adapter);
    struct told batch[BATCH];
    uint32_t count;

    usb_testbed_lock(bus->bed);
    adapter->now_ns = usb_testbed_catch_up(bus->bed);
    adapter->run(adapter->device, adapter->now_ns);
    count = take(bus, batch);
    usb_testbed_unlock(bus->bed);
    while (count > 0) {
        for (uint32_t k = 0; k < count; k++)
            adapter->seen(adapter->suite, batch[k].time_ns, &batch[k].seen);
        usb_testbed_lock(bus->bed);
        count = take(bus, batch);
        usb_testbed_unlock(bus->bed);
    }
    return adapter->now_ns;
}

/* ---- The adapter --------------------------------------------------------------------- */

static void destroy(void *instance)
{
    struct adapter_usb *adapter = instance;
    struct bus *bus = bus_of(adapter);

    if (bus) {
        bj_usb_destroy(bus->usb);
        usb_testbed_destroy(bus->bed);
    }
    if (adapter->device)
        adapter->free_device(adapter->device);
    free(bus);
    free(adapter);
}

static void *begin(struct adapter_usb *adapter, struct bj_dac_config *dac)
{
    struct bus *bus = adapter->bus = calloc(1, sizeof *bus);

    if (!bus || !adapter->device) {
        free(bus);
        adapter->bus = NULL;
        destroy(adapter);
        return NULL;
    }
    bus->bed = usb_testbed_create();
    if (bj_usb_create(&bus->usb) != BJ_OK) {
        destroy(adapter);
        return NULL;
    }
    usb_testbed_plug(bus->bed, PORT, adapter->plug);
    adapter->plugged = true;
    dac->via.usb = bus->usb;
    return adapter;
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

static void babble(struct adapter_usb *adapter, bool on)
{
    struct usb_testbed *bed = bus_of(adapter)->bed;

    usb_testbed_lock(bed);
    adapter->now_ns = usb_testbed_catch_up(bed);
    adapter->babble(adapter, on);
    usb_testbed_unlock(bed);
}

static void make_hostile(void *instance)
{
    babble(instance, true);
}

static void unplug(void *instance)
{
    struct adapter_usb *adapter = instance;

    usb_testbed_unplug(bus_of(adapter)->bed, PORT);
    adapter->plugged = false;
}

static void plug(void *instance)
{
    struct adapter_usb *adapter = instance;

    babble(adapter, false);
    if (!adapter->plugged)
        usb_testbed_plug(bus_of(adapter)->bed, PORT, adapter->plug);
    adapter->plugged = true;
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

static const struct adapter_usb_way way = {.begin = begin, .tell = tell};

bool adapter_libusb_can(const struct conformance_row *row)
{
    return row->advance == adapter_usb_advance;
}

struct conformance_row adapter_libusb_row(const struct conformance_row *in_memory)
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
    row.open_ns += ADAPTER_LIBUSB_OPEN_NS;
    row.dark_ns += ADAPTER_LIBUSB_LATE_NS;
    if (row.flush_unsure_points > 0)
        row.flush_unsure_points += ADAPTER_LIBUSB_UNSURE_POINTS;
    row.late_ns = ADAPTER_LIBUSB_LATE_NS;
    row.stride = ADAPTER_LIBUSB_STRIDE;
    row.way = &way;
    return row;
}
