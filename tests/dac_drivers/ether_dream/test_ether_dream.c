/* SPDX-License-Identifier: MIT
 *
 * The whole driver against the simulated device: playing, and who and where it is.
 */
#include "ether_dream_fixture.h"

#include <stdlib.h>

#define NEW_IP 0x0a000009u

static struct fixture fixture;

static int stop_fixture(void **state)
{
    (void)state;
    fixture_stop(&fixture);
    return 0;
}

static const struct sim_ed_counters *counters(void)
{
    return sim_ed_counters(fixture.device);
}

/* ---- Playing ------------------------------------------------------------------------- */

static void test_plays_every_point_once_and_in_order(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_run_ms(&fixture, 10000);
    assert_true(fixture.played > 290000);
    assert_int_equal(fixture.emptied, 0);
    assert_int_equal(fixture.notices, 0);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, 0);
    assert_int_equal(counters()->naks_invalid, 0);
    assert_int_equal(fixture.dried, 1); /* when the feed ended */
}

static void play_at(const struct sim_ed_profile *profile, uint32_t pps)
{
    struct sim_ed_config config = sim_ed_defaults();

    config.profile = *profile;
    fixture_start(&fixture, &config);
    fixture.pps = pps;
    fixture.target_points = 1500;
    fixture.begin_points = 600;
    fixture_play(&fixture);
    sim_ed_clear_min_fullness(fixture.device);
    fixture_run_ms(&fixture, 1000);
    assert_int_equal(fixture.emptied, 0);
    assert_int_equal(counters()->naks_invalid + counters()->naks_full, 0);
    assert_int_equal(sim_ed_status(fixture.device).point_rate, pps);
    assert_true(counters()->min_fullness >= 256);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, 0);
}

static void test_plays_on_every_generation_at_every_rate(void **state)
{
    static const uint32_t rates[] = {1000, 10000, 30000, 36100, 48000, 100000};
    const struct sim_ed_profile *profile = sim_ed_profiles();

    (void)state;
    for (; profile->name != NULL; profile++) {
        for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
            if (profile != sim_ed_profiles() || k > 0)
                fixture_stop(&fixture);
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
                                           .stall_every_ns = 300 * FIXTURE_MS,
                                           .stall_for_ns = 15 * FIXTURE_MS};
    fixture_start(&fixture, &config);
    fixture.target_points = 2000;
    fixture_play(&fixture);
    fixture_run_ms(&fixture, 5000);
    assert_int_equal(fixture.emptied, 0);
    assert_int_equal(counters()->naks_invalid, 0);
    assert_true(fixture.reports > 500);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, 0);
}

static void test_understands_replies_byte_by_byte_and_merged(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.link.fragment_bytes = 1;
    config.link.merge_ns = 4 * FIXTURE_MS;
    fixture_start(&fixture, &config);
    fixture_play(&fixture);
    fixture_run_ms(&fixture, 1000);
    assert_int_equal(fixture.emptied, 0);
    assert_int_equal(fixture.notices, 0);
    fixture_balance(&fixture, 0);
}

/* A device whose window closes while nothing moves: the same points are offered again. */
static void test_a_full_window_takes_nothing_and_loses_nothing(void **state)
{
    struct bj_point point = {0};
    struct bj_chunk chunk = {.points = &point, .count = 1, .pps = 30000};
    uint32_t taken = 9;

    (void)state;
    fixture_start_as(&fixture, "ed1");
    fixture.target_points = 1700;
    fixture.chunk_points = 100;
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_ED_STALL, 50 * FIXTURE_MS);
    fixture_run_ms(&fixture, 40);
    assert_int_equal(fixture.dac_status.room_points, 0);
    assert_int_equal(FIXTURE_SLOT(&fixture, write, fixture.now_ns, &chunk, &taken),
                     BJ_WOULD_BLOCK);
    assert_int_equal(taken, 0);
    fixture_run_ms(&fixture, 500);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, fixture.lost);
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
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    before = allocations;
    fixture_run_ms(&fixture, 200);
    fixture_shutter(&fixture, false);
    fixture_run_ms(&fixture, 200);
    fixture_shutter(&fixture, true);
    fixture_fault(&fixture, SIM_ED_ESTOP, 0);
    fixture_run_ms(&fixture, 200);
    fixture_shutter(&fixture, true);
    fixture_run_ms(&fixture, 200);
    FIXTURE_SLOT(&fixture, stop, fixture.now_ns);
    fixture_run_ms(&fixture, 20);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_STOPPED);
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
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    for (uint32_t pps = 20000; pps <= 48000; pps += 4000) {
        fixture.pps = pps;
        firsts[changes++] = fixture.written;
        fixture_run_ms(&fixture, 150);
        assert_int_equal(sim_ed_status(fixture.device).point_rate, pps);
    }
    assert_int_equal(ed_notes(&fixture)->flagged_count, changes);
    for (int k = 0; k < changes; k++)
        assert_int_equal(ed_notes(&fixture)->flagged[k], firsts[k]);
    assert_int_equal(counters()->rates_queued, changes);
    assert_int_equal(fixture_count(&fixture, 'u'), 0);
    assert_int_equal(fixture.emptied, 0);
    fixture_balance(&fixture, 0);
    assert_int_equal(fixture.skipped, 0);
}

static void test_a_rate_before_the_first_point_is_the_one_to_begin_with(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    fixture.pps = 12000;
    fixture_play(&fixture);
    assert_int_equal(sim_ed_status(fixture.device).point_rate, 12000);
    assert_int_equal(fixture_count(&fixture, 'q'), 0);
}

static void test_never_sends_a_rate_the_device_cannot_take(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed1");
    fixture.target_points = 1700;
    fixture.pps = 0;
    fixture_connect(&fixture);
    fixture.feeding = true;
    fixture_run_ms(&fixture, 300);
    fixture.pps = 4000000000u;
    fixture_run_ms(&fixture, 3000);
    assert_int_equal(counters()->rate_zero, 0);
    assert_int_equal(counters()->rates_over_max, 0);
}

static void test_true_pps_is_what_the_timer_makes_of_it(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed1");
    assert_true(bj_ether_dream.true_pps(fixture.dac, 44100) == 44100);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1200); /* a broadcast tells the generation */
    assert_true(bj_ether_dream.true_pps(fixture.dac, 44100) == 24000000.0 / 544);
    assert_true(bj_ether_dream.true_pps(fixture.dac, 30000) == 30000);
    assert_true(bj_ether_dream.true_pps(fixture.dac, 0) == 0);
}

/* ---- Capacity ------------------------------------------------------------------------ */

static void test_never_fills_the_last_place(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();
    const struct sim_ed_command *begin;

    (void)state;
    config.profile.keeps_one_free = true;
    config.link.latency_ns = 500000;
    fixture_start(&fixture, &config);
    fixture.begin_points = 100000;
    fixture.target_points = 100000;
    fixture.feeding = true;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_PLAYING); /* full, and so it begins */
    fixture_run_ms(&fixture, 1);
    assert_int_equal(fixture.dac->caps.capacity_points, 3898);
    begin = &ed_notes(&fixture)
                 ->commands[strchr(ed_notes(&fixture)->ops, 'b') - ed_notes(&fixture)->ops];
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
    fixture_start(&fixture, &config);
    fixture.begin_points = 300;
    fixture.target_points = 600;
    fixture.feeding = true;
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_PLAYING);
    reports = fixture.reports;
    fixture_run_ms(&fixture, 2);
    assert_non_null(strchr(ed_notes(&fixture)->ops, 'b'));
    fixture_run_ms(&fixture, 40); /* what it said before is no news */
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_int_equal(fixture.reports, reports);
    fixture_run_ms(&fixture, 20);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_PLAYING);
    assert_true(fixture.reports > reports);
}

static void test_begins_anyway_when_nothing_more_comes(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture.begin_points = 1000;
    fixture.target_points = 200;
    fixture_connect(&fixture);
    fixture.feeding = true;
    fixture_reach(&fixture, BJ_DAC_READY);
    fixture_run_ms(&fixture, 95);
    assert_int_equal(counters()->begins, 0);
    fixture_run_ms(&fixture, 15);
    assert_int_equal(counters()->begins, 1);
}

/* ---- Who and where ------------------------------------------------------------------- */

static void test_init_refuses_what_names_no_device(void **state)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = "etherdream@somewhere"};
    struct bj_dac *dac;

    (void)state;
    fixture_start_as(&fixture, "ed2");
    config.via.net = fake_net_base(fixture.net);
    assert_int_equal(bj_dac_create(&bj_ether_dream, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
    config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = FIXTURE_ID};
    assert_int_equal(bj_dac_create(&bj_ether_dream, &config, NULL, NULL, &dac),
                     BJ_BAD_ARGUMENT);
}

static void test_accepts_its_own_ids_only(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
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

    fixture_start_empty(&fixture, FIXTURE_ID, (struct bj_address){0});
    fixture_make_device(&fixture, &config);
}

static void test_waits_for_the_announcement_of_its_mac(void **state)
{
    (void)state;
    start_by_id_alone();
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 2000);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_CONNECTING);
    fake_net_add(fixture.net, NEW_IP, fixture.device);
    fixture_run_ms(&fixture, 1100);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
    assert_string_equal(fixture.dac->name,
                        "Ether Dream 2 (00:04:a3:11:22:33) r331-ed4bef5 at 10.0.0.9");
}

static void test_a_device_never_heard_is_explained(void **state)
{
    (void)state;
    start_by_id_alone();
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 4990);
    assert_true(fixture.attempting);
    fixture_run_ms(&fixture, 20);
    assert_int_equal(fixture.result, BJ_NOT_FOUND);
    assert_true(fixture_heard(&fixture, "not heard"));
    assert_true(fixture_heard(&fixture, "firewall"));
}

static void test_a_taken_port_matters_only_without_an_address(void **state)
{
    (void)state;
    start_by_id_alone();
    fake_net_set_udp_open(fixture.net, BJ_BUSY);
    fixture_connect(&fixture);
    assert_int_equal(fixture.result, BJ_BUSY);
    assert_true(fixture_heard(&fixture, "etherdream@HOST"));
    fixture_stop(&fixture);
    fixture_start_as(&fixture, "ed1");
    fake_net_set_udp_open(fixture.net, BJ_BUSY);
    fixture_play(&fixture);
}

static void test_an_unannounced_device_counts_as_first_generation(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_fault(&fixture, SIM_ED_BROADCASTS, 0);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1200);
    fixture_play(&fixture);
    assert_int_equal(fixture.dac->caps.capacity_points, 1798);
    assert_int_equal(fixture.dac->caps.max_pps, 100000);
    assert_int_equal(fixture_count(&fixture, 'v'), 0);
}

static void test_an_address_alone_learns_the_mac_and_follows_it(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    fixture_start_empty(&fixture, "etherdream@10.0.0.5",
                        (struct bj_address){.ip = FIXTURE_IP});
    fixture_make_device(&fixture, &config);
    fake_net_add(fixture.net, FIXTURE_IP, fixture.device);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1200);
    assert_non_null(strstr(fixture.dac->name, "00:04:a3:11:22:33"));
    fixture_disconnect(&fixture);
    fake_net_move(fixture.net, FIXTURE_IP, NEW_IP);
    fixture_run_ms(&fixture, 1200);
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    assert_non_null(strstr(fixture.dac->name, "10.0.0.9"));
}

static void test_follows_a_device_to_another_address(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fake_net_move(fixture.net, FIXTURE_IP, NEW_IP);
    fixture_run_ms(&fixture, 3000);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_PLAYING);
}

static void test_dials_anew_when_the_device_moves_meanwhile(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fake_net_move(fixture.net, FIXTURE_IP, NEW_IP);
    fixture_run_ms(&fixture, 150); /* past the first announcement */
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1100);
    assert_int_equal(fixture.dac_status.state, BJ_DAC_READY);
}

static void announce(uint32_t ip, uint8_t last, size_t size)
{
    uint8_t bytes[36] = {0,  4,    0xa3, 0x11, 0x22, last, 30,   0, 2, 0,
                         16, 0x27, 0x40, 0x0d, 3,    0,    0xff, 9, 9, 9};

    fake_net_inject(fixture.net, (struct bj_address){.ip = ip, .port = 1},
                    (struct bj_address){.ip = 0xffffffffu, .port = SIM_ED_UDP_PORT}, bytes,
                    size);
}

static void test_ignores_other_devices_and_broken_announcements(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed1");
    fixture_play(&fixture);
    announce(NEW_IP, 0x34, 36);
    announce(FIXTURE_IP, 0x33, 35);
    fixture_run_ms(&fixture, 10);
    assert_int_equal(fixture.dac->caps.max_pps, 100000);
    announce(FIXTURE_IP, 0x33, 36); /* unknown states in it do not matter */
    fixture_run_ms(&fixture, 10);
    assert_int_equal(fixture.dac->caps.max_pps, 200000);
    assert_int_equal(fixture.dac->caps.min_queued_points, 256);
}

static void test_survives_a_flood_of_announcements(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_play(&fixture);
    fixture_fault(&fixture, SIM_ED_BROADCASTS, 3);
    for (int k = 0; k < 500; k++) {
        announce(NEW_IP, 0x44, (size_t)k % 37);
        fixture_run_ms(&fixture, 1);
    }
    assert_int_equal(fixture.emptied, 0);
}

static void test_asks_the_version_only_where_the_firmware_knows_it(void **state)
{
    struct sim_ed_config config = sim_ed_defaults();

    (void)state;
    config.profile.sw_revision = 1;
    fixture_start(&fixture, &config);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1200);
    fixture_disconnect(&fixture);
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    assert_int_equal(fixture_count(&fixture, 'v'), 0);
}

static void test_never_asks_again_what_once_was_not_answered(void **state)
{
    size_t asked;

    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_fault(&fixture, SIM_ED_SWALLOW, 1);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 3300);
    assert_int_equal(fixture.result, BJ_TIMED_OUT);
    asked = fixture_count(&fixture, 'v');
    fixture_connect(&fixture);
    fixture_reach(&fixture, BJ_DAC_READY);
    assert_int_equal(fixture_count(&fixture, 'v'), asked);
    assert_null(strstr(fixture.dac->name, "r331"));
}

static void test_waits_a_second_for_the_first_announcement_only(void **state)
{
    (void)state;
    fixture_start_as(&fixture, "ed2");
    fixture_fault(&fixture, SIM_ED_BROADCASTS, 0);
    fixture_connect(&fixture);
    fixture_run_ms(&fixture, 1190);
    assert_int_equal(sim_ed_counters(fixture.device)->connections, 0);
    fixture_run_ms(&fixture, 20);
    assert_int_equal(sim_ed_counters(fixture.device)->connections, 1);
    fixture_disconnect(&fixture);
    fixture_connect(&fixture);
    assert_int_equal(fixture.result, BJ_OK);
    fixture_run_ms(&fixture, 1);
    assert_int_equal(sim_ed_counters(fixture.device)->connections, 2);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

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
