/* SPDX-License-Identifier: MIT */
#include "helios_fixture.h"

#include <stdlib.h>

#define ANSWER_NS (3 * FIXTURE_MS / 2) /* the device takes so long */

struct helios_notes *helios_notes(const struct fixture *fixture)
{
    return fixture->notes;
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
    struct fixture *fixture = user;
    struct helios_notes *notes = helios_notes(fixture);
    int64_t number = point->y << 12 | point->x, late_ns = point->time_ns - fixture->shut_ns;
    bool lit = (point->r | point->g | point->b | point->i) != 0;

    if (point->x == 0x800 && point->y == 0x800 && !lit &&
        number >= (int64_t)fixture->written)
        return; /* the sacrifice that ends a broken frame */
    assert_true(number < FIXTURE_NUMBERS);
    fixture_played(fixture, number, false);
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

static void judge_level(struct fixture *fixture, const struct bj_level_report *report)
{
    struct helios_notes *notes = helios_notes(fixture);
    uint64_t held = report->queued_points + report->unreported_points;
    int64_t width_ns = report->received_ns - report->sent_ns;
    int64_t began_ns, period_ns = BJ_NS_PER_S / fixture->pps;

    assert_true(report->playing);
    sim_helios_run(fixture->device, fixture->now_ns);
    began_ns = notes->played_ns[fixture->written - held]; /* the frame it speaks of */
    if (began_ns != 0) {
        assert_true(began_ns >= report->sent_ns);
        assert_true(began_ns <= report->received_ns + 2 * period_ns);
    } else {
        assert_true(fixture->now_ns - report->received_ns <= ANSWER_NS + 2 * period_ns);
    }
    if (fixture->reports > 0 && notes->emptied == fixture->emptied &&
        width_ns > notes->widest_ns)
        notes->widest_ns = width_ns;
    notes->emptied = fixture->emptied;
}

static void advance(struct fixture *fixture, int64_t now_ns)
{
    if (fixture->device != NULL)
        sim_helios_run(fixture->device, now_ns);
}

/* ---- Life ---------------------------------------------------------------------------- */

static const struct fixture_kind kind = {
    .on_usb = true,
    .notes_size = sizeof(struct helios_notes),
    .numbered = numbered,
    .judge_level = judge_level,
    .advance = advance,
};

struct fixture *fixture_create(const char *id)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture_begin(fixture, &kind, &bj_helios,
                  (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = id});
    fixture->pps = 48000;
    fixture->begin_points = 768;
    fixture->chunk_points = 4096;
    return fixture;
}

void fixture_plug(struct fixture *fixture, const struct sim_helios_config *config)
{
    struct sim_helios_config usual = sim_helios_defaults();

    if (config != NULL)
        usual = *config;
    usual.played = on_played;
    usual.user = fixture;
    if (fixture->device == NULL)
        fixture->device = sim_helios_create(&usual);
    assert_non_null(fixture->device);
    fake_usb_plug(fixture->usb, FIXTURE_PORT, fixture->device);
}

struct fixture *fixture_usual(void)
{
    struct fixture *fixture = fixture_create(FIXTURE_ID);

    fixture_plug(fixture, NULL);
    return fixture;
}

void fixture_destroy(struct fixture *fixture)
{
    fixture_let_go(fixture);
    fixture_run_ms(fixture, 200);
    if (fixture->device != NULL) {
        assert_false(sim_helios_is_lit(fixture->device));
        assert_int_equal(fixture_counts(fixture)->lit_behind_shutter, 0);
        assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_ERASE], 0);
        assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_CUT_SHORT], 0);
        assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_LOOPED], 0);
        assert_int_equal(fixture_counts(fixture)->sins[SIM_HELIOS_EMPTY], 0);
    }
    fixture_end(fixture);
    sim_helios_destroy(fixture->device);
    free(fixture);
}

void fixture_reconnect(struct fixture *fixture)
{
    for (int tries = 0; tries < 20; tries++) {
        fixture_connect(fixture);
        for (int ms = 0; ms < 5000 && fixture->attempting; ms += 10) {
            if (fixture->dac_status.state == BJ_DAC_READY ||
                fixture->dac_status.state == BJ_DAC_PLAYING)
                return;
            fixture_run_ms(fixture, 10);
        }
        assert_false(fixture->attempting);
        fixture_run_ms(fixture, 500);
    }
    fail_msg("did not come back: %s", fixture->told);
}

const struct sim_helios_counts *fixture_counts(const struct fixture *fixture)
{
    return sim_helios_counts(fixture->device);
}

uint64_t fixture_sins(const struct fixture *fixture)
{
    uint64_t sum = 0;

    for (int sin = 0; sin < SIM_HELIOS_SINS; sin++)
        sum += fixture_counts(fixture)->sins[sin];
    return sum;
}
