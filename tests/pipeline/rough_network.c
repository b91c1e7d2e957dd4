/* SPDX-License-Identifier: MIT
 *
 * rough-network DAC FOLDER STALL_MS WAY_MS SIMULATOR...: light through a bad network.
 *
 * Starts SIMULATOR..., a program of `beamjack sim` that writes FOLDER/points and
 * FOLDER/json, plays on it over real sockets with the engine and the driver of DAC
 * ("idn@ADDRESS"), armed for ten seconds and dark for one, and judges what came out.
 * STALL_MS is the longest time that the network is meant to keep all to itself, WAY_MS the
 * longest that a datagram takes otherwise. tests/pipeline/rough_network makes the network.
 */
#include "rough_judge.h"

#include <beamjack/dacs.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PPS 30000
#define CONNECT_NS (10 * BJ_NS_PER_S)
#define LIT_NS (10 * BJ_NS_PER_S)
#define DARK_NS BJ_NS_PER_S
#define END_NS (5 * BJ_NS_PER_S)
#define LATE_NS (40 * BJ_NS_PER_MS) /* what a busy machine may add */
#define MOST_DARK 0.25 /* of ten seconds, with a stall and every tenth datagram lost */
#define CIRCLE 250
#define PATH_SIZE 512

struct show {
    const char *dac;
    int64_t stall_ns, way_ns;
    char points[PATH_SIZE], json[PATH_SIZE];
    pid_t simulator;
    struct bj_transports via;
    struct bj_waiter *waiter;
    struct bj_stream *stream;
    uint64_t made;
    int64_t disarm_ns, buffer_ns;
    struct bj_stats stats;
};

static bool fail(const char *what)
{
    fprintf(stderr, "FAIL: %s\n", what);
    return false;
}

/* ---- The device ---------------------------------------------------------------------- */

static bool start_simulator(struct show *show, char **words)
{
    show->simulator = fork();
    if (show->simulator == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(words[0], words);
        _exit(127);
    }
    return show->simulator > 0 || fail("no process for the simulator");
}

static bool end_simulator(struct show *show)
{
    int status = 0;

    kill(show->simulator, SIGTERM);
    if (waitpid(show->simulator, &status, 0) != show->simulator || status != 0)
        return fail("the simulator ended badly");
    return true;
}

/* ---- The program --------------------------------------------------------------------- */

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct show *show = user;

    for (uint32_t k = 0; k < request->target_points; k++) {
        double turn = (double)(show->made++ % CIRCLE) / CIRCLE;
        points[k] =
            (struct bj_point){.x = (float)(turn < 0.5 ? 4 * turn - 1 : 3 - 4 * turn),
                              .y = (float)(2 * turn - 1),
                              .r = 1,
                              .g = 1,
                              .b = 1,
                              .i = 1};
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    (void)user, (void)status, (void) final;
    printf("  told: %s\n", text);
}

static bool create_stream(struct show *show)
{
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config), .via = show->via};
    struct bj_dac_info info;
    char why[256];

    if (bj_dac_parse(show->dac, &info, why, sizeof why) != BJ_OK)
        return fail(why);
    dac.id = info.id;
    dac.address = info.address;
    config.driver = info.driver;
    config.dac = &dac;
    config.host = bj_waiter_host(show->waiter);
    config.fill = fill;
    config.fill_user = show;
    config.error = on_error;
    config.pps = PPS;
    config.rearm = true;
    config.target_buffer_ns = show->buffer_ns;
    return bj_stream_create(&config, &show->stream) == BJ_OK || fail("no stream");
}

/* Until then, or until the state is reached. */
static enum bj_run play(struct show *show, int64_t for_ns, enum bj_stream_state until)
{
    int64_t end_ns = bj_clock_ns() + for_ns;
    enum bj_run run = BJ_RUN_GOING;
    struct bj_wait wait;

    while (run == BJ_RUN_GOING && bj_clock_ns() < end_ns &&
           bj_stream_stats(show->stream).state != until) {
        run = bj_stream_step(show->stream, bj_clock_ns(), &wait);
        bj_wait_until(&wait, end_ns);
        if (run == BJ_RUN_GOING)
            bj_waiter_wait(show->waiter, &wait);
    }
    return run;
}

static bool perform(struct show *show)
{
    play(show, CONNECT_NS, BJ_STREAM_STREAMING);
    if (bj_stream_stats(show->stream).state != BJ_STREAM_STREAMING)
        return fail("no connection within ten seconds");
    bj_stream_arm(show->stream);
    if (play(show, LIT_NS, BJ_STREAM_DONE) != BJ_RUN_GOING)
        return fail("the stream ended by itself");
    show->disarm_ns = bj_clock_ns();
    bj_stream_disarm(show->stream);
    play(show, DARK_NS, BJ_STREAM_DONE);
    show->stats = bj_stream_stats(show->stream);
    bj_stream_stop(show->stream);
    return play(show, END_NS, BJ_STREAM_DONE) == BJ_RUN_STOPPED || fail("it does not stop");
}

static bool run(struct show *show)
{
    bool ran = bj_transports_create(&show->via) == BJ_OK;

    show->waiter = bj_waiter_create();
    ran = ran && show->waiter && create_stream(show) && perform(show);
    bj_stream_destroy(show->stream);
    bj_waiter_destroy(show->waiter);
    bj_transports_destroy(&show->via);
    return ran;
}

/* ---- The judge ----------------------------------------------------------------------- */

/* What was counted as a reason to be dark. A queue that the engine found empty is one more:
 * what comes after it begins with a blank. */
static double reasons(const struct show *show)
{
    static const char *const names[] = {"gaps", "dries", "underflows"};
    double sum = (double)show->stats.device_underruns;

    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        double count = rough_counter(show->json, names[k]);
        sum += count > 0 ? count : 0;
    }
    return sum;
}

static void tell(const struct show *show, const struct rough_sight *sight)
{
    double ms = (double)BJ_NS_PER_MS;

    printf("  %s: %llu points lit of %llu; dark %u times, %.1f ms in all, %.1f ms at most; "
           "%.0f reasons were counted\n",
           show->dac, (unsigned long long)sight->lit, (unsigned long long)sight->played,
           sight->gaps, (double)sight->dark_ns / ms, (double)sight->longest_ns / ms,
           reasons(show));
    printf("  dark %.1f ms after disarming; %llu reconnects, %llu times dry, %llu points "
           "flushed\n",
           (double)sight->afterglow_ns / ms, (unsigned long long)show->stats.reconnects,
           (unsigned long long)show->stats.device_underruns,
           (unsigned long long)show->stats.flushed_points);
}

static bool judge(const struct show *show)
{
    struct rough_sight sight;
    enum bj_status status = rough_look(show->points, show->way_ns, show->disarm_ns, &sight);
    int64_t back_ns = show->buffer_ns + show->way_ns + LATE_NS;
    int64_t lit_ns = show->disarm_ns - sight.first_lit_ns;
    bool good = true;

    if (status != BJ_OK)
        return fail(bj_strerror(status));
    tell(show, &sight);
    good = (sight.gaps <= reasons(show) || fail("dark without a reason")) && good;
    good = (sight.longest_ns <= show->stall_ns + back_ns ||
            fail("light was not back within the buffer time")) &&
           good;
    good = ((double)sight.dark_ns <= MOST_DARK * (double)lit_ns ||
            fail("dark for too much of the time")) &&
           good;
    good = (sight.afterglow_ns <= back_ns || fail("light outlasts disarming")) && good;
    return (show->stats.reconnects == 0 || fail("it gave up the connection")) && good;
}

int main(int argc, char **argv)
{
    struct show show = {.buffer_ns = 0};

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 6) {
        fprintf(stderr, "usage: %s DAC FOLDER STALL_MS WAY_MS SIMULATOR...\n", argv[0]);
        return 2;
    }
    show.dac = argv[1];
    show.stall_ns = strtol(argv[3], NULL, 10) * BJ_NS_PER_MS;
    show.way_ns = strtol(argv[4], NULL, 10) * BJ_NS_PER_MS;
    show.buffer_ns = 100 * BJ_NS_PER_MS;
    (void)snprintf(show.points, sizeof show.points, "%s/points", argv[2]);
    (void)snprintf(show.json, sizeof show.json, "%s/json", argv[2]);
    if (!start_simulator(&show, argv + 5))
        return 1;
    bool ran = run(&show);
    ran = end_simulator(&show) && ran;
    return ran && judge(&show) ? 0 : 1;
}
