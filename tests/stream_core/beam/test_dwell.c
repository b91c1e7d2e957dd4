/* SPDX-License-Identifier: MIT
 *
 * Through the whole safety stage: what leaves it is what counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>

#include <cmocka.h>

#include "beam/safety.h"
#include "mirror_reference.h"

#define PI 3.14159265358979323846
#define EXTENT 0.02
/* What the model may differ from the reference, on both sides of a rest. */
#define MODEL_ERROR 0.001

/* ---- signals ---- */

static double random_one(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (double)(*seed >> 11) / (double)(1ULL << 53);
}

enum kind { DC, TONE, SQUARE, NOISE, PLACES, CREEP, KINDS };

struct signal {
    enum kind kind;
    double amplitude, hz, offset;
    uint64_t seed;
};

static double at(struct signal *signal, uint64_t k, double pps)
{
    double turns = signal->hz * (double)k / pps;
    switch (signal->kind) {
    case TONE:
        return signal->amplitude * cos(2 * PI * turns);
    case SQUARE:
        return fmod(turns, 1) < 0.5 ? signal->amplitude : -signal->amplitude;
    case NOISE:
        return signal->amplitude * (2 * random_one(&signal->seed) - 1);
    case PLACES: /* at random moments to and fro */
        if (random_one(&signal->seed) < 2 * signal->hz / pps) {
            signal->offset = -signal->offset;
        }
        return 0;
    case CREEP:
        return signal->amplitude * fabs(fmod(turns, 2) - 1);
    case DC:
    case KINDS:
        break;
    }
    return 0;
}

/* Any amplitude from far below the extent to the whole field, any tone up to Nyquist. */
static struct signal any_signal(uint64_t *seed, double pps)
{
    double nyquist = pps / 2, octaves = 15 * random_one(seed);
    struct signal signal = {
        .kind = (enum kind)(random_one(seed) * KINDS),
        .amplitude = exp(-8 * random_one(seed)),
        .hz = random_one(seed) < 0.2 ? nyquist : nyquist * exp2(-octaves),
        .seed = *seed | 1,
    };
    signal.offset = (1 - signal.amplitude) * (random_one(seed) - 0.5);
    if (signal.kind == PLACES) {
        signal.offset = 0.012 * random_one(seed);
    }
    return signal;
}

/* ---- a run through the stage, with two scanners watching ---- */

struct run {
    struct bj_safety safety;
    double pps;
    uint64_t points, lit;
    struct reference_mirrors mirrors[2];
    struct reference_watch watches[2];
};

static void begin(struct run *run, double pps)
{
    struct bj_safety_config config = bj_safety_defaults();
    config.start_blank_ns = 0;
    bj_safety_init(&run->safety, &config, pps);
    bj_safety_arm(&run->safety);
    run->pps = pps;
    run->points = run->lit = 0;
    for (int s = 0; s < 2; s++) {
        reference_mirrors_init(&run->mirrors[s], s == 0 ? 12000 : 60000);
        reference_watch_begin(&run->watches[s]);
    }
}

static bool send(struct run *run, double x, double y, bool lit)
{
    struct bj_point point = {.x = (float)x, .y = (float)y};
    point.r = point.i = lit ? 1 : 0;
    bj_safety_run(&run->safety, &point, 1);
    for (int s = 0; s < 2; s++) {
        const float to[2] = {point.x, point.y};
        reference_mirrors_move(&run->mirrors[s], to, run->pps);
        reference_watch_see(&run->watches[s], run->mirrors[s].position, point.r > 0);
    }
    run->points++;
    run->lit += point.r > 0;
    return point.r > 0;
}

static void create(struct run *run)
{
    for (int s = 0; s < 2; s++) {
        reference_watch_init(&run->watches[s], EXTENT - 2 * MODEL_ERROR);
    }
}

static void destroy(struct run *run)
{
    for (int s = 0; s < 2; s++) {
        reference_watch_finish(&run->watches[s]);
    }
}

/* A block of the past more than the limit, and what lies in one interval. */
static int64_t most_at_rest(const struct run *run)
{
    return (int64_t)ceil(0.010 * run->pps * 9 / 8) + 10;
}

static void update_rest(const struct run *run, const char *what)
{
    for (int s = 0; s < 2; s++) {
        if (run->watches[s].longest > most_at_rest(run)) {
            fail_msg("%s, %.0f pps, %s scanner: lit for %lld points at rest, %lld at most",
                     what, run->pps, s ? "fast" : "slow",
                     (long long)run->watches[s].longest, (long long)most_at_rest(run));
        }
    }
}

/* ---- whatever comes ---- */

static const double rates[] = {1000,  7000,  12000, 20000,  30000,  44100,
                               48000, 65535, 96000, 192000, 1000000};
#define RATES (sizeof rates / sizeof *rates)

/* Lit, in dashes, or at random. */
static bool is_on(int light, uint64_t k, uint64_t *seed, double pps)
{
    return light < 4    ? true
           : light == 4 ? k % (uint64_t)(pps / 500 + 2) < (uint64_t)(pps / 700 + 1)
                        : random_one(seed) < 0.8;
}

static void interfere(struct run *run, uint64_t *seed)
{
    double what = random_one(seed);
    if (what < 0.5) {
        bj_safety_restart(&run->safety);
    } else if (what < 0.8) {
        bj_safety_disarm(&run->safety);
        bj_safety_arm(&run->safety);
    } else {
        bj_safety_connections(&run->safety, true, 0);
    }
}

static void run_mixture(struct run *run, uint64_t seed)
{
    double pps = rates[(size_t)(random_one(&seed) * RATES)];
    begin(run, pps);
    struct signal signals[2][2];
    for (int k = 0; k < 4; k++) {
        signals[k / 2][k % 2] = any_signal(&seed, pps);
        if (random_one(&seed) < 0.5) {
            signals[k / 2][1].kind = DC;
        }
    }
    int light = (int)(random_one(&seed) * 6);
    bool disturbed = random_one(&seed) < 0.3;
    uint64_t count = (uint64_t)fmin(pps / 4, 30000) + 200;
    for (uint64_t k = 0; k < count; k++) {
        double xy[2];
        for (int axis = 0; axis < 2; axis++) {
            struct signal *sum = signals[axis];
            xy[axis] = sum[0].offset + at(&sum[0], k, pps) + at(&sum[1], k, pps);
        }
        if (disturbed && random_one(&seed) < 200 / pps) {
            interfere(run, &seed);
        }
        send(run, xy[0], xy[1], is_on(light, k, &seed, pps));
    }
}

static void light_never_rests_whatever_comes(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        char what[32];
        snprintf(what, sizeof what, "seed %llu", (unsigned long long)seed);
        run_mixture(&run, seed * 0x9e3779b97f4a7c15ULL);
        update_rest(&run, what);
    }
    destroy(&run);
}

/* ---- what must go dark, and what must stay lit ---- */

struct row {
    const char *name;
    double pps, amplitude, hz;
    enum kind kind;
    bool rests; /* dark after the limit; else always lit */
};

static const struct row rows[] = {
    {"still", 48000, 0, 0, DC, true},
    {"0.5 at 24 kHz", 48000, 0.5, 24000, TONE, true},
    {"0.01 at 24 kHz", 48000, 0.01, 24000, TONE, true},
    {"1 at 24 kHz", 48000, 1, 24000, TONE, true},
    {"1 at 15 kHz", 48000, 1, 15000, TONE, true},
    {"1 at 15 kHz, 30 kpps", 30000, 1, 15000, TONE, true},
    {"1 at 50 kHz, 100 kpps", 100000, 1, 50000, TONE, true},
    {"0.5 at 8 kHz: the slow one rests", 96000, 0.5, 8000, TONE, true},
    {"0.0045 at 100 Hz", 48000, 0.0045, 100, TONE, true},
    {"0.006 at 1 Hz", 48000, 0.006, 1, TONE, true},
    {"noise of 0.02", 48000, 0.02, 0, NOISE, true},
    {"0.5 at 100 Hz", 48000, 0.5, 100, TONE, false},
    {"0.5 at 100 Hz, 1 kpps", 1000, 0.5, 100, TONE, false},
    {"0.5 at 100 Hz, 1 Mpps", 1000000, 0.5, 100, TONE, false},
    {"0.5 at 2.5 kHz", 48000, 0.5, 2500, TONE, false},
    {"0.1 at 2.5 kHz", 48000, 0.1, 2500, TONE, false},
    {"0.5 at 5 kHz", 48000, 0.5, 5000, TONE, false},
    {"0.3 at 200 Hz, square", 30000, 0.3, 200, SQUARE, false},
    {"noise of 0.2", 48000, 0.2, 0, NOISE, false},
    {"noise of 1", 100000, 1, 0, NOISE, false},
};

static void run_row(struct run *run, const struct row *row, int axis)
{
    begin(run, row->pps);
    struct signal signal = {
        .kind = row->kind, .amplitude = row->amplitude, .hz = row->hz, .seed = 5};
    uint64_t dark = (uint64_t)(0.05 * row->pps), count = (uint64_t)(0.1 * row->pps);
    for (uint64_t k = 0; k < dark + count; k++) {
        double value = at(&signal, k, row->pps);
        send(run, axis == 0 ? value : 0.3, axis == 1 ? value : 0.3, k >= dark);
    }
    uint64_t limit = (uint64_t)(0.010 * row->pps);
    bool right =
        row->rests ? run->lit <= limit + 8 && run->lit + 8 >= limit : run->lit == count;
    if (!right) {
        fail_msg("%s on %c: %llu of %llu points lit", row->name, 'x' + axis,
                 (unsigned long long)run->lit, (unsigned long long)count);
    }
}

static void each_axis_alone_rests_or_moves(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        run_row(&run, &rows[k], 0);
        run_row(&run, &rows[k], 1);
    }
    destroy(&run);
}

/* To and fro; on the way the fast scanner rests longer than the slow one. */
static void either_scanner_at_rest_is_dark(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    const double periods_ms[] = {10.0, 10.35};
    for (int k = 0; k < 2; k++) {
        begin(&run, 96000);
        uint64_t period = (uint64_t)(periods_ms[k] * 96);
        for (uint64_t n = 0; n < 100 * period; n++) {
            send(&run, n / period % 2 ? 0.5 : -0.5, 0, n > period);
        }
        assert_int_equal(run.safety.dwell_darkened > 0, k == 1);
    }
    destroy(&run);
}

/* ---- no new time without movement ---- */

/* A source at rest, disturbed as often as you like: what has rested counts on. */
static void restarts_and_arms_give_no_new_time(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    const double amplitudes[] = {0, 0.5, 1};
    for (int a = 0; a < 3; a++) {
        for (uint64_t every = 20; every < 3000; every *= 3) {
            begin(&run, 48000);
            for (uint64_t n = 0; n < 16000; n++) {
                if (n % every == 0) {
                    bj_safety_disarm(&run.safety);
                    bj_safety_arm(&run.safety);
                }
                send(&run, n % 2 ? amplitudes[a] : -amplitudes[a], 0, true);
            }
            assert_true(run.lit <= 490);
        }
    }
    destroy(&run);
}

/* The mirrors may have been anywhere in a gap: jumping to the place of rest is no movement.
 */
static void a_jump_across_a_gap_is_no_movement(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    begin(&run, 48000);
    uint64_t lit = 0;
    for (int gap = 0; gap < 50; gap++) {
        bj_safety_restart(&run.safety);
        for (int n = 0; n < 40; n++) { /* shorter than the model needs to forget */
            lit += send(&run, gap % 2 ? 0.9 : -0.9, 0, true);
        }
    }
    assert_true(lit <= 490);
    destroy(&run);
}

static void pictures_go_on_after_a_gap(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    begin(&run, 48000);
    for (int n = 0; n < 96000; n++) {
        if (n % 700 == 0) {
            bj_safety_restart(&run.safety);
        }
        send(&run, 0.5 * cos(n * 0.02), 0.5 * sin(n * 0.02), true);
    }
    assert_int_equal(run.lit, run.points);
    destroy(&run);
}

/* Just over the edge and back: less than the extent is no movement, wherever it lies. */
static void creeping_across_the_edge_gives_no_new_time(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    begin(&run, 48000);
    for (int n = 0; n < 2000; n++) {
        send(&run, 0.019, 0, n > 480); /* within the extent of where it began */
    }
    uint64_t before = run.lit;
    for (int n = 0; n < 48000; n++) {
        send(&run, n / 600 % 2 ? 0.019 : 0.0215, 0, true);
    }
    assert_true(before <= 490);
    assert_true(run.lit - before <= 60);
    update_rest(&run, "edge");
    destroy(&run);
}

/* An extent in each limit, and an eighth more: that is movement. */
static void a_slow_beam_moves(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    const double per_s[] = {EXTENT / 0.010 * 1.3, EXTENT / 0.010 * 0.5};
    for (int k = 0; k < 2; k++) {
        begin(&run, 48000);
        for (int n = 0; n < 15000; n++) {
            send(&run, -0.9 + per_s[k] * n / 48000, 0, n > 4800);
        }
        assert_int_equal(run.safety.dwell_darkened > 0, k == 1);
        update_rest(&run, "slow");
    }
    destroy(&run);
}

/* ---- rates ---- */

static void a_change_of_rate_gives_no_new_time(void **state)
{
    (void)state;
    const double pairs[][2] = {{96000, 44100}, {22050, 96000}, {1000, 100000}};
    for (int k = 0; k < 3; k++) {
        static struct run run;
        create(&run);
        begin(&run, pairs[k][0]);
        double lit_s = 0;
        for (int n = 0; n < 20000; n++) {
            if (n % 97 == 0) {
                run.pps = pairs[k][n / 97 % 2];
                bj_safety_set_rate(&run.safety, run.pps);
            }
            lit_s += send(&run, 0.1, 0.1, true) / run.pps;
        }
        assert_true(lit_s < 0.0111);
        destroy(&run);
    }
}

static void a_rest_in_numbers(void **state)
{
    (void)state;
    const double later[] = {30000, 96000};
    for (int k = 0; k < 2; k++) {
        static struct run run;
        create(&run);
        begin(&run, 48000);
        for (int n = 0; n < 240; n++) { /* half of it */
            send(&run, 0, 0, true);
        }
        assert_int_equal(run.lit, 240);
        run.pps = later[k];
        bj_safety_set_rate(&run.safety, later[k]);
        for (int n = 0; n < 10000; n++) {
            send(&run, 0, 0, true);
        }
        double rest_ms = (double)(run.lit - 240) / later[k] * 1e3;
        assert_true(rest_ms <= 5.0 && rest_ms > 4.9);
        destroy(&run);
    }
}

static void a_change_of_rate_is_one_for_the_mirrors(void **state)
{
    (void)state;
    static struct run run;
    create(&run);
    begin(&run, 1000);
    run.pps = 48000;
    bj_safety_set_rate(&run.safety, run.pps);
    for (int n = 0; n < 24000; n++) {
        send(&run, n % 2 ? 0.5 : -0.5, 0, true);
    }
    assert_true(run.lit <= 490);
    destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_never_rests_whatever_comes),
        cmocka_unit_test(each_axis_alone_rests_or_moves),
        cmocka_unit_test(either_scanner_at_rest_is_dark),
        cmocka_unit_test(restarts_and_arms_give_no_new_time),
        cmocka_unit_test(a_jump_across_a_gap_is_no_movement),
        cmocka_unit_test(pictures_go_on_after_a_gap),
        cmocka_unit_test(creeping_across_the_edge_gives_no_new_time),
        cmocka_unit_test(a_slow_beam_moves),
        cmocka_unit_test(a_change_of_rate_gives_no_new_time),
        cmocka_unit_test(a_change_of_rate_is_one_for_the_mirrors),
        cmocka_unit_test(a_rest_in_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
