/* SPDX-License-Identifier: MIT */
#include "helios/helios_locate.h"

#include <string.h>

#define PATIENCE_NS (2 * BJ_NS_PER_S) /* also for rights, which come after the device */
#define LOOK_NS (100 * BJ_NS_PER_MS)

void helios_locate_begin(struct helios_locate *locate, int64_t now_ns)
{
    locate->since_ns = now_ns;
    locate->rejects = 0;
}

void helios_locate_reject(struct helios_locate *locate, const char *port,
                          enum bj_status why)
{
    struct helios_reject *reject = &locate->rejected[locate->rejects];

    if (locate->rejects == BJ_USB_DEVICES)
        return;
    memcpy(reject->port, port, sizeof reject->port);
    reject->why = why;
    locate->rejects++;
}

void helios_locate_found(struct helios_locate *locate, const char *port)
{
    memcpy(locate->last, port, sizeof locate->last);
}

static const struct helios_reject *rejection(const struct helios_locate *locate,
                                             const char *port)
{
    for (int i = 0; i < locate->rejects; i++)
        if (strcmp(locate->rejected[i].port, port) == 0)
            return &locate->rejected[i];
    return NULL;
}

static bool is_candidate(const struct helios_locate *locate,
                         const struct bj_usb_device *device)
{
    return !locate->id.by_port || strcmp(locate->id.text, device->port) == 0;
}

/* The best of the sockets; else the reason why none will do. */
static enum bj_status choose(const struct helios_locate *locate,
                             const struct bj_usb_device *devices, size_t count,
                             const struct bj_usb_device **chosen)
{
    enum bj_status why = BJ_WOULD_BLOCK;

    *chosen = NULL;
    for (size_t k = 0; k < count; k++) {
        const struct helios_reject *reject = rejection(locate, devices[k].port);
        if (!is_candidate(locate, &devices[k]))
            continue;
        if (reject != NULL)
            why = why == BJ_BUSY ? why : reject->why;
        else if (devices[k].access != BJ_OK)
            why = devices[k].access;
        else if (*chosen == NULL || strcmp(devices[k].port, locate->last) == 0)
            *chosen = &devices[k];
    }
    return *chosen != NULL ? BJ_OK : why;
}

enum bj_status helios_locate_next(struct helios_locate *locate, int64_t now_ns,
                                  char port[BJ_USB_PORT_SIZE], struct bj_wait *wait)
{
    struct bj_usb_device devices[BJ_USB_DEVICES];
    const struct bj_usb_device *chosen;
    size_t count = locate->usb->ops->list(locate->usb, HELIOS_VENDOR, HELIOS_PRODUCT,
                                          devices, BJ_USB_DEVICES);
    enum bj_status status = choose(locate, devices, count, &chosen);

    if (chosen != NULL) {
        memcpy(port, chosen->port, sizeof chosen->port);
        return BJ_OK;
    }
    if (status == BJ_BUSY)
        return BJ_BUSY;
    if (now_ns - locate->since_ns >= PATIENCE_NS)
        return status == BJ_WOULD_BLOCK ? BJ_NOT_FOUND : status;
    bj_wait_until(wait, now_ns + LOOK_NS);
    return BJ_WOULD_BLOCK;
}
