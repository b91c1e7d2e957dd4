/* SPDX-License-Identifier: MIT */
#include "feed/ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint32_t power_of_two(uint32_t at_least)
{
    uint32_t size = 1;
    while (size < at_least) {
        size *= 2;
    }
    return size;
}

enum bj_status bj_ring_init(struct bj_ring *ring, uint32_t frames, uint32_t pushes)
{
    memset(ring, 0, sizeof *ring);
    ring->capacity = power_of_two(frames);
    ring->stamp_capacity = power_of_two(pushes);
    ring->samples = calloc((size_t)ring->capacity * BJ_CHANNELS, sizeof(float));
    ring->stamps = calloc(ring->stamp_capacity, sizeof *ring->stamps);
    if (!ring->samples || !ring->stamps) {
        bj_ring_finish(ring);
        return BJ_NO_MEMORY;
    }
    return BJ_OK;
}

void bj_ring_finish(struct bj_ring *ring)
{
    free(ring->samples);
    free(ring->stamps);
    ring->samples = NULL;
    ring->stamps = NULL;
}

static void fill_floats(float *to, size_t count, float value)
{
    for (size_t k = 0; k < count; k++) {
        to[k] = value;
    }
}

/* Frames `from` to `to` of the push, to one place in the ring. */
static void write_piece(struct bj_ring *ring, uint64_t first,
                        const float *const channels[BJ_CHANNELS], uint32_t from,
                        uint32_t to)
{
    size_t count = to - from;
    float *block = ring->samples + ((first + from) & (ring->capacity - 1));
    for (int c = 0; c < BJ_CHANNELS; c++, block += ring->capacity) {
        if (channels[c]) {
            memcpy(block, channels[c] + from, count * sizeof(float));
        } else {
            fill_floats(block, count, c == BJ_I ? 1.0f : 0.0f);
        }
    }
}

static void write_frames(struct bj_ring *ring, uint64_t first,
                         const float *const channels[BJ_CHANNELS], uint32_t frames)
{
    uint32_t to_end = ring->capacity - (uint32_t)(first & (ring->capacity - 1));
    if (frames <= to_end) {
        write_piece(ring, first, channels, 0, frames);
    } else {
        write_piece(ring, first, channels, 0, to_end);
        write_piece(ring, first, channels, to_end, frames);
    }
}

static bool has_room(struct bj_ring *ring, uint64_t head, uint64_t stamp_head,
                     uint32_t frames)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    uint64_t stamp_tail = atomic_load_explicit(&ring->stamp_tail, memory_order_acquire);
    return head + frames - tail <= ring->capacity &&
           stamp_head - stamp_tail < ring->stamp_capacity;
}

enum bj_status bj_ring_push(struct bj_ring *ring, const float *const channels[BJ_CHANNELS],
                            uint32_t frames, int64_t now_ns, int64_t late_ns)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t stamp_head = atomic_load_explicit(&ring->stamp_head, memory_order_relaxed);
    if (!has_room(ring, head, stamp_head, frames)) {
        ring->lost_since_push += frames;
        atomic_fetch_add_explicit(&ring->lost_frames, frames, memory_order_relaxed);
        return BJ_WOULD_BLOCK;
    }
    write_frames(ring, head, channels, frames);
    ring->stamps[stamp_head & (ring->stamp_capacity - 1)] = (struct bj_stamp){
        .now_ns = now_ns,
        .late_ns = late_ns,
        .first_frame = head,
        .frames = frames,
        .lost_before = ring->lost_since_push,
    };
    ring->lost_since_push = 0;
    atomic_store_explicit(&ring->head, head + frames, memory_order_relaxed);
    atomic_store_explicit(&ring->stamp_head, stamp_head + 1, memory_order_release);
    return BJ_OK;
}

bool bj_ring_pop_stamp(struct bj_ring *ring, struct bj_stamp *stamp)
{
    uint64_t stamp_tail = atomic_load_explicit(&ring->stamp_tail, memory_order_relaxed);
    if (atomic_load_explicit(&ring->stamp_head, memory_order_acquire) == stamp_tail) {
        return false;
    }
    *stamp = ring->stamps[stamp_tail & (ring->stamp_capacity - 1)];
    atomic_store_explicit(&ring->stamp_tail, stamp_tail + 1, memory_order_release);
    return true;
}

uint32_t bj_ring_span(const struct bj_ring *ring, uint64_t first, uint32_t frames,
                      float *channels[BJ_CHANNELS])
{
    uint32_t at = (uint32_t)(first & (ring->capacity - 1));
    for (int c = 0; c < BJ_CHANNELS; c++) {
        channels[c] = ring->samples + (size_t)c * ring->capacity + at;
    }
    return ring->capacity - at < frames ? ring->capacity - at : frames;
}

void bj_ring_read(const struct bj_ring *ring, uint64_t first, uint32_t frames,
                  float *const out[BJ_CHANNELS])
{
    for (uint32_t done = 0; done < frames;) {
        float *from[BJ_CHANNELS];
        uint32_t piece = bj_ring_span(ring, first + done, frames - done, from);
        for (int c = 0; c < BJ_CHANNELS; c++) {
            memcpy(out[c] + done, from[c], piece * sizeof(float));
        }
        done += piece;
    }
}

void bj_ring_view(const struct bj_ring *ring, uint64_t first, uint32_t frames,
                  float *const scratch[BJ_CHANNELS], const float *view[BJ_CHANNELS])
{
    float *kept[BJ_CHANNELS];
    bool whole = bj_ring_span(ring, first, frames, kept) == frames;
    if (!whole) {
        bj_ring_read(ring, first, frames, scratch);
    }
    for (int c = 0; c < BJ_CHANNELS; c++) {
        view[c] = whole ? kept[c] : scratch[c];
    }
}

void bj_ring_release(struct bj_ring *ring, uint64_t frame)
{
    if (frame > atomic_load_explicit(&ring->tail, memory_order_relaxed)) {
        atomic_store_explicit(&ring->tail, frame, memory_order_release);
    }
}

uint64_t bj_ring_tail(const struct bj_ring *ring)
{
    return atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

uint64_t bj_ring_head(const struct bj_ring *ring)
{
    return atomic_load_explicit(&ring->head, memory_order_relaxed);
}

uint64_t bj_ring_lost(const struct bj_ring *ring)
{
    return atomic_load_explicit(&ring->lost_frames, memory_order_relaxed);
}
