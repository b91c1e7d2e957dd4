/* SPDX-License-Identifier: MIT
 *
 * Each fault on demand: what the client sees, what the device does, and that it ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

static void fault(struct fixture *fixture, enum sim_ed_fault kind, int64_t value)
{
    sim_ed_fault(fixture->host, fixture->now_ns, kind, value);
}

/* ---- Light and playback -------------------------------------------------------------- */

static void test_estop_from_the_panel_can_be_cleared(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fixture_at_ms(fixture, 10);
    fault(fixture, SIM_ED_ESTOP, 0);
    fixture_at_ms(fixture, 20);
    struct fixture_reply reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 900);
    assert_int_equal(fixture->played_count, 100);
    assert_int_equal(fixture_ask(fixture, "63").code, 'a');
    assert_int_equal(fixture_ask(fixture, "70").code, 'a');
}

static void test_interlock_refuses_the_clear_until_closed(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_INTERLOCK, 1);
    struct fixture_reply reply = fixture_ask(fixture, "63");
    assert_int_equal(reply.code, '!');
    assert_int_equal(reply.light, 3);
    fault(fixture, SIM_ED_INTERLOCK, 0);
    assert_int_equal(fixture_ask(fixture, "63").code, 'a');
    assert_int_equal(sim_ed_counters(fixture->host)->naks_stop, 1);
}

static void test_underflow_on_demand(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fixture_at_ms(fixture, 10);
    fault(fixture, SIM_ED_UNDERFLOW, 0);
    struct fixture_reply reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 6, 2);
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(sim_ed_counters(fixture->host)->underflows, 1);
    assert_int_equal(sim_ed_counters(fixture->host)->points_dropped, 900);
}

static void test_source_switch_stops_and_says_so(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fault(fixture, SIM_ED_SOURCE, 1);
    struct fixture_reply reply = fixture_ask(fixture, "3f");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.source, 1);
    assert_int_equal(reply.flags & 8, 8);
    assert_int_equal(fixture_ask(fixture, "70").code, 'I');
    fault(fixture, SIM_ED_SOURCE, 0);
    assert_int_equal(fixture_ask(fixture, "70").code, 'a');
}

static void test_somebody_else_stops_the_device(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fixture_at_ms(fixture, 5);
    fault(fixture, SIM_ED_OTHER_CLIENT, 's');
    fixture_no_reply(fixture);
    struct fixture_reply reply = fixture_ask_data(fixture, 10);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 950);
}

/* ---- The network --------------------------------------------------------------------- */

static void test_a_stall_delays_bytes_but_not_playback(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fault(fixture, SIM_ED_STALL, 50 * BJ_NS_PER_MS);
    fixture_at_ms(fixture, 10);
    fixture_send_hex(fixture, "3f");
    fixture_at_ms(fixture, 49.999);
    fixture_no_reply(fixture);
    assert_int_equal(fixture->played_count, 499);
    fixture_at_ms(fixture, 50);
    assert_int_equal(fixture_reply(fixture).count, 500);
}

static void test_a_pulled_cable_stops_until_it_is_back(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fixture_at_ms(fixture, 10);
    fault(fixture, SIM_ED_CABLE, 100 * BJ_NS_PER_MS);
    fixture_send_hex(fixture, "3f");
    fixture_at_ms(fixture, 109);
    fixture_no_reply(fixture);
    assert_int_equal(sim_ed_status(fixture->host).light_engine, 3);
    assert_int_equal(fixture->played_count, 100);
    fixture_at_ms(fixture, 110);
    struct fixture_reply reply = fixture_reply(fixture);
    assert_int_equal(reply.light, 0);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.flags & 4, 4);
}

static void test_reboot_forgets_everything_and_refuses_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1000, 10000);
    fault(fixture, SIM_ED_REBOOT, 500 * BJ_NS_PER_MS);
    assert_int_equal(fixture_link(fixture), SIM_LINK_RESET);
    fixture_at_ms(fixture, 499);
    assert_int_equal(fixture_connect(fixture), -1);
    fixture_at_ms(fixture, 500);
    fixture->client = fixture_connect(fixture);
    assert_true(fixture->client >= 0);
    struct fixture_reply hello = fixture_reply(fixture);
    assert_int_equal(hello.playback, 0);
    assert_int_equal(hello.fullness, 0);
    assert_int_equal(hello.flags & 6, 0);
    assert_int_equal(hello.flags & 0xff, 0x31); /* the lower noise bits stay, */
    assert_int_not_equal(hello.flags, 0x7731);  /* the upper ones are thrown anew */
}

static void test_reset_after_some_replies(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_RESET, 2);
    fixture_ask(fixture, "3f");
    assert_int_equal(fixture_link(fixture), SIM_LINK_OPEN);
    fixture_ask(fixture, "3f");
    assert_int_equal(fixture_link(fixture), SIM_LINK_RESET);
}

static void test_reset_at_once(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_RESET, 0);
    assert_int_equal(fixture_link(fixture), SIM_LINK_RESET);
    fixture->client = fixture_connect(fixture);
    fixture_reply(fixture);
    assert_int_equal(fixture_link(fixture), SIM_LINK_OPEN);
}

static void test_a_reply_breaks_off(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[64];
    fault(fixture, SIM_ED_CUT, 7);
    fixture_send_hex(fixture, "3f");
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 7);
    assert_int_equal(fixture_link(fixture), SIM_LINK_RESET);
}

static void test_refused_connections(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_LISTEN, 0);
    assert_int_equal(fixture_connect(fixture), -1);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a'); /* the open one goes on */
    fault(fixture, SIM_ED_LISTEN, 1);
    assert_true(fixture_connect(fixture) >= 0);
}

static void test_a_hung_device_accepts_and_is_silent(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[64];
    fixture_play(fixture, 1000, 10000);
    fault(fixture, SIM_ED_HANG, 0);
    fixture_send_hex(fixture, "3f");
    fixture_at_ms(fixture, 1000);
    fixture_no_reply(fixture);
    assert_int_equal(fixture->played_count, 0);
    fixture->client = fixture_connect(fixture);
    assert_true(fixture->client >= 0);
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 0);
}

/* ---- Replies ------------------------------------------------------------------------- */

static void test_refused_data_keeps_nothing(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fault(fixture, SIM_ED_NAK_INVALID, 2);
    for (int n = 0; n < 2; n++) {
        struct fixture_reply reply = fixture_ask_data(fixture, 10);
        assert_int_equal(reply.code, 'I');
        assert_int_equal(reply.opcode, 'd');
        assert_int_equal(reply.playback, 1);
        assert_int_equal(reply.fullness, 0);
    }
    assert_int_equal(fixture_ask_data(fixture, 10).fullness, 10);
}

static void test_full_on_demand(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fault(fixture, SIM_ED_NAK_FULL, 1);
    struct fixture_reply reply = fixture_ask_data(fixture, 10);
    assert_int_equal(reply.code, 'F');
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a');
    assert_int_equal(fixture_ask_data(fixture, 10).code, 'a');
}

static void test_any_command_refused(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_NAK_ALL, 2);
    struct fixture_reply reply = fixture_ask(fixture, "70");
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.playback, 0);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'I');
    assert_int_equal(fixture_ask(fixture, "70").code, 'a');
}

static void test_garbage_has_the_size_of_the_reply(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t proper[4] = {'a', '?', 0, 0};
    uint8_t bytes[64];
    fault(fixture, SIM_ED_GARBAGE, 1);
    fixture_send_hex(fixture, "3f");
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 22);
    assert_memory_not_equal(bytes, proper, sizeof proper);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a');
}

static void test_stray_replies_nobody_asked_for(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[128];
    fault(fixture, SIM_ED_STRAY, 3);
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 3 * 22);
    assert_int_equal(bytes[44], 'a');
    assert_int_equal(bytes[45], '?');
}

static void test_swallowed_commands_get_no_reply(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_SWALLOW, 1);
    fixture_send_hex(fixture, "70");
    fixture_no_reply(fixture);
    assert_int_equal(fixture_ask(fixture, "3f").playback, 0);
    fixture_ask(fixture, "70");
    fault(fixture, SIM_ED_SWALLOW, 1);
    fixture_data(fixture, 10);
    fixture_no_reply(fixture);
    assert_int_equal(fixture_ask(fixture, "3f").fullness,
                     0); /* and the parser is in step */
}

/* ---- Broadcasts ---------------------------------------------------------------------- */

static size_t datagram(struct fixture *fixture)
{
    struct bj_address to;
    uint8_t bytes[128];
    uint16_t port;
    return fixture->host->ops->datagram_out(fixture->host, &port, &to, bytes, sizeof bytes,
                                            fixture->now_ns);
}

static void test_broadcasts_end_shrink_and_return(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_BROADCASTS, 0);
    fixture_at_ms(fixture, 3500);
    assert_int_equal(datagram(fixture), 0);
    fault(fixture, SIM_ED_BROADCASTS, 2);
    fixture_at_ms(fixture, 4500);
    assert_in_range(datagram(fixture), 1, 35);
    fault(fixture, SIM_ED_BROADCASTS, 1);
    fixture_at_ms(fixture, 5500);
    assert_int_equal(datagram(fixture), 36);
}

static void test_no_broadcasts_without_a_cable(void **state)
{
    struct fixture *fixture = *state;
    fault(fixture, SIM_ED_CABLE, 2000 * BJ_NS_PER_MS);
    fixture_at_ms(fixture, 1999);
    assert_int_equal(datagram(fixture), 0);
    fixture_at_ms(fixture, 2500);
    assert_int_equal(datagram(fixture), 36);
}

/* ---- Later --------------------------------------------------------------------------- */

static void test_scheduled_faults_come_at_their_time_in_order(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3000, 10000);
    assert_true(sim_ed_fault_at(fixture->host, 20 * BJ_NS_PER_MS, SIM_ED_SOURCE, 2));
    assert_true(sim_ed_fault_at(fixture->host, 10 * BJ_NS_PER_MS, SIM_ED_ESTOP, 0));
    fixture_at_ms(fixture, 15);
    assert_int_equal(sim_ed_status(fixture->host).light_engine, 3);
    assert_int_equal(sim_ed_status(fixture->host).source, 0);
    assert_int_equal(fixture->played_count, 100); /* exactly at 10 ms, not when looked at */
    fixture_at_ms(fixture, 25);
    assert_int_equal(sim_ed_status(fixture->host).source, 2);
    assert_int_equal(sim_ed_counters(fixture->host)->faults, 2);
}

static void test_the_schedule_has_an_end(void **state)
{
    struct fixture *fixture = *state;
    for (int n = 0; n < 64; n++) {
        assert_true(sim_ed_fault_at(fixture->host, 1000 + n, SIM_ED_UNDERFLOW, 0));
    }
    assert_false(sim_ed_fault_at(fixture->host, 1, SIM_ED_UNDERFLOW, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_estop_from_the_panel_can_be_cleared),
        FIXTURE_TEST(test_interlock_refuses_the_clear_until_closed),
        FIXTURE_TEST(test_underflow_on_demand),
        FIXTURE_TEST(test_source_switch_stops_and_says_so),
        FIXTURE_TEST(test_somebody_else_stops_the_device),
        FIXTURE_TEST(test_a_stall_delays_bytes_but_not_playback),
        FIXTURE_TEST(test_a_pulled_cable_stops_until_it_is_back),
        FIXTURE_TEST(test_reboot_forgets_everything_and_refuses_meanwhile),
        FIXTURE_TEST(test_reset_after_some_replies),
        FIXTURE_TEST(test_reset_at_once),
        FIXTURE_TEST(test_a_reply_breaks_off),
        FIXTURE_TEST(test_refused_connections),
        FIXTURE_TEST(test_a_hung_device_accepts_and_is_silent),
        FIXTURE_TEST(test_refused_data_keeps_nothing),
        FIXTURE_TEST(test_full_on_demand),
        FIXTURE_TEST(test_any_command_refused),
        FIXTURE_TEST(test_garbage_has_the_size_of_the_reply),
        FIXTURE_TEST(test_stray_replies_nobody_asked_for),
        FIXTURE_TEST(test_swallowed_commands_get_no_reply),
        FIXTURE_TEST(test_broadcasts_end_shrink_and_return),
        FIXTURE_TEST(test_no_broadcasts_without_a_cable),
        FIXTURE_TEST(test_scheduled_faults_come_at_their_time_in_order),
        FIXTURE_TEST(test_the_schedule_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
