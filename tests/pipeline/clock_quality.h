/* SPDX-License-Identifier: MIT
 *
 * How good is what comes out of a SOURCE_CIRCLE? Its noise against the ideal circle at the
 * latency of the second, and how far colour steps land from the place they belong to.
 */
#ifndef CLOCK_QUALITY_H
#define CLOCK_QUALITY_H

#include "sim_ether_dream.h"

struct clock_quality {
    double origin_ns, frame_ns; /* when frame 0 was captured, and from frame to frame */

    double worst_snr_db, mean_snr_db; /* over blocks of a second; quantisation counts */
    double worst_pure_db; /* the same without the power that rounding to 16 bits has */
    double worst_edge_points, mean_edge_points; /* off their place, absolute */
    uint64_t blocks, edges;
    uint64_t outside; /* points with a blue beyond the two levels */

    struct clock_quality_point {
        double capture_ns, play_ns;
        int16_t x, y;
        uint16_t b;
    } * points; /* of the block */
    size_t count, room;
};

/* Room for a second at up to `pps`. */
void clock_quality_init(struct clock_quality *quality, uint32_t pps, double origin_ns,
                        double frame_ns);
void clock_quality_finish(struct clock_quality *quality);

/* Every point, one after the other; capture_ns: what the place of the point tells. */
void clock_quality_see(struct clock_quality *quality, const struct sim_ed_point *point,
                       double capture_ns);

/* What was seen before does not count, e.g. finding the rates. */
void clock_quality_count_anew(struct clock_quality *quality);

#endif
