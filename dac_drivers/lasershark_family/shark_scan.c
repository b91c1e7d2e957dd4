/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_scan.h"

#include "lasershark_family/shark_identity.h"
#include "lasershark_family/shark_queue.h"

#include <stdio.h>

#define LOOK_AGAIN_NS (500 * BJ_NS_PER_MS)

enum bj_status shark_scan_open(struct shark_scan *scan, const struct shark_kind *kind,
                               const struct bj_dac_driver *driver,
                               const struct bj_transports *via)
{
    scan->kind = kind;
    scan->driver = driver;
    scan->usb = via->usb;
    return via->usb != NULL ? BJ_OK : BJ_UNSUPPORTED;
}

void shark_scan_close(void *instance)
{
    (void)instance; /* nothing was opened */
}

static void note(const struct bj_usb_device *device, bool known, struct bj_dac_info *info)
{
    if (device->access == BJ_NO_PERMISSION)
        (void)snprintf(info->note, sizeof info->note,
                       "no permission to open it; see 'beamjack doctor'");
    else if (device->access != BJ_OK && device->access != BJ_BUSY)
        (void)snprintf(info->note, sizeof info->note, "cannot be opened: %s",
                       bj_strerror(device->access));
    else if (!known)
        (void)snprintf(info->note, sizeof info->note,
                       "does not say which of the two it is; will not be used");
}

static void describe(const struct shark_scan *scan, const struct bj_usb_device *devices,
                     size_t count, size_t which, struct bj_dac_info *info)
{
    const struct bj_usb_device *device = &devices[which];
    bool known = shark_identify(device) == scan->kind->identity;

    *info = (struct bj_dac_info){
        .driver = scan->driver,
        .max_pps = scan->kind->max_pps,
        .capacity_points = SHARK_STAGE_POINTS,
        .busy = device->access == BJ_BUSY,
    };
    shark_format_id(scan->kind, devices, count, which, info->id);
    (void)snprintf(info->model, sizeof info->model, "%s",
                   known ? scan->kind->title : "LaserDock or LaserShark");
    (void)snprintf(info->where, sizeof info->where, "USB %s", device->port);
    note(device, known, info);
}

void shark_scan_step(void *instance, int64_t now_ns, struct bj_wait *wait,
                     bj_found_fn found, void *discovery)
{
    const struct shark_scan *scan = instance;
    struct bj_usb_device devices[BJ_USB_DEVICES];
    struct bj_dac_info info;
    size_t count = scan->usb->ops->list(scan->usb, SHARK_VENDOR_ID, SHARK_PRODUCT_ID,
                                        devices, BJ_USB_DEVICES);

    for (size_t k = 0; k < count; k++) {
        enum shark_identity identity = shark_identify(&devices[k]);
        if (identity != scan->kind->identity &&
            !(identity == SHARK_UNKNOWN && scan->kind->lists_unknown))
            continue;
        describe(scan, devices, count, k, &info);
        found(discovery, &info);
    }
    bj_wait_until(wait, now_ns + LOOK_AGAIN_NS);
}
