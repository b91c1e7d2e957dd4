/* SPDX-License-Identifier: MIT
 *
 * LaserDock: the ILDA dongle, and the first LaserCube, with a USB socket.
 */
#ifndef LASERDOCK_H
#define LASERDOCK_H

#include "lasershark_family/shark_kind.h"

#include "session/scan.h"

extern const struct shark_kind bj_laserdock_kind;
extern const struct bj_dac_driver bj_laserdock;
extern const struct bj_scan bj_laserdock_scan;

#endif
