/* SPDX-License-Identifier: MIT
 *
 * The program as it is run, on a free port of this computer, and the real driver on real
 * sockets and a real clock: for half a second.
 */
#include "sim_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <beamjack/dacs.h>

#include "record/points_file.h"

#include <signal.h>
#include <unistd.h>

#define PPS 30000

struct fixture {
    struct sim_process program;
    uint64_t produced;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    sim_process_enter(&fixture->program);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    sim_process_leave(&fixture->program);
    free(fixture);
    return 0;
}

/* ---- The producer: a red line that wraps, one step a point --------------------------- */

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct fixture *fixture = user;

    for (uint32_t k = 0; k < request->target_points; k++) {
        int16_t x = (int16_t)(fixture->produced++ % 32768);
        points[k] = (struct bj_point){.x = (float)x / 32767.0F, .r = 1, .i = 1};
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void run_until(struct bj_stream *stream, struct bj_waiter *waiter, int64_t end_ns,
                      enum bj_stream_state state)
{
    while (bj_clock_ns() < end_ns && bj_stream_stats(stream).state != state) {
        struct bj_wait wait;
        if (bj_stream_step(stream, bj_clock_ns(), &wait) != BJ_RUN_GOING) {
            return;
        }
        bj_wait_until(&wait, end_ns);
        bj_waiter_wait(waiter, &wait);
    }
}

static void play(struct fixture *fixture)
{
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_safety_config safety = bj_safety_defaults();
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_net *net = bj_net_create();
    struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config), .via = {.net = net}};
    struct bj_dac_info info;
    struct bj_stream *stream;
    char id[64], why[256];

    snprintf(id, sizeof id, "idn@127.0.0.1:%u", fixture->program.port);
    assert_int_equal(bj_dac_parse(id, &info, why, sizeof why), BJ_OK);
    dac.id = info.id;
    dac.address = info.address;
    config.driver = info.driver;
    config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = fill;
    config.fill_user = fixture;
    config.pps = PPS;
    safety.dwell_ns = 0;
    config.safety = &safety;
    assert_int_equal(bj_stream_create(&config, &stream), BJ_OK);
    run_until(stream, waiter, bj_clock_ns() + 5 * BJ_NS_PER_S, BJ_STREAM_STREAMING);
    assert_int_equal(bj_stream_stats(stream).state, BJ_STREAM_STREAMING);
    bj_stream_arm(stream);
    run_until(stream, waiter, bj_clock_ns() + 500 * BJ_NS_PER_MS, BJ_STREAM_DONE);
    assert_int_equal(bj_stream_stats(stream).reconnects, 0);
    bj_stream_stop(stream);
    run_until(stream, waiter, bj_clock_ns() + BJ_NS_PER_S, BJ_STREAM_DONE);
    assert_int_equal(bj_stream_stats(stream).state, BJ_STREAM_DONE);
    bj_stream_destroy(stream);
    bj_net_destroy(net);
    bj_waiter_destroy(waiter);
}

/* ---- What came out ------------------------------------------------------------------- */

/* Values exact; in order, as far as the clock of a busy computer let them all through. */
static void check_points(void)
{
    struct bj_points_file file = {.open = false};
    struct bj_played_point points[256];
    unsigned lit = 0, steps = 0, others = 0;
    int last = -1;
    size_t count;

    assert_int_equal(bj_points_file_open(&file, "points"), BJ_OK);
    do {
        assert_int_equal(bj_points_file_read(&file, points, 256, &count), BJ_OK);
        for (size_t k = 0; k < count; k++) {
            if (points[k].r == 0) {
                assert_int_equal(points[k].g | points[k].b, 0);
                continue;
            }
            assert_int_equal(points[k].r, 65535);
            assert_int_equal(points[k].i, 65535);
            assert_int_equal(points[k].g | points[k].b | points[k].y, 0);
            steps += points[k].x == (last + 1) % 32768;
            others += last >= 0 && points[k].x != (last + 1) % 32768;
            last = points[k].x;
            lit++;
        }
    } while (count > 0);
    bj_points_file_close(&file);
    assert_true(lit > PPS / 5);
    assert_true(steps > lit / 2 && others < 50);
}

static unsigned long long number(const char *json, const char *name)
{
    const char *at = strstr(json, name);
    unsigned long long value = 0;

    assert_non_null(at);
    assert_int_equal(sscanf(strchr(at, ':'), ":%llu", &value), 1);
    return value;
}

static void check_json(void)
{
    static char text[65536];
    FILE *file = fopen("json", "r");
    const char *last;
    size_t size;

    assert_non_null(file);
    size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    assert_true(size > 2 && text[size - 1] == '\n');
    text[size - 1] = '\0';
    last = strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
    assert_int_equal(last[0], '{');
    assert_true(number(last, "\"chunks_taken\"") > 40);
    assert_int_equal(number(last, "\"invalid_messages\""), 0);
    assert_int_equal(number(last, "\"sequence_errors\""), 0);
    assert_int_equal(number(last, "\"chunks_too_short\""), 0);
    assert_int_equal(number(last, "\"chunks_misaligned\""), 0);
    assert_int_equal(number(last, "\"chunks_past\""), 0);
    assert_int_equal(number(last, "\"connected\""), 0);
    assert_true(number(last, "\"largest_datagram\"") <= 1472);
}

static void test_the_driver_plays_on_it(void **state)
{
    static const char *const options[] = {"--json", "json",        "--points", "points",
                                          "--png",  "picture.png", NULL};
    struct fixture *fixture = *state;

    sim_process_run(&fixture->program, PROGRAM, options);
    sim_process_read_line(&fixture->program,
                          "simulated OpenIDN receiver idn:010004a3112233-1 on 127.0.0.1:");
    play(fixture);
    kill(fixture->program.pid, SIGTERM);
    assert_int_equal(sim_process_exit_status(&fixture->program), 0);
    check_points();
    check_json();
    assert_int_equal(access("picture.png", R_OK), 0);
}

static void test_help_and_wrong_options(void **state)
{
    static const char *const help[] = {"--help", NULL}, *const wrong[] = {"--wrong", NULL};
    struct fixture *fixture = *state;

    sim_process_run(&fixture->program, PROGRAM, help);
    sim_process_read_line(&fixture->program, "usage: beamjack sim idn");
    assert_int_equal(sim_process_exit_status(&fixture->program), 0);
    fclose(fixture->program.said);
    sim_process_run(&fixture->program, PROGRAM, wrong);
    sim_process_read_line(&fixture->program, "beamjack sim idn: ");
    assert_int_equal(sim_process_exit_status(&fixture->program), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_driver_plays_on_it),
        TEST(test_help_and_wrong_options),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
