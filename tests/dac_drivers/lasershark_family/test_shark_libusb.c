/* SPDX-License-Identifier: MIT
 *
 * Both drivers of the family in real time: the whole engine, our USB threads, unmodified
 * libusb, an emulated kernel and a simulated device. Values, order and darkness only:
 * timing is for the tests in virtual time.
 */
#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "sim_laserdock.h"
#include "sim_lasershark.h"
#include "usb_testbed.h"

#include <beamjack/dacs.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define PORT "1-2.3"
#define LIMIT_NS (5 * BJ_NS_PER_S)
#define STEPS 4096
#define SAMPLES 0x03
#define COMMANDS 0x01
#define REPLIES 0x81
#define INSTANT_NS (hold_ms * MS / 4) /* one that waits takes as long as the hold */

static int64_t hold_ms = 300; /* longer when asked for */

static struct fixture {
    struct usb_testbed *bed;
    struct sim_usb *device;
    struct bj_usb *usb;
    struct bj_waiter *waiter;
    struct bj_stream *stream;
    bool is_dock;
    /* on threads of the testbed; locked */
    int64_t last_number;
    uint64_t played, lit, out_of_order;
} fixture;

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    int x = fixture.is_dock ? STEPS - 1 - sample->x : sample->x;
    int y = fixture.is_dock ? sample->y : STEPS - 1 - sample->y;
    int64_t number = (int64_t)y * STEPS + x;

    (void)user;
    fixture.played++;
    fixture.lit += sample->lit;
    fixture.out_of_order += number < fixture.last_number;
    fixture.last_number = number;
}

/* Points that carry their place in the stream. */
static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    (void)user;
    for (uint32_t k = 0; k < request->target_points; k++) {
        uint64_t number = request->start + k;
        points[k] = (struct bj_point){
            .x = (float)((double)(number % STEPS) / (STEPS - 1) * 2 - 1),
            .y = (float)((double)(number / STEPS % STEPS) / (STEPS - 1) * 2 - 1),
            .r = 1,
            .g = 1,
            .i = 1,
        };
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void run_step(void)
{
    struct bj_wait wait;

    (void)bj_stream_step(fixture.stream, bj_clock_ns(), &wait);
    bj_wait_until(&wait, bj_clock_ns() + 5 * MS);
    bj_waiter_wait(fixture.waiter, &wait);
}

/* Steps until it is so. */
static void run_until(bool (*is_so)(void), const char *what)
{
    int64_t limit_ns = bj_clock_ns() + LIMIT_NS;

    while (!is_so()) {
        run_step();
        if (bj_clock_ns() > limit_ns)
            fail_msg("not %s in time", what);
    }
}

static struct sim_shark_status device(void)
{
    usb_testbed_lock(fixture.bed);
    sim_shark_advance(fixture.device, usb_testbed_now_ns());
    struct sim_shark_status status = sim_shark_status(fixture.device);
    usb_testbed_unlock(fixture.bed);
    return status;
}

struct ledger {
    uint64_t played, lit, out_of_order, foreign_words;
};
static struct ledger marked;

static struct ledger ledger(void)
{
    (void)device(); /* up to now */
    usb_testbed_lock(fixture.bed);
    struct ledger now = {fixture.played, fixture.lit, fixture.out_of_order,
                         sim_shark_counters(fixture.device)->foreign_words};
    usb_testbed_unlock(fixture.bed);
    return now;
}

static void mark(void)
{
    marked = ledger();
}

static bool is_playing(void)
{
    return ledger().played > marked.played + 1000;
}

static bool is_lit(void)
{
    return ledger().lit > marked.lit + 1000;
}

static bool is_dark(void)
{
    return !device().lit;
}

static bool is_reconnecting(void)
{
    return bj_stream_stats(fixture.stream).state == BJ_STREAM_RECONNECTING;
}

static bool is_streaming(void)
{
    return bj_stream_stats(fixture.stream).state == BJ_STREAM_STREAMING;
}

static bool is_done(void)
{
    return bj_stream_stats(fixture.stream).state == BJ_STREAM_DONE;
}

static void start(bool dock)
{
    struct sim_shark_config config =
        dock ? sim_laserdock_defaults() : sim_lasershark_defaults();
    struct bj_stream_config stream = bj_stream_defaults();
    struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config),
                                .id = dock ? "laserdock:2191717100001435"
                                           : "lasershark:0123456789ABCDEF"};

    memset(&fixture, 0, sizeof fixture);
    fixture.is_dock = dock;
    fixture.last_number = -1;
    config.played = on_played;
    fixture.device = dock ? sim_laserdock_create(&config) : sim_lasershark_create(&config);
    fixture.bed = usb_testbed_create();
    usb_testbed_plug(fixture.bed, PORT, fixture.device);
    assert_int_equal(bj_usb_create(&fixture.usb), BJ_OK);
    fixture.waiter = bj_waiter_create();
    dac.via.usb = fixture.usb;
    stream.driver = dock ? &bj_laserdock : &bj_lasershark;
    stream.dac = &dac;
    stream.fill = fill;
    stream.pps = 30000;
    assert_int_equal(bj_stream_create(&stream, &fixture.stream), BJ_OK);
    mark();
}

static void stop(void)
{
    bj_stream_destroy(fixture.stream);
    bj_waiter_destroy(fixture.waiter);
    bj_usb_destroy(fixture.usb);
    usb_testbed_destroy(fixture.bed);
    sim_shark_destroy(fixture.device);
}

static void plays(bool dock)
{
    start(dock);
    run_until(is_playing, "playing");
    assert_int_equal(ledger().lit, 0); /* not armed */
    bj_stream_arm(fixture.stream);
    run_until(is_lit, "lit");
    bj_stream_disarm(fixture.stream);
    run_step();
    run_until(is_dark, "dark");
    mark();
    run_until(is_playing, "playing on in the dark");
    assert_int_equal(ledger().lit, marked.lit);
    assert_int_equal(ledger().out_of_order, 0);
    assert_int_equal(ledger().foreign_words, 0);

    mark();
    bj_stream_arm(fixture.stream);
    run_until(is_lit, "lit again");
    usb_testbed_unplug(fixture.bed, PORT);
    run_until(is_reconnecting, "noticing that it is gone");
    usb_testbed_plug(fixture.bed, PORT, fixture.device);
    run_until(is_streaming, "back");
    mark();
    run_until(is_playing, "playing after the replug");
    assert_int_equal(ledger().lit, marked.lit);

    bj_stream_stop(fixture.stream);
    run_until(is_done, "done");
    assert_false(device().enabled);
    assert_int_equal(device().level, 0);
    stop();
}

/* Steps for so long; none may take as long as what it does not wait for. */
static void run_timed(int64_t until_ns)
{
    while (bj_clock_ns() < until_ns) {
        struct bj_wait wait;
        int64_t begun_ns = bj_clock_ns();
        (void)bj_stream_step(fixture.stream, begun_ns, &wait);
        assert_true(bj_clock_ns() - begun_ns < INSTANT_NS);
        bj_wait_until(&wait, bj_clock_ns() + 5 * MS);
        bj_waiter_wait(fixture.waiter, &wait);
    }
}

static void hold(const uint8_t *endpoints, bool held)
{
    for (int k = 0; endpoints[k] != 0; k++)
        usb_testbed_hold(fixture.bed, PORT, endpoints[k], held);
}

static void light_up_and_hold(bool dock, const uint8_t *endpoints)
{
    int64_t begun_ns;

    start(dock);
    run_until(is_playing, "playing");
    bj_stream_arm(fixture.stream);
    run_until(is_lit, "lit");
    hold(endpoints, true);
    run_timed(bj_clock_ns() + 20 * MS);
    begun_ns = bj_clock_ns();
    bj_stream_disarm(fixture.stream);
    assert_true(bj_clock_ns() - begun_ns < INSTANT_NS);
}

static void stays_dark_once_let_go(const uint8_t *endpoints)
{
    assert_false(device().lit);
    mark();
    hold(endpoints, false);
    run_until(is_playing, "playing again");
    assert_int_equal(ledger().lit, marked.lit);
    bj_stream_stop(fixture.stream);
    run_until(is_done, "done");
    assert_false(device().enabled);
    stop();
}

/* Samples hang on the bus for as long as they like: the command for darkness is out with
 * the next wake-up, and no call of the engine waits. */
static void test_darkness_does_not_wait_for_held_samples(void **state)
{
    static const uint8_t samples[] = {SAMPLES, 0};

    (void)state;
    for (int dock = 0; dock < 2; dock++) {
        light_up_and_hold(dock == 1, samples);
        int64_t until_ns = bj_clock_ns() + hold_ms * MS;
        run_timed(bj_clock_ns() + 50 * MS);
        assert_false(device().enabled);
        run_timed(until_ns);
        stays_dark_once_let_go(samples);
    }
}

/* Not even a command gets through: no call waits for one, and nothing that was lit is
 * still on its way when the bus is back. */
static void test_a_bus_that_hangs_comes_back_dark(void **state)
{
    static const uint8_t everything[] = {SAMPLES, COMMANDS, REPLIES, 0};

    (void)state;
    for (int dock = 0; dock < 2; dock++) {
        light_up_and_hold(dock == 1, everything);
        run_timed(bj_clock_ns() + hold_ms * MS);
        stays_dark_once_let_go(everything);
    }
}

static void test_the_laserdock_over_libusb(void **state)
{
    (void)state;
    plays(true);
}

static void test_the_lasershark_over_libusb(void **state)
{
    (void)state;
    plays(false);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_laserdock_over_libusb),
        cmocka_unit_test(test_the_lasershark_over_libusb),
        cmocka_unit_test(test_darkness_does_not_wait_for_held_samples),
        cmocka_unit_test(test_a_bus_that_hangs_comes_back_dark),
    };

    if (argc > 1 && strcmp(argv[1], "long") == 0)
        hold_ms = 2000;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
