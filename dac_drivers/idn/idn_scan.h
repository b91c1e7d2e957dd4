/* SPDX-License-Identifier: MIT
 *
 * IDN for discovery: all units, and each of their laser outputs as a DAC of its own.
 *
 * A unit seen at several addresses is one unit; it keeps the address at which it was seen
 * first for as long as it answers there.
 */
#ifndef IDN_SCAN_H
#define IDN_SCAN_H

#include "session/scan.h"

extern const struct bj_scan bj_idn_scan;

#endif
