/* SPDX-License-Identifier: MIT
 *
 * What an audience saw of a stream through a bad network: from the file of the points that
 * a simulated device played.
 */
#ifndef ROUGH_JUDGE_H
#define ROUGH_JUDGE_H

#include <beamjack/core.h>

/* A stretch is dark when two lit points are further apart; shorter is no gap to the eye. */
#define ROUGH_DARK_NS (3 * BJ_NS_PER_MS / 2)

struct rough_sight {
    uint64_t played, lit;
    int64_t first_lit_ns;
    uint32_t gaps;      /* dark stretches from there until `disarm_ns` */
    int64_t dark_ns;    /* their sum */
    int64_t longest_ns; /* the longest one */
    int64_t
        afterglow_ns; /* how long after `disarm_ns` the last lit point came; 0: before */
};

/* For `settle_ns` after the first lit point dark ones from before may come in, which it has
 * overtaken on the way. BJ_OK; what is wrong with the file; BJ_NOT_FOUND: no light in it.
 */
enum bj_status rough_look(const char *path, int64_t settle_ns, int64_t disarm_ns,
                          struct rough_sight *sight);

/* The number behind `"name":` in the last line of a file of JSON lines, -1 where there is
 * none. */
double rough_counter(const char *path, const char *name);

#endif
