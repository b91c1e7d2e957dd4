/* SPDX-License-Identifier: MIT */
#include "idn/idn_finder.h"

#include <string.h>

#define PERIOD_NS (500 * BJ_NS_PER_MS)

/* ---- Life ---------------------------------------------------------------------------- */

enum bj_status idn_finder_open(struct idn_finder *finder, struct bj_net *net)
{
    const struct bj_address any = {0};
    enum bj_status status = net->ops->open_udp(net, any, false, &finder->handle);

    finder->net = net;
    finder->next_ns = 0;
    finder->open = status == BJ_OK;
    return status;
}

void idn_finder_close(struct idn_finder *finder)
{
    if (finder->open)
        finder->net->ops->close(finder->net, finder->handle);
    finder->open = false;
}

/* ---- Asking -------------------------------------------------------------------------- */

static void ask(struct idn_finder *finder, struct bj_address to, enum idn_command command)
{
    uint8_t bytes[IDN_HEADER_SIZE];
    size_t size = idn_encode_empty(bytes, command, finder->sequence++);

    (void)finder->net->ops->send_to(finder->net, finder->handle, to, bytes, size);
}

/* One that fails is asked again; a network may come up later. */
static void ask_everybody(struct idn_finder *finder)
{
    uint8_t bytes[IDN_HEADER_SIZE];
    size_t size = idn_encode_empty(bytes, IDN_SCAN, finder->sequence++);

    (void)finder->net->ops->broadcast(finder->net, finder->handle, IDN_PORT, bytes, size);
    if (finder->also.ip != 0)
        ask(finder, finder->also, IDN_SCAN);
}

void idn_finder_step(struct idn_finder *finder, int64_t now_ns, struct bj_wait *wait)
{
    if (!finder->open)
        return;
    if (now_ns >= finder->next_ns) {
        ask_everybody(finder);
        finder->next_ns = now_ns + PERIOD_NS;
    }
    bj_wait_until(wait, finder->next_ns);
    bj_wait_handle(wait, finder->handle, BJ_WAIT_READ);
}

void idn_finder_ask_map(struct idn_finder *finder, struct bj_address to)
{
    ask(finder, to, IDN_MAP);
}

/* ---- Answers ------------------------------------------------------------------------- */

bool idn_finder_next(struct idn_finder *finder, struct idn_sighting *sighting)
{
    uint8_t bytes[IDN_HEADER_SIZE + sizeof sighting->payload];
    struct bj_net *net = finder->net;
    struct idn_header header;

    for (int k = 0; finder->open && k < IDN_FINDER_LIMIT; k++) {
        size_t size = 0;
        if (net->ops->receive_from(net, finder->handle, &sighting->from, bytes,
                                   sizeof bytes, &size) != BJ_OK)
            return false;
        if (!idn_decode_header(bytes, size, &header))
            continue;
        sighting->command = header.command;
        sighting->size = size - IDN_HEADER_SIZE;
        memcpy(sighting->payload, bytes + IDN_HEADER_SIZE, sighting->size);
        return true;
    }
    return false;
}
