/* SPDX-License-Identifier: MIT
 *
 * Helios: which ones are there? The bus tells where; each unit that nobody uses is opened
 * once after it was plugged in, to read its name. One that is in use is never touched.
 */
#ifndef HELIOS_SCAN_H
#define HELIOS_SCAN_H

#include "session/scan.h"

extern const struct bj_scan bj_helios_scan;

#endif
