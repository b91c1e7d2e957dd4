/* SPDX-License-Identifier: MIT
 *
 * What every command does of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

/* ---- Data ---------------------------------------------------------------------------- */

static void test_reply_already_counts_the_points(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask_data(fixture, 500).fullness, 500);
    assert_int_equal(fixture_ask_data(fixture, 20).fullness, 520);
}

static void test_data_when_idle_is_swallowed(void **state)
{
    struct fixture *fixture = *state;
    fixture_data_header(fixture, 3);
    fixture_points(fixture, 2, 0, 0);
    fixture_no_reply(fixture);
    fixture_points(fixture, 1, 0, 0);
    struct fixture_reply reply = fixture_reply(fixture);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.opcode, 'd');
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a');
}

static void test_no_points_at_all_are_acknowledged_in_any_state(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_ask(fixture, "640000").code, 'a');
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask(fixture, "640000").code, 'a');
    fixture_ask(fixture, "00");
    assert_int_equal(fixture_ask(fixture, "640000").code, 'a');
}

static void test_what_fits_is_kept_and_the_rest_swallowed(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask_data(fixture, 3849).code, 'a');
    struct fixture_reply reply = fixture_ask_data(fixture, 100);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3899);
    assert_int_equal(reply.playback, 1);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a');
    assert_int_equal(sim_ed_counters(fixture->host)->points_refused, 50);
    fixture_begin(fixture, 100000);
    fixture_at_ms(fixture, 39);
    assert_int_equal(fixture->played_count, 3899);
    assert_int_equal(fixture->played[3898].x, 3898); /* the kept prefix is played */
}

static void test_full_ring_refuses_one_more(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask_data(fixture, 3899).code, 'a');
    struct fixture_reply reply = fixture_ask_data(fixture, 1);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3899);
}

static void test_more_than_fits_succeeds_if_it_drains_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3899, 1000);
    fixture_data_header(fixture, 20);
    for (int n = 0; n < 20; n++) {
        fixture_wait_ns(fixture, BJ_NS_PER_MS);
        fixture_points(fixture, 1, 0, 0);
    }
    assert_int_equal(fixture_reply(fixture).code, 'a');
}

static void test_refusal_lasts_to_the_end_of_the_command(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3899, 1000);
    fixture_data_header(fixture, 3);
    fixture_points(fixture, 1, 0, 0);
    fixture_wait_ns(fixture, 100 * BJ_NS_PER_MS);
    fixture_points(fixture, 2, 0, 0);
    struct fixture_reply reply = fixture_reply(fixture);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3799);
}

static void test_stored_points_play_before_the_command_is_complete(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 1, 1000);
    fixture_data_header(fixture, 10);
    fixture_points(fixture, 3, 0, 0);
    fixture_at_ms(fixture, 4.5);
    assert_int_equal(fixture->played_count, 4);
    fixture_no_reply(fixture);
}

static void test_a_point_has_all_its_fields(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_ask(fixture, "640100 0100 fe7f 0080 0a01 0b02 0c03 0d04 0e05 0f06");
    fixture_begin(fixture, 1000);
    fixture_at_ms(fixture, 1);
    struct sim_ed_point *point = &fixture->played[0];
    assert_int_equal(point->control, 1);
    assert_int_equal(point->x, 32766);
    assert_int_equal(point->y, -32768);
    assert_int_equal(point->r, 0x010a);
    assert_int_equal(point->g, 0x020b);
    assert_int_equal(point->b, 0x030c);
    assert_int_equal(point->i, 0x040d);
    assert_int_equal(point->u1, 0x050e);
    assert_int_equal(point->u2, 0x060f);
}

static void test_light_is_counted(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_data_header(fixture, 5);
    fixture_points(fixture, 2, 0, 1);
    fixture_points(fixture, 3, 0, 0);
    fixture_reply(fixture);
    assert_int_equal(sim_ed_counters(fixture->host)->lit_received, 2);
    assert_int_equal(sim_ed_counters(fixture->host)->lit_played, 0);
    fixture_begin(fixture, 1000);
    fixture_at_ms(fixture, 4);
    assert_int_equal(sim_ed_counters(fixture->host)->lit_played, 2);
    assert_int_equal(sim_ed_counters(fixture->host)->lit_shutter_closed, 0);
}

/* ---- Rates --------------------------------------------------------------------------- */

static void test_rate_over_max_eats_one_byte(void **state)
{
    struct fixture *fixture = *state;
    const struct {
        const char *bytes;
        int pings;
    } rows[] = {{"62 3f3f3f3f3f3f", 6}, {"75 3f3f3f3f3f3f", 6}, {"71 3f3f3f3f", 4}};
    uint8_t replies[256];

    for (size_t n = 0; n < 3; n++) {
        fixture_send_hex(fixture, rows[n].bytes);
        size_t size = fixture_collect(fixture, replies, sizeof replies);
        assert_int_equal(size, 22 * (1 + rows[n].pings));
        assert_int_equal(replies[0], 'I');
        for (size_t at = 22; at < size; at += 22) {
            assert_memory_equal(replies + at, "a?", 2);
        }
    }
}

static void test_rate_over_max_with_zero_mark_is_an_estop(void **state)
{
    struct fixture *fixture = *state;
    uint8_t replies[256];

    fixture_send_hex(fixture, "62 0000 a1860100"); /* 100001 */
    assert_true(fixture_collect(fixture, replies, sizeof replies) >= 66);
    assert_memory_equal(replies, "Ib", 2);
    assert_memory_equal(replies + 22, "a\0", 2);
    assert_memory_equal(replies + 44, "a\0", 2);
    assert_int_equal(sim_ed_status(fixture->host).light_engine, 3);
}

static void test_max_rate_itself_is_fine(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_begin(fixture, 100000).rate, 100000);
}

static void test_update_acts_at_once(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3000, 1000);
    fixture_at_ms(fixture, 100);
    struct fixture_reply reply = fixture_rate(fixture, 'u', 20000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 20000);
    fixture_at_ms(fixture, 110);
    assert_int_equal(fixture_ask(fixture, "3f").count, 300);
}

static void test_update_keeps_the_tick_under_way(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 3000, 1000);
    fixture_at_ms(fixture, 10.4);
    fixture_rate(fixture, 'u', 1250); /* 0.8 ms after the tick at 10 ms */
    fixture_at_ms(fixture, 20);
    assert_int_equal(fixture->played[10].time_ns, 10800000);
    fixture_at_ms(fixture, 20.5);
    fixture_rate(fixture, 'u', 100000); /* the new tick is long over */
    fixture_at_ms(fixture, 20.6);
    assert_int_equal(fixture->played[23].time_ns, 20500000);
    assert_int_equal(fixture->played[24].time_ns, 20510000);
}

static void test_update_in_other_states_is_acknowledged(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(fixture_rate(fixture, 'u', 1000).code, 'a');
    fixture_ask(fixture, "70");
    struct fixture_reply reply = fixture_rate(fixture, 'u', 1000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 0);
    fixture_ask(fixture, "00");
    assert_int_equal(fixture_rate(fixture, 'u', 1000).code, 'a');
}

static void test_queued_rate_waits_for_the_flagged_point(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_rate(fixture, 'q', 10000);
    fixture_data_header(fixture, 100);
    fixture_points(fixture, 10, 0, 0);
    fixture_points(fixture, 1, 0x8000, 0);
    fixture_points(fixture, 89, 0, 0);
    fixture_reply(fixture);
    fixture_begin(fixture, 1000);
    fixture_at_ms(fixture, 10.99);
    assert_int_equal(fixture_ask(fixture, "3f").rate, 1000);
    fixture_at_ms(fixture, 13);
    assert_int_equal(fixture_ask(fixture, "3f").rate, 10000);
    assert_int_equal(fixture->played[10].time_ns, 11000000);
    assert_int_equal(fixture->played[11].time_ns, 11100000);
}

static void test_flag_without_a_queued_rate_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_data_header(fixture, 10);
    fixture_points(fixture, 10, 0x8000, 0);
    fixture_reply(fixture);
    fixture_begin(fixture, 1000);
    fixture_at_ms(fixture, 9);
    assert_int_equal(fixture_ask(fixture, "3f").rate, 1000);
}

static void test_rate_queue_holds_199_and_drops_silently(void **state)
{
    struct fixture *fixture = *state;
    fixture_rate(fixture, 'q', 5000);
    assert_int_equal(sim_ed_counters(fixture->host)->rates_dropped, 1); /* idle */
    fixture_ask(fixture, "70");
    for (int n = 0; n < 200; n++) {
        assert_int_equal(fixture_rate(fixture, 'q', (uint32_t)(1000 + n)).code, 'a');
    }
    assert_int_equal(sim_ed_counters(fixture->host)->rates_queued, 199);
    assert_int_equal(sim_ed_counters(fixture->host)->rates_dropped, 2);
}

static void test_prepare_empties_the_rate_queue(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    fixture_rate(fixture, 'q', 5000);
    fixture_ask(fixture, "73");
    fixture_ask(fixture, "70");
    fixture_data_header(fixture, 5);
    fixture_points(fixture, 5, 0x8000, 0);
    fixture_reply(fixture);
    fixture_begin(fixture, 1000);
    fixture_at_ms(fixture, 3);
    assert_int_equal(fixture_ask(fixture, "3f").rate, 1000);
}

static void test_rate_zero_hangs_an_ether_dream_2(void **state)
{
    struct fixture *fixture = *state;
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;

    fixture_play(fixture, 1000, 1000);
    fixture_at_ms(fixture, 10);
    fixture_send_hex(fixture, "62 0000 00000000 3f");
    fixture_no_reply(fixture);
    fixture->client = fixture_connect(fixture); /* still accepts */
    assert_true(fixture->client >= 0);
    fixture_no_reply(fixture); /* but says nothing */
    fixture->host->ops->datagram_out(fixture->host, &port, &to, bytes, sizeof bytes,
                                     fixture->now_ns);
    fixture_at_ms(fixture, 5000);
    assert_int_equal(fixture->played_count, 10);
    assert_int_equal(fixture->host->ops->datagram_out(fixture->host, &port, &to, bytes,
                                                      sizeof bytes, fixture->now_ns),
                     0);
}

static void test_rate_zero_reboots_an_ether_dream_1(void **state)
{
    struct fixture *fixture = *state;
    fixture_restart_as(fixture, "ed1");
    fixture_play(fixture, 1000, 1000);
    fixture_send_hex(fixture, "75 0000 00000000");
    fixture_at_ms(fixture, 19.9);
    assert_int_equal(fixture_link(fixture), SIM_LINK_OPEN);
    fixture_at_ms(fixture, 20);
    assert_int_equal(fixture_link(fixture), SIM_LINK_RESET);
    assert_int_equal(fixture_connect(fixture), -1);
    fixture_at_ms(fixture, 4000);
    fixture->client = fixture_connect(fixture);
    struct fixture_reply reply = fixture_reply(fixture);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 0);
}

static void test_queued_rate_zero_hangs_when_its_point_plays(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_rate(fixture, 'q', 0).code, 'a');
    fixture_data_header(fixture, 10);
    fixture_points(fixture, 5, 0, 0);
    fixture_points(fixture, 5, 0x8000, 0);
    fixture_reply(fixture);
    fixture_begin(fixture, 1000);
    fixture_at_ms(fixture, 5);
    assert_int_equal(fixture_ask(fixture, "3f").code, 'a');
    fixture_at_ms(fixture, 9);
    fixture_send_hex(fixture, "3f");
    fixture_no_reply(fixture);
    assert_int_equal(fixture->played_count, 6);
}

/* ---- E-stop -------------------------------------------------------------------------- */

static void test_estop_echoes_either_opcode(void **state)
{
    struct fixture *fixture = *state;
    struct fixture_reply reply = fixture_ask(fixture, "00");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.opcode, 0);
    assert_int_equal(fixture_ask(fixture, "63").light, 0);
    reply = fixture_ask(fixture, "ff");
    assert_int_equal(reply.opcode, 0xff);
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.light_flags, 3); /* a copy of the state, not the cause */
    assert_int_equal(reply.flags & 6, 4);   /* although nothing was playing */
}

static void test_estop_stops_playing_and_freezes_the_level(void **state)
{
    struct fixture *fixture = *state;
    fixture_play(fixture, 100, 1000);
    fixture_at_ms(fixture, 10);
    struct fixture_reply reply = fixture_ask(fixture, "00");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 90);
    assert_int_equal(reply.count, 0);
    fixture_at_ms(fixture, 50);
    assert_int_equal(fixture->played_count, 10);
}

static void test_clear_makes_ready_but_keeps_the_flag(void **state)
{
    struct fixture *fixture = *state;
    fixture_ask(fixture, "00");
    struct fixture_reply reply = fixture_ask(fixture, "63");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.light, 0);
    assert_int_equal(reply.flags & 6, 4);
    assert_int_equal(fixture_ask(fixture, "70").flags & 6, 0);
    assert_int_equal(fixture_ask(fixture, "63").code,
                     'a'); /* also when there is nothing to clear */
}

/* ---- Version and unknown commands ---------------------------------------------------- */

static void test_version_is_32_bare_bytes(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[64];

    fixture_send_hex(fixture, "76 3f");
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 32 + 22);
    assert_memory_equal(bytes, "r331-ed4bef5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    assert_memory_equal(bytes + 32, "a?", 2);
}

static void test_old_firmware_has_no_version(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed1");

    profile.sw_revision = 1;
    fixture_restart_with(fixture, profile);
    fixture_send_hex(fixture, "76");
    fixture_no_reply(fixture);
    assert_int_equal(fixture_link(fixture), SIM_LINK_FIN);
}

static void test_unknown_opcodes_end_the_connection(void **state)
{
    struct fixture *fixture = *state;
    const char *const opcodes[] = {"74", "30", "49", "44", "50", "01"};

    for (size_t n = 0; n < 2 * sizeof opcodes / sizeof *opcodes; n++) {
        bool ed1 = n % 2;
        fixture_restart_as(fixture, ed1 ? "ed1" : "ed2");
        fixture_send_hex(fixture, "3f");
        fixture_send_hex(fixture, opcodes[n / 2]);
        fixture_reply(fixture); /* of the ping */
        fixture_no_reply(fixture);
        assert_int_equal(fixture_link(fixture), ed1 ? SIM_LINK_FIN : SIM_LINK_RESET);
        assert_int_equal(sim_ed_status(fixture->host).light_engine, 0);
        fixture->host->ops->hang_up(fixture->host, fixture->client, fixture->now_ns);
    }
}

/* ---- Bytes in any shape -------------------------------------------------------------- */

static void send_byte_by_byte(struct fixture *fixture, const uint8_t *bytes, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        fixture_send(fixture, bytes + n, 1);
    }
}

static void test_byte_by_byte_is_the_same(void **state)
{
    struct fixture *fixture = *state;
    uint8_t data[3 + 18 * 4] = {'d', 4, 0};
    uint8_t begin[7] = {'b', 0, 0, 0xe8, 3, 0, 0};

    send_byte_by_byte(fixture, (const uint8_t *)"p", 1);
    fixture_reply(fixture);
    send_byte_by_byte(fixture, data, sizeof data - 1);
    fixture_no_reply(fixture);
    assert_int_equal(sim_ed_status(fixture->host).fullness, 3);
    send_byte_by_byte(fixture, data + sizeof data - 1, 1);
    assert_int_equal(fixture_reply(fixture).fullness, 4);
    send_byte_by_byte(fixture, begin, 6);
    fixture_no_reply(fixture);
    send_byte_by_byte(fixture, begin + 6, 1);
    assert_int_equal(fixture_reply(fixture).rate, 1000);
}

static void test_half_a_command_waits_for_ever(void **state)
{
    struct fixture *fixture = *state;
    fixture_send_hex(fixture, "62 00");
    fixture_at_ms(fixture, 3600e3);
    fixture_no_reply(fixture);
    assert_int_equal(fixture_link(fixture), SIM_LINK_OPEN);
    assert_int_equal(fixture_ask(fixture, "00 30750000").code, 'a');
}

static void test_pipelined_commands_get_one_reply_each_in_order(void **state)
{
    struct fixture *fixture = *state;
    const char order[] = "ps?sc?";
    const char codes[] = "aaaIaa";
    uint8_t bytes[256];

    fixture_send(fixture, order, 6);
    assert_int_equal(fixture_collect(fixture, bytes, sizeof bytes), 6 * 22);
    for (int n = 0; n < 6; n++) {
        assert_int_equal(bytes[22 * n], codes[n]);
        assert_int_equal(bytes[22 * n + 1], order[n]);
    }
}

static void test_commands_are_logged_with_what_they_did(void **state)
{
    struct fixture *fixture = *state;
    fixture_at_ms(fixture, 3);
    fixture_ask(fixture, "70");
    fixture_ask_data(fixture, 9);
    assert_int_equal(fixture->command_count, 2);
    struct sim_ed_command *command = &fixture->commands[1];
    assert_int_equal(command->time_ns, 3 * BJ_NS_PER_MS);
    assert_int_equal(command->opcode, 'd');
    assert_int_equal(command->reply, 'a');
    assert_int_equal(command->argument, 9);
    assert_int_equal(command->stored, 9);
    assert_int_equal(command->before.fullness, 0);
    assert_int_equal(command->after.fullness, 9);
}

static void test_fullness_may_be_coarse(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_config config = sim_ed_defaults();

    fixture_stop(fixture);
    config.fullness_step = 16;
    fixture_start(fixture, config);
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask_data(fixture, 15).fullness, 0);
    assert_int_equal(fixture_ask_data(fixture, 86).fullness, 96);
    assert_int_equal(fixture_ask(fixture, "3f").fullness, 96);
    assert_int_equal(sim_ed_status(fixture->host).fullness, 101); /* it knows better */
}

static void test_fullness_may_be_of_before(void **state)
{
    struct fixture *fixture = *state;
    struct sim_ed_config config = sim_ed_defaults();

    fixture_stop(fixture);
    config.tells_before = true;
    fixture_start(fixture, config);
    fixture_ask(fixture, "70");
    assert_int_equal(fixture_ask_data(fixture, 100).fullness, 0);
    assert_int_equal(fixture_ask_data(fixture, 50).fullness, 100);
    assert_int_equal(fixture_ask(fixture, "3f").fullness, 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_reply_already_counts_the_points),
        FIXTURE_TEST(test_data_when_idle_is_swallowed),
        FIXTURE_TEST(test_no_points_at_all_are_acknowledged_in_any_state),
        FIXTURE_TEST(test_what_fits_is_kept_and_the_rest_swallowed),
        FIXTURE_TEST(test_full_ring_refuses_one_more),
        FIXTURE_TEST(test_more_than_fits_succeeds_if_it_drains_meanwhile),
        FIXTURE_TEST(test_refusal_lasts_to_the_end_of_the_command),
        FIXTURE_TEST(test_stored_points_play_before_the_command_is_complete),
        FIXTURE_TEST(test_a_point_has_all_its_fields),
        FIXTURE_TEST(test_light_is_counted),
        FIXTURE_TEST(test_rate_over_max_eats_one_byte),
        FIXTURE_TEST(test_rate_over_max_with_zero_mark_is_an_estop),
        FIXTURE_TEST(test_max_rate_itself_is_fine),
        FIXTURE_TEST(test_update_acts_at_once),
        FIXTURE_TEST(test_update_keeps_the_tick_under_way),
        FIXTURE_TEST(test_update_in_other_states_is_acknowledged),
        FIXTURE_TEST(test_queued_rate_waits_for_the_flagged_point),
        FIXTURE_TEST(test_flag_without_a_queued_rate_changes_nothing),
        FIXTURE_TEST(test_rate_queue_holds_199_and_drops_silently),
        FIXTURE_TEST(test_prepare_empties_the_rate_queue),
        FIXTURE_TEST(test_rate_zero_hangs_an_ether_dream_2),
        FIXTURE_TEST(test_rate_zero_reboots_an_ether_dream_1),
        FIXTURE_TEST(test_queued_rate_zero_hangs_when_its_point_plays),
        FIXTURE_TEST(test_estop_echoes_either_opcode),
        FIXTURE_TEST(test_estop_stops_playing_and_freezes_the_level),
        FIXTURE_TEST(test_clear_makes_ready_but_keeps_the_flag),
        FIXTURE_TEST(test_version_is_32_bare_bytes),
        FIXTURE_TEST(test_old_firmware_has_no_version),
        FIXTURE_TEST(test_unknown_opcodes_end_the_connection),
        FIXTURE_TEST(test_byte_by_byte_is_the_same),
        FIXTURE_TEST(test_half_a_command_waits_for_ever),
        FIXTURE_TEST(test_pipelined_commands_get_one_reply_each_in_order),
        FIXTURE_TEST(test_commands_are_logged_with_what_they_did),
        FIXTURE_TEST(test_fullness_may_be_coarse),
        FIXTURE_TEST(test_fullness_may_be_of_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
