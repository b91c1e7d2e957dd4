/* SPDX-License-Identifier: MIT
 *
 * When was each frame captured? Maps frame numbers to time from the stamps of the pushes.
 *
 * A stamp is never early and sometimes late (a callback is scheduled after its cycle
 * began), so the least late one of the last second or so draws the line; its slope is the
 * nominal rate. Pure arithmetic; engine thread, BJ_RT.
 */
#ifndef BJ_TIMELINE_H
#define BJ_TIMELINE_H

#include "ring.h"

struct bj_timeline {
    double rate;          /* frames per second */
    uint64_t origin;      /* frame the offsets refer to */
    uint64_t end;         /* first frame not yet pushed */
    uint32_t push_frames; /* the longest push seen */
    bool ready;
    double offset_ns;   /* capture time of `origin`: least of the current window */
    double previous_ns; /* least of the window before */
    int64_t window_start_ns;
    double step_ns; /* how far the line has moved, not yet taken */
};

/* `frame`: the number of the next frame that can come. */
void bj_timeline_init(struct bj_timeline *timeline, double rate, uint64_t frame);

/* Lost frames before a push begin a new line: they took time but have no number. */
void bj_timeline_push(struct bj_timeline *timeline, const struct bj_stamp *stamp);

/* At least one push was seen. */
bool bj_timeline_ready(const struct bj_timeline *timeline);

/* How far frames are captured later (earlier: negative) than the line said, since the last
 * call: cycles that JACK lost. 0 = as it was. A start or a restart takes it as read. */
double bj_timeline_take_step(struct bj_timeline *timeline);

/* The frame captured at now_ns, fractional, possibly before the first or after the last. */
double bj_timeline_frame_at(const struct bj_timeline *timeline, int64_t now_ns);

uint64_t bj_timeline_end(const struct bj_timeline *timeline);
int64_t bj_timeline_push_ns(const struct bj_timeline *timeline); /* the longest push */

#endif
