/* SPDX-License-Identifier: MIT
 *
 * The transports of an adapter, rougher: sends are refused for a while or taken in part,
 * and time passes between one call and the next, so that answers arrive within a step.
 * Counts what went either way.
 */
#ifndef ROUGH_WAYS_H
#define ROUGH_WAYS_H

#include "sim_random.h"

#include <beamjack/driver.h>

struct rough_ways_config {
    uint32_t refuse_percent; /* of sends; from then on all, for 0 to refuse_ns */
    int64_t refuse_ns;
    uint32_t part_percent;    /* of sends on a stream of bytes or frames */
    uint32_t pass_percent;    /* of calls that time passes after, 0 to pass_ns */
    int64_t pass_ns, most_ns; /* and no more than that in one step */
};

struct rough_ways {
    struct bj_net net; /* what the driver gets */
    struct bj_usb usb;
    struct bj_pcm pcm;
    struct bj_transports inner; /* what is behind it */
    struct rough_ways_config config;
    struct sim_random random;
    bool calm;                /* nothing random happens */
    int64_t now_ns;           /* as it passes */
    int64_t step_ns;          /* when the step began */
    int64_t refused_until_ns; /* sends are */
    uint64_t sent, heard;     /* bytes, transfers, frames, commands; and that it is full */
    void (*passed)(void *user, int64_t now_ns); /* time has */
    void *user;
};

/* Puts itself before what `via` holds. */
void rough_ways_begin(struct rough_ways *ways, const struct rough_ways_config *config,
                      uint64_t seed, struct bj_transports *via);

/* A step begins at now_ns. */
void rough_ways_step(struct rough_ways *ways, int64_t now_ns);

/* What is left to wait for: nothing can be written while sends are refused. */
struct bj_wait rough_ways_wait(const struct rough_ways *ways, const struct bj_wait *wait,
                               int64_t now_ns);

#endif
