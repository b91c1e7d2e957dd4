/* SPDX-License-Identifier: MIT */
#include "idn_finder.h"

#include <string.h>

#define PERIOD_NS (500 * BJ_NS_PER_MS)
#define EVERYBODY 0xffffffffu

/* ---- Life ---------------------------------------------------------------------------- */

/* Networks that come up later get a socket when it is opened anew; those that vanished only
 * fail to send. */
enum bj_status idn_finder_open(struct idn_finder *finder, struct bj_net *net)
{
    struct bj_interface all[IDN_FINDER_SOCKETS];
    size_t found = net->ops->interfaces(net, all, IDN_FINDER_SOCKETS);
    enum bj_status status = BJ_NOT_FOUND;

    finder->net = net;
    finder->count = 0;
    finder->next_ns = 0;
    for (size_t k = 0; k < found; k++) {
        struct bj_address local = {.ip = all[k].ip};
        enum bj_status opened =
            net->ops->open_udp(net, local, false, &finder->handles[finder->count]);
        if (opened == BJ_OK)
            finder->interfaces[finder->count++] = all[k];
        if (status != BJ_OK)
            status = opened;
    }
    finder->open = finder->count > 0;
    return finder->open ? BJ_OK : status;
}

void idn_finder_close(struct idn_finder *finder)
{
    for (int k = 0; finder->open && k < finder->count; k++)
        finder->net->ops->close(finder->net, finder->handles[k]);
    finder->open = false;
    finder->count = 0;
}

/* ---- Asking -------------------------------------------------------------------------- */

static void ask(struct idn_finder *finder, int handle, struct bj_address to,
                enum idn_command command)
{
    uint8_t bytes[IDN_HEADER_SIZE];
    size_t size = idn_encode_empty(bytes, command, finder->sequence++);

    (void)finder->net->ops->send_to(finder->net, handle, to, bytes, size);
}

static void ask_everybody(struct idn_finder *finder)
{
    for (int k = 0; k < finder->count; k++) {
        const struct bj_interface *interface = &finder->interfaces[k];
        bool loopback = interface->ip >> 24 == BJ_LOOPBACK >> 24;
        if (interface->broadcast != 0)
            ask(finder, finder->handles[k],
                (struct bj_address){interface->broadcast, IDN_PORT}, IDN_SCAN);
        if (!loopback)
            ask(finder, finder->handles[k], (struct bj_address){EVERYBODY, IDN_PORT},
                IDN_SCAN);
        if (finder->also.ip != 0)
            ask(finder, finder->handles[k], finder->also, IDN_SCAN);
    }
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
    for (int k = 0; k < finder->count; k++)
        bj_wait_handle(wait, finder->handles[k], BJ_WAIT_READ);
}

void idn_finder_ask_map(struct idn_finder *finder, int handle, struct bj_address to)
{
    ask(finder, handle, to, IDN_MAP);
}

/* ---- Answers ------------------------------------------------------------------------- */

static bool receive(struct idn_finder *finder, int handle, struct idn_sighting *sighting)
{
    uint8_t bytes[IDN_HEADER_SIZE + sizeof sighting->payload];
    struct bj_net *net = finder->net;
    struct idn_header header;
    size_t size = 0;
    enum bj_status status =
        net->ops->receive_from(net, handle, &sighting->from, bytes, sizeof bytes, &size);

    if (status != BJ_OK || !idn_decode_header(bytes, size, &header))
        return false;
    sighting->handle = handle;
    sighting->command = header.command;
    sighting->size = size - IDN_HEADER_SIZE;
    memcpy(sighting->payload, bytes + IDN_HEADER_SIZE, sighting->size);
    return true;
}

bool idn_finder_next(struct idn_finder *finder, struct idn_sighting *sighting)
{
    for (int k = 0; finder->open && k < finder->count; k++)
        if (receive(finder, finder->handles[k], sighting))
            return true;
    return false;
}
