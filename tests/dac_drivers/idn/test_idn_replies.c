/* SPDX-License-Identifier: MIT
 *
 * What acknowledges tell, and what the driver makes of it: losses, a lost configuration, a
 * lost turn; and how the light fares on bad networks.
 */
#include "idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS BJ_NS_PER_MS
#define BUFFER_MS 60

static uint64_t refused_chunks(void)
{
    uint64_t refused = 0;

    for (int k = SIM_IDN_TAKEN + 1; k < SIM_IDN_VERDICTS; k++)
        refused += idn_fixture_counters(fixture)->chunks[k];
    return refused;
}

/* On the way to a receiver of this kind for 20 s; then the way is good again, and a buffer
 * later all is as if nothing had been. */
static void on_a_bad_way(const char *profile, const struct sim_datagrams_config *link,
                         double lost_share, int64_t longest_dark_ms)
{
    const struct sim_datagrams_config good = {0};

    idn_fixture_start_as(fixture, profile, 30000);
    fixture->may_disorder = link->reorder > 0;
    idn_fixture_light_up(fixture);
    idn_fixture_link(fixture, link);
    idn_fixture_run_ms(fixture, 20000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    assert_true(idn_fixture_stats(fixture).armed);
    if (fixture->skipped > (uint64_t)(lost_share * 600000) ||
        fixture->longest_dark_ns > longest_dark_ms * MS)
        fail_msg("%s: %llu of 600000 points lost, dark for %lld us", profile,
                 (unsigned long long)fixture->skipped,
                 (long long)fixture->longest_dark_ns / 1000);
    idn_fixture_link(fixture, &good);
    idn_fixture_run_ms(fixture, 2 * BUFFER_MS + 50);
    idn_fixture_count_anew(fixture);
    idn_fixture_run_ms(fixture, 3000);
    assert_int_equal(refused_chunks(), 0);
    assert_int_equal(idn_fixture_counters(fixture)->gaps, 0);
    assert_int_equal(idn_fixture_counters(fixture)->dries, 0);
    assert_int_equal(fixture->skipped, 0);
    assert_true(fixture->longest_dark_ns < MS);
    idn_fixture_stop(fixture);
}

/* What is lost is lost: 10 %, and a little for what an error drags along. */
static void test_one_in_ten_lost(void **state)
{
    const struct sim_datagrams_config link = {.latency_ns = MS, .loss = 0.1};

    (void)state;
    on_a_bad_way("spec", &link, 0.11, 35);
    on_a_bad_way("openidn", &link, 0.12, 100);
}

static void test_one_in_ten_doubled(void **state)
{
    const struct sim_datagrams_config link = {.latency_ns = MS, .duplicate = 0.1};

    (void)state;
    on_a_bad_way("spec", &link, 0, 1);
    on_a_bad_way("openidn", &link, 0, 2);
}

/* A receiver that sorts loses nothing; one that does not loses what came late. */
static void test_one_in_ten_overtaken(void **state)
{
    const struct sim_datagrams_config link = {
        .latency_ns = MS, .reorder = 0.1, .reorder_ns = 8 * MS};

    (void)state;
    on_a_bad_way("spec", &link, 0, 1);
    on_a_bad_way("openidn", &link, 0.15, 100);
}

/* Delays that keep the order; a jitter of the size of the buffer. */
static void test_fifty_milliseconds_of_jitter(void **state)
{
    const struct sim_datagrams_config link = {.jitter_ns = 50 * MS};

    (void)state;
    on_a_bad_way("spec", &link, 0, 1);
    on_a_bad_way("openidn", &link, 0, 60);
}

/* Every other datagram on a long way of its own. */
static void test_fifty_milliseconds_out_of_order(void **state)
{
    const struct sim_datagrams_config link = {.reorder = 0.5, .reorder_ns = 50 * MS};

    (void)state;
    on_a_bad_way("spec", &link, 0, 1);
}

static void test_all_of_it(void **state)
{
    const struct sim_datagrams_config link = {
        .jitter_ns = 30 * MS, .loss = 0.1, .duplicate = 0.05, .reorder = 0.05};

    (void)state;
    on_a_bad_way("spec", &link, 0.12, 50);
    on_a_bad_way("openidn", &link, 0.25, 200);
}

static void test_a_stall_shorter_than_the_buffer_is_not_seen(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "spec", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_STALL, 40 * MS);
    idn_fixture_run_ms(fixture, 1000);
    assert_int_equal(fixture->skipped, 0);
    assert_true(fixture->longest_dark_ns < MS);
    idn_fixture_stop(fixture);
}

/* Wi-Fi for half a second: it comes back lit, for the connection has not ended. */
static void test_a_longer_one_is_survived(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_STALL, 500 * MS);
    idn_fixture_run_ms(fixture, 3000);
    assert_true(idn_fixture_stats(fixture).armed);
    assert_int_equal(idn_fixture_stats(fixture).reconnects, 0);
    assert_true(fixture->longest_dark_ns > 400 * MS);
    assert_true(fixture->longest_dark_ns < 520 * MS);
    idn_fixture_stop(fixture);
}

/* ---- Sequence ------------------------------------------------------------------------ */

/* Packets count in 16 bit; acknowledges repeat the count. More of them than that on one
 * connection, and the shutter begins another one after that. */
static void test_a_connection_outlives_its_packet_numbers(void **state)
{
    uint64_t packets = 0;

    (void)state;
    idn_fixture_start_as(fixture, "openidn", 100000);
    idn_fixture_light_up(fixture);
    while (packets < 70000) {
        idn_fixture_run_ms(fixture, 1000);
        assert_int_equal(idn_fixture_stats(fixture).reconnects, 0);
        assert_true(idn_fixture_stats(fixture).armed);
        packets = idn_fixture_counters(fixture)->messages;
    }
    assert_int_equal(fixture->skipped, 0);
    assert_true(fixture->longest_dark_ns < MS);
    for (int k = 0; k < 3; k++) {
        bj_stream_disarm(fixture->stream);
        idn_fixture_run_ms(fixture, 2000);
        idn_fixture_light_up(fixture);
    }
    assert_int_equal(idn_fixture_stats(fixture).reconnects, 0);
    idn_fixture_stop(fixture);
}

/* ---- Configuration ------------------------------------------------------------------- */

static void test_a_lost_configuration_is_sent_again_at_once(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    for (int k = 0; k < 10; k++) {
        idn_fixture_run_ms(fixture, 333);
        idn_fixture_fault(fixture, SIM_IDN_DISCARD, 0);
    }
    idn_fixture_run_ms(fixture, 500);
    assert_true(idn_fixture_counters(fixture)->chunks[SIM_IDN_NO_CONFIG] > 0);
    assert_true(fixture->longest_dark_ns < 120 * MS);
    idn_fixture_stop(fixture);
}

/* More losses in a row than the open receiver forgives. */
static void test_a_receiver_that_lost_patience_gets_a_new_configuration(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    for (int k = 0; k < 20; k++) { /* every other one */
        idn_fixture_fault(fixture, SIM_IDN_DROP, 1);
        idn_fixture_run_ms(fixture, 10);
    }
    idn_fixture_run_ms(fixture, 500);
    assert_true(idn_fixture_counters(fixture)->configs_lost > 0);
    assert_true(fixture->longest_dark_ns < 100 * MS);
    idn_fixture_stop(fixture);
}

static void test_losses_bring_the_configuration_more_often(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_DROP, 1);
    idn_fixture_run_ms(fixture, 300);
    idn_fixture_count_anew(fixture);
    idn_fixture_run_ms(fixture, 1000);
    assert_in_range(idn_fixture_counters(fixture)->configs, 15, 30);
    idn_fixture_run_ms(fixture, 3000);
    idn_fixture_count_anew(fixture);
    idn_fixture_run_ms(fixture, 1000);
    assert_in_range(idn_fixture_counters(fixture)->configs, 4, 6);
    idn_fixture_stop(fixture);
}

/* ---- Turns --------------------------------------------------------------------------- */

/* The receiver let us go, and somebody was quicker to come back. */
static void test_a_turn_can_be_lost(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_FORGET, 0);
    idn_fixture_fault(fixture, SIM_IDN_RIVAL, 1);
    idn_fixture_expect_dark(fixture, 1);
    idn_fixture_run_ms(fixture, 2000);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_RECONNECTING);
    assert_true(idn_fixture_heard(fixture, "another controller plays"));
    idn_fixture_fault(fixture, SIM_IDN_RIVAL, 0);
    idn_fixture_run_ms(fixture, 1500);
    assert_int_equal(idn_fixture_stats(fixture).state, BJ_STREAM_STREAMING);
    assert_false(idn_fixture_stats(fixture).armed);
    idn_fixture_stop(fixture);
}

static void test_being_excluded_ends_it(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_light_up(fixture);
    idn_fixture_fault(fixture, SIM_IDN_EXCLUDE, 1);
    idn_fixture_expect_dark(fixture, 1);
    idn_fixture_run_ms(fixture, 1000);
    assert_true(idn_fixture_heard(fixture, "excluded"));
    assert_false(idn_fixture_stats(fixture).armed);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_in_ten_lost),
        cmocka_unit_test(test_one_in_ten_doubled),
        cmocka_unit_test(test_one_in_ten_overtaken),
        cmocka_unit_test(test_fifty_milliseconds_of_jitter),
        cmocka_unit_test(test_fifty_milliseconds_out_of_order),
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_a_stall_shorter_than_the_buffer_is_not_seen),
        cmocka_unit_test(test_a_longer_one_is_survived),
        cmocka_unit_test(test_a_connection_outlives_its_packet_numbers),
        cmocka_unit_test(test_a_lost_configuration_is_sent_again_at_once),
        cmocka_unit_test(test_a_receiver_that_lost_patience_gets_a_new_configuration),
        cmocka_unit_test(test_losses_bring_the_configuration_more_often),
        cmocka_unit_test(test_a_turn_can_be_lost),
        cmocka_unit_test(test_being_excluded_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
