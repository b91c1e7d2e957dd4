/* SPDX-License-Identifier: MIT
 *
 * The way of the bytes: in order, complete, at their time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_link.h"

#define MS BJ_NS_PER_MS

static struct sim_line line_with(struct sim_link_config config)
{
    struct sim_line line;

    assert_true(sim_line_init(&line, &config, 1));
    return line;
}

static size_t receive(struct sim_line *line, char *bytes, size_t size, int64_t now_ns)
{
    memset(bytes, 0, size);
    return sim_line_receive(line, bytes, size - 1, now_ns);
}

static size_t collect(struct sim_line *line, char *bytes, size_t size, int64_t now_ns)
{
    memset(bytes, 0, size);
    return sim_line_collect(line, bytes, size - 1, now_ns);
}

static void test_a_plain_line_is_immediate(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){0});
    char bytes[32];
    (void)state;
    assert_true(sim_line_due_ns(&line) == BJ_NEVER);
    assert_int_equal(sim_line_send(&line, "abc", 3, 5), 3);
    assert_int_equal(sim_line_due_ns(&line), 5);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 5), 3);
    assert_string_equal(bytes, "abc");
    sim_line_reply(&line, "xy", 2, 6);
    sim_line_reply(&line, "z", 1, 6);
    assert_int_equal(sim_line_collect_due_ns(&line), 6);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 6), 3);
    assert_string_equal(bytes, "xyz");
    sim_line_finish(&line);
}

static void test_latency_each_way(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){.latency_ns = 2 * MS});
    char bytes[32];
    (void)state;
    sim_line_send(&line, "a", 1, 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 2 * MS - 1), 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 2 * MS), 1);
    sim_line_reply(&line, "b", 1, 2 * MS);
    assert_int_equal(sim_line_collect_due_ns(&line), 4 * MS);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 4 * MS - 1), 0);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 4 * MS), 1);
    sim_line_finish(&line);
}

static void test_jitter_delays_but_never_reorders(void **state)
{
    struct sim_line line =
        line_with((struct sim_link_config){.latency_ns = MS, .jitter_ns = 5 * MS});
    int64_t now_ns = 0, latest_ns = 0, earliest_ns = BJ_NEVER;
    char bytes[32];
    (void)state;
    for (char n = 0; n < 100; n++) {
        now_ns += 20 * MS;
        sim_line_send(&line, &n, 1, now_ns);
        int64_t late_ns = sim_line_due_ns(&line) - now_ns;
        earliest_ns = late_ns < earliest_ns ? late_ns : earliest_ns;
        latest_ns = late_ns > latest_ns ? late_ns : latest_ns;
        receive(&line, bytes, sizeof bytes, now_ns + 6 * MS);
        assert_int_equal(bytes[0], n);
    }
    assert_in_range(earliest_ns, MS, MS + MS / 2);
    assert_in_range(latest_ns, 5 * MS + MS / 2, 6 * MS);
    for (char n = 0; n < 100; n++) {
        sim_line_send(&line, &n, 1, now_ns += 1000);
    }
    for (char n = 0; n < 100; n++) {
        assert_int_equal(receive(&line, bytes, 2, now_ns + 6 * MS), 1);
        assert_int_equal(bytes[0], n);
    }
    sim_line_finish(&line);
}

static void test_fragments_come_after_each_other(void **state)
{
    struct sim_line line =
        line_with((struct sim_link_config){.fragment_bytes = 2, .fragment_gap_ns = MS});
    char bytes[32];
    (void)state;
    sim_line_send(&line, "abcde", 5, 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 0), 2);
    assert_string_equal(bytes, "ab");
    assert_int_equal(receive(&line, bytes, sizeof bytes, MS - 1), 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, MS), 2);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 2 * MS), 1);
    assert_string_equal(bytes, "e");
    sim_line_reply(&line, "vwxyz", 5, 0);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 0), 2);
    assert_string_equal(bytes, "vw");
    sim_line_finish(&line);
}

static void test_merged_replies_leave_together(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){.merge_ns = 10 * MS});
    char bytes[32];
    (void)state;
    sim_line_reply(&line, "a", 1, 1 * MS);
    sim_line_reply(&line, "b", 1, 9 * MS);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 10 * MS - 1), 0);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 10 * MS), 2);
    assert_string_equal(bytes, "ab");
    sim_line_finish(&line);
}

static void test_regular_stalls(void **state)
{
    struct sim_line line = line_with(
        (struct sim_link_config){.stall_every_ns = 100 * MS, .stall_for_ns = 20 * MS});
    char bytes[32];
    (void)state;
    sim_line_send(&line, "a", 1, 79 * MS);
    assert_int_equal(sim_line_due_ns(&line), 79 * MS);
    receive(&line, bytes, sizeof bytes, 79 * MS);
    sim_line_send(&line, "b", 1, 85 * MS);
    assert_int_equal(sim_line_due_ns(&line), 100 * MS);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 99 * MS), 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 100 * MS), 1);
    sim_line_finish(&line);
}

static void test_a_stall_holds_what_is_on_the_way(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){0});
    char bytes[32];
    (void)state;
    sim_line_send(&line, "a", 1, 0);
    sim_line_reply(&line, "b", 1, 0);
    sim_line_stall(&line, 30 * MS);
    sim_line_stall(&line, 10 * MS); /* a shorter one takes nothing away */
    assert_int_equal(receive(&line, bytes, sizeof bytes, 30 * MS - 1), 0);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 30 * MS - 1), 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, 30 * MS), 1);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 30 * MS), 1);
    sim_line_finish(&line);
}

static void test_the_window_limits_what_is_accepted(void **state)
{
    struct sim_line line =
        line_with((struct sim_link_config){.window_bytes = 4, .latency_ns = MS});
    char bytes[32];
    (void)state;
    assert_int_equal(sim_line_send(&line, "abcdef", 6, 0), 4);
    assert_int_equal(sim_line_send(&line, "ef", 2, 0), 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, MS), 4);
    assert_int_equal(sim_line_send(&line, "ef", 2, MS), 2);
    sim_line_finish(&line);
}

static void test_unread_replies_are_dropped_whole(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){.unread_bytes = 5});
    char bytes[32];
    (void)state;
    sim_line_reply(&line, "abc", 3, 0);
    sim_line_reply(&line, "def", 3, 0);
    sim_line_reply(&line, "gh", 2, 0);
    assert_int_equal(line.replies_dropped, 1);
    assert_int_equal(collect(&line, bytes, sizeof bytes, 0), 5);
    assert_string_equal(bytes, "abcgh");
    sim_line_finish(&line);
}

static void test_the_clients_end_comes_after_its_bytes(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){.latency_ns = MS});
    char bytes[32];
    (void)state;
    sim_line_send(&line, "bye", 3, 0);
    sim_line_send_end(&line, 0);
    assert_false(sim_line_ended(&line, MS));
    receive(&line, bytes, sizeof bytes, MS);
    assert_true(sim_line_ended(&line, MS));
    assert_int_equal(sim_line_due_ns(&line), MS);
    sim_line_finish(&line);
}

static void test_the_devices_end_comes_after_its_replies(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){.latency_ns = MS});
    char bytes[32];
    (void)state;
    sim_line_reply(&line, "bye", 3, 0);
    sim_line_end(&line, SIM_LINK_FIN);
    sim_line_end(&line, SIM_LINK_RESET); /* ended is ended */
    sim_line_reply(&line, "more", 4, 0);
    assert_int_equal(sim_line_state(&line), SIM_LINK_OPEN);
    assert_int_equal(collect(&line, bytes, sizeof bytes, MS), 3);
    assert_int_equal(sim_line_state(&line), SIM_LINK_FIN);
    assert_int_equal(sim_line_send(&line, "anybody?", 8, MS), 8); /* swallowed */
    assert_true(sim_line_due_ns(&line) == BJ_NEVER);
    sim_line_finish(&line);
}

/* Around the end of the buffer, with more segments than there is room to tell apart. */
static void test_nothing_is_lost_in_long_use(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){0});
    uint32_t sent = 0, seen = 0;
    (void)state;
    for (int round = 0; round < 200; round++) {
        for (int n = 0; n < 1500; n++) {
            uint8_t byte = (uint8_t)(sent % 253);
            sent += (uint32_t)sim_line_send(&line, &byte, 1, round);
        }
        uint8_t bytes[700];
        for (size_t got; (got = sim_line_receive(&line, bytes, sizeof bytes, round)) > 0;) {
            for (size_t n = 0; n < got; n++) {
                assert_int_equal(bytes[n], seen++ % 253);
            }
        }
    }
    assert_int_equal(seen, 200 * 1500);
    sim_line_finish(&line);
}

/* When a reply sent at now_ns comes, after all before it were read. */
static int64_t reply_takes_ns(struct sim_line *line, int64_t now_ns)
{
    char bytes[32];
    sim_line_reply(line, "r", 1, now_ns);
    int64_t due_ns = sim_line_collect_due_ns(line);
    assert_int_equal(collect(line, bytes, sizeof bytes, due_ns), 1);
    return due_ns - now_ns;
}

static void test_replies_may_take_longer(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){
        .latency_ns = MS, .reply_latency_ns = 5 * MS, .reply_jitter_ns = 2 * MS});
    bool early = false, late = false;
    char bytes[32];
    (void)state;
    sim_line_send(&line, "a", 1, 0);
    assert_int_equal(receive(&line, bytes, sizeof bytes, MS), 1);
    for (int n = 0; n < 100; n++) {
        int64_t takes_ns = reply_takes_ns(&line, n * 20 * MS);
        assert_in_range(takes_ns, 6 * MS, 8 * MS);
        early |= takes_ns < 7 * MS;
        late |= takes_ns > 7 * MS;
    }
    assert_true(early && late);
    sim_line_finish(&line);
}

static void test_lost_replies_come_again(void **state)
{
    struct sim_line line =
        line_with((struct sim_link_config){.lost_percent = 20, .resend_ns = 9 * MS});
    int lost = 0;
    (void)state;
    for (int n = 0; n < 1000; n++) {
        int64_t takes_ns = reply_takes_ns(&line, n * 20 * MS);
        assert_true(takes_ns == 0 || takes_ns == 9 * MS);
        lost += takes_ns > 0;
    }
    assert_in_range(lost, 150, 250);
    sim_line_finish(&line);
}

static void test_strays_are_few(void **state)
{
    struct sim_line line =
        line_with((struct sim_link_config){.stray_percent = 5, .stray_ns = 10 * MS});
    int strays = 0;
    (void)state;
    for (int n = 0; n < 1000; n++) {
        int64_t takes_ns = reply_takes_ns(&line, n * 20 * MS);
        assert_in_range(takes_ns, 0, 10 * MS);
        strays += takes_ns > 0;
    }
    assert_in_range(strays, 20, 80);
    sim_line_finish(&line);
}

static void test_jitter_in_bursts(void **state)
{
    struct sim_line line = line_with((struct sim_link_config){
        .jitter_ns = 10 * MS, .burst_every_ns = 1000 * MS, .burst_for_ns = 200 * MS});
    int late = 0;
    (void)state;
    for (int n = 0; n < 1000; n++) {
        int64_t now_ns = n * 20 * MS, takes_ns = reply_takes_ns(&line, now_ns);
        assert_true(takes_ns == 0 || now_ns % (1000 * MS) >= 800 * MS);
        late += takes_ns > 0;
    }
    assert_in_range(late, 190, 200);
    sim_line_finish(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_line_is_immediate),
        cmocka_unit_test(test_latency_each_way),
        cmocka_unit_test(test_jitter_delays_but_never_reorders),
        cmocka_unit_test(test_fragments_come_after_each_other),
        cmocka_unit_test(test_merged_replies_leave_together),
        cmocka_unit_test(test_regular_stalls),
        cmocka_unit_test(test_a_stall_holds_what_is_on_the_way),
        cmocka_unit_test(test_the_window_limits_what_is_accepted),
        cmocka_unit_test(test_unread_replies_are_dropped_whole),
        cmocka_unit_test(test_the_clients_end_comes_after_its_bytes),
        cmocka_unit_test(test_the_devices_end_comes_after_its_replies),
        cmocka_unit_test(test_replies_may_take_longer),
        cmocka_unit_test(test_lost_replies_come_again),
        cmocka_unit_test(test_strays_are_few),
        cmocka_unit_test(test_jitter_in_bursts),
        cmocka_unit_test(test_nothing_is_lost_in_long_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
