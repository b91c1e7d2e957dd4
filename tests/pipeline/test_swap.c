/* SPDX-License-Identifier: MIT
 *
 * The whole way of a point to a DAC that swaps frames: something that pushes like JACK, the
 * feed, the engine, the real Helios driver, USB in memory, a simulated Helios. Every frame
 * carries its number as a smooth signal, so that every point tells when it was captured.
 */
#include "epoch.h"
#include "fake_usb.h"
#include "helios/helios.h"
#include "sim_helios.h"
#include "sim_random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define START_NS epoch_ns()
#define LATENCY_NS (36 * MS + 41667)
#define TARGET_NS (32 * MS)
#define PORT "1-2"
#define RAMP 8192 /* frames from one end of y to the other and back again twice that */

struct fixture {
    struct fake_usb *usb;
    struct sim_usb *device;
    struct bj_feed *feed;
    struct bj_stream *stream;
    struct bj_wait wait;
    int64_t now_ns, step_ns, cycle_ns, wake_most_ns, push_most_ns;
    struct sim_random random;
    uint32_t rate_hz, period_frames;
    uint64_t pushed;
    enum bj_run result;
    int64_t watch_ns; /* judge points from then on */

    uint64_t lit, judged;
    double worst_ns;     /* error of the latency */
    double sum_ns, sum2; /* of it */
    int64_t last_lit_ns;
    char told[512];
};

/* ---- the audience ---- */

/* y is a triangle of the frame's number; x says where in it, coarsely. */
static double triangle(double frame)
{
    double at = fmod(frame, 2 * RAMP);

    return at < RAMP ? 2 * at / RAMP - 1 : 3 - 2 * at / RAMP;
}

static void on_played(void *user, const struct sim_helios_point *point)
{
    struct fixture *fixture = user;
    double y = point->y / 2047.5 - 1, frame, captured_ns;
    double due = (double)(point->time_ns - LATENCY_NS - START_NS) / 1e9 * fixture->rate_hz;
    double base = floor(due / RAMP) * RAMP;

    if (point->g == 0)
        return;
    assert_int_equal(point->i, 255);
    fixture->lit++;
    fixture->last_lit_ns = point->time_ns;
    if (point->time_ns < fixture->watch_ns || fabs(y) > 0.95)
        return;
    frame = base + (fmod(due, 2 * RAMP) < RAMP ? y + 1 : 1 - y) / 2 * RAMP;
    captured_ns = frame / fixture->rate_hz * 1e9 + START_NS;
    double error_ns = (double)point->time_ns - LATENCY_NS - captured_ns;
    if (fabs(error_ns) > fixture->worst_ns)
        fixture->worst_ns = fabs(error_ns);
    fixture->sum_ns += error_ns;
    fixture->judged++;
}

/* ---- JACK ---- */

static void push(struct fixture *fixture)
{
    float x[1024], y[1024], full[1024];
    const float *channels[BJ_CHANNELS] = {x, y, full, full, full, NULL};

    for (uint32_t k = 0; k < fixture->period_frames; k++) {
        y[k] = (float)triangle((double)(fixture->pushed + k));
        x[k] = 0.5F * y[k];
        full[k] = 1;
    }
    (void)bj_feed_push(fixture->feed, channels, fixture->period_frames, fixture->now_ns, 0);
    fixture->pushed += fixture->period_frames;
}

static int64_t cycle_begins_ns(const struct fixture *fixture)
{
    return START_NS + (int64_t)((double)fixture->pushed / fixture->rate_hz * 1e9);
}

/* ---- the engine's host ---- */

static int64_t host_now(void *user)
{
    return ((struct fixture *)user)->now_ns;
}

static void host_wait(void *user, const struct bj_wait *wait)
{
    (void)user, (void)wait;
}

static void host_wake(void *user)
{
    (void)user;
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct fixture *fixture = user;

    (void)status, (void) final;
    strncat(fixture->told, text, sizeof fixture->told - strlen(fixture->told) - 2);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void step(struct fixture *fixture)
{
    fixture->result = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);
    fixture->step_ns = fixture->wait.deadline_ns;
}

static void run_ms(struct fixture *fixture, int64_t ms)
{
    int64_t end_ns = fixture->now_ns + ms * MS;

    while (fixture->now_ns < end_ns) {
        bool ready = fake_usb_ready(fixture->usb, &fixture->wait);
        int64_t wake_ns = ready ? fixture->now_ns : fixture->step_ns;
        int64_t next_ns = earlier(end_ns, fake_usb_next_event_ns(fixture->usb));
        if (wake_ns != BJ_NEVER)
            wake_ns += sim_random_upto(&fixture->random, fixture->wake_most_ns);
        next_ns = earlier(next_ns, fixture->cycle_ns);
        next_ns = earlier(next_ns, wake_ns);
        fixture->now_ns = next_ns > fixture->now_ns ? next_ns : fixture->now_ns;
        fake_usb_advance(fixture->usb, fixture->now_ns);
        if (fixture->now_ns >= fixture->cycle_ns) {
            push(fixture);
            fixture->cycle_ns = cycle_begins_ns(fixture) +
                                sim_random_upto(&fixture->random, fixture->push_most_ns);
        }
        if (fixture->now_ns >= wake_ns || fake_usb_ready(fixture->usb, &fixture->wait) ||
            fixture->now_ns >= fixture->step_ns)
            step(fixture);
        sim_helios_run(fixture->device, fixture->now_ns);
    }
}

static struct fixture *start(uint32_t pps, double crystal_ppm, uint32_t period_frames)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct sim_helios_config device = sim_helios_defaults();
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_feed_config feed = {.size = sizeof(struct bj_feed_config),
                                  .rate_hz = 48000,
                                  .max_push_frames = 1024,
                                  .latency_ns = LATENCY_NS,
                                  .matching = BJ_MATCH_RESAMPLE,
                                  .max_latency_ns = LATENCY_NS};
    struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config), .id = "helios:" PORT};

    device.crystal_ppm = crystal_ppm;
    device.reply_jitter_ns = 500000;
    device.played = on_played;
    device.user = fixture;
    fixture->usb = fake_usb_create();
    fixture->device = sim_helios_create(&device);
    fixture->rate_hz = 48000;
    fixture->period_frames = period_frames;
    fixture->random.state = 5;
    fixture->wake_most_ns = 300000;
    fixture->push_most_ns = 300000;
    fixture->now_ns = fixture->cycle_ns = START_NS;
    fixture->watch_ns = BJ_NEVER;
    fake_usb_advance(fixture->usb, START_NS);
    fake_usb_plug(fixture->usb, PORT, fixture->device);
    dac.via.usb = fake_usb_base(fixture->usb);
    assert_int_equal(bj_feed_create(&feed, &fixture->feed), BJ_OK);
    config.driver = &bj_helios;
    config.dac = &dac;
    config.host =
        &(struct bj_host){sizeof(struct bj_host), host_now, host_wait, host_wake, fixture};
    config.fill = bj_feed_fill;
    config.fill_user = fixture->feed;
    config.error = on_error;
    config.error_user = fixture;
    config.pps = pps;
    config.target_buffer_ns = TARGET_NS;
    config.min_buffer_ns = 8 * MS;
    assert_int_equal(bj_stream_create(&config, &fixture->stream), BJ_OK);
    bj_wait_init(&fixture->wait);
    fixture->step_ns = START_NS;
    return fixture;
}

static void finish(struct fixture *fixture)
{
    bj_stream_destroy(fixture->stream);
    bj_feed_destroy(fixture->feed);
    fake_usb_advance(fixture->usb, fixture->now_ns + 300 * MS);
    sim_helios_run(fixture->device, fixture->now_ns + 300 * MS);
    assert_false(sim_helios_is_lit(fixture->device));
    assert_false(sim_helios_shutter(fixture->device));
    assert_int_equal(sim_helios_counts(fixture->device)->lit_behind_shutter, 0);
    assert_int_equal(fake_usb_open_handles(fixture->usb), 0);
    fake_usb_destroy(fixture->usb);
    sim_helios_destroy(fixture->device);
    free(fixture);
}

static void light_up(struct fixture *fixture)
{
    run_ms(fixture, 700);
    assert_int_equal(fixture->lit, 0); /* disarmed */
    bj_stream_arm(fixture->stream);
    run_ms(fixture, 1500);
    assert_true(fixture->lit > 0);
    fixture->watch_ns = fixture->now_ns;
}

/* ---- */

static void streams_without_a_gap_at_one_latency(void **state)
{
    static const struct {
        uint32_t pps, period_frames;
        double ppm;
    } cases[] = {{48000, 256, 0},
                 {48000, 1024, 50},
                 {30000, 64, -50},
                 {44100, 512, 100},
                 {65535, 256, 0}};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct fixture *fixture = start(cases[k].pps, cases[k].ppm, cases[k].period_frames);
        light_up(fixture);
        uint64_t gaps = sim_helios_counts(fixture->device)->gaps;
        run_ms(fixture, 8000);
        struct bj_stats stats = bj_stream_stats(fixture->stream);
        assert_int_equal(sim_helios_counts(fixture->device)->gaps, gaps);
        assert_int_equal(stats.device_underruns, 0);
        assert_int_equal(stats.underruns, 0);
        assert_int_equal(stats.flushed_points, 0);
        assert_string_equal(fixture->told, "");
        assert_true(fixture->judged > 8000 * cases[k].pps / 1000 / 2);
        print_message("%u pps: latency off by %.0f us at most, %.0f us on average\n",
                      cases[k].pps, fixture->worst_ns / 1e3,
                      fixture->sum_ns / (double)fixture->judged / 1e3);
        finish(fixture);
    }
}

static void disarming_is_dark_at_once_and_arming_comes_back(void **state)
{
    (void)state;
    struct fixture *fixture = start(48000, 0, 256);
    int64_t disarmed_ns;

    light_up(fixture);
    for (int k = 0; k < 10; k++) {
        run_ms(fixture, 203);
        disarmed_ns = fixture->now_ns;
        bj_stream_disarm(fixture->stream);
        fixture->step_ns = fixture->now_ns; /* it wakes */
        run_ms(fixture, 300);
        assert_true(fixture->last_lit_ns - disarmed_ns < 4 * MS);
        assert_false(sim_helios_shutter(fixture->device));
        bj_stream_arm(fixture->stream);
        fixture->step_ns = fixture->now_ns;
        run_ms(fixture, 300);
        assert_true(fixture->now_ns - fixture->last_lit_ns < 2 * MS);
    }
    finish(fixture);
}

static void comes_back_dark_after_unplugging(void **state)
{
    (void)state;
    struct fixture *fixture = start(48000, 0, 256);
    uint64_t lit;

    light_up(fixture);
    fake_usb_unplug(fixture->usb, PORT);
    run_ms(fixture, 2500);
    assert_non_null(strstr(fixture->told, "unplugged"));
    lit = fixture->lit;
    fake_usb_plug(fixture->usb, PORT, fixture->device);
    run_ms(fixture, 2000);
    assert_int_equal(bj_stream_stats(fixture->stream).reconnects, 1);
    assert_int_equal(bj_stream_stats(fixture->stream).state, BJ_STREAM_STREAMING);
    assert_int_equal(fixture->lit, lit); /* disarmed */
    bj_stream_arm(fixture->stream);
    run_ms(fixture, 500);
    assert_true(fixture->lit > lit);
    finish(fixture);
}

/* The device's clock stands still for some ms, as when it is busy: nothing fits any more.
 */
static void a_clock_that_jumps_is_told_and_measured_anew(void **state)
{
    (void)state;
    struct fixture *fixture = start(48000, 20, 256);

    light_up(fixture);
    run_ms(fixture, 15000);
    assert_true(bj_feed_stats(fixture->feed).locked);
    assert_int_equal(bj_feed_stats(fixture->feed).jumps, 0);
    sim_helios_fault(fixture->device, fixture->now_ns, SIM_HELIOS_FREEZE, 6 * MS);
    for (int k = 0; k < 300 && bj_feed_stats(fixture->feed).jumps == 0; k++)
        run_ms(fixture, 10);
    assert_int_equal(bj_feed_stats(fixture->feed).jumps, 1);
    assert_false(bj_feed_stats(fixture->feed).locked);
    assert_non_null(strstr(fixture->told, "measured anew"));
    run_ms(fixture, 12000);
    assert_int_equal(bj_feed_stats(fixture->feed).jumps, 1);
    assert_true(bj_feed_stats(fixture->feed).locked);
    finish(fixture);
}

/* JACK stops calling: dark within the silence limit and what the device holds. */
static void a_silent_producer_is_dark(void **state)
{
    (void)state;
    struct fixture *fixture = start(48000, 0, 256);
    int64_t silent_ns;

    light_up(fixture);
    silent_ns = fixture->now_ns;
    fixture->cycle_ns = BJ_NEVER;
    run_ms(fixture, 1000);
    assert_true(fixture->last_lit_ns - silent_ns < 50 * MS + 2 * TARGET_NS);
    finish(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_without_a_gap_at_one_latency),
        cmocka_unit_test(disarming_is_dark_at_once_and_arming_comes_back),
        cmocka_unit_test(comes_back_dark_after_unplugging),
        cmocka_unit_test(a_clock_that_jumps_is_told_and_measured_anew),
        cmocka_unit_test(a_silent_producer_is_dark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
