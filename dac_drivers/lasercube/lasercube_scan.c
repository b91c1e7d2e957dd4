/* SPDX-License-Identifier: MIT */
#include "lasercube_scan.h"

#include "lasercube.h"
#include "lasercube_model.h"
#include "octets.h"

#include <stdio.h>
#include <string.h>

#define ASK_NS BJ_NS_PER_S
#define ASK_SOON_NS (200 * BJ_NS_PER_MS) /* the first question may get lost */
#define LOW_BATTERY 20
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

/* ---- Scan ------------------------------------------------------------------------------ */

static enum bj_status scan_open(void *scan, const struct bj_transports *via)
{
    return via->net ? lc_search_open(scan, via->net) : BJ_UNSUPPORTED;
}

static void scan_close(void *scan)
{
    lc_search_close(scan);
}

static void take_note(const struct lc_info *info, char *note, size_t size)
{
    struct lc_flags flags = lc_flags_of(info);

    if (flags.too_hot)
        (void)snprintf(note, size, "over temperature (%d C)", info->temperature);
    else if (info->battery <= LOW_BATTERY)
        (void)snprintf(note, size, "battery at %u %%", info->battery);
    else if (flags.warm)
        (void)snprintf(note, size, "warm (%d C)", info->temperature);
}

/* Without a serial number only its address tells one from another. */
static void describe(const struct lc_info *info, struct bj_address from,
                     struct bj_dac_info *found)
{
    *found = (struct bj_dac_info){
        .driver = &bj_lasercube,
        .address = {.ip = from.ip, .port = from.port},
        .max_pps = info->max_rate,
        .capacity_points = info->ring_points,
        .busy = info->free_points < info->ring_points,
    };
    (void)snprintf(found->model, sizeof found->model, "%s",
                   info->name[0] != '\0' ? info->name : "LaserCube");
    (void)snprintf(found->where, sizeof found->where, "%u.%u.%u.%u", from.ip >> 24,
                   from.ip >> 16 & 255, from.ip >> 8 & 255, from.ip & 255);
    if (lc_has_serial(info))
        lc_format_id(info->serial, found->id);
    else
        (void)snprintf(found->id, sizeof found->id, "lasercube@%s", found->where);
    take_note(info, found->note, sizeof found->note);
}

static void scan_step(void *scan, int64_t now_ns, struct bj_wait *wait, bj_found_fn found,
                      void *discovery)
{
    struct lc_search *search = scan;
    struct bj_dac_info dac;
    struct bj_address from;
    struct lc_info info;

    lc_search_ask(search, now_ns);
    for (int k = 0; k < LC_HEAR_LIMIT && lc_search_next(search, &info, &from); k++) {
        describe(&info, from, &dac);
        found(discovery, &dac);
    }
    bj_wait_until(wait, search->next_ns);
    bj_wait_handle(wait, search->handle, BJ_WAIT_READ);
}

const struct bj_scan bj_lasercube_scan = {
    .title = "LaserCube",
    .instance_size = sizeof(struct lc_search),
    .open = scan_open,
    .step = scan_step,
    .close = scan_close,
};
