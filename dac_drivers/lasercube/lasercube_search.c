/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_search.h"

#include "lasercube/lasercube_model.h"
#include "session/octets.h"

#include <stdio.h>
#include <string.h>

#define ASK_NS BJ_NS_PER_S
#define ASK_SOON_NS (200 * BJ_NS_PER_MS) /* the first question may get lost */
#define ANSWER_BYTES 128

static const char id_prefix[] = "lasercube:";

/* ---- Asking ---------------------------------------------------------------------------- */

enum bj_status lc_search_open(struct lc_search *search, struct bj_net *net)
{
    const struct bj_address any = {0};
    enum bj_status status = net->ops->open_udp(net, any, false, &search->handle);

    search->net = net;
    search->open = status == BJ_OK;
    search->next_ns = 0;
    search->asked = 0;
    return status;
}

void lc_search_close(struct lc_search *search)
{
    if (search->open)
        search->net->ops->close(search->net, search->handle);
    search->open = false;
}

void lc_search_ask(struct lc_search *search, int64_t now_ns)
{
    uint8_t bytes[LC_COMMAND_SIZE];
    size_t size = lc_encode_command(bytes, LC_FULL_INFO, 0);

    if (!search->open || now_ns < search->next_ns)
        return;
    search->next_ns = now_ns + (search->asked++ == 0 ? ASK_SOON_NS : ASK_NS);
    (void)search->net->ops->broadcast(search->net, search->handle, LC_COMMAND_PORT, bytes,
                                      size); /* a network may come up later */
}

bool lc_search_next(struct lc_search *search, struct lc_info *info, struct bj_address *from)
{
    uint8_t bytes[ANSWER_BYTES];

    for (int k = 0; search->open && k < LC_HEAR_LIMIT; k++) {
        size_t size = 0;
        enum bj_status status = search->net->ops->receive_from(
            search->net, search->handle, from, bytes, sizeof bytes, &size);
        if (status == BJ_WOULD_BLOCK)
            return false;
        if (status == BJ_OK && lc_decode_info(bytes, size, info) == BJ_OK) {
            lc_info_make_sane(info);
            return true;
        }
    }
    return false;
}

/* ---- Identity -------------------------------------------------------------------------- */

void lc_format_id(const uint8_t serial[LC_SERIAL_SIZE], char id[LC_ID_SIZE])
{
    (void)snprintf(id, LC_ID_SIZE, "%s%02X%02X%02X%02X%02X%02X", id_prefix, serial[0],
                   serial[1], serial[2], serial[3], serial[4], serial[5]);
}

bool lc_parse_id(const char *id, uint8_t serial[LC_SERIAL_SIZE])
{
    if (strlen(id) != LC_ID_SIZE - 1 || strncmp(id, id_prefix, sizeof id_prefix - 1) != 0)
        return false;
    return bj_octets_parse(id + sizeof id_prefix - 1, serial, LC_SERIAL_SIZE) ==
               LC_SERIAL_SIZE &&
           bj_octets_name_one(serial, LC_SERIAL_SIZE);
}

bool lc_has_serial(const struct lc_info *info)
{
    return bj_octets_name_one(info->serial, LC_SERIAL_SIZE);
}
