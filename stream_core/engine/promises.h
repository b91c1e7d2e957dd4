/* SPDX-License-Identifier: MIT
 *
 * Checks of the contract of <beamjack/driver.h>, as far as it can be checked in passing.
 * Each returns NULL, or as text what the driver did instead. Engine thread, BJ_RT.
 */
#ifndef BJ_PROMISES_H
#define BJ_PROMISES_H

#include <beamjack/driver.h>

/* Checks that all slots that a stream calls are there. */
const char *bj_promise_slots(const struct bj_dac_driver *driver);

const char *bj_promise_caps(const struct bj_dac_caps *caps);

/* Checks that the model and max_points_per_chunk are still those of `first`, after init. */
const char *bj_promise_caps_now(const struct bj_dac_caps *first,
                                const struct bj_dac_caps *now);

/* Checks the results of a service that returned BJ_OK. */
const char *bj_promise_service(const struct bj_dac_status *status,
                               const struct bj_wait *wait);

/* Checks how many of `offered` points a write took that returned BJ_OK. */
const char *bj_promise_taken(uint32_t offered, uint32_t taken);

const char *bj_promise_report(const struct bj_level_report *report, int64_t now_ns);

#endif
