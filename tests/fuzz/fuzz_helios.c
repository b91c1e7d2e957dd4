/* SPDX-License-Identifier: MIT
 *
 * The Helios driver against a device that says anything, and a bus that does anything. The
 * input is a little program: replies that fit in kind but not in content, raw ones, packets
 * refused, stalls, broken transfers, cables, time, and whatever an engine may do.
 */
#include "fake_usb.h"
#include "fuzz_engine.h"
#include "helios/helios.h"
#include "helios/helios_wire.h"

#include <string.h>

#define PORT "1-2"
#define MS BJ_NS_PER_MS

struct fuzz {
    struct sim_usb device; /* first: the model is the fuzzer */
    struct fuzz_engine engine;
    struct fake_usb *usb;
    bool plugged;
    uint8_t replies[8][32]; /* that the device will give, in order */
    size_t sizes[8], first, count;
    uint8_t asked; /* the newest command */
    uint8_t refuse;
    bool tame, slot_full; /* answers like a device, while tame */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- The device ---------------------------------------------------------------------- */

static const struct sim_usb_endpoint endpoints[] = {
    {.alternate = 1, .address = HELIOS_REPLIES, .type = 3, .packet_size = 32},
    {.alternate = 1, .address = HELIOS_COMMANDS, .type = 3, .packet_size = 32},
    {.alternate = 1, .address = HELIOS_FRAMES, .type = 2, .packet_size = 64},
};

static const struct sim_usb_descriptor descriptor = {
    .vendor_id = HELIOS_VENDOR,
    .product_id = HELIOS_PRODUCT,
    .endpoints = endpoints,
    .endpoint_count = 3,
    .interfaces = 1,
    .alternates = {2},
};

static void select_alternate(struct sim_usb *device, uint8_t interface, uint8_t alternate,
                             int64_t now_ns)
{
    (void)device, (void)now_ns;
    check(interface == 0 && alternate <= 1);
}

static void answer(struct fuzz *fuzz)
{
    uint8_t *bytes = fuzz->replies[(fuzz->first + fuzz->count) % 8];
    bool answers = fuzz->asked >= HELIOS_STATUS && fuzz->asked <= HELIOS_NAME;

    if (!answers || fuzz->count == 8)
        return;
    memset(bytes, 'n', 32);
    bytes[0] = 0x80 | fuzz->asked;
    if (fuzz->asked == HELIOS_STATUS)
        bytes[1] = !fuzz->slot_full;
    if (fuzz->asked == HELIOS_FIRMWARE)
        memcpy(bytes + 1, (uint8_t[]){5, 0, 0, 0}, 4);
    fuzz->sizes[(fuzz->first + fuzz->count) % 8] = 32;
    fuzz->count++;
}

static int out(struct sim_usb *device, uint8_t endpoint, const void *bytes, size_t size,
               int64_t now_ns)
{
    struct fuzz *fuzz = (struct fuzz *)device;

    (void)now_ns;
    if (fuzz->refuse & 1)
        return SIM_USB_NAK;
    if (fuzz->refuse & 2)
        return SIM_USB_STALL;
    if (endpoint == HELIOS_COMMANDS) {
        check(size == HELIOS_COMMAND_SIZE && ((const uint8_t *)bytes)[0] != 0xde);
        fuzz->asked = ((const uint8_t *)bytes)[0];
        if (fuzz->tame)
            answer(fuzz);
    }
    return 0;
}

static int in(struct sim_usb *device, uint8_t endpoint, void *bytes, size_t size,
              int64_t now_ns)
{
    struct fuzz *fuzz = (struct fuzz *)device;
    size_t given = fuzz->sizes[fuzz->first];

    (void)endpoint, (void)now_ns, (void)size;
    if (fuzz->refuse & 4)
        return SIM_USB_STALL;
    if (fuzz->count == 0)
        return SIM_USB_NAK;
    memcpy(bytes, fuzz->replies[fuzz->first], given);
    fuzz->first = (fuzz->first + 1) % 8;
    fuzz->count--;
    return (int)given;
}

static void clear_halt(struct sim_usb *device, uint8_t endpoint, int64_t now_ns)
{
    (void)endpoint, (void)now_ns;
    ((struct fuzz *)device)->refuse &= 1;
}

static int64_t next_event_ns(struct sim_usb *device, int64_t now_ns)
{
    (void)device, (void)now_ns;
    return BJ_NEVER;
}

static void unplug(struct sim_usb *device, int64_t now_ns)
{
    (void)device, (void)now_ns;
}

static const struct sim_usb_ops ops = {
    .select = select_alternate,
    .out = out,
    .in = in,
    .clear_halt = clear_halt,
    .next_event_ns = next_event_ns,
    .unplug = unplug,
};

static void reply(struct fuzz *fuzz, bool fitting)
{
    size_t at = (fuzz->first + fuzz->count) % 8, size;

    if (fuzz->count == 8)
        return;
    size = fitting ? (fuzz->asked == HELIOS_STATUS ? 2 : 32)
                   : fuzz_next(&fuzz->engine.input) % 33;
    for (size_t k = 0; k < size; k++)
        fuzz->replies[at][k] = fuzz_next(&fuzz->engine.input);
    if (fitting)
        fuzz->replies[at][0] = 0x80 | fuzz->asked;
    if (fitting && fuzz->asked == HELIOS_STATUS)
        fuzz->replies[at][1] &= 1;
    fuzz->sizes[at] = size;
    fuzz->count++;
}

/* ---- The engine ---------------------------------------------------------------------- */

static const struct fuzz_limits limits = {
    .pps = 30000,
    .begin_points = 480,
    .connects = true,
    .balances = true,
    .queued_points = HELIOS_MOST_POINTS,
    .room_points = HELIOS_MOST_POINTS,
    .handles = 1,
    .late_ns = 10 * BJ_NS_PER_S,
};

static void write(struct fuzz *fuzz)
{
    uint32_t pps = 1000u + 500u * fuzz_next(&fuzz->engine.input);
    enum bj_status status = fuzz_engine_write(&fuzz->engine, 4096, pps, 0);

    check(status == BJ_OK || status == BJ_WOULD_BLOCK);
}

static void serve(struct fuzz *fuzz)
{
    fake_usb_advance(fuzz->usb, fuzz->engine.now_ns);
    fuzz_engine_serve(&fuzz->engine);
    check(bj_helios.true_pps(fuzz->engine.dac, 30000) > 29000);
}

static void cable(struct fuzz *fuzz)
{
    fuzz->plugged = !fuzz->plugged;
    if (fuzz->plugged)
        fake_usb_plug(fuzz->usb, PORT, &fuzz->device);
    else
        fake_usb_unplug(fuzz->usb, PORT);
}

static void act(struct fuzz *fuzz)
{
    static const uint8_t addresses[] = {HELIOS_REPLIES, HELIOS_COMMANDS, HELIOS_FRAMES};
    uint8_t what = fuzz_next(&fuzz->engine.input);

    switch (what % 16) {
    case 0:
        reply(fuzz, false);
        break;
    case 1:
        fuzz->refuse = what >> 4;
        break;
    case 3:
        fuzz_engine_act(&fuzz->engine, what >> 4);
        break;
    case 4:
        if (what >> 4 == 1)
            cable(fuzz);
        break;
    case 5:
        if (fuzz->plugged)
            fake_usb_break(fuzz->usb, PORT, addresses[(what >> 4) % 3],
                           fuzz_next(&fuzz->engine.input),
                           (enum usb_end)(fuzz_next(&fuzz->engine.input) % 6));
        break;
    case 6:
    case 7:
        fuzz->engine.now_ns += (int64_t)fuzz_next(&fuzz->engine.input) * MS / 4;
        break;
    case 8:
    case 9:
    case 10:
        write(fuzz);
        break;
    case 11:
        fuzz->tame = what & 16;
        fuzz->slot_full = what & 32;
        break;
    default:
        reply(fuzz, true);
        fuzz->engine.now_ns += MS;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    /* the bus stays, and with it the time; it is large */
    static struct fuzz fuzz = {.engine.limits = &limits};
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "helios:" PORT};

    if (fuzz.usb == NULL)
        fuzz.usb = fake_usb_create();
    fuzz.device = (struct sim_usb){.ops = &ops, .descriptor = &descriptor};
    fuzz.engine.input = (struct fuzz_input){bytes, size};
    fuzz.count = 0;
    fuzz.refuse = 0;
    check(fuzz.usb != NULL);
    fuzz.plugged = false;
    cable(&fuzz);
    config.via.usb = fake_usb_base(fuzz.usb);
    fuzz_engine_begin(&fuzz.engine, &bj_helios, &config);
    fuzz.tame = true;
    fuzz.slot_full = false;
    for (int k = 0; k < 100 && fuzz.engine.status.state != BJ_DAC_READY; k++) {
        serve(&fuzz);
        fuzz.engine.now_ns += 10 * MS;
    }
    check(fuzz.engine.status.state == BJ_DAC_READY);
    while (fuzz.engine.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    fuzz_engine_end(&fuzz.engine);
    check(fake_usb_open_handles(fuzz.usb) == 0);
    if (fuzz.plugged)
        fake_usb_unplug(fuzz.usb, PORT);
    fuzz.engine.now_ns += 100 * MS;
    fake_usb_advance(fuzz.usb, fuzz.engine.now_ns);
    return 0;
}
