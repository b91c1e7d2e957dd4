// SPDX-License-Identifier: MIT
#include "peers.h"

#include <zita-resampler/vresampler.h>

static const unsigned half_length = 16; // the shortest it offers

static void *create(unsigned channels, double points_per_frame)
{
    VResampler *peer = new VResampler;
    if (peer->setup(points_per_frame, channels, half_length) == 0)
        return peer;
    delete peer;
    return nullptr;
}

static void destroy(void *user)
{
    delete static_cast<VResampler *>(user);
}

static unsigned run(void *user, float *frames, unsigned count, float *points, unsigned room)
{
    VResampler *peer = static_cast<VResampler *>(user);
    peer->inp_data = frames;
    peer->inp_count = count;
    peer->out_data = points;
    peer->out_count = room;
    if (peer->process() != 0 || peer->inp_count != 0)
        return 0;
    return room - peer->out_count;
}

extern const struct bench_peer bench_zita;
const struct bench_peer bench_zita = {"zita-resampler", create, destroy, run};
