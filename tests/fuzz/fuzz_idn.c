/* SPDX-License-Identifier: MIT
 *
 * The IDN driver and its scan against a receiver and a network that say anything. The input
 * is a little program: raw bytes, answers that fit the question but not in content, time,
 * and whatever an engine may do.
 */
#include "fake_net.h"
#include "fuzz_input.h"
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
    struct fuzz_input input;
    struct fake_net *net;
    struct {
        struct bj_address from;
        uint8_t command;
        uint16_t sequence;
    } heard[HEARD]; /* the newest packets, round about */
    unsigned heard_count;
    struct bj_dac *dac;
    void *scan;
    bool attempting;
    int64_t now_ns;
    struct bj_dac_status status;
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- The engine's ears --------------------------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    (void)user, (void)report;
    check(false); /* there is none */
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

static void on_found(void *user, const struct bj_dac_info *info)
{
    (void)user;
    check(bj_idn.accepts_id(info->id));
    check(strlen(info->model) < BJ_TEXT_SIZE && strlen(info->note) < BJ_TEXT_SIZE);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

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
                            (uint16_t)(FIRST_PORT + fuzz_next(&fuzz->input) % 8)};
    size_t size = fuzz_next(&fuzz->input);

    for (size_t k = 0; k < size; k++)
        bytes[k] = fuzz_next(&fuzz->input);
    say(fuzz, to, bytes, size);
}

/* To one of the newest questions: the right header, and mostly the right sizes. */
static void answer(struct fuzz *fuzz)
{
    static const uint8_t sizes[] = {40, 4, 12};
    uint8_t bytes[512] = {0};
    uint8_t which = fuzz_next(&fuzz->input), kind = fuzz_next(&fuzz->input) % 4;
    unsigned at = (fuzz->heard_count - 1 - which % 4) % HEARD;
    size_t size = IDN_HEADER_SIZE + sizes[kind % 3] + (kind == 1 ? 24 * (which >> 5) : 0);

    if (fuzz->heard_count < 4)
        return;
    bytes[0] = kind == 0 ? IDN_SCAN_ANSWER : kind == 1 ? IDN_MAP_ANSWER : IDN_ACK;
    bytes[2] = (uint8_t)(fuzz->heard[at].sequence >> 8);
    bytes[3] = (uint8_t)fuzz->heard[at].sequence;
    for (size_t k = IDN_HEADER_SIZE + 1; k < size; k++)
        bytes[k] = k > 60 ? (uint8_t)k : fuzz_next(&fuzz->input);
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

static void disconnect(struct fuzz *fuzz)
{
    bj_idn.disconnect(fuzz->dac);
    fuzz->attempting = false;
}

static void write(struct fuzz *fuzz)
{
    static const struct bj_point points[600] = {{.x = 1, .r = 65535}};
    uint8_t size = fuzz_next(&fuzz->input), shape = fuzz_next(&fuzz->input);
    struct bj_chunk chunk = {.points = points,
                             .count = 1 + size * 571u / 255,
                             .pps = shape & 1   ? 30000
                                    : shape & 2 ? 1000u + shape * 388u
                                                : shape * 123456789u,
                             .play_ns = fuzz->now_ns + (shape - 100) * MS};
    uint32_t taken = 0;
    enum bj_status status = bj_idn.write(fuzz->dac, fuzz->now_ns, &chunk, &taken);

    check(status == BJ_OK ? taken >= 1 && taken <= chunk.count : taken == 0);
    if (status != BJ_OK && status != BJ_WOULD_BLOCK)
        disconnect(fuzz);
}

static void serve(struct fuzz *fuzz)
{
    struct bj_wait wait;

    fake_net_advance(fuzz->net, fuzz->now_ns);
    if (!fuzz->attempting) {
        fuzz->attempting = true;
        if (bj_idn.connect(fuzz->dac, fuzz->now_ns, 30000, 750) != BJ_OK) {
            disconnect(fuzz);
            return;
        }
    }
    bj_wait_init(&wait);
    if (bj_idn.service(fuzz->dac, fuzz->now_ns, &fuzz->status, &wait) != BJ_OK)
        disconnect(fuzz);
    else
        check(wait.deadline_ns > fuzz->now_ns - 10 * BJ_NS_PER_S && wait.count <= 6);
    check(strlen(fuzz->dac->name) < sizeof fuzz->dac->name);
    bj_wait_init(&wait);
    bj_idn_scan.step(fuzz->scan, fuzz->now_ns, &wait, on_found, fuzz);
}

static void act(struct fuzz *fuzz)
{
    uint8_t what = fuzz_next(&fuzz->input);

    switch (what % 16) {
    case 0:
    case 1:
        raw(fuzz);
        break;
    case 2:
        bj_idn.shutter(fuzz->dac, fuzz->now_ns, what & 16);
        break;
    case 3:
        if (what >> 4 == 0)
            bj_idn.stop(fuzz->dac, fuzz->now_ns);
        break;
    case 4:
        if (what >> 4 == 0)
            disconnect(fuzz);
        break;
    case 5:
        fake_net_set_route(fuzz->net, IP,
                           what >> 4 == 1 ? FAKE_ROUTE_REFUSE : FAKE_ROUTE_OPEN);
        break;
    case 6:
    case 7:
        fuzz->now_ns += (int64_t)fuzz_next(&fuzz->input) * MS;
        break;
    case 8:
    case 9:
        if (fuzz->attempting)
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
    struct bj_dac_config config = {
        .id = "idn:010004a3112233", .address = {IP, 0}, .via = via};

    fuzz->scan = calloc(1, bj_idn_scan.instance_size);
    check(fuzz->scan != NULL);
    fuzz->host.ops = &ops;
    fake_net_add(fuzz->net, IP, &fuzz->host);
    fake_net_set_route(fuzz->net, IP, FAKE_ROUTE_OPEN);
    check(bj_dac_create(&bj_idn, &config, &events, fuzz, &fuzz->dac) == BJ_OK);
    check(bj_idn_scan.open(fuzz->scan, &via) == BJ_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct fuzz fuzz; /* the network stays, and with it the time; it is large */

    if (fuzz.net == NULL)
        fuzz.net = fake_net_create();
    check(fuzz.net != NULL);
    fuzz.input = (struct fuzz_input){bytes, size};
    fuzz.heard_count = 0;
    fuzz.attempting = false;
    fuzz.status = (struct bj_dac_status){0};
    start(&fuzz);
    serve(&fuzz);
    while (fuzz.input.left > 0) {
        serve(&fuzz);
        act(&fuzz);
    }
    disconnect(&fuzz);
    bj_dac_destroy(fuzz.dac);
    bj_idn_scan.close(fuzz.scan);
    check(fake_net_open_sockets(fuzz.net) == 0);
    fake_net_remove(fuzz.net, IP);
    free(fuzz.scan);
    return 0;
}
