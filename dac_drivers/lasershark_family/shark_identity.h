/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: which device is which.
 *
 * Ids are NAME:SERIAL, or NAME:SERIAL@PORT where another device of the kind shows the same
 * serial, or NAME:@PORT where it shows none. PORT is the socket, "1-2.3": such an id stays
 * with it. In a serial, what is no letter, digit, dot, dash or underscore is written '_'.
 */
#ifndef SHARK_IDENTITY_H
#define SHARK_IDENTITY_H

#include "lasershark_family/shark_kind.h"

#define SHARK_ID_SIZE 128

/* By its strings alone. */
enum shark_identity shark_identify(const struct bj_usb_device *device);

struct shark_id {
    char serial[BJ_USB_TEXT_SIZE]; /* "": any */
    char port[BJ_USB_PORT_SIZE];   /* "": any */
};

/* False: not an id of this kind. */
bool shark_parse_id(const struct shark_kind *kind, const char *text, struct shark_id *id);

/* The shortest id that names device `which` of `devices` alone. */
void shark_format_id(const struct shark_kind *kind, const struct bj_usb_device *devices,
                     size_t count, size_t which, char text[SHARK_ID_SIZE]);

bool shark_id_fits(const struct shark_id *id, const struct bj_usb_device *device);

/* BJ_OK: `*which` is the one meant, whatever kind it is. BJ_NOT_FOUND. BJ_BUSY: several,
 * none of them in the socket `last_port` (where it was last; "" unknown). */
enum bj_status shark_find(const struct shark_kind *kind, const struct shark_id *id,
                          const char *last_port, const struct bj_usb_device *devices,
                          size_t count, size_t *which);

#endif
