/* SPDX-License-Identifier: MIT
 *
 * The program as it is run, on a free port of this computer, and the real driver on real
 * sockets and a real clock: for half a second.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <beamjack/dacs.h>

#include "points_file.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PPS 30000

struct world {
    char folder[64];
    pid_t process;
    FILE *said; /* its stdout and stderr */
    unsigned port;
    uint64_t produced;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    strcpy(world->folder, "/tmp/beamjack-sim.XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    assert_int_equal(chdir(world->folder), 0);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"points", "picture.png", "json"};

    if (world->process > 0) {
        kill(world->process, SIGKILL);
        waitpid(world->process, NULL, 0);
    }
    if (world->said) {
        fclose(world->said);
    }
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        unlink(names[n]);
    }
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(world->folder), 0);
    free(world);
    return 0;
}

static void run(struct world *world, const char *const *options)
{
    const char *argv[16] = {PROGRAM, "--port", "0"};
    int ends[2], argc = 3;

    while (*options) {
        argv[argc++] = *options++;
    }
    assert_int_equal(pipe(ends), 0);
    world->process = fork();
    assert_true(world->process >= 0);
    if (world->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(PROGRAM, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    world->said = fdopen(ends[0], "r");
    assert_non_null(world->said);
}

static void read_line(struct world *world, const char *beginning)
{
    char text[256];

    assert_non_null(fgets(text, sizeof text, world->said));
    assert_int_equal(strncmp(text, beginning, strlen(beginning)), 0);
    if (strstr(text, "127.0.0.1:")) {
        assert_int_equal(sscanf(strrchr(text, ':'), ":%u\n", &world->port), 1);
    }
}

static int exit_status(struct world *world)
{
    int status;

    assert_int_equal(waitpid(world->process, &status, 0), world->process);
    world->process = 0;
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- The producer: a red line that wraps, one step a point ------------------------------- */

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct world *world = user;

    for (uint32_t k = 0; k < request->target_points; k++) {
        int16_t x = (int16_t)(world->produced++ % 32768);
        points[k] = (struct bj_point){.x = (float)x / 32767.0F, .r = 65535, .i = 65535};
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

static void play(struct world *world)
{
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_net *net = bj_net_create();
    struct bj_dac_config dac = {.via = {.net = net}};
    struct bj_dac_info info;
    struct bj_stream *stream;
    char id[64], why[256];

    snprintf(id, sizeof id, "idn@127.0.0.1:%u", world->port);
    assert_int_equal(bj_dac_parse(id, &info, why, sizeof why), BJ_OK);
    dac.id = info.id;
    dac.address = info.address;
    config.driver = info.driver;
    config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = fill;
    config.fill_user = world;
    config.pps = PPS;
    config.safety.dwell_ns = 0;
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

/* ---- What came out ------------------------------------------------------------------------ */

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
    struct world *world = *state;

    run(world, options);
    read_line(world, "simulated OpenIDN receiver idn:010004a3112233-1 on 127.0.0.1:");
    play(world);
    kill(world->process, SIGTERM);
    assert_int_equal(exit_status(world), 0);
    check_points();
    check_json();
    assert_int_equal(access("picture.png", R_OK), 0);
}

static void test_help_and_wrong_options(void **state)
{
    static const char *const help[] = {"--help", NULL}, *const wrong[] = {"--wrong", NULL};
    struct world *world = *state;

    run(world, help);
    read_line(world, "usage: beamjack sim idn");
    assert_int_equal(exit_status(world), 0);
    fclose(world->said);
    run(world, wrong);
    read_line(world, "beamjack sim idn: ");
    assert_int_equal(exit_status(world), 2);
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
