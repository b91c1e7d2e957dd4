/* SPDX-License-Identifier: MIT
 *
 * The cases of what goes wrong for long, and of what is counted then.
 */
#include "cases.h"
#include "world.h"

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

static uint64_t came_out(const struct world *world)
{
    return world->observer.seen_in_all - world->observer.idle;
}

/* What was made came out or is counted as thrown away, and not both; but for `played`
 * points that may have come out when nobody could be told. */
static void check_ledger(const struct world *world, uint64_t played,
                         struct conformance_verdict *verdict)
{
    const struct conformance_row *row = world->row;
    uint64_t made =
        world->made > world->recorder.taken ? world->made : world->recorder.taken;
    uint64_t flushed = bj_stream_stats(world->stream).flushed_points;
    uint64_t missing = made - came_out(world);
    uint64_t doubt = world->recorder.emptied * row->flush_unsure_points +
                     world->recorder.connects * row->unsure_points;

    if (observer_is_blind(&world->observer))
        return;
    conformance_expect(verdict, missing <= flushed + doubt,
                       "of %u points %u never came out, and %u are counted", (unsigned)made,
                       (unsigned)missing, (unsigned)flushed);
    conformance_expect(verdict, flushed <= missing + doubt + played,
                       "of %u points %u never came out, but %u are counted", (unsigned)made,
                       (unsigned)missing, (unsigned)flushed);
}

static void stop_and_judge(struct world *world, uint64_t played,
                           struct conformance_verdict *verdict)
{
    world_stop(world);
    world_run_ms(world, 1000 + (double)world_queue_ns(world) / 1e6);
    if (conformance_expect(verdict, world->over, "stopped, it does not end"))
        check_ledger(world, played, verdict);
}

static void disarm_and_stop(const struct conformance_row *row, int k,
                            struct conformance_verdict *verdict)
{
    struct world world;

    if (world_start(&world, row, (uint64_t)k, verdict) && world_stream(&world, world.pps)) {
        for (int n = 0; n < k % 4 && world_light_up(&world); n++) {
            world_run_ms(&world, 0.7 * k);
            world_disarm(&world);
            world_run_ms(&world, 90 + 0.3 * k);
        }
        world_light_up(&world);
        world_run_ms(&world, 1.9 * k);
        stop_and_judge(&world, 0, verdict);
    }
    world_finish(&world);
}

static void unplug_and_stop(const struct conformance_row *row, int k,
                            struct conformance_verdict *verdict)
{
    struct world world;

    if (world_start(&world, row, (uint64_t)k, verdict) && world_stream(&world, world.pps) &&
        world_light_up(&world)) {
        double queue_s = (double)world_queue_ns(&world) / 1e9;
        world_run_ms(&world, 1.9 * k);
        world.observer.unsure_points = row->unsure_points;
        row->unplug(world.adapter);
        world.observer.dark_from_ns = world.now_ns + world_queue_ns(&world);
        world_run_ms(&world, 2500);
        row->plug(world.adapter);
        world_light_up(&world);
        stop_and_judge(&world, (uint64_t)(queue_s * world.pps), verdict);
    }
    world_finish(&world);
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

static uint64_t restarts(const struct world *world)
{
    const struct recorder *recorder = &world->recorder;

    return recorder->emptied > recorder->connects ? recorder->emptied : recorder->connects;
}

static void bear(struct world *world, struct conformance_verdict *verdict)
{
    uint64_t words = world->words;

    for (int second = 0; second < 20 && is_fine(verdict); second++) {
        uint64_t before = restarts(world);
        world_run_ms(world, 1000);
        conformance_expect(verdict, restarts(world) - before <= MOST_RESTARTS,
                           "refused, it begins anew %u times in a second",
                           (unsigned)(restarts(world) - before));
    }
    conformance_expect(verdict, world->words - words <= MOST_WORDS_AGAIN,
                       "refused, it says %u words in 20 s",
                       (unsigned)(world->words - words));
}

/* Whatever it is that the device refuses, it is not asked as fast as it answers; nobody
 * says that there is light; and once it takes things again it plays again. */
void conformance_bears_refusals(const struct conformance_row *row,
                                struct conformance_verdict *verdict)
{
    struct conformance_row stubborn = *row;

    stubborn.dark_ns += REFUSED_NS;
    for (int kind = 1; row->refuse && kind <= row->refusals && is_fine(verdict); kind++) {
        struct world world;
        if (row->late_ns == 0 && world_start(&world, &stubborn, (uint64_t)kind, verdict) &&
            world_stream(&world, SLOW_PPS) && world_light_up(&world)) {
            world.observer.unsure_points = row->nonsense_unsure_points;
            row->refuse(world.adapter, kind);
            bear(&world, verdict);
            world_count_anew(&world);
            world_run_ms(&world, 1000);
            conformance_expect(
                verdict, world.observer.seen > 0 || !bj_stream_stats(world.stream).lit,
                "refused for 20 s, it is said to be lit");
            row->refuse(world.adapter, 0);
            world_light_up(&world);
        }

        world_finish(&world);
    }
}

static void await(struct world *world, struct conformance_verdict *verdict)
{
    uint64_t connects = world->recorder.connects, words = world->words;

    world_run_ms(world, 60000);
    connects = world->recorder.connects - connects;
    words = world->words - words;
    conformance_expect(verdict, connects <= MOST_ATTEMPTS,
                       "absent, it is tried %u times in a minute", (unsigned)connects);
    conformance_expect(verdict, words <= MOST_WORDS, "absent, %u words are said of it",
                       (unsigned)words);
}

/* From the first, and once it has gone. */
void conformance_waits_for_the_absent(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    struct world world;

    if (!row->unplug || row->late_ns > 0 || !world_start(&world, row, 1, verdict))
        return;
    row->unplug(world.adapter);
    if (world_stream(&world, world.pps)) {
        await(&world, verdict);
        row->plug(world.adapter);
        world_light_up(&world);
        world.observer.unsure_points = row->unsure_points;
        row->unplug(world.adapter);
        world.observer.dark_from_ns = world.now_ns + world_queue_ns(&world);
        await(&world, verdict);
        row->plug(world.adapter);
        world_light_up(&world);
    }
    world_finish(&world);
}
