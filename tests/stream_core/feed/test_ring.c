/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include <cmocka.h>

#include "feed/ring.h"

#define MOST 64u

/* Frame n of channel c, exact as a float for n below two million. */
static float value(uint64_t n, int c)
{
    return (float)(n * 8 + (uint64_t)c);
}

struct frames {
    float data[BJ_CHANNELS][MOST];
    const float *channels[BJ_CHANNELS];
};

static void make_frames(struct frames *frames, uint64_t first, uint32_t count)
{
    for (int c = 0; c < BJ_CHANNELS; c++) {
        for (uint32_t k = 0; k < count; k++) {
            frames->data[c][k] = value(first + k, c);
        }
        frames->channels[c] = frames->data[c];
    }
}

static enum bj_status push(struct bj_ring *ring, uint64_t first, uint32_t count)
{
    struct frames frames;
    make_frames(&frames, first, count);
    return bj_ring_push(ring, frames.channels, count, (int64_t)first * 10, 0);
}

static bool holds(const struct bj_ring *ring, uint64_t first, uint32_t count)
{
    float data[BJ_CHANNELS][MOST];
    float *out[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        out[c] = data[c];
    }
    bj_ring_read(ring, first, count, out);
    bool same = true;
    for (int c = 0; c < BJ_CHANNELS; c++) {
        for (uint32_t k = 0; k < count; k++) {
            same = same && data[c][k] == value(first + k, c);
        }
    }
    return same;
}

static void makes_room_for_what_was_asked(void **state)
{
    (void)state;
    for (uint32_t asked = 1; asked <= 33; asked++) {
        struct bj_ring ring;
        assert_int_equal(bj_ring_init(&ring, asked, asked), BJ_OK);
        for (uint32_t k = 0; k < asked; k++) {
            assert_int_equal(push(&ring, k, 1), BJ_OK);
        }
        assert_true(holds(&ring, 0, asked));
        bj_ring_finish(&ring);
    }
}

static void begins_empty(void **state)
{
    (void)state;
    struct bj_ring ring;
    struct bj_stamp stamp;
    assert_int_equal(bj_ring_init(&ring, 16, 4), BJ_OK);
    assert_false(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(bj_ring_tail(&ring), 0);
    bj_ring_finish(&ring);
}

static void stamps_tell_each_push(void **state)
{
    (void)state;
    struct bj_ring ring;
    struct bj_stamp stamp;
    assert_int_equal(bj_ring_init(&ring, 32, 8), BJ_OK);
    assert_int_equal(push(&ring, 0, 3), BJ_OK);
    assert_int_equal(push(&ring, 3, 5), BJ_OK);
    assert_true(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(stamp.first_frame, 0);
    assert_int_equal(stamp.frames, 3);
    assert_int_equal(stamp.now_ns, 0);
    assert_int_equal(stamp.lost_before, 0);
    assert_true(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(stamp.first_frame, 3);
    assert_int_equal(stamp.frames, 5);
    assert_int_equal(stamp.now_ns, 30);
    assert_false(bj_ring_pop_stamp(&ring, &stamp));
    bj_ring_finish(&ring);
}

/* Every size of push from every offset in the ring, so each wraps everywhere. */
static void wraps_at_every_offset(void **state)
{
    (void)state;
    for (uint32_t offset = 0; offset < 16; offset++) {
        for (uint32_t size = 0; size <= 16; size++) {
            struct bj_ring ring;
            struct bj_stamp stamp;
            assert_int_equal(bj_ring_init(&ring, 16, 4), BJ_OK);
            assert_int_equal(push(&ring, 0, offset), BJ_OK);
            bj_ring_release(&ring, offset);
            assert_int_equal(push(&ring, offset, size), BJ_OK);
            assert_true(bj_ring_pop_stamp(&ring, &stamp));
            assert_true(bj_ring_pop_stamp(&ring, &stamp));
            assert_int_equal(stamp.first_frame, offset);
            assert_true(holds(&ring, offset, size));
            bj_ring_finish(&ring);
        }
    }
}

static void spans_end_at_the_wrap(void **state)
{
    (void)state;
    struct bj_ring ring;
    float *channels[BJ_CHANNELS];
    assert_int_equal(bj_ring_init(&ring, 16, 4), BJ_OK);
    assert_int_equal(push(&ring, 0, 10), BJ_OK);
    bj_ring_release(&ring, 10);
    assert_int_equal(push(&ring, 10, 12), BJ_OK);
    assert_int_equal(bj_ring_span(&ring, 10, 12, channels), 6);
    for (int c = 0; c < BJ_CHANNELS; c++) {
        assert_true(channels[c][0] == value(10, c));
        assert_true(channels[c][5] == value(15, c));
        channels[c][5] = value(99, c); /* the reader may change what it holds */
    }
    assert_int_equal(bj_ring_span(&ring, 16, 6, channels), 6);
    for (int c = 0; c < BJ_CHANNELS; c++) {
        assert_true(channels[c][0] == value(16, c));
    }
    bj_ring_span(&ring, 15, 1, channels);
    assert_true(channels[BJ_B][0] == value(99, BJ_B));
    bj_ring_finish(&ring);
}

/* From every offset: in place while it can be, else copied; the same frames either way. */
static void views_copy_only_what_wraps(void **state)
{
    (void)state;
    for (uint32_t offset = 0; offset < 16; offset++) {
        struct bj_ring ring;
        float data[BJ_CHANNELS][MOST];
        float *scratch[BJ_CHANNELS], *kept[BJ_CHANNELS];
        const float *view[BJ_CHANNELS];
        for (int c = 0; c < BJ_CHANNELS; c++) {
            scratch[c] = data[c];
        }
        assert_int_equal(bj_ring_init(&ring, 16, 4), BJ_OK);
        assert_int_equal(push(&ring, 0, offset), BJ_OK);
        bj_ring_release(&ring, offset);
        assert_int_equal(push(&ring, offset, 11), BJ_OK);
        bj_ring_view(&ring, offset, 11, scratch, view);
        bj_ring_span(&ring, offset, 11, kept);
        for (int c = 0; c < BJ_CHANNELS; c++) {
            assert_ptr_equal(view[c], offset <= 5 ? kept[c] : scratch[c]);
            for (uint32_t k = 0; k < 11; k++) {
                assert_true(view[c][k] == value(offset + k, c));
            }
        }
        bj_ring_finish(&ring);
    }
}

static void takes_all_or_nothing(void **state)
{
    (void)state;
    struct bj_ring ring;
    struct bj_stamp stamp;
    assert_int_equal(bj_ring_init(&ring, 16, 8), BJ_OK);
    assert_int_equal(push(&ring, 0, 10), BJ_OK);
    assert_int_equal(push(&ring, 500, 7), BJ_WOULD_BLOCK);
    assert_int_equal(push(&ring, 600, 17), BJ_WOULD_BLOCK);
    assert_int_equal(bj_ring_lost(&ring), 24);
    assert_int_equal(push(&ring, 10, 6), BJ_OK); /* exactly full */
    assert_int_equal(push(&ring, 700, 1), BJ_WOULD_BLOCK);
    assert_true(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(stamp.lost_before, 0);
    assert_true(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(stamp.first_frame, 10); /* numbers have no gap */
    assert_int_equal(stamp.lost_before, 24);
    assert_false(bj_ring_pop_stamp(&ring, &stamp));
    assert_true(holds(&ring, 0, 16));
    bj_ring_release(&ring, 16);
    assert_int_equal(push(&ring, 16, 1), BJ_OK);
    assert_true(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(stamp.lost_before, 1);
    assert_int_equal(bj_ring_lost(&ring), 25);
    bj_ring_finish(&ring);
}

static void blocks_when_stamps_run_out(void **state)
{
    (void)state;
    struct bj_ring ring;
    struct bj_stamp stamp;
    assert_int_equal(bj_ring_init(&ring, 64, 4), BJ_OK);
    for (uint32_t k = 0; k < 4; k++) {
        assert_int_equal(push(&ring, k, 1), BJ_OK);
    }
    assert_int_equal(push(&ring, 90, 2), BJ_WOULD_BLOCK);
    assert_true(bj_ring_pop_stamp(&ring, &stamp));
    assert_int_equal(push(&ring, 4, 1), BJ_OK);
    assert_true(holds(&ring, 0, 5));
    bj_ring_finish(&ring);
}

static void absent_channels_are_zeros_and_full_intensity(void **state)
{
    (void)state;
    struct bj_ring ring;
    assert_int_equal(bj_ring_init(&ring, 16, 8), BJ_OK);
    for (int absent = 0; absent < BJ_CHANNELS; absent++) {
        struct frames frames;
        make_frames(&frames, 1, 11); /* wraps from the second push on */
        frames.channels[absent] = NULL;
        uint64_t first = bj_ring_head(&ring);
        assert_int_equal(bj_ring_push(&ring, frames.channels, 11, 0, 0), BJ_OK);
        for (uint32_t k = 0; k < 11; k++) {
            float *at[BJ_CHANNELS];
            bj_ring_span(&ring, first + k, 1, at);
            for (int c = 0; c < BJ_CHANNELS; c++) {
                float none = c == BJ_I ? 1.0f : 0.0f;
                assert_true(at[c][0] == (c == absent ? none : value(1 + k, c)));
            }
        }
        bj_ring_release(&ring, first + 11);
    }
    bj_ring_finish(&ring);
}

static void release_never_goes_back(void **state)
{
    (void)state;
    struct bj_ring ring;
    assert_int_equal(bj_ring_init(&ring, 16, 4), BJ_OK);
    assert_int_equal(push(&ring, 0, 16), BJ_OK);
    bj_ring_release(&ring, 5);
    assert_int_equal(bj_ring_tail(&ring), 5);
    bj_ring_release(&ring, 3);
    assert_int_equal(bj_ring_tail(&ring), 5);
    assert_int_equal(push(&ring, 16, 6), BJ_WOULD_BLOCK);
    assert_int_equal(push(&ring, 16, 5), BJ_OK);
    assert_true(holds(&ring, 5, 16));
    bj_ring_finish(&ring);
}

static void finish_may_be_called_twice(void **state)
{
    (void)state;
    struct bj_ring ring;
    assert_int_equal(bj_ring_init(&ring, 16, 4), BJ_OK);
    bj_ring_finish(&ring);
    bj_ring_finish(&ring);
    assert_null(ring.samples);
}

/* ---- two threads ---- */

#define STRESS_FRAMES 200000u

static void *write_all(void *user)
{
    struct bj_ring *ring = user;
    uint64_t next = 0;
    for (uint32_t size = 1; next < STRESS_FRAMES; size = size % 37 + 1) {
        uint64_t left = STRESS_FRAMES - next;
        uint32_t count = left < size ? (uint32_t)left : size;
        if (push(ring, next, count) == BJ_OK) {
            next += count;
        } else {
            sched_yield();
        }
    }
    return NULL;
}

/* Reads and checks a push, changes it in place as the sanitiser does, lets it go. */
static bool consume(struct bj_ring *ring, const struct bj_stamp *stamp, uint64_t expected)
{
    bool good = stamp->first_frame == expected && stamp->frames > 0 &&
                stamp->now_ns == (int64_t)expected * 10 &&
                holds(ring, expected, stamp->frames);
    float *channels[BJ_CHANNELS];
    bj_ring_span(ring, expected, 1, channels);
    channels[BJ_X][0] = -1.0f;
    bj_ring_release(ring, expected + stamp->frames);
    return good;
}

static void every_frame_arrives_once_in_order(void **state)
{
    (void)state;
    struct bj_ring ring;
    assert_int_equal(bj_ring_init(&ring, 128, 16), BJ_OK);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_all, &ring), 0);
    uint64_t seen = 0;
    bool good = true;
    while (seen < STRESS_FRAMES && good) {
        struct bj_stamp stamp;
        if (bj_ring_pop_stamp(&ring, &stamp)) {
            good = consume(&ring, &stamp, seen);
            seen += stamp.frames;
        } else {
            sched_yield();
        }
    }
    bj_ring_release(&ring, STRESS_FRAMES); /* lets the writer end even after a fault */
    while (!good && bj_ring_head(&ring) < STRESS_FRAMES) {
        struct bj_stamp stamp;
        if (!bj_ring_pop_stamp(&ring, &stamp)) {
            sched_yield();
        }
    }
    pthread_join(writer, NULL);
    assert_true(good);
    assert_int_equal(seen, STRESS_FRAMES);
    bj_ring_finish(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_room_for_what_was_asked),
        cmocka_unit_test(begins_empty),
        cmocka_unit_test(stamps_tell_each_push),
        cmocka_unit_test(wraps_at_every_offset),
        cmocka_unit_test(spans_end_at_the_wrap),
        cmocka_unit_test(views_copy_only_what_wraps),
        cmocka_unit_test(takes_all_or_nothing),
        cmocka_unit_test(blocks_when_stamps_run_out),
        cmocka_unit_test(absent_channels_are_zeros_and_full_intensity),
        cmocka_unit_test(release_never_goes_back),
        cmocka_unit_test(finish_may_be_called_twice),
        cmocka_unit_test(every_frame_arrives_once_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
