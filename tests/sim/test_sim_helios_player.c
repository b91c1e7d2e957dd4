/* SPDX-License-Identifier: MIT */
#include "sim_helios_player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define US 1000

static struct sim_helios_config config;
static struct sim_helios_counts counts;
static struct sim_helios_player *player;
static bool shutter, started;
static struct sim_helios_point points[20000];
static size_t told;

static void on_played(void *user, const struct sim_helios_point *point)
{
    (void)user;
    points[told++ % 20000] = *point;
}

static void begin_as(uint32_t firmware)
{
    config = sim_helios_defaults();
    config.firmware = firmware;
    config.stretch_ns = 0;
    config.played = on_played;
    memset(&counts, 0, sizeof counts);
    shutter = true;
    told = 0;
    sim_helios_player_init(player, &config, &counts, &shutter);
}

static int setup(void **state)
{
    (void)state;
    player = malloc(sizeof *player);
    begin_as(5);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(player);
    return 0;
}

/* `count` points with red = tag; returns whether it was accepted. */
static bool give(uint32_t count, uint32_t pps, uint8_t flags, uint8_t tag, int64_t now_ns)
{
    static uint8_t bytes[SIM_HELIOS_BYTES];

    sim_helios_player_run(player, now_ns);
    memset(bytes, 0, sizeof bytes);
    for (uint32_t k = 0; k < count; k++) {
        bytes[k * 7] = (uint8_t)(k >> 4);
        bytes[k * 7 + 1] = (uint8_t)((k & 15) << 4 | 4);
        bytes[k * 7 + 2] = 0x56;
        bytes[k * 7 + 3] = tag;
    }
    uint8_t *end = bytes + count * 7;
    end[0] = (uint8_t)pps;
    end[1] = (uint8_t)(pps >> 8);
    end[2] = (uint8_t)count;
    end[3] = (uint8_t)(count >> 8);
    end[4] = flags;
    return sim_helios_player_take(player, bytes, count * 7 + 5, now_ns, &started);
}

static void plays_a_frame_once(void **state)
{
    (void)state;
    assert_true(give(100, 10000, 2, 9, 0));
    assert_true(started);
    sim_helios_player_run(player, 200 * MS);
    assert_int_equal(told, 100);
    assert_int_equal(points[5].x, 5);
    assert_int_equal(points[5].y, 0x456);
    assert_int_equal(points[5].r, 9);
    /* 112 MHz in 11201 cycles */
    assert_in_range(points[0].time_ns, 100000, 100020);
    assert_in_range(points[99].time_ns, 100 * 100008, 100 * 100010);
    assert_false(player->playing);
    assert_int_equal(player->output.r, 0); /* dark, and rests where it was */
    assert_int_equal(player->output.x, 99);
}

/* However long the machine has been running. */
static void ten_years_change_no_tick(void **state)
{
    const int64_t then_ns = 3653 * 86400 * BJ_NS_PER_S + 123456789;
    static int64_t after_ns[2000];
    (void)state;
    for (int64_t from_ns = 0; from_ns <= then_ns; from_ns += then_ns) {
        begin_as(5);
        for (int64_t frame = 0; frame < 20; frame++) {
            give(100, 33333, 2, 9, from_ns + frame * 3 * MS);
        }
        sim_helios_player_run(player, from_ns + 200 * MS);
        assert_int_equal(told, 2000);
        for (size_t k = 0; k < told; k++) {
            if (from_ns == 0)
                after_ns[k] = points[k].time_ns;
            assert_int_equal(points[k].time_ns - from_ns, after_ns[k]);
        }
    }
}

static void two_frames_join_without_a_gap(void **state)
{
    (void)state;
    give(100, 10000, 2, 1, 0);
    assert_true(give(50, 20000, 2, 2, 3 * MS));
    assert_false(started);
    assert_true(player->slot_full);
    sim_helios_player_run(player, 10 * MS);
    assert_true(player->slot_full);
    sim_helios_player_run(player, 11 * MS);
    assert_false(player->slot_full);
    sim_helios_player_run(player, 100 * MS);
    assert_int_equal(told, 150);
    assert_in_range(points[100].time_ns - points[99].time_ns, 100008, 100010);
    assert_in_range(points[101].time_ns - points[100].time_ns, 50008, 50010);
    assert_int_equal(counts.gaps, 0);
}

static void a_late_frame_makes_a_gap(void **state)
{
    (void)state;
    give(100, 10000, 2, 1, 0);
    give(100, 10000, 2, 1, 15 * MS);
    sim_helios_player_run(player, 100 * MS);
    assert_int_equal(counts.gaps, 1);
    assert_in_range(counts.longest_gap_ns, 4900 * US, 5100 * US);
}

static void loops_repeat_without_a_gap(void **state)
{
    (void)state;
    give(100, 10000, 0, 1, 0);
    sim_helios_player_run(player, 35 * MS);
    assert_int_equal(told, 349);
    assert_int_equal(counts.repeats, 3);
    assert_int_equal(counts.sins[SIM_HELIOS_LOOPED], 1);
    give(100, 10000, 2, 2, 35 * MS); /* after the one that plays */
    sim_helios_player_run(player, 45 * MS);
    assert_int_equal(points[399].r, 1);
    assert_int_equal(points[400].r, 2);
}

static void the_first_flag_cuts_short(void **state)
{
    (void)state;
    give(100, 10000, 2, 1, 0);
    give(100, 10000, 3, 2, 3 * MS);
    assert_true(started);
    sim_helios_player_run(player, 5 * MS);
    assert_int_equal(points[told - 1].r, 2);
    assert_int_equal(counts.sins[SIM_HELIOS_CUT_SHORT], 1);
}

static void a_stop_locks_and_centres(void **state)
{
    (void)state;
    give(1000, 10000, 2, 1, 0);
    give(1000, 10000, 2, 1, 0);
    sim_helios_player_run(player, 5 * MS);
    sim_helios_player_stop(player, 5 * MS);
    assert_int_equal(player->output.r, 0);
    assert_false(player->slot_full);
    assert_false(give(100, 10000, 2, 2, 104 * MS));
    assert_int_equal(counts.dropped[SIM_HELIOS_DROP_LOCKED], 1);
    assert_int_equal(counts.sins[SIM_HELIOS_FRAME_LOCKED], 1);
    assert_int_not_equal(player->output.x, 0x800);
    assert_true(give(100, 10000, 2, 2, 105 * MS));
    assert_int_equal(player->output.x, 0x800);
}

/* Up to firmware 4 the end of a frame is a stop. */
static void old_firmware_locks_when_it_runs_dry(void **state)
{
    (void)state;
    begin_as(4);
    give(100, 10000, 2, 1, 0);
    sim_helios_player_run(player, 11 * MS);
    assert_false(give(100, 10000, 2, 2, 50 * MS));
    assert_true(give(100, 10000, 2, 2, 111 * MS));
}

static void sizes_must_fit(void **state)
{
    const uint8_t shorter[] = {1, 2, 3};
    uint8_t wrong[12] = {0};

    (void)state;
    wrong[9] = 2; /* says two points */
    assert_false(sim_helios_player_take(player, wrong, sizeof wrong, 0, &started));
    assert_false(sim_helios_player_take(player, shorter, sizeof shorter, 0, &started));
    assert_int_equal(counts.dropped[SIM_HELIOS_DROP_SIZE], 2);
    assert_int_equal(counts.sins[SIM_HELIOS_EMPTY], 1);
    assert_true(give(4096, 65535, 2, 1, 0));
    assert_false(give(0, 1000, 2, 1, 0));
}

static void rates_come_from_the_timer(void **state)
{
    static const struct {
        uint32_t pps, cycles;
    } cases[] = {{48000, 2334}, {48020, 2333}, {65535, 1710}, {20000, 5601}, {7, 16000001}};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        begin_as(5);
        give(3, cases[k].pps, 2, 1, 0);
        sim_helios_player_run(player, BJ_NS_PER_S);
        double period_ns = (double)(points[2].time_ns - points[0].time_ns) / 2;
        double cycles = period_ns * 0.112;
        assert_true(cycles > cases[k].cycles - 0.2 && cycles < cases[k].cycles + 0.2);
    }
}

static void crystal_and_restart_change_the_pace(void **state)
{
    (void)state;
    config.crystal_ppm = 100;
    config.stretch_ns = 3000;
    give(1000, 10000, 2, 1, 0);
    give(1000, 10000, 2, 1, 0);
    sim_helios_player_run(player, BJ_NS_PER_S);
    double ns = (double)(points[1000].time_ns - points[0].time_ns);
    double expected = 1000 * 11201 / 0.112 / 1.0001 + 3000;
    assert_true(ns > expected - 5 && ns < expected + 5);
}

static void light_behind_the_shutter_is_counted(void **state)
{
    (void)state;
    shutter = false;
    give(10, 10000, 2, 1, 0);
    give(10, 10000, 2, 0, 0);
    sim_helios_player_run(player, 100 * MS);
    assert_int_equal(counts.lit_behind_shutter, 10);
}

static void freezing_moves_everything(void **state)
{
    (void)state;
    give(100, 10000, 2, 1, 0);
    sim_helios_player_freeze(player, 5 * MS, 50 * MS);
    size_t before = told;
    sim_helios_player_run(player, 54 * MS);
    assert_int_equal(told, before);
    sim_helios_player_run(player, 100 * MS);
    assert_int_equal(told, 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plays_a_frame_once),
        TEST(ten_years_change_no_tick),
        TEST(two_frames_join_without_a_gap),
        TEST(a_late_frame_makes_a_gap),
        TEST(loops_repeat_without_a_gap),
        TEST(the_first_flag_cuts_short),
        TEST(a_stop_locks_and_centres),
        TEST(old_firmware_locks_when_it_runs_dry),
        TEST(sizes_must_fit),
        TEST(rates_come_from_the_timer),
        TEST(crystal_and_restart_change_the_pace),
        TEST(light_behind_the_shutter_is_counted),
        TEST(freezing_moves_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
