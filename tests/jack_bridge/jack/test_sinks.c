/* SPDX-License-Identifier: MIT */
#include "jack/sinks.h"

#include "sink_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define FRAMES 64

struct fixture {
    struct sink_fixture first, second;
    struct bj_sinks sinks; /* both */
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    sink_fixture_create(&f->first);
    sink_fixture_create(&f->second);
    f->sinks = (struct bj_sinks){
        .count = 2, .items = {f->first.sinks.items[0], f->second.sinks.items[0]}};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sink_fixture_destroy(&f->first);
    sink_fixture_destroy(&f->second);
    free(f);
    return 0;
}

static void every_projector_gets_every_frame(void **state)
{
    struct fixture *f = *state;
    float silence[FRAMES] = {0};
    const float *channels[BJ_CHANNELS];

    for (int c = 0; c < BJ_CHANNELS; c++)
        channels[c] = silence;
    for (int k = 0; k < 3; k++)
        bj_sinks_push(&f->sinks, channels, FRAMES, 1000 + k, 0);
    assert_int_equal(sink_fixture_pushed(&f->first), 3 * FRAMES);
    assert_int_equal(sink_fixture_pushed(&f->second), 3 * FRAMES);
    assert_int_equal(f->first.wakes, 3);
    assert_int_equal(f->second.wakes, 3);
}

/* One that takes nothing any more does not keep the others from getting theirs. */
static void a_full_feed_hurts_no_other(void **state)
{
    struct fixture *f = *state;
    static float silence[8192];
    const float *channels[BJ_CHANNELS];
    struct bj_fill_request request = {.true_pps = SINK_FIXTURE_RATE_HZ,
                                      .play_pps = SINK_FIXTURE_RATE_HZ,
                                      .pps = SINK_FIXTURE_RATE_HZ};

    for (int c = 0; c < BJ_CHANNELS; c++)
        channels[c] = silence;
    for (int k = 0; k < 100; k++) {
        request.now_ns = k * BJ_NS_PER_S / 6;
        bj_sinks_push(&f->sinks, channels, 8192, request.now_ns, 0);
        bj_feed_fill(f->second.feed, &request, NULL);
    }
    assert_true(bj_feed_stats(f->first.feed).frames_lost > 0);
    assert_int_equal(sink_fixture_pushed(&f->second), 100 * 8192);
}

static void what_concerns_the_light_concerns_all(void **state)
{
    struct fixture *f = *state;
    struct bj_wait wait;

    for (size_t k = 0; k < f->sinks.count; k++)
        bj_stream_arm(f->sinks.items[k].stream);
    bj_sinks_disarm(&f->sinks);
    bj_sinks_restart(&f->sinks);
    bj_sinks_stop(&f->sinks);
    for (size_t k = 0; k < f->sinks.count; k++) {
        assert_int_equal(bj_stream_step(f->sinks.items[k].stream, BJ_NS_PER_S, &wait),
                         BJ_RUN_STOPPED);
        assert_false(bj_stream_stats(f->sinks.items[k].stream).armed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_projector_gets_every_frame, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_feed_hurts_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_concerns_the_light_concerns_all, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
