/* SPDX-License-Identifier: MIT
 *
 * What the hardware of a DAC without hardware would do: a queue that begins at a level,
 * plays point by point in real time, ends when a tick finds nothing, and reports all of it
 * exactly. It counts points; whoever keeps them finds number n at n modulo a ring of its
 * own.
 *
 * Engine thread. Nothing here blocks, allocates or fails.
 */
#ifndef BJ_PACED_QUEUE_H
#define BJ_PACED_QUEUE_H

#include "session/pacer.h"

#include <beamjack/driver.h>

#define BJ_PACED_MIN_PPS 1000
#define BJ_PACED_MAX_PPS 500000

struct bj_paced_queue {
    /* Set before the first call. */
    const struct bj_dac *dac; /* whose it is */
    uint32_t capacity;        /* points */
    /* Read only. */
    enum bj_dac_state state;
    uint32_t begin_points;
    struct bj_pacer pacer;
    uint64_t begun_at; /* index of the point the pacer calls 0 */
    uint64_t taken;    /* points accepted since connect, without those thrown away */
    uint64_t played;
};

/* Empty, in this state; see begin_points in driver.h. BJ_BAD_ARGUMENT: no such rate. */
enum bj_status bj_paced_queue_open(struct bj_paced_queue *queue, int64_t now_ns,
                                   uint32_t pps, uint32_t begin_points,
                                   enum bj_dac_state state);

/* The end of what has played by now. Points `played` to here leave with the next
 * bj_paced_queue_play at the same time. */
uint64_t bj_paced_queue_due(const struct bj_paced_queue *queue, int64_t now_ns);

/* When point `index` plays or played. */
int64_t bj_paced_queue_time_ns(const struct bj_paced_queue *queue, uint64_t index);

/* Lets points play up to now. A tick that finds the queue empty ends the playback. */
void bj_paced_queue_play(struct bj_paced_queue *queue, int64_t now_ns);

/* After bj_paced_queue_play: begins when there is enough, reports the level, and says how
 * things are and when the queue runs out. */
void bj_paced_queue_service(struct bj_paced_queue *queue, int64_t now_ns,
                            struct bj_dac_status *status, struct bj_wait *wait);

/* Room for up to `count` points at a rate, from `taken` on; a new rate is that of the whole
 * queue from now on. 0: not now. */
uint32_t bj_paced_queue_take(struct bj_paced_queue *queue, int64_t now_ns, uint32_t count,
                             uint32_t pps);

/* After bj_paced_queue_play: what still waits may be lit, so it is thrown away and the
 * engine told. */
void bj_paced_queue_flush(struct bj_paced_queue *queue);

#endif
