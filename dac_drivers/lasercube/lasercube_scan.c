/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_scan.h"

#include "lasercube/lasercube.h"
#include "lasercube/lasercube_model.h"
#include "lasercube/lasercube_search.h"

#include <stdio.h>

#define LOW_BATTERY 20

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
