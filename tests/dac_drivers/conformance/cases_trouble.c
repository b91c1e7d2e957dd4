/* SPDX-License-Identifier: MIT
 *
 * The cases of what goes wrong for long, and of what is counted then.
 */
#include "cases.h"
#include "fixture.h"

#define SLOW_PPS 10000u /* 40 s of it can be remembered */
#define REFUSED_NS                                                                         \
    (100 * BJ_NS_PER_MS)    /* it may refuse to go dark, and plays what it has */
#define MOST_RESTARTS 10    /* in a second */
#define MOST_ATTEMPTS 66    /* in a minute: back-off grows to a second */
#define MOST_WORDS 15       /* in a minute */
#define MOST_WORDS_AGAIN 60 /* in 20 s: the program counts what comes again */

static bool is_fine(const struct conformance_verdict *verdict)
{
    return verdict->text[0] == '\0';
}

/* ---- The ledger ---------------------------------------------------------------------- */

static uint64_t came_out(const struct fixture *fixture)
{
    return fixture->observer.seen_in_all - fixture->observer.idle;
}

/* What was made came out or is counted as thrown away, and not both; but for `played`
 * points that may have come out when nobody could be told. */
static void check_ledger(const struct fixture *fixture, uint64_t played,
                         struct conformance_verdict *verdict)
{
    const struct conformance_row *row = fixture->row;
    uint64_t made =
        fixture->made > fixture->recorder.taken ? fixture->made : fixture->recorder.taken;
    uint64_t flushed = bj_stream_stats(fixture->stream).flushed_points;
    uint64_t missing = made - came_out(fixture);
    uint64_t doubt = fixture->recorder.emptied * row->flush_unsure_points +
                     fixture->recorder.connects * row->unsure_points;

    if (observer_is_blind(&fixture->observer))
        return;
    conformance_expect(verdict, missing <= flushed + doubt,
                       "of %u points %u never came out, and %u are counted", (unsigned)made,
                       (unsigned)missing, (unsigned)flushed);
    conformance_expect(verdict, flushed <= missing + doubt + played,
                       "of %u points %u never came out, but %u are counted", (unsigned)made,
                       (unsigned)missing, (unsigned)flushed);
}

static void stop_and_judge(struct fixture *fixture, uint64_t played,
                           struct conformance_verdict *verdict)
{
    fixture_stop(fixture);
    fixture_run_ms(fixture, 1000 + (double)fixture_queue_ns(fixture) / 1e6);
    if (conformance_expect(verdict, fixture->over, "stopped, it does not end"))
        check_ledger(fixture, played, verdict);
}

static void disarm_and_stop(const struct conformance_row *row, int k,
                            struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (fixture_start(&fixture, row, (uint64_t)k, verdict) &&
        fixture_stream(&fixture, fixture.pps)) {
        for (int n = 0; n < k % 4 && fixture_light_up(&fixture); n++) {
            fixture_run_ms(&fixture, 0.7 * k);
            fixture_disarm(&fixture);
            fixture_run_ms(&fixture, 90 + 0.3 * k);
        }
        fixture_light_up(&fixture);
        fixture_run_ms(&fixture, 1.9 * k);
        stop_and_judge(&fixture, 0, verdict);
    }
    fixture_finish(&fixture);
}

static void unplug_and_stop(const struct conformance_row *row, int k,
                            struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (fixture_start(&fixture, row, (uint64_t)k, verdict) &&
        fixture_stream(&fixture, fixture.pps) && fixture_light_up(&fixture)) {
        double queue_s = (double)fixture_queue_ns(&fixture) / 1e9;
        fixture_run_ms(&fixture, 1.9 * k);
        fixture.observer.unsure_points = row->unsure_points;
        row->unplug(fixture.adapter);
        fixture.observer.dark_from_ns = fixture.now_ns + fixture_queue_ns(&fixture);
        fixture_run_ms(&fixture, 2500);
        row->plug(fixture.adapter);
        fixture_light_up(&fixture);
        stop_and_judge(&fixture, (uint64_t)(queue_s * fixture.pps), verdict);
    }
    fixture_finish(&fixture);
}

void conformance_accounts_for_every_point(const struct conformance_row *row,
                                          struct conformance_verdict *verdict)
{
    for (int k = 0; k < 12 && row->late_ns == 0 && is_fine(verdict); k++) {
        disarm_and_stop(row, k, verdict);
        if (row->unplug && is_fine(verdict))
            unplug_and_stop(row, k, verdict);
    }
}

/* ---- Patience ------------------------------------------------------------------------ */

static uint64_t restarts(const struct fixture *fixture)
{
    const struct recorder *recorder = &fixture->recorder;

    return recorder->emptied > recorder->connects ? recorder->emptied : recorder->connects;
}

static void bear(struct fixture *fixture, struct conformance_verdict *verdict)
{
    uint64_t words = fixture->words;

    for (int second = 0; second < 20 && is_fine(verdict); second++) {
        uint64_t before = restarts(fixture);
        fixture_run_ms(fixture, 1000);
        conformance_expect(verdict, restarts(fixture) - before <= MOST_RESTARTS,
                           "refused, it begins anew %u times in a second",
                           (unsigned)(restarts(fixture) - before));
    }
    conformance_expect(verdict, fixture->words - words <= MOST_WORDS_AGAIN,
                       "refused, it says %u words in 20 s",
                       (unsigned)(fixture->words - words));
}

/* Whatever it is that the device refuses, it is not asked as fast as it answers; nobody
 * says that there is light; and once it takes things again it plays again. */
void conformance_bears_refusals(const struct conformance_row *row,
                                struct conformance_verdict *verdict)
{
    struct conformance_row stubborn = *row;

    stubborn.dark_ns += REFUSED_NS;
    if (row->late_ns > 0 || !row->refuse) /* twenty seconds for each kind: virtual time */
        return;
    for (int kind = 1; kind <= row->refusals && is_fine(verdict); kind++) {
        struct fixture fixture;
        if (fixture_start(&fixture, &stubborn, (uint64_t)kind, verdict) &&
            fixture_stream(&fixture, SLOW_PPS) && fixture_light_up(&fixture)) {
            fixture.observer.unsure_points = row->nonsense_unsure_points;
            row->refuse(fixture.adapter, kind);
            bear(&fixture, verdict);
            fixture_count_anew(&fixture);
            fixture_run_ms(&fixture, 1000);
            conformance_expect(
                verdict, fixture.observer.seen > 0 || !bj_stream_stats(fixture.stream).lit,
                "refused for 20 s, it is said to be lit");
            row->refuse(fixture.adapter, 0);
            fixture_light_up(&fixture);
        }
        fixture_finish(&fixture);
    }
}

static void await(struct fixture *fixture, struct conformance_verdict *verdict)
{
    uint64_t connects = fixture->recorder.connects, words = fixture->words;

    fixture_run_ms(fixture, 60000);
    connects = fixture->recorder.connects - connects;
    words = fixture->words - words;
    conformance_expect(verdict, connects <= MOST_ATTEMPTS,
                       "absent, it is tried %u times in a minute", (unsigned)connects);
    conformance_expect(verdict, words <= MOST_WORDS, "absent, %u words are said of it",
                       (unsigned)words);
}

/* From the first, and once it has gone. */
void conformance_waits_for_the_absent(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    struct fixture fixture;

    if (!row->unplug || row->late_ns > 0 || !fixture_start(&fixture, row, 1, verdict))
        return;
    row->unplug(fixture.adapter);
    if (fixture_stream(&fixture, fixture.pps)) {
        await(&fixture, verdict);
        row->plug(fixture.adapter);
        fixture_light_up(&fixture);
        fixture.observer.unsure_points = row->unsure_points;
        row->unplug(fixture.adapter);
        fixture.observer.dark_from_ns = fixture.now_ns + fixture_queue_ns(&fixture);
        await(&fixture, verdict);
        row->plug(fixture.adapter);
        fixture_light_up(&fixture);
    }
    fixture_finish(&fixture);
}
