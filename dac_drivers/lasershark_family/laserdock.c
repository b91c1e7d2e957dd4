/* SPDX-License-Identifier: MIT */
#include "lasershark_family/laserdock.h"

#include "lasershark_family/laserdock_wire.h"
#include "lasershark_family/shark_driver.h"
#include "lasershark_family/shark_scan.h"

const struct shark_kind bj_laserdock_kind = {
    .name = "laserdock",
    .title = "LaserDock",
    .identity = SHARK_LASERDOCK,
    .bulk_samples = 64,
    .least_major = 3,
    .max_pps = 50000, /* it says 64,000; over USB 55,000 were reached, 50,000 cleanly */
    .has_runner = true,
    .needs_dark_tail = true,
    .lists_unknown = true,
    .encode = laserdock_encode,
};

static bool accepts_id(const char *id)
{
    struct shark_id parsed;

    return shark_parse_id(&bj_laserdock_kind, id, &parsed);
}

static enum bj_status init(void *dac, const struct bj_dac_config *config)
{
    return shark_driver_init(dac, &bj_laserdock_kind, config);
}

const struct bj_dac_driver bj_laserdock = {
    .name = "laserdock",
    .title = "LaserDock",
    .id_form = "laserdock:SERIAL, laserdock:SERIAL@PORT or laserdock:@PORT",
    .accepts_id = accepts_id,
    .init = init,
    SHARK_DRIVER_SLOTS,
};

static enum bj_status open_scan(void *scan, const struct bj_transports *via)
{
    return shark_scan_open(scan, &bj_laserdock_kind, &bj_laserdock, via);
}

const struct bj_scan bj_laserdock_scan = {
    .title = "LaserDock",
    .instance_size = sizeof(struct shark_scan),
    .open = open_scan,
    .step = shark_scan_step,
    .close = shark_scan_close,
};
