/* SPDX-License-Identifier: MIT
 *
 * Asks the producer for points, and fills the gap where there are too few. Engine thread,
 * BJ_RT.
 */
#ifndef BJ_PRODUCER_H
#define BJ_PRODUCER_H

#include "beam/underrun.h"

struct bj_producer {
    bj_fill_fn fill;
    void *user;
    struct bj_underrun underrun;
    bool filled_once;         /* the producer has given points before */
    bool starving;            /* within an underrun */
    bool restarted;           /* the next fill begins a new time line */
    bool remeasured;          /* ... because the DAC's clock changed */
    int64_t covered_until_ns; /* when its last point has played */
};

/* The result of one request. */
struct bj_made {
    uint32_t points;        /* ready in the buffer */
    uint32_t from_producer; /* of these */
    double wanted_pps;      /* rate at which they should play; 0: any */
    bool topped_up;         /* the producer gave fewer than the DAC needed */
    bool underrun;          /* ... for the first time since the producer gave enough */
    bool recovered;         /* an underrun ended */
    bool ends;              /* these are the last points */
};

/* Begins. `last_chunk`: room for the largest chunk, owned by the caller. */
void bj_producer_init(struct bj_producer *producer, const struct bj_stream_config *config,
                      struct bj_point *last_chunk);

/* Makes the next fill begin a new time line. */
void bj_producer_restart(struct bj_producer *producer);

/* Makes the next fill begin a new time line, because the DAC's clock changed. */
void bj_producer_remeasured(struct bj_producer *producer);

/* Makes at most request->target_points, and at least min_points unless the producer
 * ends. */
struct bj_made bj_producer_make(struct bj_producer *producer,
                                const struct bj_fill_request *request,
                                struct bj_point *points);

/* Passes on a request of no points, so that the producer keeps up with time. Returns
 * whether it has ended. */
bool bj_producer_ends(struct bj_producer *producer, const struct bj_fill_request *request,
                      struct bj_point *points);

/* Makes `count` dark points where the last one was. */
void bj_producer_rest(struct bj_producer *producer, struct bj_point *points,
                      uint32_t count);

#endif
