/* SPDX-License-Identifier: MIT
 *
 * What tells the generations apart of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

static void test_profiles(void **state)
{
    (void)state;
    int count = 0;

    for (const struct sim_ed_profile *row = sim_ed_profiles(); row->name; row++, count++) {
        assert_ptr_equal(sim_ed_profile(row->name), row);
        assert_true(row->hw_revision > 0); /* 0 means something else to some programs */
        assert_true(row->max_clients <= SIM_ED_CLIENTS);
        assert_true(strlen(row->version) <= 31);
    }
    assert_int_equal(count, 4);
    assert_null(sim_ed_profile("ed9"));
    assert_int_equal(sim_ed_profile("ed1")->capacity, 1799);
    assert_int_equal(sim_ed_profile("ed2")->capacity, 3899);
}

static void test_noise_bits_only_where_known(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_ask(fixture, "3f").flags, 0x7731);
    fixture_restart_as(fixture, "ed1");
    assert_int_equal(fixture_ask(fixture, "3f").flags, 0);
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_begin(fixture, 10).flags, 1);
    assert_int_equal(fixture_ask(fixture, "73").flags, 0);
}

static void test_some_refuse_the_last_place(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed2");

    profile.keeps_one_free = true;
    fixture_restart_with(fixture, profile);
    fixture_ask(fixture, "70");
    struct fixture_reply reply = fixture_ask_data(fixture, 3899);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3898);
}

static void test_some_say_full(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed2");

    profile.says_full = true;
    fixture_restart_with(fixture, profile);
    assert_int_equal(fixture_ask_data(fixture, 1).code,
                     'I'); /* idle is no question of room */
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask_data(fixture, 3900).code, 'F');
    assert_int_equal(sim_ed_counters(fixture->host)->naks_full, 1);
}

static void test_batches_stop_early_and_without_the_flag(void **state)
{
    struct fixture *fixture = *state;
    fixture_restart_as(fixture, "ed3");
    fixture_play(fixture, 256 + 224, 10000);
    fixture_at_ms(fixture, 1);
    assert_int_equal(fixture_ask(fixture, "3f").fullness, 224);
    fixture_at_ms(fixture, 25.6);
    assert_int_equal(fixture_ask(fixture, "3f").playback, 2);
    fixture_at_ms(fixture, 25.7);
    struct fixture_reply reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 224);
    assert_int_equal(reply.flags & 6, 0);
    assert_int_equal(reply.count, 256);
    assert_int_equal(sim_ed_counters(fixture->host)->underflows, 1);
    fixture_play(fixture, 300, 10000);
    assert_int_equal(fixture_ask(fixture, "3f").count, 0); /* each playback counts from 0 */
}

static void test_ether_dream_1_window(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t many[8000];

    fixture_restart_as(fixture, "ed1");
    sim_ed_fault(fixture->host, 0, SIM_ED_STALL, BJ_NS_PER_S);
    size_t taken = fixture->host->ops->deliver(fixture->host, fixture->client, many,
                                               sizeof many, fixture->now_ns);
    assert_int_equal(taken, 7500);
}

static void test_ether_dream_1_drops_replies_nobody_reads(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[4096];

    fixture_restart_as(fixture, "ed1");
    for (int n = 0; n < 60; n++) {
        fixture_send_hex(fixture, "3f");
    }
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 45 * 22);
    assert_int_equal(sim_ed_counters(fixture->host)->replies_dropped, 15);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_profiles),
        FIXTURE_TEST(test_noise_bits_only_where_known),
        FIXTURE_TEST(test_some_refuse_the_last_place),
        FIXTURE_TEST(test_some_say_full),
        FIXTURE_TEST(test_batches_stop_early_and_without_the_flag),
        FIXTURE_TEST(test_ether_dream_1_window),
        FIXTURE_TEST(test_ether_dream_1_drops_replies_nobody_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
