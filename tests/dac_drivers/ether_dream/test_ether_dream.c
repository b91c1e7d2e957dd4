/* SPDX-License-Identifier: MIT
 *
 * The whole driver against the simulated device: playing, and who and where it is.
 */
#include "ether_dream_world.h"

#include <stdlib.h>

#define NEW_IP 0x0a000009u

static struct world world;

static int stop_world(void **state)
{
    (void)state;
    world_stop(&world);
    return 0;
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(world.device);
}

/* ---- Playing ------------------------------------------------------------------------- */

static void test_plays_every_point_once_and_in_order(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_run_ms(&world, 10000);
    assert_true(world.played > 290000);
    assert_int_equal(world.emptied, 0);
    assert_int_equal(world.notices, 0);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, 0);
    assert_int_equal(counters()->naks_invalid, 0);
    assert_int_equal(world.dried, 1); /* when the feed ended */
}

static void play_at(const struct sim_ed_profile *profile, uint32_t pps)
{
    struct sim_ed_config config = sim_ed_defaults();

    config.profile = *profile;
    world_start(&world, &config);
    world.pps = pps;
    world.target_points = 1500;
    world.begin_points = 600;
    world_play(&world);
    sim_ed_clear_min_fullness(world.device);
    world_run_ms(&world, 1000);
    assert_int_equal(world.emptied, 0);
    assert_int_equal(counters()->naks_invalid + counters()->naks_full, 0);
    assert_int_equal(sim_ed_status(world.device).point_rate, pps);
    assert_true(counters()->min_fullness >= 256);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, 0);
}

static void test_plays_on_every_generation_at_every_rate(void **state)
{
    static const uint32_t rates[] = {1000, 10000, 30000, 36100, 48000, 100000};
    const struct sim_ed_profile *profile = sim_ed_profiles();

    (void)state;
    for (; profile->name != NULL; profile++) {
        for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
            if (profile != sim_ed_profiles() || k > 0)
                world_stop(&world);
            play_at(profile, rates[k]);
        }
    }
}

static void test_plays_over_a_bad_network(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link = (struct sim_link_config){.latency_ns = 500000,
                                           .jitter_ns = 3000000,
                                           .fragment_bytes = 7,
                                           .stall_every_ns = 300 * WORLD_MS,
                                           .stall_for_ns = 15 * WORLD_MS};
    world_start(&world, &config);
    world.target_points = 2000;
    world_play(&world);
    world_run_ms(&world, 5000);
    assert_int_equal(world.emptied, 0);
    assert_int_equal(counters()->naks_invalid, 0);
    assert_true(world.reports > 500);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, 0);
}

static void test_understands_replies_byte_by_byte_and_merged(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link.fragment_bytes = 1;
    config.link.merge_ns = 4 * WORLD_MS;
    world_start(&world, &config);
    world_play(&world);
    world_run_ms(&world, 1000);
    assert_int_equal(world.emptied, 0);
    assert_int_equal(world.notices, 0);
    world_balance(&world, 0);
}

/* A device whose window closes while nothing moves: the same points are offered again. */
static void test_a_full_window_takes_nothing_and_loses_nothing(void **state)
{
    struct bj_point point = {0};
    struct bj_chunk chunk = {.points = &point, .count = 1, .pps = 30000};
    uint32_t taken = 9;

    (void)state;
    world_start_as(&world, "ed1");
    world.target_points = 1700;
    world.chunk_points = 100;
    world_play(&world);
    world_fault(&world, SIM_ED_STALL, 50 * WORLD_MS);
    world_run_ms(&world, 40);
    assert_int_equal(world.dac_status.room_points, 0);
    assert_int_equal(WORLD_SLOT(&world, write, world.now_ns, &chunk, &taken),
                     BJ_WOULD_BLOCK);
    assert_int_equal(taken, 0);
    world_run_ms(&world, 500);
    assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, world.lost);
}

static void *count_allocations(size_t size);
static size_t allocations;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return count_allocations(size);
}

static void *count_allocations(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

static void test_allocates_nothing_while_it_plays(void **state)
{
    size_t before;

    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    before = allocations;
    world_run_ms(&world, 200);
    world_shutter(&world, false);
    world_run_ms(&world, 200);
    world_shutter(&world, true);
    world_fault(&world, SIM_ED_ESTOP, 0);
    world_run_ms(&world, 200);
    world_shutter(&world, true);
    world_run_ms(&world, 200);
    WORLD_SLOT(&world, stop, world.now_ns);
    world_run_ms(&world, 20);
    assert_int_equal(world.dac_status.state, BJ_DAC_STOPPED);
    assert_int_equal(allocations, before);
    void *volatile proof = malloc(1); /* that it would have been seen */
    free(proof);
    assert_int_equal(allocations, before + 1);
}

/* ---- Rates --------------------------------------------------------------------------- */

static void test_a_new_rate_begins_with_the_first_point_of_its_chunk(void **state)
{
    uint64_t firsts[16];
    int changes = 0;

    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    for (uint32_t pps = 20000; pps <= 48000; pps += 4000) {
        world.pps = pps;
        firsts[changes++] = world.written;
        world_run_ms(&world, 150);
        assert_int_equal(sim_ed_status(world.device).point_rate, pps);
    }
    assert_int_equal(ed_notes(&world)->flagged_count, changes);
    for (int k = 0; k < changes; k++)
        assert_int_equal(ed_notes(&world)->flagged[k], firsts[k]);
    assert_int_equal(counters()->rates_queued, changes);
    assert_int_equal(world_count(&world, 'u'), 0);
    assert_int_equal(world.emptied, 0);
    world_balance(&world, 0);
    assert_int_equal(world.skipped, 0);
}

static void test_a_rate_before_the_first_point_is_the_one_to_begin_with(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    world.pps = 12000;
    world_play(&world);
    assert_int_equal(sim_ed_status(world.device).point_rate, 12000);
    assert_int_equal(world_count(&world, 'q'), 0);
}

static void test_never_sends_a_rate_the_device_cannot_take(void **state)
{
    (void)state;
    world_start_as(&world, "ed1");
    world.target_points = 1700;
    world.pps = 0;
    world_connect(&world);
    world.feeding = true;
    world_run_ms(&world, 300);
    world.pps = 4000000000u;
    world_run_ms(&world, 3000);
    assert_int_equal(counters()->rate_zero, 0);
    assert_int_equal(counters()->rates_over_max, 0);
}

static void test_true_pps_is_what_the_timer_makes_of_it(void **state)
{
    (void)state;
    world_start_as(&world, "ed1");
    assert_true(bj_ether_dream.true_pps(world.dac, 44100) == 44100);
    world_connect(&world);
    world_run_ms(&world, 1200); /* a broadcast tells the generation */
    assert_true(bj_ether_dream.true_pps(world.dac, 44100) == 24000000.0 / 544);
    assert_true(bj_ether_dream.true_pps(world.dac, 30000) == 30000);
    assert_true(bj_ether_dream.true_pps(world.dac, 0) == 0);
}

/* ---- Capacity ------------------------------------------------------------------------ */

static void test_never_fills_the_last_place(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    const struct sim_ed_command *begin;

    (void)state;
    config.profile.keeps_one_free = true;
    config.link.latency_ns = 500000;
    world_start(&world, &config);
    world.begin_points = 100000;
    world.target_points = 100000;
    world.feeding = true;
    world_connect(&world);
    world_reach(&world, BJ_DAC_PLAYING); /* full, and so it begins */
    world_run_ms(&world, 1);
    assert_int_equal(world.dac->caps.capacity_points, 3898);
    begin = &ed_notes(&world)
                 ->commands[strchr(ed_notes(&world)->ops, 'b') - ed_notes(&world)->ops];
    assert_int_equal(begin->before.fullness, 3898);
    assert_int_equal(counters()->naks_invalid, 0);
}

/* An answer may take longer than the queue lasts. */
static void test_plays_from_the_moment_it_was_told_to(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    uint32_t reports;

    (void)state;
    config.link.reply_latency_ns = 50 * BJ_NS_PER_MS;
    world_start(&world, &config);
    world.begin_points = 300;
    world.target_points = 600;
    world.feeding = true;
    world_connect(&world);
    world_reach(&world, BJ_DAC_PLAYING);
    reports = world.reports;
    world_run_ms(&world, 2);
    assert_non_null(strchr(ed_notes(&world)->ops, 'b'));
    world_run_ms(&world, 40); /* what it said before is no news */
    assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(world.reports, reports);
    world_run_ms(&world, 20);
    assert_int_equal(world.dac_status.state, BJ_DAC_PLAYING);
    assert_true(world.reports > reports);
}

static void test_begins_anyway_when_nothing_more_comes(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world.begin_points = 1000;
    world.target_points = 200;
    world_connect(&world);
    world.feeding = true;
    world_reach(&world, BJ_DAC_READY);
    world_run_ms(&world, 95);
    assert_int_equal(counters()->begins, 0);
    world_run_ms(&world, 15);
    assert_int_equal(counters()->begins, 1);
}

/* ---- Who and where ------------------------------------------------------------------- */

static void test_init_refuses_what_names_no_device(void **state)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "etherdream@somewhere"};
    struct bj_dac *dac;

    (void)state;
    world_start_as(&world, "ed2");
    config.via.net = fake_net_base(world.net);
    assert_int_equal(bj_dac_create(&bj_ether_dream, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
    config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = WORLD_ID};
    assert_int_equal(bj_dac_create(&bj_ether_dream, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
}

static void test_accepts_its_own_ids_only(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    assert_true(bj_ether_dream.accepts_id("etherdream:0004a3112233"));
    assert_true(bj_ether_dream.accepts_id("etherdream:0004A3112233"));
    assert_true(bj_ether_dream.accepts_id("etherdream@10.0.0.1"));
    assert_false(bj_ether_dream.accepts_id("etherdream:0004a311223"));
    assert_false(bj_ether_dream.accepts_id("etherdream:0004a311223g"));
    assert_false(bj_ether_dream.accepts_id("virtual"));
}

static void start_by_id_alone(void)
{
    struct sim_ed_config config = sim_ed_defaults();

    world_start_empty(&world, WORLD_ID, (struct bj_address){0});
    world_make_device(&world, &config);
}

static void test_waits_for_the_announcement_of_its_mac(void **state)
{
    (void)state;
    start_by_id_alone();
    world_connect(&world);
    world_run_ms(&world, 2000);
    assert_int_equal(world.dac_status.state, BJ_DAC_CONNECTING);
    fake_net_add(world.net, NEW_IP, world.device);
    world_run_ms(&world, 1100);
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
    assert_string_equal(world.dac->name,
                        "Ether Dream 2 (00:04:a3:11:22:33) r331-ed4bef5 at 10.0.0.9");
}

static void test_a_device_never_heard_is_explained(void **state)
{
    (void)state;
    start_by_id_alone();
    world_connect(&world);
    world_run_ms(&world, 4990);
    assert_true(world.attempting);
    world_run_ms(&world, 20);
    assert_int_equal(world.result, BJ_NOT_FOUND);
    assert_true(world_heard(&world, "not heard"));
    assert_true(world_heard(&world, "firewall"));
}

static void test_a_taken_port_matters_only_without_an_address(void **state)
{
    (void)state;
    start_by_id_alone();
    fake_net_set_udp_open(world.net, BJ_BUSY);
    world_connect(&world);
    assert_int_equal(world.result, BJ_BUSY);
    assert_true(world_heard(&world, "etherdream@HOST"));
    world_stop(&world);
    world_start_as(&world, "ed1");
    fake_net_set_udp_open(world.net, BJ_BUSY);
    world_play(&world);
}

static void test_an_unannounced_device_counts_as_first_generation(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_fault(&world, SIM_ED_BROADCASTS, 0);
    world_connect(&world);
    world_run_ms(&world, 1200);
    world_play(&world);
    assert_int_equal(world.dac->caps.capacity_points, 1798);
    assert_int_equal(world.dac->caps.max_pps, 100000);
    assert_int_equal(world_count(&world, 'v'), 0);
}

static void test_an_address_alone_learns_the_mac_and_follows_it(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    world_start_empty(&world, "etherdream@10.0.0.5", (struct bj_address){.ip = WORLD_IP});
    world_make_device(&world, &config);
    fake_net_add(world.net, WORLD_IP, world.device);
    world_connect(&world);
    world_run_ms(&world, 1200);
    assert_non_null(strstr(world.dac->name, "00:04:a3:11:22:33"));
    world_disconnect(&world);
    fake_net_move(world.net, WORLD_IP, NEW_IP);
    world_run_ms(&world, 1200);
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    assert_non_null(strstr(world.dac->name, "10.0.0.9"));
}

static void test_follows_a_device_to_another_address(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    fake_net_move(world.net, WORLD_IP, NEW_IP);
    world_run_ms(&world, 3000);
    assert_int_equal(world.result, BJ_TIMED_OUT);
    world_connect(&world);
    world_reach(&world, BJ_DAC_PLAYING);
}

static void test_dials_anew_when_the_device_moves_meanwhile(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    fake_net_move(world.net, WORLD_IP, NEW_IP);
    world_run_ms(&world, 150); /* past the first announcement */
    world_connect(&world);
    world_run_ms(&world, 1100);
    assert_int_equal(world.dac_status.state, BJ_DAC_READY);
}

static void announce(uint32_t ip, uint8_t last, size_t size)
{
    uint8_t bytes[36] = {0,  4,    0xa3, 0x11, 0x22, last, 30,   0, 2, 0,
                         16, 0x27, 0x40, 0x0d, 3,    0,    0xff, 9, 9, 9};

    fake_net_inject(world.net, (struct bj_address){.ip = ip, .port = 1},
                    (struct bj_address){.ip = 0xffffffffu, .port = SIM_ED_UDP_PORT}, bytes,
                    size);
}

static void test_ignores_other_devices_and_broken_announcements(void **state)
{
    (void)state;
    world_start_as(&world, "ed1");
    world_play(&world);
    announce(NEW_IP, 0x34, 36);
    announce(WORLD_IP, 0x33, 35);
    world_run_ms(&world, 10);
    assert_int_equal(world.dac->caps.max_pps, 100000);
    announce(WORLD_IP, 0x33, 36); /* unknown states in it do not matter */
    world_run_ms(&world, 10);
    assert_int_equal(world.dac->caps.max_pps, 200000);
    assert_int_equal(world.dac->caps.min_queued_points, 256);
}

static void test_survives_a_flood_of_announcements(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_play(&world);
    world_fault(&world, SIM_ED_BROADCASTS, 3);
    for (int k = 0; k < 500; k++) {
        announce(NEW_IP, 0x44, (size_t)k % 37);
        world_run_ms(&world, 1);
    }
    assert_int_equal(world.emptied, 0);
}

static void test_asks_the_version_only_where_the_firmware_knows_it(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.profile.sw_revision = 1;
    world_start(&world, &config);
    world_connect(&world);
    world_run_ms(&world, 1200);
    world_disconnect(&world);
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    assert_int_equal(world_count(&world, 'v'), 0);
}

static void test_never_asks_again_what_once_was_not_answered(void **state)
{
    size_t asked;

    (void)state;
    world_start_as(&world, "ed2");
    world_fault(&world, SIM_ED_SWALLOW, 1);
    world_connect(&world);
    world_run_ms(&world, 3300);
    assert_int_equal(world.result, BJ_TIMED_OUT);
    asked = world_count(&world, 'v');
    world_connect(&world);
    world_reach(&world, BJ_DAC_READY);
    assert_int_equal(world_count(&world, 'v'), asked);
    assert_null(strstr(world.dac->name, "r331"));
}

static void test_waits_a_second_for_the_first_announcement_only(void **state)
{
    (void)state;
    world_start_as(&world, "ed2");
    world_fault(&world, SIM_ED_BROADCASTS, 0);
    world_connect(&world);
    world_run_ms(&world, 1190);
    assert_int_equal(sim_ed_counters(world.device)->connections, 0);
    world_run_ms(&world, 20);
    assert_int_equal(sim_ed_counters(world.device)->connections, 1);
    world_disconnect(&world);
    world_connect(&world);
    assert_int_equal(world.result, BJ_OK);
    world_run_ms(&world, 1);
    assert_int_equal(sim_ed_counters(world.device)->connections, 2);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plays_every_point_once_and_in_order),
        TEST(test_plays_on_every_generation_at_every_rate),
        TEST(test_plays_over_a_bad_network),
        TEST(test_understands_replies_byte_by_byte_and_merged),
        TEST(test_a_full_window_takes_nothing_and_loses_nothing),
        TEST(test_allocates_nothing_while_it_plays),
        TEST(test_a_new_rate_begins_with_the_first_point_of_its_chunk),
        TEST(test_a_rate_before_the_first_point_is_the_one_to_begin_with),
        TEST(test_never_sends_a_rate_the_device_cannot_take),
        TEST(test_true_pps_is_what_the_timer_makes_of_it),
        TEST(test_never_fills_the_last_place),
        TEST(test_plays_from_the_moment_it_was_told_to),
        TEST(test_begins_anyway_when_nothing_more_comes),
        TEST(test_init_refuses_what_names_no_device),
        TEST(test_accepts_its_own_ids_only),
        TEST(test_waits_for_the_announcement_of_its_mac),
        TEST(test_a_device_never_heard_is_explained),
        TEST(test_a_taken_port_matters_only_without_an_address),
        TEST(test_an_unannounced_device_counts_as_first_generation),
        TEST(test_an_address_alone_learns_the_mac_and_follows_it),
        TEST(test_follows_a_device_to_another_address),
        TEST(test_dials_anew_when_the_device_moves_meanwhile),
        TEST(test_ignores_other_devices_and_broken_announcements),
        TEST(test_survives_a_flood_of_announcements),
        TEST(test_asks_the_version_only_where_the_firmware_knows_it),
        TEST(test_never_asks_again_what_once_was_not_answered),
        TEST(test_waits_a_second_for_the_first_announcement_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
