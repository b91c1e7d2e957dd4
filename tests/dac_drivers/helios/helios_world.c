/* SPDX-License-Identifier: MIT */
#include "helios_world.h"

#include <stdlib.h>

#define ANSWER_NS (3 * WORLD_MS / 2) /* the device takes so long */

struct helios_notes *helios_notes(const struct world *world)
{
    return world->notes;
}

/* ---- Numbered points ----------------------------------------------------------------- */

static float coordinate(uint64_t value)
{
    return (float)((double)(value & 4095) / 2047.5 - 1);
}

static struct bj_point numbered(uint64_t number, bool lit)
{
    float light = lit ? 1 : 0;

    return (struct bj_point){.x = coordinate(number),
                             .y = coordinate(number >> 12),
                             .r = light,
                             .g = light * (float)(number & 255) / 255,
                             .b = light,
                             .i = light};
}

/* How soon it is dark is noted, and not judged here. */
static void on_played(void *user, const struct sim_helios_point *point)
{
    struct world *world = user;
    struct helios_notes *notes = helios_notes(world);
    int64_t number = point->y << 12 | point->x, late_ns = point->time_ns - world->shut_ns;
    bool lit = (point->r | point->g | point->b | point->i) != 0;

    if (point->x == 0x800 && point->y == 0x800 && !lit && number >= (int64_t)world->written)
        return; /* the sacrifice that ends a broken frame */
    assert_true(number < WORLD_NUMBERS);
    world_played(world, number, false);
    notes->played_ns[number] = point->time_ns;
    if (!lit)
        return;
    assert_int_equal(point->g, number & 255);
    assert_int_equal(point->i, 255);
    notes->last_lit_ns = point->time_ns;
    if (late_ns > notes->dark_within_ns)
        notes->dark_within_ns = late_ns;
}

/* ---- What the device knew ------------------------------------------------------------ */

static void judge_level(struct world *world, const struct bj_level_report *report)
{
    struct helios_notes *notes = helios_notes(world);
    uint64_t held = report->queued_points + report->unreported_points;
    int64_t width_ns = report->received_ns - report->sent_ns;
    int64_t began_ns, period_ns = BJ_NS_PER_S / world->pps;

    assert_true(report->playing);
    sim_helios_run(world->device, world->now_ns);
    began_ns = notes->played_ns[world->written - held]; /* the frame it speaks of */
    if (began_ns != 0) {
        assert_true(began_ns >= report->sent_ns);
        assert_true(began_ns <= report->received_ns + 2 * period_ns);
    } else {
        assert_true(world->now_ns - report->received_ns <= ANSWER_NS + 2 * period_ns);
    }
    if (world->reports > 0 && notes->emptied == world->emptied &&
        width_ns > notes->widest_ns)
        notes->widest_ns = width_ns;
    notes->emptied = world->emptied;
}

static void advance(struct world *world, int64_t now_ns)
{
    if (world->device != NULL)
        sim_helios_run(world->device, now_ns);
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct world_kind kind = {
    .on_usb = true,
    .notes_size = sizeof(struct helios_notes),
    .numbered = numbered,
    .judge_level = judge_level,
    .advance = advance,
};

struct world *world_create(const char *id)
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    world_begin(world, &kind, &bj_helios,
                (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = id});
    world->pps = 48000;
    world->begin_points = 768;
    world->chunk_points = 4096;
    return world;
}

void world_plug(struct world *world, const struct sim_helios_config *config)
{
    struct sim_helios_config usual = sim_helios_defaults();

    if (config != NULL)
        usual = *config;
    usual.played = on_played;
    usual.user = world;
    if (world->device == NULL)
        world->device = sim_helios_create(&usual);
    assert_non_null(world->device);
    fake_usb_plug(world->usb, WORLD_PORT, world->device);
}

struct world *world_usual(void)
{
    struct world *world = world_create(WORLD_ID);

    world_plug(world, NULL);
    return world;
}

void world_destroy(struct world *world)
{
    world_let_go(world);
    world_run_ms(world, 200);
    if (world->device != NULL) {
        assert_false(sim_helios_is_lit(world->device));
        assert_int_equal(world_counts(world)->lit_behind_shutter, 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_ERASE], 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_CUT_SHORT], 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_LOOPED], 0);
        assert_int_equal(world_counts(world)->sins[SIM_HELIOS_EMPTY], 0);
    }
    world_end(world);
    sim_helios_destroy(world->device);
    free(world);
}

void world_reconnect(struct world *world)
{
    for (int tries = 0; tries < 20; tries++) {
        world_connect(world);
        for (int ms = 0; ms < 5000 && world->attempting; ms += 10) {
            if (world->dac_status.state == BJ_DAC_READY ||
                world->dac_status.state == BJ_DAC_PLAYING)
                return;
            world_run_ms(world, 10);
        }
        assert_false(world->attempting);
        world_run_ms(world, 500);
    }
    fail_msg("did not come back: %s", world->told);
}

const struct sim_helios_counts *world_counts(const struct world *world)
{
    return sim_helios_counts(world->device);
}

uint64_t world_sins(const struct world *world)
{
    uint64_t sum = 0;

    for (int sin = 0; sin < SIM_HELIOS_SINS; sin++)
        sum += world_counts(world)->sins[sin];
    return sum;
}
