/* SPDX-License-Identifier: MIT
 *
 * Hours of virtual time at each driver's highest rate, lit, under the real engine, and not
 * one interruption: test_hours ROW [HOURS].
 *
 * Whatever counts, stamps or multiplies times has long to go wrong here. What comes out is
 * counted by the device's side, and each point that comes later than it should is a gap.
 */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SPINS 100
#define HOUR_NS (3600 * BJ_NS_PER_S)
#define LIGHT_UP_NS (10 * BJ_NS_PER_S)
#define ROUND 1024 /* points that the picture repeats after; a power of two */

struct run {
    const struct conformance_row *row;
    void *adapter;
    struct bj_stream *stream;
    struct bj_wait wait;
    int64_t now_ns;
    uint64_t made;
    struct bj_point picture[2 * ROUND];

    /* at the mirrors */
    uint64_t seen, dark;
    int64_t last_ns, longest_ns;
    char told[512]; /* newest notice */
    uint32_t notices;
};

/* ---- What is played ------------------------------------------------------------------ */

static void draw(struct run *run)
{
    for (uint32_t k = 0; k < 2 * ROUND; k++) {
        float way = (float)(k % ROUND) / (ROUND / 2.0F) - 1;
        run->picture[k] = (struct bj_point){.x = way < 0 ? 2 * way + 1 : 1 - 2 * way,
                                            .y = way,
                                            .r = 1,
                                            .g = 0.5F,
                                            .b = 1,
                                            .i = 1};
    }
}

static struct bj_fill_result on_fill(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    struct run *run = user;

    for (uint32_t at = 0; at < request->target_points; at += ROUND) {
        uint32_t left = request->target_points - at;
        uint32_t count = left < ROUND ? left : ROUND;
        memcpy(points + at, run->picture + run->made % ROUND, count * sizeof *points);
        run->made += count;
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_seen(void *suite, int64_t time_ns, const struct bj_point *seen)
{
    struct run *run = suite;
    int64_t since_ns = time_ns - run->last_ns;

    run->seen++;
    run->dark += seen->r == 0 && seen->g == 0 && seen->b == 0;
    run->longest_ns = since_ns > run->longest_ns ? since_ns : run->longest_ns;
    run->last_ns = time_ns;
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct run *run = user;

    (void)status, (void) final;
    run->notices++;
    (void)snprintf(run->told, sizeof run->told, "%s", text);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t next_ns(struct run *run)
{
    int64_t next = run->row->next_event_ns(run->adapter);

    if (run->wait.deadline_ns < next)
        next = run->wait.deadline_ns;
    return next > run->now_ns ? next : run->now_ns;
}

static bool run_until(struct run *run, int64_t end_ns)
{
    int spins = 0;

    while (run->now_ns < end_ns) {
        bool due = run->wait.deadline_ns <= run->now_ns ||
                   run->row->ready(run->adapter, &run->wait);
        if (due && bj_stream_step(run->stream, run->now_ns, &run->wait) != BJ_RUN_GOING)
            return false;
        if (due && ++spins < MOST_SPINS)
            continue;
        if (due)
            return false;
        spins = 0;
        run->now_ns = next_ns(run) < end_ns ? next_ns(run) : end_ns;
        run->row->advance(run->adapter, run->now_ns);
    }
    return true;
}

/* ---- Life ---------------------------------------------------------------------------- */

/* As the driver says of itself; a device that can do less makes less of it. */
static uint32_t most_pps(const struct conformance_row *row, struct bj_dac_config *config)
{
    static const struct bj_dac_events deaf = {0};
    struct bj_dac *dac;
    uint32_t pps;

    if (bj_dac_create(row->driver, config, &deaf, NULL, &dac) != BJ_OK)
        return 0;
    pps = dac->caps.max_pps;
    bj_dac_destroy(dac);
    return pps;
}

static bool begin(struct run *run, struct bj_dac_config *dac)
{
    struct bj_stream_config config = bj_stream_defaults();

    draw(run);
    run->now_ns = CONFORMANCE_START_NS;
    run->adapter = run->row->create(run->row, 1, on_seen, run, dac);
    config.driver = run->row->driver;
    config.dac = dac;
    config.fill = on_fill;
    config.fill_user = config.error_user = run;
    config.error = on_error;
    config.arm = true;
    config.pps = most_pps(run->row, dac);
    bj_wait_init(&run->wait);
    bj_wait_until(&run->wait, run->now_ns);
    return run->adapter != NULL && bj_stream_create(&config, &run->stream) == BJ_OK;
}

static void end(struct run *run)
{
    bj_stream_destroy(run->stream);
    if (run->adapter)
        run->row->destroy(run->adapter);
}

/* ---- The verdict --------------------------------------------------------------------- */

static bool is_flawless(const struct run *run, const struct bj_stats *before)
{
    struct bj_stats now = bj_stream_stats(run->stream);
    double point_ns = 1e9 / now.true_pps;

    return now.state == BJ_STREAM_STREAMING && now.armed && now.lit &&
           now.reconnects == before->reconnects && now.underruns == before->underruns &&
           now.device_underruns == before->device_underruns && now.faults == 0 &&
           now.flushed_points == before->flushed_points && run->dark == 0 &&
           (run->seen == 0 || (double)run->longest_ns < 2 * point_ns + 10000) &&
           run->notices == 0;
}

static void tell(const struct run *run, double hours)
{
    struct bj_stats now = bj_stream_stats(run->stream);

    printf("%s: %.2f h at %.0f points/s: %" PRIu64 " points written, %" PRIu64
           " seen, %" PRIu64 " dark, longest %.1f us; underruns %" PRIu64 " + %" PRIu64
           ", reconnects %" PRIu64 ", notices %" PRIu32 " %s\n",
           run->row->name, hours, now.true_pps, now.points_written, run->seen, run->dark,
           (double)run->longest_ns / 1e3, now.underruns, now.device_underruns,
           now.reconnects, run->notices, run->told);
}

static int play(const struct conformance_row *row, double hours)
{
    struct run run = {.row = row};
    struct bj_dac_config dac = {0};
    struct bj_stats before;
    bool good = begin(&run, &dac) && run_until(&run, run.now_ns + LIGHT_UP_NS);
    int64_t from_ns = run.now_ns, end_ns = from_ns + (int64_t)(hours * (double)HOUR_NS);

    if (!good) {
        (void)fprintf(stderr, "%s: does not begin\n", row->name);
        return 1;
    }
    before = bj_stream_stats(run.stream);
    run.seen = run.dark = run.longest_ns = 0;
    while (good && run.now_ns < end_ns) {
        int64_t next_ns = run.now_ns + HOUR_NS / 10;
        good = run_until(&run, next_ns < end_ns ? next_ns : end_ns) &&
               is_flawless(&run, &before);
    }
    tell(&run, (double)(run.now_ns - from_ns) / (double)HOUR_NS);
    end(&run);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    double hours = argc > 2 ? strtod(argv[2], NULL) : 1;

    for (const struct conformance_row *const *row = conformance_rows; *row; row++)
        if (argc > 1 && strcmp((*row)->name, argv[1]) == 0)
            return play(*row, hours);
    (void)fprintf(stderr, "usage: test_hours ROW [HOURS]\n");
    return 2;
}
