/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_scan.h"

#include "ether_dream/ether_dream.h"
#include "ether_dream/ether_dream_listener.h"
#include "ether_dream/ether_dream_model.h"
#include "session/octets.h"

#include <stdio.h>

/* ---- Scan ---------------------------------------------------------------------------- */

static enum bj_status scan_open(void *scan, const struct bj_transports *via)
{
    return via->net ? ed_listener_open(scan, via->net) : BJ_UNSUPPORTED;
}

static void scan_close(void *scan)
{
    ed_listener_close(scan);
}

static const char *note(const struct ed_status *status)
{
    if (status->light == ED_LIGHT_ESTOP)
        return "in emergency stop";
    if (status->source != 0)
        return "plays a source of its own, not the network";
    return "";
}

/* Without an address of its own on the wire only that in the network tells it. */
static void describe(const struct ed_broadcast *broadcast, struct bj_address from,
                     struct bj_dac_info *info)
{
    *info = (struct bj_dac_info){
        .driver = &bj_ether_dream,
        .address = {.ip = from.ip, .port = ED_TCP_PORT},
        .max_pps = broadcast->max_rate,
        .capacity_points = broadcast->capacity,
        .min_queued_points = ed_model_of(broadcast->hw_revision)->min_queued,
        .busy = broadcast->status.playback == ED_PLAYING,
    };
    (void)snprintf(info->model, sizeof info->model, "%s",
                   ed_model_of(broadcast->hw_revision)->title);
    (void)snprintf(info->where, sizeof info->where, "%u.%u.%u.%u", from.ip >> 24,
                   from.ip >> 16 & 255, from.ip >> 8 & 255, from.ip & 255);
    if (bj_octets_name_one(broadcast->mac, sizeof broadcast->mac))
        ed_format_id(broadcast->mac, info->id);
    else
        (void)snprintf(info->id, sizeof info->id, "etherdream@%s", info->where);
    (void)snprintf(info->note, sizeof info->note, "%s", note(&broadcast->status));
}

static void scan_step(void *scan, int64_t now_ns, struct bj_wait *wait, bj_found_fn found,
                      void *discovery)
{
    struct ed_listener *listener = scan;
    struct ed_broadcast broadcast;
    struct bj_address from;
    struct bj_dac_info info;

    (void)now_ns;
    for (int i = 0; i < ED_LISTEN_LIMIT && ed_listener_next(listener, &broadcast, &from);
         i++) {
        describe(&broadcast, from, &info);
        found(discovery, &info);
    }
    bj_wait_handle(wait, listener->handle, BJ_WAIT_READ);
}

const struct bj_scan bj_ether_dream_scan = {
    .title = "Ether Dream",
    .instance_size = sizeof(struct ed_listener),
    .open = scan_open,
    .step = scan_step,
    .close = scan_close,
};
