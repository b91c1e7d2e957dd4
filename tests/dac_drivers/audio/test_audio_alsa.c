/* SPDX-License-Identifier: MIT
 *
 * The whole way of an audio interface in real time: engine, driver, transport, and ALSA's
 * file PCM, which keeps every frame that came out.
 */
#include "audio/audio.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <beamjack/dacs.h>
#include <cmocka.h>

#include "alsa_fixture.h"
#include "rt_guard.h"

#define CHANNELS 6
#define FRAMES 100000u
#define PLACES 1024u
#define STRIDE 643u /* odd: reaches every place */
#define PATIENCE_NS (20 * BJ_NS_PER_S)

static struct bj_point tagged(uint64_t n)
{
    uint32_t hash = (uint32_t)((n + 1) * 0x9e3779b97f4a7c15u >> 32);

    return (struct bj_point){
        .x = (float)(n * STRIDE % PLACES) / PLACES * 2 - 1,
        .y = (float)(n / PLACES % PLACES) / PLACES * 2 - 1,
        .r = (float)(hash | 1) / (float)UINT32_MAX,
        .g = (float)(hash >> 8) / 0xffffff,
        .b = (float)(hash >> 16) / 0xffff,
        .i = 1,
    };
}

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    uint64_t *made = user;

    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = tagged((*made)++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

/* It allocates nothing, locks nothing, and waits only where an engine waits. */
static void *run(void *stream)
{
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
    (void)bj_stream_run_fill(stream);
    bj_rt_guard_leave();
    return NULL;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_nsec = ms * 1000000};

    nanosleep(&pause, NULL);
}

static void wait_for_points(const struct bj_stream *stream, uint64_t count)
{
    int64_t until_ns = bj_clock_ns() + PATIENCE_NS;

    while (bj_stream_stats(stream).points_written < count) {
        assert_true(bj_clock_ns() < until_ns);
        pause_ms(5);
    }
}

/* Dark for some 100 ms, lit for some 200, dark again, and the end. Returns how often it ran
 * dry: this is real time, on a computer that may be busy. */
static uint64_t play(struct bj_transports *via)
{
    const struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = "audio:caught", .via = *via};
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_stream *stream;
    pthread_t thread;
    uint64_t made = 0, before, dries;

    config.driver = &bj_audio;
    config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = fill;
    config.fill_user = &made;
    config.pps = 48000;
    assert_int_equal(bj_stream_create(&config, &stream), BJ_OK);
    assert_int_equal(pthread_create(&thread, NULL, run, stream), 0);
    wait_for_points(stream, 4800);
    bj_stream_arm(stream);
    before = bj_stream_stats(stream).points_written;
    wait_for_points(stream, before + 9600);
    bj_stream_disarm(stream);
    wait_for_points(stream, before + 12000);
    bj_stream_stop(stream);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(bj_stream_stats(stream).reconnects, 0);
    dries = bj_stream_stats(stream).device_underruns;
    bj_stream_destroy(stream);
    bj_waiter_destroy(waiter);
    return dries;
}

static bool is_lit(const int32_t *frame)
{
    return frame[2] || frame[3] || frame[4] || frame[5];
}

static void assert_sample(int32_t sample, double expected)
{
    if (fabs(sample / 2147483647.0 - expected) > 1e-6)
        fail_msg("%.9f, expected %.9f", sample / 2147483647.0, expected);
}

static void assert_frame(const int32_t *frame, uint64_t n)
{
    struct bj_point point = tagged(n);

    assert_sample(frame[0], (double)point.x);
    assert_sample(frame[1], (double)point.y);
    if (!is_lit(frame))
        return;
    assert_sample(frame[2], (double)point.r);
    assert_sample(frame[3], (double)point.g);
    assert_sample(frame[4], (double)point.b);
    assert_sample(frame[5], (double)point.i);
}

/* Which point this is, from its place. */
static uint64_t number_of(const int32_t *frame)
{
    uint64_t n = 0;

    while (n < FRAMES && (fabs(frame[0] / 2147483647.0 - (double)tagged(n).x) > 1e-4 ||
                          fabs(frame[1] / 2147483647.0 - (double)tagged(n).y) > 1e-4))
        n++;
    return n;
}

static void test_every_channel_is_exact_and_dark_where_it_must_be(void **state)
{
    uint8_t *caught = calloc(FRAMES, CHANNELS * sizeof(int32_t));
    const int32_t *frames = (const int32_t *)(const void *)caught;
    struct bj_transports via;
    size_t count, first = 0, last, dark = 0;
    uint64_t number, dries;

    (void)state;
    assert_non_null(caught);
    assert_int_equal(bj_transports_create(&via), BJ_OK);
    dries = play(&via);
    bj_transports_destroy(&via);
    count = alsa_fixture_caught(caught, FRAMES * CHANNELS * sizeof(int32_t)) /
            (CHANNELS * sizeof(int32_t));

    while (first < count && !is_lit(frames + first * CHANNELS))
        first++;
    for (last = count; last > first && !is_lit(frames + (last - 1) * CHANNELS);)
        last--;
    assert_true(first > 480 + 4800 - 2400); /* the probe, and what was not armed yet */
    assert_true(last - first > 4800);
    assert_true(count - last >= 480); /* the dark end */
    number = number_of(frames + first * CHANNELS);
    for (size_t k = first; k < last; k++) {
        assert_frame(frames + k * CHANNELS, number++);
        dark += !is_lit(frames + k * CHANNELS);
    }
    assert_true(dries > 0 || dark == 0); /* after a dry moment it begins dark */
    free(caught);
}

static int start(void **state)
{
    (void)state;
    return alsa_fixture_start();
}

static int stop(void **state)
{
    (void)state;
    return alsa_fixture_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_channel_is_exact_and_dark_where_it_must_be),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
