/* SPDX-License-Identifier: MIT
 *
 * The LaserCube driver against a device and a network that say anything. The input is a
 * little program: raw datagrams, answers and reports that fit in form but not in content,
 * full infos, silence, time, and whatever an engine may do.
 */
#include "fake_net.h"
#include "fuzz_engine.h"
#include "lasercube/lasercube.h"
#include "lasercube/lasercube_wire.h"

#include <string.h>

#define IP 0x0a000005u
#define DATA_PORT (LC_COMMAND_PORT + LC_DATA_PORT_OFFSET)
#define MS BJ_NS_PER_MS

struct fuzz {
    struct sim_host host; /* first */
    struct fuzz_engine engine;
    struct fake_net *net;
    struct bj_address asked[2]; /* by whom: commands, samples */
    uint8_t opcode, message;    /* newest of each */
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- The device ---------------------------------------------------------------------- */

static void datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                        const void *bytes, size_t size, int64_t now_ns)
{
    struct fuzz *fuzz = (struct fuzz *)host;
    const uint8_t *byte = bytes;

    (void)now_ns;
    check(size > 0 && size <= LC_PACKET_SIZE);
    fuzz->asked[port == DATA_PORT] = from;
    if (port == DATA_PORT)
        fuzz->message = byte[2];
    else
        fuzz->opcode = byte[0];
    check(port == DATA_PORT || byte[0] != 0x97);
}

static size_t datagram_out(struct sim_host *host, uint16_t *from_port,
                           struct bj_address *to, void *bytes, size_t size, int64_t now_ns)
{
    (void)host, (void)from_port, (void)to, (void)bytes, (void)size, (void)now_ns;
    return 0;
}

static int64_t next_event_ns(struct sim_host *host, int64_t now_ns)
{
    (void)host, (void)now_ns;
    return BJ_NEVER;
}

static const uint16_t no_ports[] = {0};
static const struct sim_host_ops ops = {
    .datagram_in = datagram_in,
    .datagram_out = datagram_out,
    .next_event_ns = next_event_ns,
    .tcp_ports = no_ports,
    .udp_ports = no_ports,
};

static void say(struct fuzz *fuzz, bool data, const uint8_t *bytes, size_t size)
{
    const struct bj_address from = {IP, data ? DATA_PORT : LC_COMMAND_PORT};

    if (fuzz->asked[data].port != 0 && size > 0)
        fake_net_inject(fuzz->net, from, fuzz->asked[data], bytes, size);
}

static void say_raw(struct fuzz *fuzz, bool data)
{
    uint8_t bytes[100];
    size_t size = fuzz_next(&fuzz->engine.input) % sizeof bytes;

    for (size_t k = 0; k < size; k++)
        bytes[k] = fuzz_next(&fuzz->engine.input);
    say(fuzz, data, bytes, size);
}

static void say_info(struct fuzz *fuzz)
{
    uint8_t bytes[LC_INFO_SIZE] = {LC_FULL_INFO};
    static const uint8_t serial[] = {0x00, 0x04, 0xa3, 0x11, 0x22, 0x33};
    uint8_t kind = fuzz_next(&fuzz->engine.input);

    bytes[3] = kind & 1;
    bytes[4] = 24;
    bytes[5] = fuzz_next(&fuzz->engine.input);
    memcpy(bytes + 10, "\x30\x75\0\0\x60\xea\0\0", 8);
    bytes[20] = bytes[22] = 0x17; /* empty: 5888 of 5888 */
    if (kind & 2)
        bytes[10 + fuzz_next(&fuzz->engine.input) % 16] = fuzz_next(&fuzz->engine.input);
    bytes[23] = fuzz_next(&fuzz->engine.input);
    memcpy(bytes + 26, serial, sizeof serial);
    bytes[37] = kind & 4 ? 10 : 0;
    if (kind & 8)
        bytes[26] = kind;
    say(fuzz, false, bytes, sizeof bytes);
}

static void say_report(struct fuzz *fuzz)
{
    uint8_t kind = fuzz_next(&fuzz->engine.input);
    uint8_t bytes[4] = {LC_FREE, (uint8_t)(fuzz->message - (kind & 7)),
                        fuzz_next(&fuzz->engine.input), fuzz_next(&fuzz->engine.input)};

    if (kind & 8)
        bytes[3] &= 0x17;
    say(fuzz, true, bytes, sizeof bytes);
}

static void answer(struct fuzz *fuzz, uint8_t opcode)
{
    uint8_t bytes[4] = {opcode, 0, fuzz_next(&fuzz->engine.input),
                        fuzz_next(&fuzz->engine.input) & 0x17};

    say(fuzz, false, bytes, opcode == LC_FREE ? 4 : 2);
}

/* ---- The engine ---------------------------------------------------------------------- */

static const struct fuzz_limits limits = {
    .pps = 30000,
    .begin_points = 900,
    .balances = true,
    .queued_points = UINT16_MAX,
    .room_points = 5 * LC_MAX_POINTS,
    .handles = 3,
    .late_ns = BJ_NS_PER_S,
};

static void write(struct fuzz *fuzz)
{
    uint32_t pps = 1000u * fuzz_next(&fuzz->engine.input);
    enum bj_status status = fuzz_engine_write(&fuzz->engine, LC_MAX_POINTS, pps, 0);

    check(status == BJ_OK || status == BJ_WOULD_BLOCK);
}

static void serve(struct fuzz *fuzz)
{
    fake_net_advance(fuzz->net, fuzz->engine.now_ns);
    fuzz_engine_serve(&fuzz->engine);
}

static void act(struct fuzz *fuzz)
{
    static const uint8_t opcodes[] = {LC_OUTPUT, LC_CLEAR,     LC_REPORTS,
                                      LC_RATE,   LC_THRESHOLD, LC_FREE};
    uint8_t what = fuzz_next(&fuzz->engine.input);

    switch (what % 16) {
    case 0:
        say_raw(fuzz, what & 16);
        break;
    case 1:
    case 2:
        say_info(fuzz);
        break;
    case 4:
        fuzz_engine_act(&fuzz->engine, what >> 4);
        break;
    case 6:
        for (size_t k = 0; k < sizeof opcodes; k++)
            answer(fuzz, opcodes[k]);
        break;
    case 7:
        answer(fuzz, fuzz->opcode);
        break;
    case 8:
    case 9:
        fuzz->engine.now_ns += (int64_t)fuzz_next(&fuzz->engine.input) * MS;
        break;
    case 10:
    case 11:
        fuzz->engine.now_ns += (int64_t)fuzz_next(&fuzz->engine.input) * MS / 50;
        break;
    case 12:
    case 13:
        write(fuzz);
        break;
    default:
        say_report(fuzz);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    /* the network stays, and with it the time; it is large */
    static struct fuzz fuzz = {.host.ops = &ops, .engine.limits = &limits};
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "lasercube:0004A3112233",
                                   .address = {IP, 0}};

    if (fuzz.net == NULL)
        fuzz.net = fake_net_create();
    check(fuzz.net != NULL);
    fuzz.engine.input = (struct fuzz_input){bytes, size};
    memset(fuzz.asked, 0, sizeof fuzz.asked);
    fake_net_add(fuzz.net, IP, &fuzz.host);
    config.via.net = fake_net_base(fuzz.net);
    fuzz_engine_begin(&fuzz.engine, &bj_lasercube, &config);
    while (fuzz.engine.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    fuzz_engine_end(&fuzz.engine);
    check(fake_net_open_sockets(fuzz.net) == 0);
    fake_net_remove(fuzz.net, IP);
    return 0;
}
