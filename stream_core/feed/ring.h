/* SPDX-License-Identifier: MIT
 *
 * A ring of whole frames between two threads, with a time stamp per push.
 *
 * A lock-free queue with one writer and one reader, neither of which waits. Frames are kept
 * by channel, so a push is a plain copy. Each side loads the other side's index once,
 * works, and stores its own once. Frames are numbered from 0 without gaps; numbers never
 * wrap (64 bit).
 */
#ifndef BJ_RING_H
#define BJ_RING_H

#include <beamjack/core.h>
#include <stdatomic.h>

/* One push, in the order of pushes. */
struct bj_stamp {
    int64_t now_ns;       /* start of the cycle, when the first frame was captured */
    uint64_t first_frame; /* its number */
    uint32_t frames;
    int64_t late_ns;      /* by how much now_ns is known to be late */
    uint32_t lost_before; /* frames dropped between the push before and this one */
};

struct bj_ring {
    float *samples; /* BJ_CHANNELS blocks of capacity */
    struct bj_stamp *stamps;
    uint32_t capacity, stamp_capacity; /* powers of two */

    /* writer's side */
    _Alignas(64) _Atomic uint64_t head; /* frames written */
    _Atomic uint64_t stamp_head;
    _Atomic uint64_t lost_frames;
    uint32_t lost_since_push;

    /* reader's side */
    _Alignas(64) _Atomic uint64_t tail; /* frames released */
    _Atomic uint64_t stamp_tail;
};

/* Main thread. Allocates at least `frames` frames and `pushes` pushes. BJ_NO_MEMORY. */
enum bj_status bj_ring_init(struct bj_ring *ring, uint32_t frames, uint32_t pushes);
void bj_ring_finish(struct bj_ring *ring);

/* Writer, BJ_RT. Writes all frames or none; with BJ_WOULD_BLOCK they count as lost.
 * channels[c] NULL: zeros, for BJ_I ones. */
enum bj_status bj_ring_push(struct bj_ring *ring, const float *const channels[BJ_CHANNELS],
                            uint32_t frames, int64_t now_ns, int64_t late_ns);

/* Reader, BJ_RT. Reads the oldest unread stamp, whose frames may be read from then on.
 * Returns false when there is none. */
bool bj_ring_pop_stamp(struct bj_ring *ring, struct bj_stamp *stamp);

/* Reader, BJ_RT. Copies frames first..first+frames-1, which must be popped and not
 * released, to out[c]. */
void bj_ring_read(const struct bj_ring *ring, uint64_t first, uint32_t frames,
                  float *const out[BJ_CHANNELS]);

/* Reader, BJ_RT. Finds where frames first..first+frames-1 are kept, as far as they are
 * contiguous, and returns how many are. The reader may change them until it releases
 * them. */
uint32_t bj_ring_span(const struct bj_ring *ring, uint64_t first, uint32_t frames,
                      float *channels[BJ_CHANNELS]);

/* Reader, BJ_RT. Gives the frames of bj_ring_read to read only: view[c] points into the
 * ring if they are contiguous there, else to a copy in scratch[c]. */
void bj_ring_view(const struct bj_ring *ring, uint64_t first, uint32_t frames,
                  float *const scratch[BJ_CHANNELS], const float *view[BJ_CHANNELS]);

/* Reader, BJ_RT. Releases the frames below `frame`, which must not be read again. */
void bj_ring_release(struct bj_ring *ring, uint64_t frame);

/* Reader, BJ_RT. Returns the oldest frame still held. */
uint64_t bj_ring_tail(const struct bj_ring *ring);

/* Any thread, BJ_RT. Return how many frames were pushed so far, and how many were lost
 * because the ring was full. */
uint64_t bj_ring_head(const struct bj_ring *ring);
uint64_t bj_ring_lost(const struct bj_ring *ring);

#endif
