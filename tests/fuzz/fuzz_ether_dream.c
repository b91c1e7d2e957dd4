/* SPDX-License-Identifier: MIT
 *
 * The Ether Dream driver against a device and a network that say anything. The input is a
 * little program: raw bytes from the device, answers that fit in order but not in content,
 * announcements, time, and whatever an engine may do.
 */
#include "byte_host.h"
#include "ether_dream/ether_dream.h"
#include "ether_dream/ether_dream_channel.h"
#include "ether_dream/ether_dream_wire.h"
#include "fake_net.h"
#include "fuzz_engine.h"

#include <string.h>

#define IP 0x0a000005u
#define MS BJ_NS_PER_MS

struct fuzz {
    struct fuzz_engine engine;
    struct fake_net *net;
    struct byte_host device;
    size_t answered; /* bytes of the commands that were answered */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- The device ---------------------------------------------------------------------- */

static size_t command_size(const struct fuzz *fuzz, size_t at)
{
    const uint8_t *bytes = fuzz->device.in + at;
    size_t left = fuzz->device.heard - at;

    if (left == 0)
        return 0;
    if (bytes[0] == 'd')
        return left < 3 ? 0 : 3 + 18 * (size_t)(bytes[1] | bytes[2] << 8);
    if (bytes[0] == 'b' || bytes[0] == 'u')
        return 7;
    return bytes[0] == 'q' ? 5 : 1;
}

/* The right opcode, and a state as the input has it. */
static void answer(struct fuzz *fuzz)
{
    static const uint8_t codes[] = {'a', 'a', 'a', 'a', 'I', 'F', '!', 'x'};
    uint8_t reply[32] = {codes[fuzz_next(&fuzz->engine.input) % 8], '?'};
    size_t size = command_size(fuzz, fuzz->answered), length = 22;
    uint8_t state = fuzz_next(&fuzz->engine.input);

    if (size > 0 && fuzz->answered + size <= fuzz->device.heard) {
        reply[1] = fuzz->device.in[fuzz->answered];
        fuzz->answered += size;
    }
    reply[3] = state & 3;
    reply[4] = state >> 2 & 3;
    reply[5] = state >> 4 & 1;
    reply[8] = state >> 5 << 1;
    reply[12] = fuzz_next(&fuzz->engine.input);
    reply[13] = fuzz_next(&fuzz->engine.input) & 15;
    reply[14] = fuzz_next(&fuzz->engine.input);
    reply[15] = state & 0x40 ? 0x75 : 0;
    reply[18] = fuzz_next(&fuzz->engine.input);
    if (reply[1] == 'v' && reply[0] != 'I')
        length = 32;
    byte_host_say(&fuzz->device, reply, length);
}

static void raw(struct fuzz *fuzz)
{
    for (int k = fuzz_next(&fuzz->engine.input) % 64; k > 0; k--) {
        uint8_t byte = fuzz_next(&fuzz->engine.input);
        byte_host_say(&fuzz->device, &byte, 1);
    }
}

static void announce(struct fuzz *fuzz)
{
    uint8_t bytes[64] = {0x00, 0x04, 0xa3, 0x11, 0x22, 0x33};
    uint8_t kind = fuzz_next(&fuzz->engine.input);
    size_t size = kind & 1 ? 36 : kind % 64;
    struct bj_address from = {kind & 2 ? IP : IP + (kind >> 2) % 4, 7654};

    for (size_t k = 6; k < size; k++)
        bytes[k] = fuzz_next(&fuzz->engine.input);
    fake_net_inject(fuzz->net, from, (struct bj_address){0xffffffffu, 7654}, bytes, size);
}

/* A connection that is over is forgotten; and what was said and answered makes room for
 * more. */
static void forget(struct fuzz *fuzz)
{
    struct byte_host *device = &fuzz->device;

    if (!fuzz->engine.attempting) {
        fuzz->answered = device->heard;
        device->collected = device->said;
    }
    memmove(device->in, device->in + fuzz->answered, device->heard - fuzz->answered);
    device->heard -= fuzz->answered;
    fuzz->answered = 0;
    memmove(device->out, device->out + device->collected, device->said - device->collected);
    device->said -= device->collected;
    device->collected = 0;
}

/* ---- The engine ---------------------------------------------------------------------- */

static const struct fuzz_limits limits = {
    .pps = 30000,
    .begin_points = 300,
    .queued_points = UINT16_MAX,
    .room_points = ED_MOST_WINDOW_BYTES / ED_POINT_SIZE,
    .handles = 3,
    .late_ns = 10 * BJ_NS_PER_S,
};

static void write(struct fuzz *fuzz)
{
    uint32_t pps = 1000u * fuzz_next(&fuzz->engine.input);
    enum bj_status status = fuzz_engine_write(&fuzz->engine, 400, pps, 0);

    check(status == BJ_OK || status == BJ_WOULD_BLOCK);
}

static void serve(struct fuzz *fuzz)
{
    forget(fuzz);
    fake_net_advance(fuzz->net, fuzz->engine.now_ns);
    fuzz_engine_serve(&fuzz->engine);
    forget(fuzz);
}

static void act(struct fuzz *fuzz)
{
    uint8_t what = fuzz_next(&fuzz->engine.input);

    switch (what % 16) {
    case 0:
        raw(fuzz);
        break;
    case 1:
        announce(fuzz);
        break;
    case 3:
        fuzz_engine_act(&fuzz->engine, what >> 4);
        break;
    case 5:
        fuzz->device.link = what >> 4 == 1 ? SIM_LINK_RESET : SIM_LINK_OPEN;
        break;
    case 6:
        fuzz->device.window = what & 16 ? BYTE_HOST_SIZE : fuzz->device.heard;
        break;
    case 7:
    case 8:
        fuzz->engine.now_ns += (int64_t)fuzz_next(&fuzz->engine.input) * MS;
        break;
    case 9:
    case 10:
        write(fuzz);
        break;
    default:
        answer(fuzz);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    /* the network stays, and with it the time; it is large */
    static struct fuzz fuzz = {.engine.limits = &limits};
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "etherdream:0004a3112233",
                                   .address = {IP, 0}};

    if (fuzz.net == NULL)
        fuzz.net = fake_net_create();
    check(fuzz.net != NULL);
    fuzz.engine.input = (struct fuzz_input){bytes, size};
    fuzz.answered = 0;
    byte_host_init(&fuzz.device);
    fake_net_add(fuzz.net, IP, &fuzz.device.host);
    config.via.net = fake_net_base(fuzz.net);
    fuzz_engine_begin(&fuzz.engine, &bj_ether_dream, &config);
    serve(&fuzz);
    fuzz.engine.now_ns += 2 * BJ_NS_PER_S; /* past the wait for an announcement */
    while (fuzz.engine.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    fuzz_engine_end(&fuzz.engine);
    check(fake_net_open_sockets(fuzz.net) == 0);
    fake_net_remove(fuzz.net, IP);
    return 0;
}
