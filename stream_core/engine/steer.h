/* SPDX-License-Identifier: MIT
 *
 * Rate steering: which rate to command for the next chunk, when the DAC's rate follows the
 * producer instead of the points following the DAC. A device makes of a commanded rate what
 * its timer allows, so the rate alternates between neighbours; what each chunk lasts too
 * long or too short is carried over, and on average the rate is exact. Pure; BJ_RT.
 */
#ifndef BJ_STEER_H
#define BJ_STEER_H

#include <beamjack/driver.h>

struct bj_steer {
    double ahead_s; /* how much shorter than wanted everything so far was */
};

/* Points per second as commanded for `count` points that should play at wanted_pps by the
 * device's own clock. Within 3 % of `pps`. *true_pps: what the device makes of it. */
uint32_t bj_steer_choose(struct bj_steer *steer, const struct bj_dac *dac, uint32_t pps,
                         double wanted_pps, uint32_t count, double *true_pps);

#endif
