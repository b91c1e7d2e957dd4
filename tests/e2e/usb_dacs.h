/* SPDX-License-Identifier: MIT
 *
 * The device models behind the bus of the end-to-end tests, and what an observer sees of
 * each: every point as it left the converters, in the form of the points file.
 *
 * Colour is told whatever the shutter does, as not every projector looks at it. Where a
 * device wants one more line for light, which is intensity on a Helios and the interlock on
 * a LaserShark, colour without that line has the intensity 1: lit, and not as it should be.
 */
#ifndef E2E_USB_DACS_H
#define E2E_USB_DACS_H

#include "record/points_file.h"
#include "sim_usb.h"

struct usb_dac {
    const char *kind;  /* on the command line */
    const char *model; /* for people */
    const char *id;    /* as beamjack knows it */

    /* Each played point goes into `points`, in the order of time. NULL: no memory. */
    struct sim_usb *(*create)(struct bj_points_file *points);
    void (*destroy)(struct sim_usb *device);
    void (*advance)(struct sim_usb *device, int64_t now_ns);
};

/* NULL: there is none of this kind. */
const struct usb_dac *usb_dac_find(const char *kind);

#endif
