/* SPDX-License-Identifier: MIT
 *
 * The cases that call the slots by hand.
 */
#include "cases.h"
#include "world.h"

#include <math.h>
#include <string.h>

static bool is_fine(const struct conformance_verdict *verdict)
{
    return verdict->text[0] == '\0';
}

static const struct bj_dac_caps *caps_of(const struct world *world)
{
    return &world->recorder.dac->caps;
}

static bool begin_by_hand(struct world *world, const struct conformance_row *row,
                          uint64_t seed, struct conformance_verdict *verdict)
{
    return world_start(world, row, seed, verdict) && world_take_in_hand(world);
}

void conformance_describes_itself(const struct conformance_row *row,
                                  struct conformance_verdict *verdict)
{
    const struct bj_dac_driver *driver = row->driver;
    struct world world;

    if (begin_by_hand(&world, row, 1, verdict)) {
        const char *text = world.recorder.dac->name;
        conformance_expect(verdict, driver->name && driver->title && driver->id_form,
                           "a name is missing");
        conformance_expect(verdict, text && *text && strlen(text) < 512,
                           "it does not describe itself");
        conformance_expect(verdict, driver->accepts_id(world.recorder.config.id),
                           "it does not accept its id %s", world.recorder.config.id);
        conformance_expect(verdict, !driver->accepts_id(""), "it accepts no id at all");
        conformance_expect(verdict, !driver->accepts_id("no such thing:1"),
                           "it accepts any id");
    }
    world_finish(&world);
}

static void judge_capabilities(const struct world *world,
                               struct conformance_verdict *verdict)
{
    const struct bj_dac_caps *able = caps_of(world);

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

static void judge_true_rates(const struct world *world, struct conformance_verdict *verdict)
{
    const struct bj_dac_driver *driver = world->row->driver;
    const struct bj_dac_caps *able = caps_of(world);

    for (uint64_t pps = able->min_pps; driver->true_pps && pps <= able->max_pps;
         pps += 997) {
        double real = driver->true_pps(world->recorder.dac, (uint32_t)pps);
        conformance_expect(verdict, real > (double)pps / 2 && real < 2.0 * (double)pps,
                           "makes %f of %u points/s", real, (unsigned)pps);
    }
}

void conformance_has_sane_capabilities(const struct conformance_row *row,
                                       struct conformance_verdict *verdict)
{
    struct bj_dac_caps before;
    struct world world;

    if (begin_by_hand(&world, row, 1, verdict)) {
        before = *caps_of(&world);
        judge_capabilities(&world, verdict);
        judge_true_rates(&world, verdict);
        if (world_play(&world, world_usual_pps(row))) {
            judge_capabilities(&world, verdict);
            judge_true_rates(&world, verdict);
            conformance_expect(verdict,
                               before.model == caps_of(&world)->model &&
                                   before.max_points_per_chunk ==
                                       caps_of(&world)->max_points_per_chunk,
                               "model or chunk size change with the connection");
        }
    }
    world_finish(&world);
}

void conformance_opens_in_time(const struct conformance_row *row,
                               struct conformance_verdict *verdict)
{
    struct bj_point point = observer_tagged_point(row, 0);
    struct world world;
    uint32_t taken = 0;

    if (begin_by_hand(&world, row, 1, verdict)) {
        struct bj_chunk chunk = {.points = &point, .count = 1, .pps = world.pps};
        world_connect(&world, world.pps);
        world_run_ms(&world, 0);
        if (world.attempting && world.recorder.status.state == BJ_DAC_CONNECTING)
            conformance_expect(verdict,
                               world.recorder.table.write(world.dac, world.now_ns, &chunk,
                                                          &taken) == BJ_WOULD_BLOCK,
                               "it takes points before it is connected");
        world_reach(&world, BJ_DAC_READY, row->open_ns);
        world_run_ms(&world, 300);
        conformance_expect(verdict,
                           world.attempting && world.recorder.status.state == BJ_DAC_READY,
                           "it does not stay ready while nothing is sent");
        conformance_expect(verdict, world.recorder.status.room_points > 0,
                           "it is ready and has no room");
    }
    world_finish(&world);
}

/* Offers more than fits, all the time. */
void conformance_blocks_and_loses_nothing(const struct conformance_row *row,
                                          struct conformance_verdict *verdict)
{
    struct world world;

    if (begin_by_hand(&world, row, 1, verdict) &&
        world_play(&world, world_usual_pps(row))) {
        world.greedy = true;
        world_count_anew(&world);
        world_run_ms(&world, 700);
        conformance_expect(verdict, world.recorder.lost == 0, "it loses points");
        conformance_expect(verdict, world.observer.skipped == 0, "points do not come out");
        conformance_expect(verdict, world.recorder.dried == 0 || row->late_ns > 0,
                           "it runs dry while fed");
        conformance_expect(verdict, world.observer.darkened == 0,
                           "lit points come out dark");
    }
    world_finish(&world);
}

void conformance_reports_its_level(const struct conformance_row *row,
                                   struct conformance_verdict *verdict)
{
    struct world world;

    if (begin_by_hand(&world, row, 1, verdict) &&
        world_play(&world, world_usual_pps(row))) {
        bool should = caps_of(&world)->reports_level;
        uint64_t before = world.recorder.reports, enough = row->late_ns > 0 ? 0 : 4;
        world_run_ms(&world, 500);
        conformance_expect(verdict, should || world.recorder.reports == 0,
                           "it reports a level and says it does not");
        conformance_expect(verdict, !should || world.recorder.reports > before + enough,
                           "%u reports in half a second",
                           (unsigned)(world.recorder.reports - before));
        conformance_expect(verdict, !should || world.recorder.report.playing,
                           "it plays and reports that it does not");
        world.feeding = false; /* runs dry: everything comes out */
        world_run_ms(&world,
                     200 + (double)world_queue_ns(&world) / 1e6 +
                         1000.0 * (double)caps_of(&world)->capacity_points / world.pps);
        conformance_expect(verdict,
                           observer_is_blind(&world.observer) ||
                               world.observer.next == world.recorder.taken,
                           "%u points never come out",
                           (unsigned)(world.recorder.taken - world.observer.next));
        conformance_expect(verdict, world.recorder.lost == 0,
                           "played points count as lost");
    }
    world_finish(&world);
}

void conformance_closes_and_opens(const struct conformance_row *row,
                                  struct conformance_verdict *verdict)
{
    struct world world;
    bool going =
        begin_by_hand(&world, row, 1, verdict) && world_play(&world, world_usual_pps(row));

    for (int k = 0; k < 20 && going && is_fine(verdict); k += world_stride(row)) {
        uint64_t taken, lit;
        world_shutter(&world, false);
        world_run_ms(&world, 40 + 0.37 * k);
        taken = world.recorder.taken;
        world_run_ms(&world, 200);
        conformance_expect(verdict, world.recorder.taken > taken,
                           "closed, it takes no points");
        lit = world.observer.lit;
        world_shutter(&world, true);
        world_run_ms(&world, 300);
        conformance_expect(verdict,
                           observer_is_blind(&world.observer) || world.observer.lit > lit,
                           "opened again, it stays dark");
    }
    world_finish(&world);
}

/* Wherever it is: the light goes out, nothing is left open, and it plays again. */
void conformance_disconnects_in_every_state(const struct conformance_row *row,
                                            struct conformance_verdict *verdict)
{
    for (int k = 0; k < 48 && is_fine(verdict); k += world_stride(row)) {
        double open_ms = (double)row->open_ns / 1e6;
        struct world world;
        if (begin_by_hand(&world, row, (uint64_t)k, verdict)) {
            world_connect(&world, world.pps);
            world.feeding = true;
            if (k % 2)
                world_shutter(&world, true);
            world_run_ms(&world, k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24));
            world_disconnect(&world);
            world_disconnect(&world);
            world_run_ms(&world, 100);
            world_play(&world, world.pps);
        }
        world_finish(&world);
    }
}

void conformance_stops_in_every_state(const struct conformance_row *row,
                                      struct conformance_verdict *verdict)
{
    for (int k = 0; k < 48 && is_fine(verdict); k += world_stride(row)) {
        double open_ms = (double)row->open_ns / 1e6;
        struct world world;
        if (begin_by_hand(&world, row, (uint64_t)k, verdict)) {
            world_connect(&world, world.pps);
            world.feeding = true;
            if (k % 2)
                world_shutter(&world, true);
            world_run_ms(&world, k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24));
            world.observer.dark_from_ns = world.now_ns + row->dark_ns;
            world.recorder.table.stop(world.dac, world.now_ns);
            world.feeding = false;
            world.woken = true;
            world_run_ms(&world, 500);
            conformance_expect(
                verdict, !world.attempting || world.recorder.status.state == BJ_DAC_STOPPED,
                "stopped %d ms after connect, it never says so",
                (int)(k < 24 ? open_ms * k / 24 : open_ms + 3.1 * (k - 24)));
        }
        world_finish(&world);
    }
}

static void plays_at_rate(const struct conformance_row *row,
                          struct conformance_verdict *verdict, bool fastest)
{
    struct world world;

    if (begin_by_hand(&world, row, 1, verdict)) {
        uint32_t pps = fastest ? caps_of(&world)->max_pps : caps_of(&world)->min_pps;
        if (world_play(&world, pps)) {
            double real = bj_dac_true_pps(world.recorder.dac, pps);
            int64_t since_ns = world.now_ns;
            double expected, tolerance;
            world_count_anew(&world);
            world_run_ms(&world, 300);
            expected = (double)(world.now_ns - since_ns) / 1e9 * real;
            tolerance = 1 + expected * row->rate_tolerance;
            conformance_expect(verdict,
                               observer_is_blind(&world.observer) ||
                                   world_is_near(&world, expected, tolerance),
                               "at %u points/s %u come out in 0.3 s, not %u", pps,
                               (unsigned)world.observer.seen, (unsigned)expected);
            conformance_expect(verdict, world.observer.skipped == 0,
                               "points do not come out");
        }
    }
    world_finish(&world);
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
        struct world world;
        if (begin_by_hand(&world, row, 1, verdict)) {
            world.feeding = true;
            world_connect(&world, rates[k]);
            world.pps = world_usual_pps(row);
            world_run_ms(&world, 200 + (double)row->open_ns / 1e6);
            if (world.attempting)
                world_disconnect(&world);
            world_run_ms(&world, 200);
            if (world_play(&world, world.pps)) {
                world.pps = rates[k];
                world_run_ms(&world, 20);
            }
        }
        world_finish(&world);
    }
}
