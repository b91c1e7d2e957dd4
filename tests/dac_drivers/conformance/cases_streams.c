/* SPDX-License-Identifier: MIT
 *
 * The cases that run under the real engine.
 */
#include "cases.h"
#include "world.h"

#include <math.h>

static bool is_fine(const struct conformance_verdict *verdict)
{
    return verdict->text[0] == '\0';
}

static bool begin_stream(struct world *world, const struct conformance_row *row,
                         uint64_t seed, struct conformance_verdict *verdict)
{
    return world_start(world, row, seed, verdict) &&
           world_stream(world, world_usual_pps(row));
}

static bool begin_armed_stream(struct world *world, const struct conformance_row *row,
                               uint64_t seed, struct conformance_verdict *verdict)
{
    return world_start(world, row, seed, verdict) &&
           world_stream_armed(world, world_usual_pps(row));
}

static void judge_streaming(struct world *world, struct conformance_verdict *verdict,
                            double ms)
{
    struct bj_stats before = bj_stream_stats(world->stream), after;
    bool in_time = world->row->late_ns == 0;
    int64_t since_ns = world->now_ns;
    double expected;

    world_count_anew(world);
    world_run_ms(world, ms);
    after = bj_stream_stats(world->stream);
    expected = after.true_pps * (double)(world->now_ns - since_ns) / 1e9;
    conformance_expect(verdict, !in_time || after.underruns == before.underruns,
                       "an underrun");
    conformance_expect(verdict,
                       !in_time || after.device_underruns == before.device_underruns,
                       "the device runs dry");
    conformance_expect(verdict, after.flushed_points == before.flushed_points,
                       "points are thrown away");
    conformance_expect(verdict, world->observer.skipped == 0, "points do not come out");
    conformance_expect(verdict,
                       observer_is_blind(&world->observer) ||
                           world_is_near(world, expected, 2 + expected / 50),
                       "%u points come out in %.0f ms", (unsigned)world->observer.seen, ms);
}

/* All five channels, exact up to what the DAC can show, in order; dark before arm, after
 * disarm, and at the end. */
void conformance_streams_exactly(const struct conformance_row *row,
                                 struct conformance_verdict *verdict)
{
    struct world world;

    if (begin_stream(&world, row, 1, verdict) && world_reach_playing(&world)) {
        judge_streaming(&world, verdict, 400);
        world_light_up(&world);
        world_run_ms(&world, 200);
        judge_streaming(&world, verdict, 1000);
        conformance_expect(verdict,
                           observer_is_blind(&world.observer) || world.observer.lit > 0,
                           "it is not lit");
        conformance_expect(verdict, world.observer.darkened == 0,
                           "lit points come out dark");
        world_disarm(&world);
        world_run_ms(&world, 200);
        world_reach_playing(&world);
        world_light_up(&world);
        world_stop(&world);
        world_run_ms(&world, 1000);
        conformance_expect(verdict, world.over && world.result == BJ_RUN_STOPPED,
                           "stopped, it does not end");
        conformance_expect(verdict, world.recorder.stop_confirmed, "it never says stopped");
    }
    world_finish(&world);
}

void conformance_disarms_at_every_moment(const struct conformance_row *row,
                                         struct conformance_verdict *verdict)
{
    struct world world;
    bool going = begin_stream(&world, row, 1, verdict);

    for (int k = 0; k < 20 && going; k += world_stride(row)) { /* while it connects */
        world_arm(&world);
        world_run_ms(&world, 7.3);
        world_disarm(&world);
        world_run_ms(&world, (double)row->open_ns / 1e6 / 20);
    }
    for (int k = 0; k < 40 && going && is_fine(verdict); k += world_stride(row)) {
        if (!world_light_up(&world))
            break;
        world_run_ms(&world, 0.37 * k);
        world_disarm(&world);
        world_run_ms(&world, 0.11 * k);
        if (k % 3 == 0)
            world_arm(&world);
        world_run_ms(&world, 0.53 * k);
        world_disarm(&world);
        world_run_ms(&world, 60);
    }
    world_finish(&world);
}

void conformance_drains(const struct conformance_row *row,
                        struct conformance_verdict *verdict)
{
    for (int k = 0; k < 10 && is_fine(verdict); k += world_stride(row)) {
        struct world world;
        if (begin_stream(&world, row, (uint64_t)k, verdict) && world_light_up(&world)) {
            world_run_ms(&world, 100 + 1.7 * k);
            world_count_anew(&world);
            world.ended = true;
            bj_stream_wake(world.stream);
            world_run_ms(&world, 2000);
            conformance_expect(verdict, world.over && world.result == BJ_RUN_ENDED,
                               "the producer ended and it does not end");
            conformance_expect(verdict, world.observer.skipped == 0,
                               "the end is thrown away instead of played");
            conformance_expect(verdict,
                               observer_is_blind(&world.observer) ||
                                   world.observer.next >= world.made,
                               "%u points of the end never come out",
                               (unsigned)(world.made - world.observer.next));
            world.observer.dark_from_ns = world.now_ns;
        }
        world_finish(&world);
    }
}

/* Whether it is close to empty may be in doubt; long before, it is not. */
static void stand_still(struct world *world, double ms, bool in_doubt,
                        struct conformance_verdict *verdict)
{
    uint64_t dries = world->row->dries(world->adapter);
    uint64_t told = bj_stream_stats(world->stream).device_underruns;

    world_stand_still_ms(world, ms);
    world_run_ms(world, 900);
    dries = world->row->dries(world->adapter) - dries;
    told = bj_stream_stats(world->stream).device_underruns - told;
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
        struct world world;
        if (begin_armed_stream(&world, row, (uint64_t)k, verdict) &&
            world_reach_playing(&world)) {
            double target_ms = (double)world.recorder.dac->caps.target_buffer_ns / 1e6;
            world_run_ms(&world, 500 + 1.3 * k);
            for (int n = 0; n < 12 && is_fine(verdict); n++)
                stand_still(&world, target_ms / 2 + (8 * n + k) * target_ms / 96, n > 0,
                            verdict);
        }
        world_finish(&world);
    }
}

void conformance_ends_at_every_moment(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    for (int k = 0; k < 48 && is_fine(verdict); k += world_stride(row)) {
        double open_ms = (double)row->open_ns / 1e6;
        struct world world;
        if (begin_armed_stream(&world, row, (uint64_t)k, verdict)) {
            world_run_ms(&world, k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24));
            if (k % 2) {
                world_stop(&world);
                world_run_ms(&world, 1000);
                conformance_expect(verdict, world.over, "stopped, it does not end");
            }
            world_destroy_stream(&world);
            if (row->open_handles)
                conformance_expect(verdict, row->open_handles(world.adapter) == 0,
                                   "a handle is left open");
            world_run_ms(&world, 100);
            if (k % 8 == 0 && world_stream(&world, world.pps)) /* and once more */
                world_light_up(&world);
        }
        world_finish(&world);
    }
}

void conformance_is_unplugged_and_comes_back(const struct conformance_row *row,
                                             struct conformance_verdict *verdict)
{
    for (int k = 0; k < 12 && row->unplug && is_fine(verdict); k += world_stride(row)) {
        int64_t away_ns = 300 * BJ_NS_PER_MS * (1 + k);
        struct world world;
        if (begin_stream(&world, row, (uint64_t)k, verdict) && world_light_up(&world)) {
            world_run_ms(&world, 1.9 * k);
            row->unplug(world.adapter);
            world.observer.unsure_points = row->unsure_points;
            world.observer.dark_from_ns = world.now_ns + world_queue_ns(&world);
            world_run_ms(&world, (double)away_ns / 1e6);
            row->plug(world.adapter);
            if (away_ns <= BJ_AWAY_LIMIT_NS) /* else light must not come back by itself */
                world.observer.dark_from_ns = BJ_NEVER;
            world_run_ms(&world, 3000);
            conformance_expect(verdict,
                               k < 8 || bj_stream_stats(world.stream).reconnects > 0,
                               "it does not come back");
            world_light_up(&world);
            world_run_ms(&world, 200);
            judge_streaming(&world, verdict, 200);
        }
        world_finish(&world);
    }
}

void conformance_is_out_of_reach_at_first(const struct conformance_row *row,
                                          struct conformance_verdict *verdict)
{
    struct world world;

    if (row->unplug && world_start(&world, row, 1, verdict)) {
        row->unplug(world.adapter);
        if (world_stream(&world, world.pps)) {
            world_run_ms(&world, 3000);
            conformance_expect(verdict, world.observer.seen == 0,
                               "it plays without a device");
            row->plug(world.adapter);
            world_light_up(&world);
        }
        world_finish(&world);
    }
}

/* Whatever the device says: no crash, no endless loop, no broken contract; and once it is
 * well again it plays again. */
void conformance_survives_nonsense(const struct conformance_row *row,
                                   struct conformance_verdict *verdict)
{
    for (int k = 0; k < 30 && row->make_hostile && is_fine(verdict);
         k += world_stride(row)) {
        struct world world;
        if (world_start(&world, row, (uint64_t)k + 1, verdict)) {
            if (k % 3 == 0)
                row->make_hostile(world.adapter);
            world.observer.unsure_points = row->nonsense_unsure_points;
            if (world_stream(&world, world.pps)) {
                world_run_ms(&world, (double)row->open_ns / 1e6 + 50);
                world_arm(&world);
                row->make_hostile(world.adapter);
                world_run_ms(&world, 100.0 * k);
                world_disarm(&world);
                world.observer.dark_from_ns = world.now_ns + world_queue_ns(&world);
                row->plug(world.adapter);
                world_run_ms(&world, 3000);
                world_light_up(&world);
            }
        }
        world_finish(&world);
    }
}
