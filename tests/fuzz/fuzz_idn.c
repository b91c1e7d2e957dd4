/* SPDX-License-Identifier: MIT
 *
 * The IDN driver and its scan against a receiver and a network that say anything. The input
 * is a little program: raw bytes, answers that fit the question but not in content, time,
 * and whatever an engine may do.
 */
#include "fake_net.h"
#include "fuzz_engine.h"
#include "idn/idn.h"
#include "idn/idn_scan.h"
#include "idn/idn_wire.h"

#include <stdlib.h>
#include <string.h>

#define IP 0x0a000005u
#define MS BJ_NS_PER_MS
#define FIRST_PORT 41000 /* of the network in memory: 40000 and the handle */
#define HEARD 64

struct fuzz {
    struct sim_host host; /* first */
    struct fuzz_engine engine;
    struct fake_net *net;
    struct {
        struct bj_address from;
        uint8_t command;
        uint16_t sequence;
    } heard[HEARD]; /* the newest packets, round about */
    unsigned heard_count;
    void *scan;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- The receiver -------------------------------------------------------------------- */

static void datagram_in(struct sim_host *host, uint16_t port, struct bj_address from,
                        const void *bytes, size_t size, int64_t now_ns)
{
    struct fuzz *fuzz = (struct fuzz *)host;
    const uint8_t *head = bytes;
    unsigned at = fuzz->heard_count++ % HEARD;

    (void)now_ns;
    check(port == IDN_PORT && size >= IDN_HEADER_SIZE && size <= IDN_DATAGRAM_SIZE);
    fuzz->heard[at].from = from;
    fuzz->heard[at].command = head[0];
    fuzz->heard[at].sequence = (uint16_t)(head[2] << 8 | head[3]);
    if (size > IDN_HEADER_SIZE) /* the message fills its datagram */
        check((size_t)(head[4] << 8 | head[5]) == size - IDN_HEADER_SIZE);
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

static const struct sim_host_ops ops = {.datagram_in = datagram_in,
                                        .datagram_out = datagram_out,
                                        .next_event_ns = next_event_ns};

static void say(struct fuzz *fuzz, struct bj_address to, const uint8_t *bytes, size_t size)
{
    fake_net_inject(fuzz->net, (struct bj_address){IP, IDN_PORT}, to, bytes, size);
}

static void raw(struct fuzz *fuzz)
{
    uint8_t bytes[255];
    struct bj_address to = {BJ_LOOPBACK,
                            (uint16_t)(FIRST_PORT + fuzz_next(&fuzz->engine.input) % 8)};
    size_t size = fuzz_next(&fuzz->engine.input);

    for (size_t k = 0; k < size; k++)
        bytes[k] = fuzz_next(&fuzz->engine.input);
    say(fuzz, to, bytes, size);
}

/* To one of the newest questions: the right header, and mostly the right sizes. */
static void answer(struct fuzz *fuzz)
{
    static const uint8_t sizes[] = {40, 4, 12};
    uint8_t bytes[512] = {0};
    uint8_t which = fuzz_next(&fuzz->engine.input),
            kind = fuzz_next(&fuzz->engine.input) % 4;
    unsigned at = (fuzz->heard_count - 1 - which % 4) % HEARD;
    size_t size = IDN_HEADER_SIZE + sizes[kind % 3] + (kind == 1 ? 24 * (which >> 5) : 0);

    if (fuzz->heard_count < 4)
        return;
    bytes[0] = kind == 0 ? IDN_SCAN_ANSWER : kind == 1 ? IDN_MAP_ANSWER : IDN_ACK;
    bytes[2] = (uint8_t)(fuzz->heard[at].sequence >> 8);
    bytes[3] = (uint8_t)fuzz->heard[at].sequence;
    for (size_t k = IDN_HEADER_SIZE + 1; k < size; k++)
        bytes[k] = k > 60 ? (uint8_t)k : fuzz_next(&fuzz->engine.input);
    bytes[4] = sizes[kind % 3];
    if (kind == 0 && which & 64) /* itself */
        memcpy(bytes + 8, "\7\1\0\4\xa3\x11\x22\x33\0\0\0\0\0\0\0", 16);
    if (kind == 1) {
        bytes[5] = 24;
        bytes[6] = 0;
        bytes[7] = which >> 5;
    }
    say(fuzz, fuzz->heard[at].from, bytes, size);
}

/* ---- The engine ---------------------------------------------------------------------- */

static const struct fuzz_limits limits = {
    .pps = 30000,
    .begin_points = 750,
    .balances = true,
    .room_points = UINT32_MAX,
    .handles = 6,
    .late_ns = 10 * BJ_NS_PER_S,
};

static void write(struct fuzz *fuzz)
{
    uint8_t shape = fuzz_next(&fuzz->engine.input);
    uint32_t pps = shape & 1   ? 30000
                   : shape & 2 ? 1000u + shape * 388u
                               : shape * 123456789u;

    (void)fuzz_engine_write(&fuzz->engine, 572, pps,
                            fuzz->engine.now_ns + (shape - 100) * MS);
}

static void on_found(void *user, const struct bj_dac_info *info)
{
    (void)user;
    check(bj_idn.accepts_id(info->id));
    check(strlen(info->model) < BJ_TEXT_SIZE && strlen(info->note) < BJ_TEXT_SIZE);
}

static void serve(struct fuzz *fuzz)
{
    struct bj_wait wait;

    fake_net_advance(fuzz->net, fuzz->engine.now_ns);
    fuzz_engine_serve(&fuzz->engine);
    bj_wait_init(&wait);
    bj_idn_scan.step(fuzz->scan, fuzz->engine.now_ns, &wait, on_found, fuzz);
}

static void act(struct fuzz *fuzz)
{
    uint8_t what = fuzz_next(&fuzz->engine.input);

    switch (what % 16) {
    case 0:
    case 1:
        raw(fuzz);
        break;
    case 3:
        fuzz_engine_act(&fuzz->engine, what >> 4);
        break;
    case 5:
        fake_net_set_route(fuzz->net, IP,
                           what >> 4 == 1 ? FAKE_ROUTE_REFUSE : FAKE_ROUTE_OPEN);
        break;
    case 6:
    case 7:
        fuzz->engine.now_ns += (int64_t)fuzz_next(&fuzz->engine.input) * MS;
        break;
    case 8:
    case 9:
        if (fuzz->engine.attempting)
            write(fuzz);
        break;
    default:
        answer(fuzz);
        break;
    }
}

static void start(struct fuzz *fuzz)
{
    const struct bj_transports via = {.net = fake_net_base(fuzz->net)};
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "idn:010004a3112233",
                                   .address = {IP, 0},
                                   .via = via};

    fuzz->scan = calloc(1, bj_idn_scan.instance_size);
    check(fuzz->scan != NULL);
    fuzz->host.ops = &ops;
    fake_net_add(fuzz->net, IP, &fuzz->host);
    fake_net_set_route(fuzz->net, IP, FAKE_ROUTE_OPEN);
    fuzz_engine_begin(&fuzz->engine, &bj_idn, &config);
    check(bj_idn_scan.open(fuzz->scan, &via) == BJ_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    /* the network stays, and with it the time; it is large */
    static struct fuzz fuzz = {.engine.limits = &limits};

    if (fuzz.net == NULL)
        fuzz.net = fake_net_create();
    check(fuzz.net != NULL);
    fuzz.engine.input = (struct fuzz_input){bytes, size};
    fuzz.heard_count = 0;
    start(&fuzz);
    serve(&fuzz);
    while (fuzz.engine.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    fuzz_engine_end(&fuzz.engine);
    bj_idn_scan.close(fuzz.scan);
    check(fake_net_open_sockets(fuzz.net) == 0);
    fake_net_remove(fuzz.net, IP);
    free(fuzz.scan);
    return 0;
}
