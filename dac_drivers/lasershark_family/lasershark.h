/* SPDX-License-Identifier: MIT
 *
 * LaserShark: the open USB show card.
 */
#ifndef LASERSHARK_H
#define LASERSHARK_H

#include "lasershark_family/shark_kind.h"

#include "session/scan.h"

extern const struct shark_kind bj_lasershark_kind;
extern const struct bj_dac_driver bj_lasershark;
extern const struct bj_scan bj_lasershark_scan;

#endif
