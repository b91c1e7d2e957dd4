/* SPDX-License-Identifier: MIT
 *
 * Each fault on demand: what the client sees, what the device does, and that it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

static void fault(struct rig *rig, enum sim_ed_fault kind, int64_t value)
{
    sim_ed_fault(rig->host, rig->now_ns, kind, value);
}

/* ---- Light and playback -------------------------------------------------------------- */

static void test_estop_from_the_panel_can_be_cleared(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    rig_at_ms(rig, 10);
    fault(rig, SIM_ED_ESTOP, 0);
    rig_at_ms(rig, 20);
    struct rig_reply reply = rig_ask(rig, "3f");
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 900);
    assert_int_equal(rig->played_count, 100);
    assert_int_equal(rig_ask(rig, "63").code, 'a');
    assert_int_equal(rig_ask(rig, "70").code, 'a');
}

static void test_interlock_refuses_the_clear_until_closed(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_INTERLOCK, 1);
    struct rig_reply reply = rig_ask(rig, "63");
    assert_int_equal(reply.code, '!');
    assert_int_equal(reply.light, 3);
    fault(rig, SIM_ED_INTERLOCK, 0);
    assert_int_equal(rig_ask(rig, "63").code, 'a');
    assert_int_equal(sim_ed_counters(rig->host)->naks_stop, 1);
}

static void test_underflow_on_demand(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    rig_at_ms(rig, 10);
    fault(rig, SIM_ED_UNDERFLOW, 0);
    struct rig_reply reply = rig_ask(rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 6, 2);
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(sim_ed_counters(rig->host)->underflows, 1);
    assert_int_equal(sim_ed_counters(rig->host)->points_dropped, 900);
}

static void test_source_switch_stops_and_says_so(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    fault(rig, SIM_ED_SOURCE, 1);
    struct rig_reply reply = rig_ask(rig, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.source, 1);
    assert_int_equal(reply.flags & 8, 8);
    assert_int_equal(rig_ask(rig, "70").code, 'I');
    fault(rig, SIM_ED_SOURCE, 0);
    assert_int_equal(rig_ask(rig, "70").code, 'a');
}

static void test_somebody_else_stops_the_device(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    rig_at_ms(rig, 5);
    fault(rig, SIM_ED_OTHER_CLIENT, 's');
    rig_no_reply(rig);
    struct rig_reply reply = rig_ask_data(rig, 10);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 950);
}

/* ---- The network ------------------------------------------------------------------------ */

static void test_a_stall_delays_bytes_but_not_playback(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    fault(rig, SIM_ED_STALL, 50 * BJ_NS_PER_MS);
    rig_at_ms(rig, 10);
    rig_send_hex(rig, "3f");
    rig_at_ms(rig, 49.999);
    rig_no_reply(rig);
    assert_int_equal(rig->played_count, 499);
    rig_at_ms(rig, 50);
    assert_int_equal(rig_reply(rig).count, 500);
}

static void test_a_pulled_cable_stops_until_it_is_back(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    rig_at_ms(rig, 10);
    fault(rig, SIM_ED_CABLE, 100 * BJ_NS_PER_MS);
    rig_send_hex(rig, "3f");
    rig_at_ms(rig, 109);
    rig_no_reply(rig);
    assert_int_equal(sim_ed_status(rig->host).light_engine, 3);
    assert_int_equal(rig->played_count, 100);
    rig_at_ms(rig, 110);
    struct rig_reply reply = rig_reply(rig);
    assert_int_equal(reply.light, 0);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 4, 4);
}

static void test_reboot_forgets_everything_and_refuses_meanwhile(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1000, 10000);
    fault(rig, SIM_ED_REBOOT, 500 * BJ_NS_PER_MS);
    assert_int_equal(rig_link(rig), SIM_LINK_RESET);
    rig_at_ms(rig, 499);
    assert_int_equal(rig_connect(rig), -1);
    rig_at_ms(rig, 500);
    rig->client = rig_connect(rig);
    assert_true(rig->client >= 0);
    struct rig_reply hello = rig_reply(rig);
    assert_int_equal(hello.playback, 0);
    assert_int_equal(hello.fullness, 0);
    assert_int_equal(hello.flags & 6, 0);
    assert_int_equal(hello.flags & 0xff, 0x31); /* the lower noise bits stay, */
    assert_int_not_equal(hello.flags, 0x7731);  /* the upper ones are thrown anew */
}

static void test_reset_after_some_replies(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_RESET, 2);
    rig_ask(rig, "3f");
    assert_int_equal(rig_link(rig), SIM_LINK_OPEN);
    rig_ask(rig, "3f");
    assert_int_equal(rig_link(rig), SIM_LINK_RESET);
}

static void test_reset_at_once(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_RESET, 0);
    assert_int_equal(rig_link(rig), SIM_LINK_RESET);
    rig->client = rig_connect(rig);
    rig_reply(rig);
    assert_int_equal(rig_link(rig), SIM_LINK_OPEN);
}

static void test_a_reply_breaks_off(void **state)
{
    struct rig *rig = *state;
    uint8_t bytes[64];
    fault(rig, SIM_ED_CUT, 7);
    rig_send_hex(rig, "3f");
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 7);
    assert_int_equal(rig_link(rig), SIM_LINK_RESET);
}

static void test_refused_connections(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_LISTEN, 0);
    assert_int_equal(rig_connect(rig), -1);
    assert_int_equal(rig_ask(rig, "3f").code, 'a'); /* the open one goes on */
    fault(rig, SIM_ED_LISTEN, 1);
    assert_true(rig_connect(rig) >= 0);
}

static void test_a_hung_device_accepts_and_is_silent(void **state)
{
    struct rig *rig = *state;
    uint8_t bytes[64];
    rig_play(rig, 1000, 10000);
    fault(rig, SIM_ED_HANG, 0);
    rig_send_hex(rig, "3f");
    rig_at_ms(rig, 1000);
    rig_no_reply(rig);
    assert_int_equal(rig->played_count, 0);
    rig->client = rig_connect(rig);
    assert_true(rig->client >= 0);
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 0);
}

/* ---- Replies ---------------------------------------------------------------------------- */

static void test_refused_data_keeps_nothing(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    fault(rig, SIM_ED_NAK_INVALID, 2);
    for (int n = 0; n < 2; n++) {
        struct rig_reply reply = rig_ask_data(rig, 10);
        assert_int_equal(reply.code, 'I');
        assert_int_equal(reply.opcode, 'd');
        assert_int_equal(reply.playback, 1);
        assert_int_equal(reply.fullness, 0);
    }
    assert_int_equal(rig_ask_data(rig, 10).fullness, 10);
}

static void test_full_on_demand(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    fault(rig, SIM_ED_NAK_FULL, 1);
    struct rig_reply reply = rig_ask_data(rig, 10);
    assert_int_equal(reply.code, 'F');
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(rig_ask(rig, "3f").code, 'a');
    assert_int_equal(rig_ask_data(rig, 10).code, 'a');
}

static void test_any_command_refused(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_NAK_ALL, 2);
    struct rig_reply reply = rig_ask(rig, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(rig_ask(rig, "3f").code, 'I');
    assert_int_equal(rig_ask(rig, "70").code, 'a');
}

static void test_garbage_has_the_size_of_the_reply(void **state)
{
    struct rig *rig = *state;
    static const uint8_t proper[4] = {'a', '?', 0, 0};
    uint8_t bytes[64];
    fault(rig, SIM_ED_GARBAGE, 1);
    rig_send_hex(rig, "3f");
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 22);
    assert_memory_not_equal(bytes, proper, sizeof proper);
    assert_int_equal(rig_ask(rig, "3f").code, 'a');
}

static void test_stray_replies_nobody_asked_for(void **state)
{
    struct rig *rig = *state;
    uint8_t bytes[128];
    fault(rig, SIM_ED_STRAY, 3);
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 3 * 22);
    assert_int_equal(bytes[44], 'a');
    assert_int_equal(bytes[45], '?');
}

static void test_swallowed_commands_get_no_reply(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_SWALLOW, 1);
    rig_send_hex(rig, "70");
    rig_no_reply(rig);
    assert_int_equal(rig_ask(rig, "3f").playback, 0);
    rig_ask(rig, "70");
    fault(rig, SIM_ED_SWALLOW, 1);
    rig_data(rig, 10);
    rig_no_reply(rig);
    assert_int_equal(rig_ask(rig, "3f").fullness, 0); /* and the parser is in step */
}

/* ---- Broadcasts ----------------------------------------------------------------------- */

static size_t datagram(struct rig *rig)
{
    struct bj_address to;
    uint8_t bytes[128];
    uint16_t port;
    return rig->host->ops->datagram_out(rig->host, &port, &to, bytes, sizeof bytes,
                                        rig->now_ns);
}

static void test_broadcasts_end_shrink_and_return(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_BROADCASTS, 0);
    rig_at_ms(rig, 3500);
    assert_int_equal(datagram(rig), 0);
    fault(rig, SIM_ED_BROADCASTS, 2);
    rig_at_ms(rig, 4500);
    assert_in_range(datagram(rig), 1, 35);
    fault(rig, SIM_ED_BROADCASTS, 1);
    rig_at_ms(rig, 5500);
    assert_int_equal(datagram(rig), 36);
}

static void test_no_broadcasts_without_a_cable(void **state)
{
    struct rig *rig = *state;
    fault(rig, SIM_ED_CABLE, 2000 * BJ_NS_PER_MS);
    rig_at_ms(rig, 1999);
    assert_int_equal(datagram(rig), 0);
    rig_at_ms(rig, 2500);
    assert_int_equal(datagram(rig), 36);
}

/* ---- Later ------------------------------------------------------------------------------- */

static void test_scheduled_faults_come_at_their_time_in_order(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3000, 10000);
    assert_true(sim_ed_fault_at(rig->host, 20 * BJ_NS_PER_MS, SIM_ED_SOURCE, 2));
    assert_true(sim_ed_fault_at(rig->host, 10 * BJ_NS_PER_MS, SIM_ED_ESTOP, 0));
    rig_at_ms(rig, 15);
    assert_int_equal(sim_ed_status(rig->host).light_engine, 3);
    assert_int_equal(sim_ed_status(rig->host).source, 0);
    assert_int_equal(rig->played_count, 100); /* exactly at 10 ms, not when looked at */
    rig_at_ms(rig, 25);
    assert_int_equal(sim_ed_status(rig->host).source, 2);
    assert_int_equal(sim_ed_counters(rig->host)->faults, 2);
}

static void test_the_schedule_has_an_end(void **state)
{
    struct rig *rig = *state;
    for (int n = 0; n < 64; n++) {
        assert_true(sim_ed_fault_at(rig->host, 1000 + n, SIM_ED_UNDERFLOW, 0));
    }
    assert_false(sim_ed_fault_at(rig->host, 1, SIM_ED_UNDERFLOW, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_estop_from_the_panel_can_be_cleared),
        RIG_TEST(test_interlock_refuses_the_clear_until_closed),
        RIG_TEST(test_underflow_on_demand),
        RIG_TEST(test_source_switch_stops_and_says_so),
        RIG_TEST(test_somebody_else_stops_the_device),
        RIG_TEST(test_a_stall_delays_bytes_but_not_playback),
        RIG_TEST(test_a_pulled_cable_stops_until_it_is_back),
        RIG_TEST(test_reboot_forgets_everything_and_refuses_meanwhile),
        RIG_TEST(test_reset_after_some_replies),
        RIG_TEST(test_reset_at_once),
        RIG_TEST(test_a_reply_breaks_off),
        RIG_TEST(test_refused_connections),
        RIG_TEST(test_a_hung_device_accepts_and_is_silent),
        RIG_TEST(test_refused_data_keeps_nothing),
        RIG_TEST(test_full_on_demand),
        RIG_TEST(test_any_command_refused),
        RIG_TEST(test_garbage_has_the_size_of_the_reply),
        RIG_TEST(test_stray_replies_nobody_asked_for),
        RIG_TEST(test_swallowed_commands_get_no_reply),
        RIG_TEST(test_broadcasts_end_shrink_and_return),
        RIG_TEST(test_no_broadcasts_without_a_cable),
        RIG_TEST(test_scheduled_faults_come_at_their_time_in_order),
        RIG_TEST(test_the_schedule_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
