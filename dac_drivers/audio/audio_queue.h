/* SPDX-License-Identifier: MIT
 *
 * Where the points are that were taken since connect: heard, in the card, on the way to it,
 * or lost. Keeps the ledger from what the PCM tells; no I/O.
 */
#ifndef BJ_AUDIO_QUEUE_H
#define BJ_AUDIO_QUEUE_H

#include <beamjack/driver.h>

struct audio_queue {
    uint64_t taken, lost;
    struct bj_pcm_snapshot snapshot; /* newest */
    uint32_t drops;                  /* asked for */
    bool dropping;                   /* the newest of them has not happened yet */
    int64_t progress_ns;             /* when it last played on, or did not have to */
    int64_t reported_ns;             /* which snapshot was told last */
};

/* The queue is gone: why, and how many points with it. */
struct audio_queue_end {
    bool ended, dry, slept;
    uint32_t lost_points;
};

/* Taken, and neither heard nor lost. */
uint64_t audio_queue_points(const struct audio_queue *queue);

/* False: these numbers cannot be. */
bool audio_queue_note(struct audio_queue *queue, const struct bj_pcm_snapshot *snapshot,
                      int64_t now_ns, struct audio_queue_end *end);

/* False: nothing new to report. A snapshot taken while this step runs is told by the next.
 */
bool audio_queue_report(struct audio_queue *queue, int64_t now_ns, uint32_t quantum_points,
                        struct bj_level_report *report);

#endif
