/* SPDX-License-Identifier: MIT */
#include "sim_pcm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define START BJ_NS_PER_S

static struct {
    struct sim_pcm *sim;
    const struct bj_pcm_ops *ops;
    struct bj_pcm *pcm;
    int handle;
    int64_t now_ns, first_ns, last_ns;
    uint64_t heard, own;
    double sample; /* of channel 1, newest */
} fixture;

static void on_heard(void *user, int64_t time_ns, const double *samples, bool own)
{
    (void)user;
    assert_true(time_ns >= fixture.last_ns);
    if (fixture.heard + fixture.own == 0)
        fixture.first_ns = time_ns;
    fixture.last_ns = time_ns;
    fixture.heard += !own;
    fixture.own += own;
    fixture.sample = samples[0];
}

static void create(struct sim_pcm_config config)
{
    struct bj_pcm_request request = {
        .name = "hw:2,0", .least_channels = 2, .channels = 6, .buffer_ns = 200 * MS};

    memset(&fixture, 0, sizeof fixture);
    config.heard = on_heard;
    fixture.now_ns = START;
    fixture.sim = sim_pcm_create(&config, START);
    assert_non_null(fixture.sim);
    fixture.pcm = sim_pcm_base(fixture.sim);
    fixture.ops = fixture.pcm->ops;
    assert_int_equal(fixture.ops->create(fixture.pcm, &request, &fixture.handle), BJ_OK);
}

static void destroy(void)
{
    fixture.ops->destroy(fixture.pcm, fixture.handle);
    sim_pcm_destroy(fixture.sim);
}

static void go_to(int64_t now_ns)
{
    fixture.now_ns = now_ns;
    sim_pcm_advance(fixture.sim, now_ns);
}

static struct bj_pcm_actual open_at(uint32_t rate_hz)
{
    struct bj_pcm_actual actual;

    fixture.ops->open(fixture.pcm, fixture.handle, rate_hz);
    assert_int_equal(fixture.ops->opened(fixture.pcm, fixture.handle, &actual),
                     BJ_WOULD_BLOCK);
    go_to(fixture.now_ns + 30 * MS);
    assert_int_equal(fixture.ops->opened(fixture.pcm, fixture.handle, &actual), BJ_OK);
    return actual;
}

static uint32_t put(uint32_t count)
{
    static const uint8_t frames[20000 * 32];
    uint32_t written = 0;

    (void)fixture.ops->write(fixture.pcm, fixture.handle, frames, count, &written);
    return written;
}

static struct bj_pcm_snapshot snapshot(void)
{
    struct bj_pcm_snapshot seen;

    assert_int_equal(fixture.ops->snapshot(fixture.pcm, fixture.handle, &seen), BJ_OK);
    return seen;
}

static bool is_ready(void)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    bj_wait_handle(&wait, fixture.handle, BJ_WAIT_READ);
    return sim_pcm_ready(fixture.sim, &wait);
}

static void test_opens_in_its_time_at_the_nearest_rate(void **state)
{
    struct bj_pcm_actual actual;

    (void)state;
    create(sim_pcm_defaults());
    fixture.ops->open(fixture.pcm, fixture.handle, 50000);
    go_to(START + 20 * MS - 1);
    assert_int_equal(fixture.ops->opened(fixture.pcm, fixture.handle, &actual),
                     BJ_WOULD_BLOCK);
    assert_false(is_ready());
    assert_int_equal(sim_pcm_next_event_ns(fixture.sim), START + 20 * MS);
    go_to(START + 20 * MS);
    assert_true(is_ready());
    assert_int_equal(fixture.ops->opened(fixture.pcm, fixture.handle, &actual), BJ_OK);
    assert_false(is_ready());
    assert_true(actual.rate_hz == 48000);
    assert_int_equal(actual.channels, 8);
    assert_int_equal(actual.buffer_frames, 9600);
    destroy();
}

static void test_plays_frame_by_frame_in_time(void **state)
{
    struct sim_pcm_config config = sim_pcm_defaults();
    int64_t began_ns;

    (void)state;
    config.fifo_frames = 48;
    create(config);
    open_at(48000);
    assert_int_equal(put(4800), 4800);
    go_to(fixture.now_ns + 10 * MS);
    assert_int_equal(fixture.heard, 0); /* not before start */
    began_ns = fixture.now_ns;
    fixture.ops->start(fixture.pcm, fixture.handle);
    go_to(began_ns + 51 * MS + config.hop_ns);
    assert_int_equal(fixture.first_ns, began_ns + config.hop_ns + MS);
    assert_int_equal(fixture.heard, 2401);
    assert_int_equal(fixture.last_ns - fixture.first_ns, 50 * MS);
    go_to(fixture.now_ns + 200 * MS);
    assert_int_equal(snapshot().heard_frames, 4800);
    assert_int_equal(snapshot().dries, 1);
    assert_false(snapshot().running);
    destroy();
}

static void test_its_clock_may_be_off(void **state)
{
    struct sim_pcm_config config = sim_pcm_defaults();

    (void)state;
    config.skew_ppm = 10000;
    create(config);
    open_at(48000);
    put(9600);
    fixture.ops->start(fixture.pcm, fixture.handle);
    go_to(fixture.now_ns + 100 * MS + config.hop_ns);
    assert_int_equal(fixture.heard, 4849);
    destroy();
}

static void test_drop_counts_what_is_not_heard(void **state)
{
    struct bj_pcm_snapshot seen;

    (void)state;
    create(sim_pcm_defaults());
    open_at(48000);
    put(9600);
    assert_int_equal(put(1), 0); /* full */
    fixture.ops->start(fixture.pcm, fixture.handle);
    go_to(fixture.now_ns + 50 * MS);
    fixture.ops->drop(fixture.pcm, fixture.handle);
    assert_int_equal(snapshot().drops, 0);
    go_to(fixture.now_ns + MS);
    seen = snapshot();
    assert_int_equal(seen.drops, 1);
    assert_int_equal(seen.heard_frames, fixture.heard);
    assert_int_equal(seen.heard_frames + seen.dropped_frames, 9600);
    assert_int_equal(seen.queued_frames, 0);
    assert_int_equal(put(9600), 9600);
    destroy();
}

static void test_a_coarse_counter_moves_in_steps(void **state)
{
    struct sim_pcm_config config = sim_pcm_defaults();

    (void)state;
    config.quantum_frames = 480;
    create(config);
    open_at(48000);
    put(9600);
    fixture.ops->start(fixture.pcm, fixture.handle);
    go_to(fixture.now_ns + 57 * MS);
    assert_int_equal(snapshot().heard_frames, 2400);
    assert_int_equal(snapshot().queued_frames, 7200);
    destroy();
}

static void test_decodes_every_format(void **state)
{
    static const struct {
        enum bj_pcm_format format;
        uint8_t bytes[4];
        double value;
    } rows[] = {
        {BJ_PCM_S32, {0xff, 0xff, 0xff, 0x7f}, 1},
        {BJ_PCM_S32, {0x01, 0x00, 0x00, 0x80}, -1},
        {BJ_PCM_S24, {0xff, 0xff, 0x7f, 0x55}, 1},
        {BJ_PCM_S24, {0x01, 0x00, 0x80, 0x55}, -1},
        {BJ_PCM_S24_PACKED, {0xff, 0xff, 0x7f}, 1},
        {BJ_PCM_S24_PACKED, {0x00, 0x00, 0xc0}, -0.5},
        {BJ_PCM_FLOAT, {0x00, 0x00, 0x80, 0x3e}, 0.25},
        {BJ_PCM_S16, {0x01, 0x80}, -1},
        {BJ_PCM_S16, {0xff, 0x7f}, 1},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct sim_pcm_config config = sim_pcm_defaults();
        uint8_t frame[BJ_PCM_FRAME_BYTES] = {0};
        uint32_t written;
        config.format = rows[k].format;
        create(config);
        open_at(48000);
        memcpy(frame, rows[k].bytes, sizeof rows[k].bytes);
        assert_int_equal(
            fixture.ops->write(fixture.pcm, fixture.handle, frame, 1, &written), BJ_OK);
        fixture.ops->start(fixture.pcm, fixture.handle);
        go_to(fixture.now_ns + MS);
        assert_int_equal(fixture.heard, 1);
        assert_true(fabs(fixture.sample - rows[k].value) < 1e-6);
        destroy();
    }
}

static void test_close_plays_the_dark_frame_and_then_opens_again(void **state)
{
    uint8_t dark[BJ_PCM_FRAME_BYTES] = {0, 0, 0x40};

    (void)state;
    create(sim_pcm_defaults());
    open_at(48000);
    put(9600);
    fixture.ops->start(fixture.pcm, fixture.handle);
    go_to(fixture.now_ns + 10 * MS);
    fixture.ops->close(fixture.pcm, fixture.handle, dark);
    open_at(96000);
    assert_int_equal(fixture.own, 480);
    assert_true(fabs(fixture.sample - 0.5) < 1e-6);
    assert_int_equal(snapshot().heard_frames, 0);
    assert_int_equal(sim_pcm_counters(fixture.sim).opens, 2);
    destroy();
}

static void test_faults(void **state)
{
    struct bj_pcm_actual actual;
    struct bj_pcm_snapshot seen;

    (void)state;
    create(sim_pcm_defaults());
    open_at(48000);
    put(9600);
    fixture.ops->start(fixture.pcm, fixture.handle);
    go_to(fixture.now_ns + 20 * MS);
    sim_pcm_suspend(fixture.sim);
    assert_int_equal(snapshot().suspends, 1);
    assert_int_equal(snapshot().heard_frames + snapshot().dropped_frames, 9600);
    sim_pcm_unplug(fixture.sim);
    assert_true(is_ready());
    assert_int_equal(fixture.ops->snapshot(fixture.pcm, fixture.handle, &seen),
                     BJ_DISCONNECTED);
    fixture.ops->close(fixture.pcm, fixture.handle, NULL);
    fixture.ops->open(fixture.pcm, fixture.handle, 48000);
    go_to(fixture.now_ns + 30 * MS);
    assert_int_equal(fixture.ops->opened(fixture.pcm, fixture.handle, &actual),
                     BJ_NOT_FOUND);
    sim_pcm_plug(fixture.sim);
    sim_pcm_refuse(fixture.sim, BJ_BUSY);
    fixture.ops->open(fixture.pcm, fixture.handle, 48000);
    go_to(fixture.now_ns + 30 * MS);
    assert_int_equal(fixture.ops->opened(fixture.pcm, fixture.handle, &actual), BJ_BUSY);
    destroy();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_in_its_time_at_the_nearest_rate),
        cmocka_unit_test(test_plays_frame_by_frame_in_time),
        cmocka_unit_test(test_its_clock_may_be_off),
        cmocka_unit_test(test_drop_counts_what_is_not_heard),
        cmocka_unit_test(test_a_coarse_counter_moves_in_steps),
        cmocka_unit_test(test_decodes_every_format),
        cmocka_unit_test(test_close_plays_the_dark_frame_and_then_opens_again),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
