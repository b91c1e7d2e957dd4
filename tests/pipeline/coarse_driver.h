/* SPDX-License-Identifier: MIT
 *
 * The Ether Dream driver, for a device whose fullness comes in steps: it says so with every
 * report, as the driver of such a device would.
 */
#ifndef COARSE_DRIVER_H
#define COARSE_DRIVER_H

#include <beamjack/driver.h>

struct bj_dac_driver coarse_driver(void);

/* What stands between the driver and the engine. The configuration's `extra` points to a
 * pointer to one; it outlives the driver. */
struct coarse_events {
    uint32_t quantum_points;
    uint64_t reports;
    const struct bj_dac_events *events; /* the engine's */
    void *engine;
};

#endif
