/* SPDX-License-Identifier: MIT
 *
 * What <beamjack/driver.h> makes a driver promise, as far as it can be checked in passing.
 * Each returns NULL, or in words what the driver did instead. Engine thread, BJ_RT.
 */
#ifndef BJ_PROMISES_H
#define BJ_PROMISES_H

#include <beamjack/driver.h>

/* All slots that a stream calls are there. */
const char *bj_promise_slots(const struct bj_dac_driver *driver);

const char *bj_promise_caps(const struct bj_dac_caps *caps);

/* After init the model and max_points_per_chunk stay what they were in `first`. */
const char *bj_promise_caps_now(const struct bj_dac_caps *first,
                                const struct bj_dac_caps *now);

/* What a service that returned BJ_OK left behind. */
const char *bj_promise_service(const struct bj_dac_status *status,
                               const struct bj_wait *wait);

/* What a write that returned BJ_OK took of `offered` points. */
const char *bj_promise_taken(uint32_t offered, uint32_t taken);

const char *bj_promise_report(const struct bj_level_report *report, int64_t now_ns);

#endif
