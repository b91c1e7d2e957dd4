/* SPDX-License-Identifier: MIT
 *
 * The Helios driver over the real transport: our threads, unmodified libusb, a simulated
 * Helios behind emulated system calls, in real time. A slow machine makes it miss frames;
 * what must hold in any case is asserted: order, darkness, and that nothing ever waits.
 */
#include "helios/helios.h"
#include "helios/helios_scan.h"
#include "sim_helios.h"
#include "stalls.h"
#include "usb_testbed.h"

#include <beamjack/dacs.h>

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define PORT "1-2.3"
#define SHORT_STALL_NS (5 * MS)       /* of the machine; a frame takes 16 ms */
#define INSTANT_NS (hold_ms * MS / 4) /* one that waits takes as long as the hold */

static int64_t stream_ms = 300, hold_ms = 300; /* longer when asked for */

struct fixture {
    struct usb_testbed *bed;
    struct sim_usb *device;
    struct bj_transports via;
    struct bj_dac *dac;
    bool attempting, lit, open;
    struct bj_dac_status status;
    enum bj_status result;
    uint64_t written, lost;
    uint32_t reports, dried;
    int64_t slowest_ns;
    char told[1024];
    struct seen {
        uint64_t played, lit_points;
        int64_t last_played, last_lit_ns;
    } seen; /* written by the testbed's threads: locked */
};

/* ---- numbered points, as the device plays them ---- */

static void on_played(void *user, const struct sim_helios_point *point)
{
    struct seen *seen = &((struct fixture *)user)->seen;
    int64_t number = point->y << 12 | point->x;

    if (number == (0x800 << 12 | 0x800) && point->g == 0)
        return; /* a sacrifice */
    if (number <= seen->last_played)
        seen->last_played = INT64_MAX; /* told by the test's thread */
    else
        seen->last_played = number;
    seen->played++;
    if (point->r != 0) {
        seen->lit_points++;
        seen->last_lit_ns = point->time_ns;
    }
}

static void on_level(void *user, const struct bj_level_report *report)
{
    struct fixture *fixture = user;

    assert_true(report->sent_ns <= report->received_ns);
    assert_true(report->received_ns <= bj_clock_ns());
    fixture->reports++;
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct fixture *fixture = user;

    fixture->lost += lost_points;
    fixture->dried += dry;
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct fixture *fixture = user;

    (void)status;
    strncat(fixture->told, text, sizeof fixture->told - strlen(fixture->told) - 1);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* ---- the engine's stand-in; every call is timed ---- */

static int64_t begin_call(void)
{
    return bj_clock_ns();
}

static void end_call(struct fixture *fixture, int64_t begun_ns)
{
    int64_t took_ns = bj_clock_ns() - begun_ns;

    fixture->slowest_ns = took_ns > fixture->slowest_ns ? took_ns : fixture->slowest_ns;
}

static void disconnect(struct fixture *fixture)
{
    int64_t begun_ns = begin_call();

    bj_helios.disconnect(fixture->dac);
    end_call(fixture, begun_ns);
    fixture->attempting = fixture->open = false;
    fixture->status.state = BJ_DAC_CONNECTING;
}

static void connect(struct fixture *fixture)
{
    int64_t begun_ns = begin_call();

    fixture->attempting = true;
    fixture->result = bj_helios.connect(fixture->dac, bj_clock_ns(), 30000, 480);
    end_call(fixture, begun_ns);
}

static void offer(struct fixture *fixture)
{
    static struct bj_point points[4096];
    struct bj_chunk chunk = {.points = points, .pps = 30000};
    uint32_t taken = 0;

    chunk.count = fixture->status.room_points;
    for (uint32_t k = 0; k < chunk.count; k++) {
        uint64_t number = fixture->written + k;
        points[k] = (struct bj_point){.x = (float)((double)(number & 4095) / 2047.5 - 1),
                                      .y = (float)((double)(number >> 12) / 2047.5 - 1)};
        if (fixture->lit)
            points[k].r = points[k].g = points[k].i = 1;
    }
    int64_t begun_ns = begin_call();
    enum bj_status status = bj_helios.write(fixture->dac, bj_clock_ns(), &chunk, &taken);
    end_call(fixture, begun_ns);
    assert_true(status == BJ_OK || status == BJ_WOULD_BLOCK);
    fixture->written += taken;
}

static void serve(struct fixture *fixture, struct bj_wait *wait)
{
    int64_t begun_ns = begin_call();

    bj_wait_init(wait);
    fixture->result =
        bj_helios.service(fixture->dac, bj_clock_ns(), &fixture->status, wait);
    end_call(fixture, begun_ns);
    if (fixture->result != BJ_OK)
        disconnect(fixture);
}

static void wait_on(const struct bj_wait *wait, int64_t until_ns)
{
    struct pollfd fds[4];
    int64_t left_ns =
        (wait->deadline_ns < until_ns ? wait->deadline_ns : until_ns) - bj_clock_ns();
    struct timespec limit = {0, left_ns > 0 ? left_ns % BJ_NS_PER_S : 0};

    limit.tv_sec = left_ns > 0 ? left_ns / BJ_NS_PER_S : 0;
    for (int i = 0; i < wait->count; i++)
        fds[i] = (struct pollfd){.fd = wait->handles[i].handle, .events = POLLIN};
    (void)ppoll(fds, (nfds_t)wait->count, &limit, NULL);
}

/* Until then, or the connection ends, or the state is reached. */
static void run_ms(struct fixture *fixture, int64_t ms, int wanted)
{
    int64_t until_ns = bj_clock_ns() + ms * MS;

    while (fixture->attempting && bj_clock_ns() < until_ns &&
           (wanted < 0 || (int)fixture->status.state != wanted)) {
        struct bj_wait wait;
        serve(fixture, &wait);
        if (fixture->attempting && fixture->status.room_points > 0) {
            offer(fixture);
            serve(fixture, &wait);
        }
        if (fixture->attempting && (wanted < 0 || (int)fixture->status.state != wanted))
            wait_on(&wait, until_ns);
    }
}

static void shutter(struct fixture *fixture, bool open)
{
    int64_t begun_ns = begin_call();

    bj_helios.shutter(fixture->dac, bj_clock_ns(), open);
    end_call(fixture, begun_ns);
    fixture->open = fixture->lit = open;
}

static void play(struct fixture *fixture)
{
    if (!fixture->attempting)
        connect(fixture);
    run_ms(fixture, 4000, BJ_DAC_PLAYING);
    if (fixture->status.state != BJ_DAC_PLAYING)
        fail_msg("not playing: %s", fixture->told);
    shutter(fixture, true);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct sim_helios_config config = sim_helios_defaults();
    struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config),
                                .id = "helios:Helios_-1450708"};

    fixture->bed = usb_testbed_create();
    fixture->seen.last_played = -1;
    config.played = on_played;
    config.user = fixture;
    fixture->device = sim_helios_create(&config);
    usb_testbed_plug(fixture->bed, PORT, fixture->device);
    assert_int_equal(bj_transports_create(&fixture->via), BJ_OK);
    dac.via = fixture->via;
    assert_int_equal(bj_dac_create(&bj_helios, &dac, &events, fixture, &fixture->dac),
                     BJ_OK);
    *state = fixture;
    return 0;
}

/* All that came out until now: in order, none twice. */
static struct seen look(struct fixture *fixture)
{
    usb_testbed_lock(fixture->bed);
    sim_helios_run(fixture->device, usb_testbed_now_ns());
    struct seen seen = fixture->seen;
    usb_testbed_unlock(fixture->bed);
    assert_int_not_equal(seen.last_played, INT64_MAX);
    return seen;
}

static bool is_dark(struct fixture *fixture)
{
    look(fixture);
    usb_testbed_lock(fixture->bed);
    bool dark = !sim_helios_is_lit(fixture->device) && !sim_helios_shutter(fixture->device);
    usb_testbed_unlock(fixture->bed);
    return dark;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    if (fixture->attempting)
        disconnect(fixture);
    bj_dac_destroy(fixture->dac);
    bj_transports_destroy(&fixture->via);
    assert_true(is_dark(fixture));
    assert_true(fixture->slowest_ns < INSTANT_NS);
    usb_testbed_destroy(fixture->bed);
    sim_helios_destroy(fixture->device);
    free(fixture);
    return 0;
}

/* ---- */

/* How soon is the business of virtual time: a busy machine may take its time. */
static void goes_dark(struct fixture *fixture)
{
    for (int k = 0; k < 100 && !is_dark(fixture); k++)
        run_ms(fixture, 20, -1);
    assert_true(is_dark(fixture));
}

static void streams_and_survives_the_cable(void **state)
{
    struct fixture *fixture = *state;

    struct stalls stalls;

    stalls_begin(&stalls);
    play(fixture);
    run_ms(fixture, stream_ms, -1);
    bool disturbed = stalls_end(&stalls) > SHORT_STALL_NS;
    struct seen seen = look(fixture);
    assert_true(fixture->attempting);
    assert_true(fixture->lost == 0 || disturbed);
    assert_true((int64_t)seen.lit_points > 10 * stream_ms || disturbed); /* a third */
    assert_true(fixture->reports > 5);
    print_message("played %lu of %lu points, ran dry %u times\n",
                  (unsigned long)seen.played, (unsigned long)fixture->written,
                  fixture->dried);
    usb_testbed_unplug(fixture->bed, PORT);
    run_ms(fixture, 2000, -1);
    assert_false(fixture->attempting);
    assert_int_equal(fixture->result, BJ_DISCONNECTED);
    assert_non_null(strstr(fixture->told, "unplugged"));
    fixture->lit = false;
    usb_testbed_plug(fixture->bed, PORT, fixture->device);
    play(fixture);
    run_ms(fixture, 100, -1);
    assert_true(fixture->attempting);
    shutter(fixture, false);
    goes_dark(fixture);
}

/* Once the bus moves again; whatever is offered is dark. */
static void stays_dark(struct fixture *fixture)
{
    uint64_t lit_points = look(fixture).lit_points;

    if (!fixture->attempting)
        connect(fixture);
    run_ms(fixture, 200, -1);
    assert_int_equal(look(fixture).lit_points, lit_points);
}

/* Frames are held, and the kernel does not give them back: stopping still acts at once. */
static void held_transfers_never_make_the_engine_wait(void **state)
{
    struct fixture *fixture = *state;
    int64_t shut_ns;

    play(fixture);
    run_ms(fixture, 100, -1);
    usb_testbed_hold(fixture->bed, PORT, SIM_HELIOS_FRAMES, true);
    usb_testbed_stick(fixture->bed, PORT, true);
    run_ms(fixture, hold_ms / 2, -1);
    shut_ns = bj_clock_ns();
    shutter(fixture, false);
    run_ms(fixture, hold_ms / 2, -1);
    assert_true(is_dark(fixture));
    assert_true(look(fixture).last_lit_ns < shut_ns + 20 * MS);
    usb_testbed_stick(fixture->bed, PORT, false);
    usb_testbed_hold(fixture->bed, PORT, SIM_HELIOS_FRAMES, false);
    stays_dark(fixture);
}

static void hold_everything(struct fixture *fixture, bool held)
{
    usb_testbed_hold(fixture->bed, PORT, SIM_HELIOS_FRAMES, held);
    usb_testbed_hold(fixture->bed, PORT, SIM_HELIOS_COMMANDS, held);
    usb_testbed_hold(fixture->bed, PORT, SIM_HELIOS_REPLIES, held);
}

/* Not even a command gets through: no call waits for one, and nothing that was lit is
 * still on its way when the bus is back. */
static void a_bus_that_hangs_comes_back_dark(void **state)
{
    struct fixture *fixture = *state;

    play(fixture);
    run_ms(fixture, 100, -1);
    hold_everything(fixture, true);
    run_ms(fixture, 20, -1);
    if (fixture->attempting)
        shutter(fixture, false);
    fixture->lit = false;
    run_ms(fixture, hold_ms, -1);
    hold_everything(fixture, false);
    stays_dark(fixture);
}

static void stopping_is_confirmed(void **state)
{
    struct fixture *fixture = *state;

    play(fixture);
    run_ms(fixture, 50, -1);
    bj_helios.stop(fixture->dac, bj_clock_ns());
    run_ms(fixture, 1000, BJ_DAC_STOPPED);
    assert_int_equal(fixture->status.state, BJ_DAC_STOPPED);
    assert_true(is_dark(fixture));
}

static struct bj_dac_info info;

static void found(void *user, const struct bj_dac_info *seen)
{
    (void)user;
    info = *seen;
}

static void the_scan_reads_its_name(void **state)
{
    struct fixture *fixture = *state;
    void *scan = calloc(1, bj_helios_scan.instance_size);

    memset(&info, 0, sizeof info);
    assert_int_equal(bj_helios_scan.open(scan, &fixture->via), BJ_OK);
    for (int tries = 0; tries < 400 && info.driver == NULL; tries++) {
        struct bj_wait wait;
        bj_wait_init(&wait);
        bj_helios_scan.step(scan, bj_clock_ns(), &wait, found, NULL);
        wait_on(&wait, bj_clock_ns() + 10 * MS);
    }
    bj_helios_scan.close(scan);
    free(scan);
    assert_string_equal(info.id, "helios:Helios_-1450708");
    assert_string_equal(info.where, "USB " PORT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(streams_and_survives_the_cable),
        TEST(held_transfers_never_make_the_engine_wait),
        TEST(a_bus_that_hangs_comes_back_dark),
        TEST(stopping_is_confirmed),
        TEST(the_scan_reads_its_name),
    };

    if (argc > 1 && strcmp(argv[1], "long") == 0) {
        stream_ms = 1000;
        hold_ms = 4000;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
