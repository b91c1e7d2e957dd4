/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: discovery. It looks at what the bus shows and opens nothing, so that
 * a device that plays is not disturbed.
 */
#ifndef SHARK_SCAN_H
#define SHARK_SCAN_H

#include "lasershark_family/shark_kind.h"

#include "session/scan.h"

struct shark_scan {
    const struct shark_kind *kind;
    const struct bj_dac_driver *driver;
    struct bj_usb *usb;
};

enum bj_status shark_scan_open(struct shark_scan *scan, const struct shark_kind *kind,
                               const struct bj_dac_driver *driver,
                               const struct bj_transports *via);

/* Each as the slot of the same name. */
void shark_scan_step(void *instance, int64_t now_ns, struct bj_wait *wait,
                     bj_found_fn found, void *discovery);
void shark_scan_close(void *instance);

#endif
