/* SPDX-License-Identifier: MIT
 *
 * What every command does of the simulated Ether Dream, without any driver.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

/* ---- Data ---------------------------------------------------------------------------- */

static void test_reply_already_counts_the_points(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    assert_int_equal(rig_ask_data(rig, 500).fullness, 500);
    assert_int_equal(rig_ask_data(rig, 20).fullness, 520);
}

static void test_data_when_idle_is_swallowed(void **state)
{
    struct rig *rig = *state;
    rig_data_header(rig, 3);
    rig_points(rig, 2, 0, 0);
    rig_no_reply(rig);
    rig_points(rig, 1, 0, 0);
    struct rig_reply reply = rig_reply(rig);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.opcode, 'd');
    assert_int_equal(reply.fullness, 0);
    assert_int_equal(rig_ask(rig, "3f").code, 'a');
}

static void test_no_points_at_all_are_acknowledged_in_any_state(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_ask(rig, "640000").code, 'a');
    rig_ask(rig, "70");
    assert_int_equal(rig_ask(rig, "640000").code, 'a');
    rig_ask(rig, "00");
    assert_int_equal(rig_ask(rig, "640000").code, 'a');
}

static void test_what_fits_is_kept_and_the_rest_swallowed(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    assert_int_equal(rig_ask_data(rig, 3849).code, 'a');
    struct rig_reply reply = rig_ask_data(rig, 100);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3899);
    assert_int_equal(reply.playback, 1);
    assert_int_equal(rig_ask(rig, "3f").code, 'a');
    assert_int_equal(sim_ed_counters(rig->host)->points_refused, 50);
    rig_begin(rig, 100000);
    rig_at_ms(rig, 39);
    assert_int_equal(rig->played_count, 3899);
    assert_int_equal(rig->played[3898].x, 3898); /* the kept prefix is played */
}

static void test_full_ring_refuses_one_more(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    assert_int_equal(rig_ask_data(rig, 3899).code, 'a');
    struct rig_reply reply = rig_ask_data(rig, 1);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3899);
}

static void test_more_than_fits_succeeds_if_it_drains_meanwhile(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3899, 1000);
    rig_data_header(rig, 20);
    for (int n = 0; n < 20; n++) {
        rig_wait_ns(rig, BJ_NS_PER_MS);
        rig_points(rig, 1, 0, 0);
    }
    assert_int_equal(rig_reply(rig).code, 'a');
}

static void test_refusal_lasts_to_the_end_of_the_command(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3899, 1000);
    rig_data_header(rig, 3);
    rig_points(rig, 1, 0, 0);
    rig_wait_ns(rig, 100 * BJ_NS_PER_MS);
    rig_points(rig, 2, 0, 0);
    struct rig_reply reply = rig_reply(rig);
    assert_int_equal(reply.code, 'I');
    assert_int_equal(reply.fullness, 3799);
}

static void test_stored_points_play_before_the_command_is_complete(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 1, 1000);
    rig_data_header(rig, 10);
    rig_points(rig, 3, 0, 0);
    rig_at_ms(rig, 4.5);
    assert_int_equal(rig->played_count, 4);
    rig_no_reply(rig);
}

static void test_a_point_has_all_its_fields(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_ask(rig, "640100 0100 fe7f 0080 0a01 0b02 0c03 0d04 0e05 0f06");
    rig_begin(rig, 1000);
    rig_at_ms(rig, 1);
    struct sim_ed_point *point = &rig->played[0];
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
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_data_header(rig, 5);
    rig_points(rig, 2, 0, 1);
    rig_points(rig, 3, 0, 0);
    rig_reply(rig);
    assert_int_equal(sim_ed_counters(rig->host)->lit_received, 2);
    assert_int_equal(sim_ed_counters(rig->host)->lit_played, 0);
    rig_begin(rig, 1000);
    rig_at_ms(rig, 4);
    assert_int_equal(sim_ed_counters(rig->host)->lit_played, 2);
    assert_int_equal(sim_ed_counters(rig->host)->lit_shutter_closed, 0);
}

/* ---- Rates --------------------------------------------------------------------------- */

static void test_rate_over_max_eats_one_byte(void **state)
{
    struct rig *rig = *state;
    const struct {
        const char *bytes;
        int pings;
    } rows[] = {{"62 3f3f3f3f3f3f", 6}, {"75 3f3f3f3f3f3f", 6}, {"71 3f3f3f3f", 4}};
    uint8_t replies[256];

    for (size_t n = 0; n < 3; n++) {
        rig_send_hex(rig, rows[n].bytes);
        size_t size = rig_collect(rig, replies, sizeof replies);
        assert_int_equal(size, 22 * (1 + rows[n].pings));
        assert_int_equal(replies[0], 'I');
        for (size_t at = 22; at < size; at += 22) {
            assert_memory_equal(replies + at, "a?", 2);
        }
    }
}

static void test_rate_over_max_with_zero_mark_is_an_estop(void **state)
{
    struct rig *rig = *state;
    uint8_t replies[256];

    rig_send_hex(rig, "62 0000 a1860100"); /* 100001 */
    assert_true(rig_collect(rig, replies, sizeof replies) >= 66);
    assert_memory_equal(replies, "Ib", 2);
    assert_memory_equal(replies + 22, "a\0", 2);
    assert_memory_equal(replies + 44, "a\0", 2);
    assert_int_equal(sim_ed_status(rig->host).light_engine, 3);
}

static void test_max_rate_itself_is_fine(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    assert_int_equal(rig_begin(rig, 100000).rate, 100000);
}

static void test_update_acts_at_once(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3000, 1000);
    rig_at_ms(rig, 100);
    struct rig_reply reply = rig_rate(rig, 'u', 20000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 20000);
    rig_at_ms(rig, 110);
    assert_int_equal(rig_ask(rig, "3f").count, 300);
}

static void test_update_keeps_the_tick_under_way(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 3000, 1000);
    rig_at_ms(rig, 10.4);
    rig_rate(rig, 'u', 1250); /* 0.8 ms after the tick at 10 ms */
    rig_at_ms(rig, 20);
    assert_int_equal(rig->played[10].time_ns, 10800000);
    rig_at_ms(rig, 20.5);
    rig_rate(rig, 'u', 100000); /* the new tick is long over */
    rig_at_ms(rig, 20.6);
    assert_int_equal(rig->played[23].time_ns, 20500000);
    assert_int_equal(rig->played[24].time_ns, 20510000);
}

static void test_update_in_other_states_is_acknowledged(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_rate(rig, 'u', 1000).code, 'a');
    rig_ask(rig, "70");
    struct rig_reply reply = rig_rate(rig, 'u', 1000);
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.rate, 0);
    rig_ask(rig, "00");
    assert_int_equal(rig_rate(rig, 'u', 1000).code, 'a');
}

static void test_queued_rate_waits_for_the_flagged_point(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_rate(rig, 'q', 10000);
    rig_data_header(rig, 100);
    rig_points(rig, 10, 0, 0);
    rig_points(rig, 1, 0x8000, 0);
    rig_points(rig, 89, 0, 0);
    rig_reply(rig);
    rig_begin(rig, 1000);
    rig_at_ms(rig, 10.99);
    assert_int_equal(rig_ask(rig, "3f").rate, 1000);
    rig_at_ms(rig, 13);
    assert_int_equal(rig_ask(rig, "3f").rate, 10000);
    assert_int_equal(rig->played[10].time_ns, 11000000);
    assert_int_equal(rig->played[11].time_ns, 11100000);
}

static void test_flag_without_a_queued_rate_changes_nothing(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_data_header(rig, 10);
    rig_points(rig, 10, 0x8000, 0);
    rig_reply(rig);
    rig_begin(rig, 1000);
    rig_at_ms(rig, 9);
    assert_int_equal(rig_ask(rig, "3f").rate, 1000);
}

static void test_rate_queue_holds_199_and_drops_silently(void **state)
{
    struct rig *rig = *state;
    rig_rate(rig, 'q', 5000);
    assert_int_equal(sim_ed_counters(rig->host)->rates_dropped, 1); /* idle */
    rig_ask(rig, "70");
    for (int n = 0; n < 200; n++) {
        assert_int_equal(rig_rate(rig, 'q', (uint32_t)(1000 + n)).code, 'a');
    }
    assert_int_equal(sim_ed_counters(rig->host)->rates_queued, 199);
    assert_int_equal(sim_ed_counters(rig->host)->rates_dropped, 2);
}

static void test_prepare_empties_the_rate_queue(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    rig_rate(rig, 'q', 5000);
    rig_ask(rig, "73");
    rig_ask(rig, "70");
    rig_data_header(rig, 5);
    rig_points(rig, 5, 0x8000, 0);
    rig_reply(rig);
    rig_begin(rig, 1000);
    rig_at_ms(rig, 3);
    assert_int_equal(rig_ask(rig, "3f").rate, 1000);
}

static void test_rate_zero_hangs_an_ether_dream_2(void **state)
{
    struct rig *rig = *state;
    struct bj_address to;
    uint8_t bytes[64];
    uint16_t port;

    rig_play(rig, 1000, 1000);
    rig_at_ms(rig, 10);
    rig_send_hex(rig, "62 0000 00000000 3f");
    rig_no_reply(rig);
    rig->client = rig_connect(rig); /* still accepts */
    assert_true(rig->client >= 0);
    rig_no_reply(rig); /* but says nothing */
    rig->host->ops->datagram_out(rig->host, &port, &to, bytes, sizeof bytes, rig->now_ns);
    rig_at_ms(rig, 5000);
    assert_int_equal(rig->played_count, 10);
    assert_int_equal(rig->host->ops->datagram_out(rig->host, &port, &to, bytes,
                                                  sizeof bytes, rig->now_ns),
                     0);
}

static void test_rate_zero_reboots_an_ether_dream_1(void **state)
{
    struct rig *rig = *state;
    rig_restart_as(rig, "ed1");
    rig_play(rig, 1000, 1000);
    rig_send_hex(rig, "75 0000 00000000");
    rig_at_ms(rig, 19.9);
    assert_int_equal(rig_link(rig), SIM_LINK_OPEN);
    rig_at_ms(rig, 20);
    assert_int_equal(rig_link(rig), SIM_LINK_RESET);
    assert_int_equal(rig_connect(rig), -1);
    rig_at_ms(rig, 4000);
    rig->client = rig_connect(rig);
    struct rig_reply reply = rig_reply(rig);
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 0);
}

static void test_queued_rate_zero_hangs_when_its_point_plays(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "70");
    assert_int_equal(rig_rate(rig, 'q', 0).code, 'a');
    rig_data_header(rig, 10);
    rig_points(rig, 5, 0, 0);
    rig_points(rig, 5, 0x8000, 0);
    rig_reply(rig);
    rig_begin(rig, 1000);
    rig_at_ms(rig, 5);
    assert_int_equal(rig_ask(rig, "3f").code, 'a');
    rig_at_ms(rig, 9);
    rig_send_hex(rig, "3f");
    rig_no_reply(rig);
    assert_int_equal(rig->played_count, 6);
}

/* ---- E-stop -------------------------------------------------------------------------- */

static void test_estop_echoes_either_opcode(void **state)
{
    struct rig *rig = *state;
    struct rig_reply reply = rig_ask(rig, "00");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.opcode, 0);
    assert_int_equal(rig_ask(rig, "63").light, 0);
    reply = rig_ask(rig, "ff");
    assert_int_equal(reply.opcode, 0xff);
    assert_int_equal(reply.light, 3);
    assert_int_equal(reply.light_flags, 3); /* a copy of the state, not the cause */
    assert_int_equal(reply.flags & 6, 4);   /* although nothing was playing */
}

static void test_estop_stops_playing_and_freezes_the_level(void **state)
{
    struct rig *rig = *state;
    rig_play(rig, 100, 1000);
    rig_at_ms(rig, 10);
    struct rig_reply reply = rig_ask(rig, "00");
    assert_int_equal(reply.playback, 0);
    assert_int_equal(reply.fullness, 90);
    assert_int_equal(reply.count, 0);
    rig_at_ms(rig, 50);
    assert_int_equal(rig->played_count, 10);
}

static void test_clear_makes_ready_but_keeps_the_flag(void **state)
{
    struct rig *rig = *state;
    rig_ask(rig, "00");
    struct rig_reply reply = rig_ask(rig, "63");
    assert_int_equal(reply.code, 'a');
    assert_int_equal(reply.light, 0);
    assert_int_equal(reply.flags & 6, 4);
    assert_int_equal(rig_ask(rig, "70").flags & 6, 0);
    assert_int_equal(rig_ask(rig, "63").code,
                     'a'); /* also when there is nothing to clear */
}

/* ---- Version and unknown commands ---------------------------------------------------- */

static void test_version_is_32_bare_bytes(void **state)
{
    struct rig *rig = *state;
    uint8_t bytes[64];

    rig_send_hex(rig, "76 3f");
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 32 + 22);
    assert_memory_equal(bytes, "r331-ed4bef5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    assert_memory_equal(bytes + 32, "a?", 2);
}

static void test_old_firmware_has_no_version(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_profile profile = *sim_ed_profile("ed1");

    profile.sw_revision = 1;
    rig_restart_with(rig, profile);
    rig_send_hex(rig, "76");
    rig_no_reply(rig);
    assert_int_equal(rig_link(rig), SIM_LINK_FIN);
}

static void test_unknown_opcodes_end_the_connection(void **state)
{
    struct rig *rig = *state;
    const char *const opcodes[] = {"74", "30", "49", "44", "50", "01"};

    for (size_t n = 0; n < 2 * sizeof opcodes / sizeof *opcodes; n++) {
        bool ed1 = n % 2;
        rig_restart_as(rig, ed1 ? "ed1" : "ed2");
        rig_send_hex(rig, "3f");
        rig_send_hex(rig, opcodes[n / 2]);
        rig_reply(rig); /* of the ping */
        rig_no_reply(rig);
        assert_int_equal(rig_link(rig), ed1 ? SIM_LINK_FIN : SIM_LINK_RESET);
        assert_int_equal(sim_ed_status(rig->host).light_engine, 0);
        rig->host->ops->hang_up(rig->host, rig->client, rig->now_ns);
    }
}

/* ---- Bytes in any shape -------------------------------------------------------------- */

static void send_byte_by_byte(struct rig *rig, const uint8_t *bytes, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        rig_send(rig, bytes + n, 1);
    }
}

static void test_byte_by_byte_is_the_same(void **state)
{
    struct rig *rig = *state;
    uint8_t data[3 + 18 * 4] = {'d', 4, 0};
    uint8_t begin[7] = {'b', 0, 0, 0xe8, 3, 0, 0};

    send_byte_by_byte(rig, (const uint8_t *)"p", 1);
    rig_reply(rig);
    send_byte_by_byte(rig, data, sizeof data - 1);
    rig_no_reply(rig);
    assert_int_equal(sim_ed_status(rig->host).fullness, 3);
    send_byte_by_byte(rig, data + sizeof data - 1, 1);
    assert_int_equal(rig_reply(rig).fullness, 4);
    send_byte_by_byte(rig, begin, 6);
    rig_no_reply(rig);
    send_byte_by_byte(rig, begin + 6, 1);
    assert_int_equal(rig_reply(rig).rate, 1000);
}

static void test_half_a_command_waits_for_ever(void **state)
{
    struct rig *rig = *state;
    rig_send_hex(rig, "62 00");
    rig_at_ms(rig, 3600e3);
    rig_no_reply(rig);
    assert_int_equal(rig_link(rig), SIM_LINK_OPEN);
    assert_int_equal(rig_ask(rig, "00 30750000").code, 'a');
}

static void test_pipelined_commands_get_one_reply_each_in_order(void **state)
{
    struct rig *rig = *state;
    const char order[] = "ps?sc?";
    const char codes[] = "aaaIaa";
    uint8_t bytes[256];

    rig_send(rig, order, 6);
    assert_int_equal(rig_collect(rig, bytes, sizeof bytes), 6 * 22);
    for (int n = 0; n < 6; n++) {
        assert_int_equal(bytes[22 * n], codes[n]);
        assert_int_equal(bytes[22 * n + 1], order[n]);
    }
}

static void test_commands_are_logged_with_what_they_did(void **state)
{
    struct rig *rig = *state;
    rig_at_ms(rig, 3);
    rig_ask(rig, "70");
    rig_ask_data(rig, 9);
    assert_int_equal(rig->command_count, 2);
    struct sim_ed_command *command = &rig->commands[1];
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
    struct rig *rig = *state;
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(rig);
    config.fullness_step = 16;
    rig_start(rig, config);
    rig_ask(rig, "70");
    assert_int_equal(rig_ask_data(rig, 15).fullness, 0);
    assert_int_equal(rig_ask_data(rig, 86).fullness, 96);
    assert_int_equal(rig_ask(rig, "3f").fullness, 96);
    assert_int_equal(sim_ed_status(rig->host).fullness, 101); /* it knows better */
}

static void test_fullness_may_be_of_before(void **state)
{
    struct rig *rig = *state;
    struct sim_ed_config config = sim_ed_defaults();

    rig_stop(rig);
    config.tells_before = true;
    rig_start(rig, config);
    rig_ask(rig, "70");
    assert_int_equal(rig_ask_data(rig, 100).fullness, 0);
    assert_int_equal(rig_ask_data(rig, 50).fullness, 100);
    assert_int_equal(rig_ask(rig, "3f").fullness, 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_reply_already_counts_the_points),
        RIG_TEST(test_data_when_idle_is_swallowed),
        RIG_TEST(test_no_points_at_all_are_acknowledged_in_any_state),
        RIG_TEST(test_what_fits_is_kept_and_the_rest_swallowed),
        RIG_TEST(test_full_ring_refuses_one_more),
        RIG_TEST(test_more_than_fits_succeeds_if_it_drains_meanwhile),
        RIG_TEST(test_refusal_lasts_to_the_end_of_the_command),
        RIG_TEST(test_stored_points_play_before_the_command_is_complete),
        RIG_TEST(test_a_point_has_all_its_fields),
        RIG_TEST(test_light_is_counted),
        RIG_TEST(test_rate_over_max_eats_one_byte),
        RIG_TEST(test_rate_over_max_with_zero_mark_is_an_estop),
        RIG_TEST(test_max_rate_itself_is_fine),
        RIG_TEST(test_update_acts_at_once),
        RIG_TEST(test_update_keeps_the_tick_under_way),
        RIG_TEST(test_update_in_other_states_is_acknowledged),
        RIG_TEST(test_queued_rate_waits_for_the_flagged_point),
        RIG_TEST(test_flag_without_a_queued_rate_changes_nothing),
        RIG_TEST(test_rate_queue_holds_199_and_drops_silently),
        RIG_TEST(test_prepare_empties_the_rate_queue),
        RIG_TEST(test_rate_zero_hangs_an_ether_dream_2),
        RIG_TEST(test_rate_zero_reboots_an_ether_dream_1),
        RIG_TEST(test_queued_rate_zero_hangs_when_its_point_plays),
        RIG_TEST(test_estop_echoes_either_opcode),
        RIG_TEST(test_estop_stops_playing_and_freezes_the_level),
        RIG_TEST(test_clear_makes_ready_but_keeps_the_flag),
        RIG_TEST(test_version_is_32_bare_bytes),
        RIG_TEST(test_old_firmware_has_no_version),
        RIG_TEST(test_unknown_opcodes_end_the_connection),
        RIG_TEST(test_byte_by_byte_is_the_same),
        RIG_TEST(test_half_a_command_waits_for_ever),
        RIG_TEST(test_pipelined_commands_get_one_reply_each_in_order),
        RIG_TEST(test_commands_are_logged_with_what_they_did),
        RIG_TEST(test_fullness_may_be_coarse),
        RIG_TEST(test_fullness_may_be_of_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
