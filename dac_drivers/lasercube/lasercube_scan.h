/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): all that answer, for discovery.
 */
#ifndef LASERCUBE_SCAN_H
#define LASERCUBE_SCAN_H

#include "session/scan.h"

extern const struct bj_scan bj_lasercube_scan;

#endif
