/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_listener.h"

#include "ether_dream/ether_dream_model.h"
#include "session/octets.h"

#include <stdio.h>
#include <string.h>

#define LEAST_CAPACITY 256
#define LEAST_MAX_RATE 1000
#define MOST_MAX_RATE 1000000

static const char id_prefix[] = "etherdream:";

/* ---- Listener ------------------------------------------------------------------------ */

enum bj_status ed_listener_open(struct ed_listener *listener, struct bj_net *net)
{
    const struct bj_address any = {.port = ED_UDP_PORT};
    enum bj_status status = net->ops->open_udp(net, any, true, &listener->handle);

    listener->net = net;
    listener->open = status == BJ_OK;
    return status;
}

void ed_listener_close(struct ed_listener *listener)
{
    if (listener->open)
        listener->net->ops->close(listener->net, listener->handle);
    listener->open = false;
}

static void make_sane(struct ed_broadcast *broadcast)
{
    if (broadcast->capacity < LEAST_CAPACITY)
        broadcast->capacity = ED_CAPACITY;
    if (broadcast->max_rate < LEAST_MAX_RATE || broadcast->max_rate > MOST_MAX_RATE)
        broadcast->max_rate = BJ_CAREFUL_PPS;
}

bool ed_listener_next(struct ed_listener *listener, struct ed_broadcast *broadcast,
                      struct bj_address *from)
{
    uint8_t bytes[ED_BROADCAST_SIZE];

    for (int i = 0; listener->open && i < ED_LISTEN_LIMIT; i++) {
        size_t size = 0;
        if (listener->net->ops->receive_from(listener->net, listener->handle, from, bytes,
                                             sizeof bytes, &size) != BJ_OK)
            return false;
        if (ed_decode_broadcast(bytes, size, broadcast) == BJ_OK) {
            make_sane(broadcast);
            return true;
        }
    }
    return false;
}

/* ---- Identity ------------------------------------------------------------------------ */

void ed_format_id(const uint8_t mac[6], char id[ED_ID_SIZE])
{
    (void)snprintf(id, ED_ID_SIZE, "%s%02x%02x%02x%02x%02x%02x", id_prefix, mac[0], mac[1],
                   mac[2], mac[3], mac[4], mac[5]);
}

bool ed_parse_id(const char *id, uint8_t mac[6])
{
    if (strlen(id) != ED_ID_SIZE - 1 || strncmp(id, id_prefix, sizeof id_prefix - 1) != 0)
        return false;
    return bj_octets_parse(id + sizeof id_prefix - 1, mac, 6) == 6 &&
           bj_octets_name_one(mac, 6);
}
