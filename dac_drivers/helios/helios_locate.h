/* SPDX-License-Identifier: MIT
 *
 * Helios: in which socket is the wanted one? The bus tells where units are; only asking
 * them tells which is which. Those that another program plays on are left alone.
 */
#ifndef HELIOS_LOCATE_H
#define HELIOS_LOCATE_H

#include "helios/helios_id.h"

struct helios_locate {
    struct bj_usb *usb;
    struct helios_id id;
    int64_t since_ns;
    char last[BJ_USB_PORT_SIZE]; /* where it was found before: the first to try */
    int rejects;
    struct helios_reject {
        char port[BJ_USB_PORT_SIZE];
        enum bj_status why;
    } rejected[BJ_USB_DEVICES];
};

void helios_locate_begin(struct helios_locate *locate, int64_t now_ns);

/* BJ_OK: try this socket. BJ_WOULD_BLOCK: none yet, see `wait`. Else there is none:
 * BJ_NOT_FOUND, BJ_NO_PERMISSION, or why the last one was rejected. */
enum bj_status helios_locate_next(struct helios_locate *locate, int64_t now_ns,
                                  char port[BJ_USB_PORT_SIZE], struct bj_wait *wait);

/* Not this one: BJ_NOT_FOUND another unit; BJ_BUSY somebody plays on it. */
void helios_locate_reject(struct helios_locate *locate, const char *port,
                          enum bj_status why);

void helios_locate_found(struct helios_locate *locate, const char *port);

#endif
