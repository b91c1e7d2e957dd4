/* SPDX-License-Identifier: MIT
 *
 * Resamplers that others wrote, to compare with. Each works on interleaved frames.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#ifdef __cplusplus
extern "C" {
#endif

struct bench_peer {
    const char *name;
    /* NULL: it could not be set up. */
    void *(*create)(unsigned channels, double points_per_frame);
    void (*destroy)(void *peer);
    /* Takes all frames; returns how many points they gave. */
    unsigned (*run)(void *peer, float *frames, unsigned count, float *points,
                    unsigned room);
};

extern const struct bench_peer bench_samplerate, bench_zita;

#ifdef __cplusplus
}
#endif

#endif
