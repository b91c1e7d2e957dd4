/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: what is asked and set after opening, and who is sent away.
 *
 * Two devices share their USB ids and differ in what the words of a sample mean: one's
 * dark is the other's green. A device is used only when its strings, its packet size and
 * its firmware say the same.
 */
#ifndef SHARK_SETUP_H
#define SHARK_SETUP_H

#include "lasershark_family/shark_channel.h"
#include "lasershark_family/shark_kind.h"

#define SHARK_REASON_SIZE 192

struct shark_setup {
    const struct shark_kind *kind;
    uint32_t wanted_pps;
    int step;
    /* what it told */
    uint32_t major, minor, bulk_samples, max_rate, ring_size, rate;
    char reason[SHARK_REASON_SIZE]; /* why not, for people */
};

/* Why a device that says this of itself is not used; BJ_OK: it is. */
enum bj_status shark_setup_validate_strings(const struct shark_kind *kind,
                                            const struct bj_usb_device *device,
                                            char reason[SHARK_REASON_SIZE]);

void shark_setup_begin(struct shark_setup *setup, const struct shark_kind *kind,
                       uint32_t pps);

/* The next command; false: there is none, it is set up: dark, the output off, the rate
 * set, the ring not yet cleared. */
bool shark_setup_next(struct shark_setup *setup, uint8_t *op, uint32_t *argument);

/* The answer to it. BJ_UNSUPPORTED: never; BJ_PROTOCOL: not like this. */
enum bj_status shark_setup_answered(struct shark_setup *setup,
                                    const struct shark_answer *answer);

#endif
