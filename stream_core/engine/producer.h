/* SPDX-License-Identifier: MIT
 *
 * Asks the producer for points, and fills the gap where it gives too little. Engine thread,
 * BJ_RT.
 */
#ifndef BJ_PRODUCER_H
#define BJ_PRODUCER_H

#include "beam/underrun.h"

struct bj_producer {
    bj_fill_fn fill;
    void *user;
    struct bj_underrun underrun;
    bool filled_once;         /* it has ever given something */
    bool starving;            /* within an underrun */
    bool restarted;           /* the next fill begins a new time line */
    bool remeasured;          /* ... because the DAC's clock is another */
    int64_t covered_until_ns; /* when the last point that it gave has played */
};

/* What came of one request. */
struct bj_made {
    uint32_t points;        /* ready in the buffer */
    uint32_t from_producer; /* of these */
    double wanted_pps;      /* how fast they should play; 0: no matter */
    bool topped_up;         /* the producer gave less than the DAC needed */
    bool underrun;          /* ... for the first time since it gave enough */
    bool recovered;         /* an underrun ended */
    bool ends;              /* nothing comes after these */
};

/* `last_chunk`: room for the largest chunk, the owner's. */
void bj_producer_init(struct bj_producer *producer, const struct bj_stream_config *config,
                      struct bj_point *last_chunk);

/* What comes next is not due when it was thought to be. */
void bj_producer_restart(struct bj_producer *producer);

/* And that is because the DAC's clock is another now. */
void bj_producer_remeasured(struct bj_producer *producer);

/* At most request->target_points are made, at least min_points unless it ends. */
struct bj_made bj_producer_make(struct bj_producer *producer,
                                const struct bj_fill_request *request,
                                struct bj_point *points);

/* For a request of no points: it keeps up with time by itself, or has ended. */
bool bj_producer_ends(struct bj_producer *producer, const struct bj_fill_request *request,
                      struct bj_point *points);

/* `count` dark points where the last one was. */
void bj_producer_rest(struct bj_producer *producer, struct bj_point *points,
                      uint32_t count);

#endif
