/* SPDX-License-Identifier: MIT
 *
 * A feed and a stream on a scripted DAC, with no engine running: what a JACK client needs
 * to push into.
 */
#ifndef SINK_FIXTURE_H
#define SINK_FIXTURE_H

#include "fake_dac.h"
#include "jack/sinks.h"

#include <stdatomic.h>

#define SINK_FIXTURE_RATE_HZ 48000
#define SINK_FIXTURE_LATENCY_NS (50 * BJ_NS_PER_MS)

struct sink_fixture {
    struct fake_dac dac;
    struct bj_feed *feed;
    struct bj_stream *stream;
    struct bj_sinks sinks; /* these two */
    atomic_uint wakes;     /* of the engine that is not there */
};

void sink_fixture_create(struct sink_fixture *sink_fixture);
void sink_fixture_destroy(struct sink_fixture *sink_fixture);
uint64_t sink_fixture_pushed(const struct sink_fixture *sink_fixture); /* frames */

#endif
