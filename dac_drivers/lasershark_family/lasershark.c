/* SPDX-License-Identifier: MIT */
#include "lasershark_family/lasershark.h"

#include "lasershark_family/lasershark_wire.h"
#include "lasershark_family/shark_driver.h"
#include "lasershark_family/shark_scan.h"

const struct shark_kind bj_lasershark_kind = {
    .name = "lasershark",
    .title = "LaserShark",
    .identity = SHARK_LASERSHARK,
    .bulk_samples = 8,
    .least_major = 2,
    .least_minor = 3,
    .same_major = true,
    .timer_hz = 72000000,
    .max_pps = 64000,
    .encode = lasershark_encode,
};

static bool accepts_id(const char *id)
{
    struct shark_id parsed;

    return shark_parse_id(&bj_lasershark_kind, id, &parsed);
}

static enum bj_status init(void *dac, const struct bj_dac_config *config)
{
    return shark_driver_init(dac, &bj_lasershark_kind, config);
}

const struct bj_dac_driver bj_lasershark = {
    .name = "lasershark",
    .title = "LaserShark",
    .id_form = "lasershark:SERIAL, lasershark:SERIAL@PORT or lasershark:@PORT",
    .accepts_id = accepts_id,
    .init = init,
    SHARK_DRIVER_SLOTS,
};

static enum bj_status open_scan(void *scan, const struct bj_transports *via)
{
    return shark_scan_open(scan, &bj_lasershark_kind, &bj_lasershark, via);
}

const struct bj_scan bj_lasershark_scan = {
    .title = "LaserShark",
    .instance_size = sizeof(struct shark_scan),
    .open = open_scan,
    .step = shark_scan_step,
    .close = shark_scan_close,
};
