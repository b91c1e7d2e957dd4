/* SPDX-License-Identifier: MIT
 *
 * Rate steering: which rate to command for the next chunk, when the DAC's rate follows the
 * producer instead of the points following the DAC. A device rounds a commanded rate to its
 * timer, so the rate alternates between neighbours; the error in the duration of each chunk
 * is carried over, so that the average rate is exact. Pure; BJ_RT.
 */
#ifndef BJ_STEER_H
#define BJ_STEER_H

#include <beamjack/driver.h>

struct bj_steer {
    double ahead_s; /* how much shorter than wanted all chunks so far were */
};

/* Returns the points per second to command for `count` points that should play at
 * wanted_pps by the device's own clock. Within 3 % of `pps`. *true_pps: the rate at
 * which the device then really plays. */
uint32_t bj_steer_choose(struct bj_steer *steer, const struct bj_dac *dac, uint32_t pps,
                         double wanted_pps, uint32_t count, double *true_pps);

#endif
