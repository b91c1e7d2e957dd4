/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <samplerate.h>

#include <stdlib.h>

struct samplerate {
    SRC_STATE *state;
    double ratio;
};

static void *create(unsigned channels, double points_per_frame)
{
    int error;
    struct samplerate *peer = malloc(sizeof *peer);
    if (!peer)
        return NULL;
    peer->ratio = points_per_frame;
    peer->state = src_new(SRC_SINC_FASTEST, (int)channels, &error);
    if (peer->state)
        return peer;
    free(peer);
    return NULL;
}

static void destroy(void *user)
{
    struct samplerate *peer = user;
    src_delete(peer->state);
    free(peer);
}

static unsigned run(void *user, float *frames, unsigned count, float *points, unsigned room)
{
    struct samplerate *peer = user;
    SRC_DATA data = {.data_in = frames,
                     .input_frames = (long)count,
                     .data_out = points,
                     .output_frames = (long)room,
                     .src_ratio = peer->ratio};
    if (src_process(peer->state, &data) != 0 || data.input_frames_used != (long)count)
        return 0;
    return (unsigned)data.output_frames_gen;
}

const struct bench_peer bench_samplerate = {"libsamplerate", create, destroy, run};
