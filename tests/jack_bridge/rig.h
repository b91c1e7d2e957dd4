/* SPDX-License-Identifier: MIT
 *
 * A feed and a stream on a scripted DAC, with no engine running: what a JACK client needs
 * to push into.
 */
#ifndef RIG_H
#define RIG_H

#include "fake_dac.h"
#include "jack/sinks.h"

#include <stdatomic.h>

#define RIG_RATE_HZ 48000
#define RIG_LATENCY_NS (50 * BJ_NS_PER_MS)

struct rig {
    struct fake_dac dac;
    struct bj_feed *feed;
    struct bj_stream *stream;
    struct bj_sinks sinks; /* these two */
    atomic_uint wakes;     /* of the engine that is not there */
};

void rig_create(struct rig *rig);
void rig_destroy(struct rig *rig);
uint64_t rig_pushed(const struct rig *rig); /* frames */

#endif
