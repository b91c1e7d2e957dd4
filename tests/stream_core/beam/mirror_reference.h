/* SPDX-License-Identifier: MIT
 *
 * A scanner once more, in another way than the product: small steps in double, and the
 * longest rest found in windows instead of by anchors.
 */
#ifndef MIRROR_REFERENCE_H
#define MIRROR_REFERENCE_H

#include <beamjack/core.h>

#define REFERENCE_POINTS (1u << 19) /* of one watch */

/* Two mirrors of one scanner. */
struct reference_mirrors {
    double w0; /* resonance, 1/s */
    double position[2], speed[2];
};

/* Rated speed in points per second of the usual test pattern. */
void reference_mirrors_init(struct reference_mirrors *mirrors, double rated);
void reference_mirrors_move(struct reference_mirrors *mirrors, const float to[2],
                            double pps);

/* How much light was on while positions stayed within a square. */
struct reference_watch {
    double side;
    uint64_t points;
    struct reference_queue {
        uint32_t first, last; /* of `at` */
        uint32_t *at;
    } queues[5]; /* least and greatest x, y; least sum */
    double *values[2];
    int64_t *sums;   /* lit points less dark ones before each point */
    uint32_t begin;  /* of the window */
    int64_t longest; /* found so far, in points */
};

void reference_watch_init(struct reference_watch *watch, double side);
void reference_watch_finish(struct reference_watch *watch);

/* From here on, at most REFERENCE_POINTS. */
void reference_watch_begin(struct reference_watch *watch);
void reference_watch_see(struct reference_watch *watch, const double position[2], bool lit);

#endif
