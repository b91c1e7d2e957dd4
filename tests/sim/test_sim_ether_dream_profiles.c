/* SPDX-License-Identifier: MIT
 *
 * What tells the generations apart of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

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
    struct rig *rig = *state;
    assert_int_equal(rig_ask(rig, "3f").flags, 0x7731);
    rig_restart_as(rig, "ed1");
    assert_int_equal(rig_ask(rig, "3f").flags, 0);
    rig_ask(rig, "70");
    assert_int_equal(rig_begin(rig, 10).flags, 1);
    assert_int_equal(rig_ask(rig, "73").flags, 0);
}

static void test_some_refuse_the_last_place(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed2");

    profile.keeps_one_free = true;
    rig_restart_with(rig, profile);
    rig_ask(rig, "70");
    struct rig_reply reply = rig_ask_data(rig, 3899);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3898);
}

static void test_some_say_full(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed2");

    profile.says_full = true;
    rig_restart_with(rig, profile);
    assert_int_equal(rig_ask_data(rig, 1).code, 'I'); /* idle is no question of room */
    rig_ask(rig, "70");
    assert_int_equal(rig_ask_data(rig, 3900).code, 'F');
    assert_int_equal(sim_ed_counters(rig->host)->naks_full, 1);
}

static void test_batches_stop_early_and_without_the_flag(void **state)
{
    struct rig *rig = *state;
    rig_restart_as(rig, "ed3");
    rig_play(rig, 256 + 224, 10000);
    rig_at_ms(rig, 1);
    assert_int_equal(rig_ask(rig, "3f").fullness, 224);
    rig_at_ms(rig, 25.6);
    assert_int_equal(rig_ask(rig, "3f").playback, 2);
    rig_at_ms(rig, 25.7);
    struct rig_reply reply = rig_ask(rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 224);
    assert_int_equal(reply.flags & 6, 0);
    assert_int_equal(reply.count, 256);
    assert_int_equal(sim_ed_counters(rig->host)->underflows, 1);
    rig_play(rig, 300, 10000);
    assert_int_equal(rig_ask(rig, "3f").count, 0); /* each playback counts from 0 */
}

static void test_ether_dream_1_window(void **state)
{
    struct rig *rig = *state;
    static uint8_t many[8000];

    rig_restart_as(rig, "ed1");
    sim_ed_fault(rig->host, 0, SIM_ED_STALL, BJ_NS_PER_S);
    size_t taken =
        rig->host->ops->deliver(rig->host, rig->client, many, sizeof many, rig->now_ns);
    assert_int_equal(taken, 7500);
}

static void test_ether_dream_1_drops_replies_nobody_reads(void **state)
{
    struct rig *rig = *state;
    uint8_t bytes[4096];

    rig_restart_as(rig, "ed1");
    for (int n = 0; n < 60; n++) {
        rig_send_hex(rig, "3f");
    }
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 45 * 22);
    assert_int_equal(sim_ed_counters(rig->host)->replies_dropped, 15);
    assert_int_equal(rig_ask(rig, "3f").code, 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_profiles),
        RIG_TEST(test_noise_bits_only_where_known),
        RIG_TEST(test_some_refuse_the_last_place),
        RIG_TEST(test_some_say_full),
        RIG_TEST(test_batches_stop_early_and_without_the_flag),
        RIG_TEST(test_ether_dream_1_window),
        RIG_TEST(test_ether_dream_1_drops_replies_nobody_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
