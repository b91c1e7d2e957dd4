/* SPDX-License-Identifier: MIT
 *
 * The cases that call the slots by hand.
 */
#include "cases.h"
#include "fixture.h"

#include <math.h>
#include <string.h>

static bool is_fine(const struct conformance_verdict *verdict)
{
    return verdict->text[0] == '\0';
}

static const struct bj_dac_caps *caps_of(const struct fixture *fixture)
{
    return &fixture->recorder.dac->caps;
}

static bool begin_by_hand(struct fixture *fixture, const struct conformance_row *row,
                          uint64_t seed, struct conformance_verdict *verdict)
{
    return fixture_start(fixture, row, seed, verdict) && fixture_take_in_hand(fixture);
}

void conformance_describes_itself(const struct conformance_row *row,
                                  struct conformance_verdict *verdict)
{
    const struct bj_dac_driver *driver = row->driver;
    struct fixture fixture;

    if (begin_by_hand(&fixture, row, 1, verdict)) {
        const char *text = fixture.recorder.dac->name;
        conformance_expect(verdict, driver->name && driver->title && driver->id_form,
                           "a name is missing");
        conformance_expect(verdict, text && *text && strlen(text) < 512,
                           "it does not describe itself");
        conformance_expect(verdict, driver->accepts_id(fixture.recorder.config.id),
                           "it does not accept its id %s", fixture.recorder.config.id);
        conformance_expect(verdict, !driver->accepts_id(""), "it accepts no id at all");
        conformance_expect(verdict, !driver->accepts_id("no such thing:1"),
                           "it accepts any id");
    }
    fixture_finish(&fixture);
}

static void judge_capabilities(const struct fixture *fixture,
                               struct conformance_verdict *verdict)
{
    const struct bj_dac_caps *able = caps_of(fixture);

    conformance_expect(verdict, able->model <= BJ_MODEL_TIMED, "no output model");
    conformance_expect(verdict,
                       able->min_pps >= 1 && able->max_pps >= able->min_pps &&
                           able->max_pps <= 10000000,
                       "rates from %u to %u", able->min_pps, able->max_pps);
    conformance_expect(verdict,
                       able->default_pps == 0 || (able->default_pps >= able->min_pps &&
                                                  able->default_pps <= able->max_pps),
                       "a default rate it cannot do");
    conformance_expect(verdict,
                       able->min_points_per_chunk <= able->max_points_per_chunk &&
                           able->max_points_per_chunk >= 1,
                       "chunks from %u to %u points", able->min_points_per_chunk,
                       able->max_points_per_chunk);
    conformance_expect(verdict,
                       able->capacity_points == 0 ||
                           able->capacity_points >=
                               able->min_queued_points + able->min_points_per_chunk,
                       "a capacity of %u points", able->capacity_points);
    conformance_expect(verdict,
                       able->min_buffer_ns >= 0 &&
                           able->target_buffer_ns > able->min_buffer_ns &&
                           able->target_buffer_ns <= BJ_NS_PER_S,
                       "buffers of %lld and %lld ns", (long long)able->min_buffer_ns,
                       (long long)able->target_buffer_ns);
    conformance_expect(verdict, able->stall_ns >= 0 && able->stall_ns <= BJ_NS_PER_S,
                       "a stall of %lld ns", (long long)able->stall_ns);
}

static void judge_true_rates(const struct fixture *fixture,
                             struct conformance_verdict *verdict)
{
    const struct bj_dac_driver *driver = fixture->row->driver;
    const struct bj_dac_caps *able = caps_of(fixture);

    for (uint64_t pps = able->min_pps; driver->true_pps && pps <= able->max_pps;
         pps += 997) {
        double real = driver->true_pps(fixture->recorder.dac, (uint32_t)pps);
        conformance_expect(verdict, real > (double)pps / 2 && real < 2.0 * (double)pps,
                           "makes %f of %u points/s", real, (unsigned)pps);
    }
}

void conformance_has_sane_capabilities(const struct conformance_row *row,
                                       struct conformance_verdict *verdict)
{
    struct bj_dac_caps before;
    struct fixture fixture;

    if (begin_by_hand(&fixture, row, 1, verdict)) {
        before = *caps_of(&fixture);
        judge_capabilities(&fixture, verdict);
        judge_true_rates(&fixture, verdict);
        if (fixture_play(&fixture, fixture_usual_pps(row))) {
            judge_capabilities(&fixture, verdict);
            judge_true_rates(&fixture, verdict);
            conformance_expect(verdict,
                               before.model == caps_of(&fixture)->model &&
                                   before.max_points_per_chunk ==
                                       caps_of(&fixture)->max_points_per_chunk,
                               "model or chunk size change with the connection");
        }
    }
    fixture_finish(&fixture);
}

void conformance_opens_in_time(const struct conformance_row *row,
                               struct conformance_verdict *verdict)
{
    struct bj_point point = observer_tagged_point(row, 0);
    struct fixture fixture;
    uint32_t taken = 0;

    if (begin_by_hand(&fixture, row, 1, verdict)) {
        struct bj_chunk chunk = {.points = &point, .count = 1, .pps = fixture.pps};
        fixture_connect(&fixture, fixture.pps);
        fixture_run_ms(&fixture, 0);
        if (fixture.attempting && fixture.recorder.status.state == BJ_DAC_CONNECTING)
            conformance_expect(verdict,
                               fixture.recorder.table.write(fixture.dac, fixture.now_ns,
                                                            &chunk,
                                                            &taken) == BJ_WOULD_BLOCK,
                               "it takes points before it is connected");
        fixture_reach(&fixture, BJ_DAC_READY, row->open_ns);
        fixture_run_ms(&fixture, 300);
        conformance_expect(
            verdict, fixture.attempting && fixture.recorder.status.state == BJ_DAC_READY,
            "it does not stay ready while nothing is sent");
        conformance_expect(verdict, fixture.recorder.status.room_points > 0,
                           "it is ready and has no room");
    }
    fixture_finish(&fixture);
}

/* Offers more than fits, all the time. */
void conformance_blocks_and_loses_nothing(const struct conformance_row *row,
                                          struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (begin_by_hand(&fixture, row, 1, verdict) &&
        fixture_play(&fixture, fixture_usual_pps(row))) {
        fixture.greedy = true;
        fixture_count_anew(&fixture);
        fixture_run_ms(&fixture, 700);
        conformance_expect(verdict, fixture.recorder.lost == 0, "it loses points");
        conformance_expect(verdict, fixture.observer.skipped == 0,
                           "points do not come out");
        conformance_expect(verdict, fixture.recorder.dried == 0 || row->late_ns > 0,
                           "it runs dry while fed");
        conformance_expect(verdict, fixture.observer.darkened == 0,
                           "lit points come out dark");
    }
    fixture_finish(&fixture);
}

void conformance_reports_its_level(const struct conformance_row *row,
                                   struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (begin_by_hand(&fixture, row, 1, verdict) &&
        fixture_play(&fixture, fixture_usual_pps(row))) {
        bool should = caps_of(&fixture)->reports_level;
        uint64_t before = fixture.recorder.reports, enough = row->late_ns > 0 ? 0 : 4;
        fixture_run_ms(&fixture, 500);
        conformance_expect(verdict, should || fixture.recorder.reports == 0,
                           "it reports a level and says it does not");
        conformance_expect(verdict, !should || fixture.recorder.reports > before + enough,
                           "%u reports in half a second",
                           (unsigned)(fixture.recorder.reports - before));
        conformance_expect(verdict, !should || fixture.recorder.report.playing,
                           "it plays and reports that it does not");
        fixture.feeding = false; /* runs dry: everything comes out */
        fixture_run_ms(&fixture, 200 + (double)fixture_queue_ns(&fixture) / 1e6 +
                                     1000.0 * (double)caps_of(&fixture)->capacity_points /
                                         fixture.pps);
        conformance_expect(verdict,
                           observer_is_blind(&fixture.observer) ||
                               fixture.observer.next == fixture.recorder.taken,
                           "%u points never come out",
                           (unsigned)(fixture.recorder.taken - fixture.observer.next));
        conformance_expect(verdict, fixture.recorder.lost == 0,
                           "played points count as lost");
    }
    fixture_finish(&fixture);
}

void conformance_closes_and_opens(const struct conformance_row *row,
                                  struct conformance_verdict *verdict)
{
    struct fixture fixture;
    bool going = begin_by_hand(&fixture, row, 1, verdict) &&
                 fixture_play(&fixture, fixture_usual_pps(row));

    for (int k = 0; k < 20 && going && is_fine(verdict); k += fixture_stride(row)) {
        uint64_t taken, lit;
        fixture_shutter(&fixture, false);
        fixture_run_ms(&fixture, 40 + 0.37 * k);
        taken = fixture.recorder.taken;
        fixture_run_ms(&fixture, 200);
        conformance_expect(verdict, fixture.recorder.taken > taken,
                           "closed, it takes no points");
        lit = fixture.observer.lit;
        fixture_shutter(&fixture, true);
        fixture_run_ms(&fixture, 300);
        conformance_expect(
            verdict, observer_is_blind(&fixture.observer) || fixture.observer.lit > lit,
            "opened again, it stays dark");
    }
    fixture_finish(&fixture);
}

/* Wherever it is: the light goes out, nothing is left open, and it plays again. */
void conformance_disconnects_in_every_state(const struct conformance_row *row,
                                            struct conformance_verdict *verdict)
{
    for (int k = 0; k < 48 && is_fine(verdict); k += fixture_stride(row)) {
        double open_ms = (double)row->open_ns / 1e6;
        struct fixture fixture;
        if (begin_by_hand(&fixture, row, (uint64_t)k, verdict)) {
            fixture_connect(&fixture, fixture.pps);
            fixture.feeding = true;
            if (k % 2)
                fixture_shutter(&fixture, true);
            fixture_run_ms(&fixture, k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24));
            fixture_disconnect(&fixture);
            fixture_disconnect(&fixture);
            fixture_run_ms(&fixture, 100);
            fixture_play(&fixture, fixture.pps);
        }
        fixture_finish(&fixture);
    }
}

void conformance_stops_in_every_state(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    for (int k = 0; k < 48 && is_fine(verdict); k += fixture_stride(row)) {
        double open_ms = (double)row->open_ns / 1e6;
        struct fixture fixture;
        if (begin_by_hand(&fixture, row, (uint64_t)k, verdict)) {
            fixture_connect(&fixture, fixture.pps);
            fixture.feeding = true;
            if (k % 2)
                fixture_shutter(&fixture, true);
            fixture_run_ms(&fixture, k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24));
            fixture.observer.dark_from_ns = fixture.now_ns + row->dark_ns;
            fixture.recorder.table.stop(fixture.dac, fixture.now_ns);
            fixture.feeding = false;
            fixture.woken = true;
            fixture_run_ms(&fixture, 500);
            conformance_expect(verdict,
                               !fixture.attempting ||
                                   fixture.recorder.status.state == BJ_DAC_STOPPED,
                               "stopped %d ms after connect, it never says so",
                               (int)(k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24)));
        }
        fixture_finish(&fixture);
    }
}

static void plays_at_rate(const struct conformance_row *row,
                          struct conformance_verdict *verdict, bool fastest)
{
    struct fixture fixture;

    if (begin_by_hand(&fixture, row, 1, verdict)) {
        uint32_t pps = fastest ? caps_of(&fixture)->max_pps : caps_of(&fixture)->min_pps;
        if (fixture_play(&fixture, pps)) {
            double real = bj_dac_true_pps(fixture.recorder.dac, pps);
            int64_t since_ns = fixture.now_ns;
            double expected, tolerance;
            fixture_count_anew(&fixture);
            fixture_run_ms(&fixture, 300);
            expected = (double)(fixture.now_ns - since_ns) / 1e9 * real;
            tolerance = 1 + expected * row->rate_tolerance;
            conformance_expect(verdict,
                               observer_is_blind(&fixture.observer) ||
                                   fixture_is_near(&fixture, expected, tolerance),
                               "at %u points/s %u come out in 0.3 s, not %u", pps,
                               (unsigned)fixture.observer.seen, (unsigned)expected);
            conformance_expect(verdict, fixture.observer.skipped == 0,
                               "points do not come out");
        }
    }
    fixture_finish(&fixture);
}

void conformance_plays_at_its_slowest(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    plays_at_rate(row, verdict, false);
}

void conformance_plays_at_its_fastest(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    plays_at_rate(row, verdict, true);
}

/* It may refuse or clamp; it must not break. */
void conformance_survives_impossible_rates(const struct conformance_row *row,
                                           struct conformance_verdict *verdict)
{
    static const uint32_t rates[] = {0, 1, 100000000, UINT32_MAX};

    for (size_t k = 0; k < sizeof rates / sizeof *rates && is_fine(verdict); k++) {
        struct fixture fixture;
        if (begin_by_hand(&fixture, row, 1, verdict)) {
            fixture.feeding = true;
            fixture_connect(&fixture, rates[k]);
            fixture.pps = fixture_usual_pps(row);
            fixture_run_ms(&fixture, 200 + (double)row->open_ns / 1e6);
            if (fixture.attempting)
                fixture_disconnect(&fixture);
            fixture_run_ms(&fixture, 200);
            if (fixture_play(&fixture, fixture.pps)) {
                fixture.pps = rates[k];
                fixture_run_ms(&fixture, 20);
            }
        }
        fixture_finish(&fixture);
    }
}
