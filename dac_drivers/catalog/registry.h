/* SPDX-License-Identifier: MIT
 *
 * The one table of all drivers and scans of this build. The drivers are in
 * <beamjack/dacs.h>.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "session/scan.h"

/* All scans of this build; NULL ends the list. */
const struct bj_scan *const *bj_scans(void);

#endif
