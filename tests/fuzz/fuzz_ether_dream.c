/* SPDX-License-Identifier: MIT
 *
 * The Ether Dream driver against a device and a network that say anything. The input is a
 * little program: raw bytes from the device, answers that fit in order but not in content,
 * announcements, time, and whatever an engine may do.
 */
#include "byte_host.h"
#include "ether_dream/ether_dream.h"
#include "ether_dream/ether_dream_link.h"
#include "ether_dream/ether_dream_wire.h"
#include "fake_net.h"
#include "fuzz_input.h"

#include <string.h>

#define IP 0x0a000005u
#define MS BJ_NS_PER_MS

struct fuzz {
    struct fuzz_input input;
    struct fake_net *net;
    struct byte_host device;
    size_t answered; /* bytes of the commands that were answered */
    struct bj_dac *dac;
    bool attempting;
    int64_t now_ns;
    struct bj_dac_status status;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- The engine's ears --------------------------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    const struct fuzz *fuzz = user;

    check(report->sent_ns <= report->received_ns);
    check(report->received_ns == fuzz->now_ns);
    check(report->queued_points <= UINT16_MAX);
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    (void)user, (void)dry;
    check(lost_points < 100000);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    (void)user;
    check(status != BJ_OK && strlen(text) > 0 && strlen(text) < 256);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

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
    uint8_t reply[32] = {codes[fuzz_next(&fuzz->input) % 8], '?'};
    size_t size = command_size(fuzz, fuzz->answered), length = 22;
    uint8_t state = fuzz_next(&fuzz->input);

    if (size > 0 && fuzz->answered + size <= fuzz->device.heard) {
        reply[1] = fuzz->device.in[fuzz->answered];
        fuzz->answered += size;
    }
    reply[3] = state & 3;
    reply[4] = state >> 2 & 3;
    reply[5] = state >> 4 & 1;
    reply[8] = state >> 5 << 1;
    reply[12] = fuzz_next(&fuzz->input);
    reply[13] = fuzz_next(&fuzz->input) & 15;
    reply[14] = fuzz_next(&fuzz->input);
    reply[15] = state & 0x40 ? 0x75 : 0;
    reply[18] = fuzz_next(&fuzz->input);
    if (reply[1] == 'v' && reply[0] != 'I')
        length = 32;
    byte_host_say(&fuzz->device, reply, length);
}

static void raw(struct fuzz *fuzz)
{
    for (int k = fuzz_next(&fuzz->input) % 64; k > 0; k--) {
        uint8_t byte = fuzz_next(&fuzz->input);
        byte_host_say(&fuzz->device, &byte, 1);
    }
}

static void announce(struct fuzz *fuzz)
{
    uint8_t bytes[64] = {0x00, 0x04, 0xa3, 0x11, 0x22, 0x33};
    uint8_t kind = fuzz_next(&fuzz->input);
    size_t size = kind & 1 ? 36 : kind % 64;
    struct bj_address from = {kind & 2 ? IP : IP + (kind >> 2) % 4, 7654};

    for (size_t k = 6; k < size; k++)
        bytes[k] = fuzz_next(&fuzz->input);
    fake_net_inject(fuzz->net, from, (struct bj_address){0xffffffffu, 7654}, bytes, size);
}

/* What was said and answered makes room for more. */
static void forget(struct byte_host *device, size_t *answered)
{
    memmove(device->in, device->in + *answered, device->heard - *answered);
    device->heard -= *answered;
    *answered = 0;
    memmove(device->out, device->out + device->collected, device->said - device->collected);
    device->said -= device->collected;
    device->collected = 0;
}

/* ---- The engine ---------------------------------------------------------------------- */

static void disconnect(struct fuzz *fuzz)
{
    bj_ether_dream.disconnect(fuzz->dac);
    fuzz->attempting = false;
    fuzz->answered = fuzz->device.heard;
    fuzz->device.collected = fuzz->device.said;
}

static void write(struct fuzz *fuzz)
{
    static const struct bj_point points[400] = {{.x = 1, .r = 65535}};
    uint8_t size = fuzz_next(&fuzz->input);
    struct bj_chunk chunk = {.points = points,
                             .count = 1 + size * 399u / 255,
                             .pps = 1000u * fuzz_next(&fuzz->input)};
    uint32_t taken = 0;
    enum bj_status status = bj_ether_dream.write(fuzz->dac, fuzz->now_ns, &chunk, &taken);

    check(status == BJ_OK ? taken >= 1 && taken <= chunk.count
                          : status == BJ_WOULD_BLOCK && taken == 0);
}

static void serve(struct fuzz *fuzz)
{
    struct bj_wait wait;

    fake_net_advance(fuzz->net, fuzz->now_ns);
    if (!fuzz->attempting) {
        fuzz->attempting = true;
        if (bj_ether_dream.connect(fuzz->dac, fuzz->now_ns, 30000, 300) != BJ_OK) {
            disconnect(fuzz);
            return;
        }
    }
    bj_wait_init(&wait);
    if (bj_ether_dream.service(fuzz->dac, fuzz->now_ns, &fuzz->status, &wait) != BJ_OK)
        disconnect(fuzz);
    else
        check(wait.deadline_ns > fuzz->now_ns - 10 * BJ_NS_PER_S && wait.count <= 3);
    check(fuzz->status.room_points <= ED_MOST_WINDOW_BYTES / ED_POINT_SIZE);
    check(strlen(fuzz->dac->name) < sizeof fuzz->dac->name);
    forget(&fuzz->device, &fuzz->answered);
}

static void act(struct fuzz *fuzz)
{
    uint8_t what = fuzz_next(&fuzz->input);

    switch (what % 16) {
    case 0:
        raw(fuzz);
        break;
    case 1:
        announce(fuzz);
        break;
    case 2:
        bj_ether_dream.shutter(fuzz->dac, fuzz->now_ns, what & 16);
        break;
    case 3:
        if (what >> 4 == 0)
            bj_ether_dream.stop(fuzz->dac, fuzz->now_ns);
        break;
    case 4:
        if (what >> 4 == 0)
            disconnect(fuzz);
        break;
    case 5:
        fuzz->device.link = what >> 4 == 1 ? SIM_LINK_RESET : SIM_LINK_OPEN;
        break;
    case 6:
        fuzz->device.window = what & 16 ? BYTE_HOST_SIZE : fuzz->device.heard;
        break;
    case 7:
    case 8:
        fuzz->now_ns += (int64_t)fuzz_next(&fuzz->input) * MS;
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
    static struct fuzz fuzz; /* the network stays, and with it the time; it is large */
    struct bj_dac_config config = {.id = "etherdream:0004a3112233", .address = {IP, 0}};

    if (fuzz.net == NULL)
        fuzz.net = fake_net_create();
    fuzz.input = (struct fuzz_input){bytes, size};
    fuzz.answered = 0;
    fuzz.status = (struct bj_dac_status){0};
    check(fuzz.net != NULL);
    byte_host_init(&fuzz.device);
    fake_net_add(fuzz.net, IP, &fuzz.device.host);
    config.via.net = fake_net_base(fuzz.net);
    check(bj_dac_create(&bj_ether_dream, &config, &events, &fuzz, &fuzz.dac) == BJ_OK);
    serve(&fuzz);
    fuzz.now_ns += 2 * BJ_NS_PER_S; /* past the wait for an announcement */
    while (fuzz.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    disconnect(&fuzz);
    bj_dac_destroy(fuzz.dac);
    check(fake_net_open_sockets(fuzz.net) == 0);
    fake_net_remove(fuzz.net, IP);
    return 0;
}
