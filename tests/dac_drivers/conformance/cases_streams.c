/* SPDX-License-Identifier: MIT
 *
 * The cases that run under the real engine.
 */
#include "cases.h"
#include "fixture.h"

#include <math.h>

static bool is_fine(const struct conformance_verdict *verdict)
{
    return verdict->text[0] == '\0';
}

static bool begin_stream(struct fixture *fixture, const struct conformance_row *row,
                         uint64_t seed, struct conformance_verdict *verdict)
{
    return fixture_start(fixture, row, seed, verdict) &&
           fixture_stream(fixture, fixture_usual_pps(row));
}

static bool begin_armed_stream(struct fixture *fixture, const struct conformance_row *row,
                               uint64_t seed, struct conformance_verdict *verdict)
{
    return fixture_start(fixture, row, seed, verdict) &&
           fixture_stream_armed(fixture, fixture_usual_pps(row));
}

static void judge_streaming(struct fixture *fixture, struct conformance_verdict *verdict,
                            double ms)
{
    struct bj_stats before = bj_stream_stats(fixture->stream), after;
    bool in_time = fixture->row->late_ns == 0;
    int64_t since_ns = fixture->now_ns;
    double expected;

    fixture_count_anew(fixture);
    fixture_run_ms(fixture, ms);
    after = bj_stream_stats(fixture->stream);
    expected = after.true_pps * (double)(fixture->now_ns - since_ns) / 1e9;
    conformance_expect(verdict, !in_time || after.underruns == before.underruns,
                       "an underrun");
    conformance_expect(verdict,
                       !in_time || after.device_underruns == before.device_underruns,
                       "the device runs dry");
    conformance_expect(verdict, after.flushed_points == before.flushed_points,
                       "points are thrown away");
    conformance_expect(verdict, fixture->observer.skipped == 0, "points do not come out");
    conformance_expect(verdict,
                       observer_is_blind(&fixture->observer) ||
                           fixture_is_near(fixture, expected, 2 + expected / 50),
                       "%u points come out in %.0f ms", (unsigned)fixture->observer.seen,
                       ms);
}

/* All five channels, exact up to what the DAC can show, in order; dark before arm, after
 * disarm, and at the end. */
void conformance_streams_exactly(const struct conformance_row *row,
                                 struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (begin_stream(&fixture, row, 1, verdict) && fixture_reach_playing(&fixture)) {
        judge_streaming(&fixture, verdict, 400);
        fixture_light_up(&fixture);
        fixture_run_ms(&fixture, 200);
        judge_streaming(&fixture, verdict, 1000);
        conformance_expect(verdict,
                           observer_is_blind(&fixture.observer) || fixture.observer.lit > 0,
                           "it is not lit");
        conformance_expect(verdict, fixture.observer.darkened == 0,
                           "lit points come out dark");
        fixture_disarm(&fixture);
        fixture_run_ms(&fixture, 200);
        fixture_reach_playing(&fixture);
        fixture_light_up(&fixture);
        fixture_stop(&fixture);
        fixture_run_ms(&fixture, 1000);
        conformance_expect(verdict, fixture.over && fixture.result == BJ_RUN_STOPPED,
                           "stopped, it does not end");
        conformance_expect(verdict, fixture.recorder.stop_confirmed,
                           "it never says stopped");
    }
    fixture_finish(&fixture);
}

void conformance_disarms_at_every_moment(const struct conformance_row *row,
                                         struct conformance_verdict *verdict)
{
    struct fixture fixture;
    bool going = begin_stream(&fixture, row, 1, verdict);

    for (int k = 0; k < 20 && going; k += fixture_stride(row)) { /* while it connects */
        fixture_arm(&fixture);
        fixture_run_ms(&fixture, 7.3);
        fixture_disarm(&fixture);
        fixture_run_ms(&fixture, (double)row->open_ns / 1e6 / 20);
    }
    for (int k = 0; k < 40 && going && is_fine(verdict); k += fixture_stride(row)) {
        if (!fixture_light_up(&fixture))
            break;
        fixture_run_ms(&fixture, 0.37 * k);
        fixture_disarm(&fixture);
        fixture_run_ms(&fixture, 0.11 * k);
        if (k % 3 == 0)
            fixture_arm(&fixture);
        fixture_run_ms(&fixture, 0.53 * k);
        fixture_disarm(&fixture);
        fixture_run_ms(&fixture, 60);
    }
    fixture_finish(&fixture);
}

void conformance_drains(const struct conformance_row *row,
                        struct conformance_verdict *verdict)
{
    for (int k = 0; k < 10 && is_fine(verdict); k += fixture_stride(row)) {
        struct fixture fixture;
        if (begin_stream(&fixture, row, (uint64_t)k, verdict) &&
            fixture_light_up(&fixture)) {
            fixture_run_ms(&fixture, 100 + 1.7 * k);
            fixture_count_anew(&fixture);
            fixture.ended = true;
            bj_stream_wake(fixture.stream);
            fixture_run_ms(&fixture, 2000);
            conformance_expect(verdict, fixture.over && fixture.result == BJ_RUN_ENDED,
                               "the producer ended and it does not end");
            conformance_expect(verdict, fixture.observer.skipped == 0,
                               "the end is thrown away instead of played");
            conformance_expect(verdict,
                               observer_is_blind(&fixture.observer) ||
                                   fixture.observer.next >= fixture.made,
                               "%u points of the end never come out",
                               (unsigned)(fixture.made - fixture.observer.next));
            fixture.observer.dark_from_ns = fixture.now_ns;
        }
        fixture_finish(&fixture);
    }
}

/* Whether it is close to empty may be in doubt; long before, it is not. */
static void stand_still(struct fixture *fixture, double ms, bool in_doubt,
                        struct conformance_verdict *verdict)
{
    uint64_t dries = fixture->row->dries(fixture->adapter);
    uint64_t told = bj_stream_stats(fixture->stream).device_underruns;

    fixture_stand_still_ms(fixture, ms);
    fixture_run_ms(fixture, 900);
    dries = fixture->row->dries(fixture->adapter) - dries;
    told = bj_stream_stats(fixture->stream).device_underruns - told;
    conformance_expect(verdict, dries == 0 || told > 0,
                       "after %.2f ms without us it ran dry, and does not tell", ms);
    conformance_expect(verdict, dries > 0 || told == 0 || in_doubt,
                       "after %.2f ms without us it tells that it ran dry, and did not",
                       ms);
}

/* However short that is: this computer stands still for about as long as the device has
 * points. */
void conformance_tells_that_it_ran_dry(const struct conformance_row *row,
                                       struct conformance_verdict *verdict)
{
    bool judged = row->dries && row->late_ns == 0;

    for (int k = 0; k < 8 && judged && is_fine(verdict); k++) {
        struct fixture fixture;
        if (begin_armed_stream(&fixture, row, (uint64_t)k, verdict) &&
            fixture_reach_playing(&fixture)) {
            double target_ms = (double)fixture.recorder.dac->caps.target_buffer_ns / 1e6;
            fixture_run_ms(&fixture, 500 + 1.3 * k);
            for (int n = 0; n < 12 && is_fine(verdict); n++)
                stand_still(&fixture, target_ms / 2 + (8 * n + k) * target_ms / 96, n > 0,
                            verdict);
        }
        fixture_finish(&fixture);
    }
}

void conformance_ends_at_every_moment(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    for (int k = 0; k < 48 && is_fine(verdict); k += fixture_stride(row)) {
        double open_ms = (double)row->open_ns / 1e6;
        struct fixture fixture;
        if (begin_armed_stream(&fixture, row, (uint64_t)k, verdict)) {
            fixture_run_ms(&fixture, k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24));
            if (k % 2) {
                fixture_stop(&fixture);
                fixture_run_ms(&fixture, 1000);
                conformance_expect(verdict, fixture.over, "stopped, it does not end");
            }
            fixture_destroy_stream(&fixture);
            if (row->open_handles)
                conformance_expect(verdict, row->open_handles(fixture.adapter) == 0,
                                   "a handle is left open");
            fixture_run_ms(&fixture, 100);
            if (k % 8 == 0 && fixture_stream(&fixture, fixture.pps)) /* and once more */
                fixture_light_up(&fixture);
        }
        fixture_finish(&fixture);
    }
}

void conformance_is_unplugged_and_comes_back(const struct conformance_row *row,
                                             struct conformance_verdict *verdict)
{
    for (int k = 0; k < 12 && row->unplug && is_fine(verdict); k += fixture_stride(row)) {
        int64_t away_ns = 300 * BJ_NS_PER_MS * (1 + k);
        struct fixture fixture;
        if (begin_stream(&fixture, row, (uint64_t)k, verdict) &&
            fixture_light_up(&fixture)) {
            fixture_run_ms(&fixture, 1.9 * k);
            row->unplug(fixture.adapter);
            fixture.observer.unsure_points = row->unsure_points;
            fixture.observer.dark_from_ns = fixture.now_ns + fixture_queue_ns(&fixture);
            fixture_run_ms(&fixture, (double)away_ns / 1e6);
            row->plug(fixture.adapter);
            if (away_ns <= BJ_AWAY_LIMIT_NS) /* else light must not come back by itself */
                fixture.observer.dark_from_ns = BJ_NEVER;
            fixture_run_ms(&fixture, 3000);
            conformance_expect(verdict,
                               k < 8 || bj_stream_stats(fixture.stream).reconnects > 0,
                               "it does not come back");
            fixture_light_up(&fixture);
            fixture_run_ms(&fixture, 200);
            judge_streaming(&fixture, verdict, 200);
        }
        fixture_finish(&fixture);
    }
}

void conformance_is_out_of_reach_at_first(const struct conformance_row *row,
                                          struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (row->unplug && fixture_start(&fixture, row, 1, verdict)) {
        row->unplug(fixture.adapter);
        if (fixture_stream(&fixture, fixture.pps)) {
            fixture_run_ms(&fixture, 3000);
            conformance_expect(verdict, fixture.observer.seen == 0,
                               "it plays without a device");
            row->plug(fixture.adapter);
            fixture_light_up(&fixture);
        }
        fixture_finish(&fixture);
    }
}

/* Whatever the device says: no crash, no endless loop, no broken contract; and once it is
 * well again it plays again. */
void conformance_survives_nonsense(const struct conformance_row *row,
                                   struct conformance_verdict *verdict)
{
    for (int k = 0; k < 30 && row->make_hostile && is_fine(verdict);
         k += fixture_stride(row)) {
        struct fixture fixture;
        if (fixture_start(&fixture, row, (uint64_t)k + 1, verdict)) {
            if (k % 3 == 0)
                row->make_hostile(fixture.adapter);
            fixture.observer.unsure_points = row->nonsense_unsure_points;
            if (fixture_stream(&fixture, fixture.pps)) {
                fixture_run_ms(&fixture, (double)row->open_ns / 1e6 + 50);
                fixture_arm(&fixture);
                row->make_hostile(fixture.adapter);
                fixture_run_ms(&fixture, 100.0 * k);
                fixture_disarm(&fixture);
                fixture.observer.dark_from_ns = fixture.now_ns + fixture_queue_ns(&fixture);
                row->plug(fixture.adapter);
                fixture_run_ms(&fixture, 3000);
                fixture_light_up(&fixture);
            }
        }
        fixture_finish(&fixture);
    }
}
