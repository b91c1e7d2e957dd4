/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: every device that announces itself, for discovery.
 */
#ifndef ETHER_DREAM_SCAN_H
#define ETHER_DREAM_SCAN_H

#include "session/scan.h"

extern const struct bj_scan bj_ether_dream_scan;

#endif
