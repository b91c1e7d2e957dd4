/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "toy_usb.h"

#include <assert.h>
#include <string.h>

static const struct sim_usb_endpoint endpoints[] = {
    {.interface = 0, .alternate = 1, .address = TOY_OUT, .type = 2, .packet_size = 64},
    {.interface = 0, .alternate = 1, .address = TOY_IN, .type = 2, .packet_size = 64},
};

static const struct sim_usb_descriptor descriptor = {
    .vendor_id = TOY_VENDOR,
    .product_id = TOY_PRODUCT,
    .release = 0x0123,
    .max_packet_0 = 64,
    .max_power = 50,
    .manufacturer = "Toy maker",
    .product = "Toy",
    .serial = "T1",
    .endpoints = endpoints,
    .endpoint_count = 2,
    .interfaces = 1,
    .alternates = {2},
};

static struct toy_usb *toy_of(struct sim_usb *device)
{
    return (struct toy_usb *)device;
}

static void select_alternate(struct sim_usb *device, uint8_t interface, uint8_t alternate,
                             int64_t now_ns)
{
    struct toy_usb *toy = toy_of(device);

    (void)now_ns;
    assert(interface == 0);
    if (toy->selects < 8)
        toy->selected[toy->selects++] = alternate;
}

static int out(struct sim_usb *device, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns)
{
    struct toy_usb *toy = toy_of(device);

    (void)now_ns;
    assert(endpoint == TOY_OUT && size <= TOY_PACKET);
    if (toy->stalled)
        return SIM_USB_STALL;
    if (size > toy->room)
        return SIM_USB_NAK;
    assert(toy->heard + size <= TOY_BYTES);
    if (size > 0)
        memcpy(toy->in + toy->heard, bytes, size);
    toy->heard += size;
    toy->room -= size;
    toy->packets++;
    toy->empty_packets += size == 0;
    return 0;
}

static int in(struct sim_usb *device, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns)
{
    struct toy_usb *toy = toy_of(device);
    size_t most = toy->short_packet > 0 ? toy->short_packet : size;
    size_t left = toy->said - toy->given;
    size_t given = left < most ? left : most;

    (void)now_ns;
    assert(endpoint == TOY_IN && size == TOY_PACKET);
    if (toy->stalled)
        return SIM_USB_STALL;
    if (given == 0)
        return SIM_USB_NAK;
    memcpy(bytes, toy->out + toy->given, given);
    toy->given += given;
    return (int)given;
}

static void clear_halt(struct sim_usb *device, uint8_t endpoint, int64_t now_ns)
{
    (void)endpoint, (void)now_ns;
    toy_of(device)->stalled = false;
    toy_of(device)->clears++;
}

static int64_t next_event_ns(struct sim_usb *device, int64_t now_ns)
{
    (void)device, (void)now_ns;
    return BJ_NEVER;
}

static void unplug(struct sim_usb *device, int64_t now_ns)
{
    (void)now_ns;
    toy_of(device)->unplugs++;
}

static const struct sim_usb_ops ops = {
    .select = select_alternate,
    .out = out,
    .in = in,
    .clear_halt = clear_halt,
    .next_event_ns = next_event_ns,
    .unplug = unplug,
};

void toy_usb_init(struct toy_usb *toy)
{
    memset(toy, 0, sizeof *toy);
    toy->base = (struct sim_usb){.ops = &ops, .descriptor = &descriptor};
    toy->room = TOY_BYTES;
}

void toy_usb_say(struct toy_usb *toy, const void *bytes, size_t size)
{
    assert(toy->said + size <= TOY_BYTES);
    memcpy(toy->out + toy->said, bytes, size);
    toy->said += size;
}
