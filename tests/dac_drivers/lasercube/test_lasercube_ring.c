/* SPDX-License-Identifier: MIT
 *
 * The ledger of one ring. 30 points per millisecond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <math.h>

#include <cmocka.h>

#include "lasercube/lasercube_ring.h"

#define MS BJ_NS_PER_MS
#define SIZE 6000

static struct lc_ring ring;
static struct lc_snapshot snapshot;

static int begin(void **state)
{
    (void)state;
    lc_ring_init(&ring, SIZE, 30000, 0);
    return 0;
}

static bool hear(uint8_t message, uint32_t held, int64_t now_ns)
{
    const struct lc_report report = {.message = message, .free_points = SIZE - held};

    return lc_ring_report(&ring, &report, now_ns, &snapshot);
}

static void expect_most(double points, int64_t now_ns)
{
    assert_true(fabs(lc_ring_most(&ring, now_ns) - points) < 1e-6);
}

static void test_counts_what_was_sent(void **state)
{
    (void)state;
    assert_int_equal(lc_ring_message(&ring), 0);
    lc_ring_sent(&ring, 140, 0);
    lc_ring_sent(&ring, 140, 0);
    assert_int_equal(lc_ring_message(&ring), 2);
    expect_most(280, 0);
    expect_most(250, MS);
    expect_most(0, 20 * MS);
    assert_int_equal(lc_ring_waiting(&ring), 2);
}

/* The level when packet 0 was handled, and what was sent after it. */
static void test_a_report_and_what_followed_it(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++)
        lc_ring_sent(&ring, 100, k * MS);
    assert_true(hear(0, 100, 5 * MS));
    assert_int_equal(snapshot.sent_ns, 0);
    assert_int_equal(snapshot.received_ns, 5 * MS);
    assert_int_equal(snapshot.queued_points, 100);
    assert_int_equal(snapshot.packet_points, 100);
    assert_int_equal(lc_ring_unreported(&ring), 200);
    expect_most(300, 5 * MS); /* handled just now, for all we know */
    assert_int_equal(lc_ring_waiting(&ring), 2);
}

static void test_only_newer_reports_count(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++)
        lc_ring_sent(&ring, 100, k * MS);
    assert_true(hear(2, 250, 5 * MS));
    assert_false(hear(1, 150, 6 * MS)); /* overtaken */
    assert_false(hear(2, 250, 6 * MS)); /* doubled */
    assert_false(hear(4, 250, 6 * MS)); /* never sent */
    assert_false(hear(200, 250, 6 * MS));
    assert_int_equal(snapshot.queued_points, 250);
    assert_true(hear(3, 300, 7 * MS));
    assert_int_equal(ring.answered, 3);
}

static void test_numbers_wrap(void **state)
{
    (void)state;
    for (int k = 0; k < 1000; k++) {
        uint8_t message = lc_ring_message(&ring);
        assert_int_equal(message, k % 256);
        lc_ring_sent(&ring, 30, k * MS);
        assert_true(hear(message, 30, k * MS));
    }
    assert_int_equal(ring.answered, 1000);
    assert_int_equal(ring.unanswered, 0);
}

static void test_impossible_levels_are_ignored(void **state)
{
    const struct lc_report report = {.message = 0, .free_points = SIZE + 1};
    (void)state;
    lc_ring_sent(&ring, 100, 0);
    assert_false(lc_ring_report(&ring, &report, MS, &snapshot));
    assert_false(ring.has_snapshot);
}

static void test_unanswered_packets_are_given_up(void **state)
{
    (void)state;
    lc_ring_sent(&ring, 100, 0);
    lc_ring_sent(&ring, 50, MS);
    lc_ring_expire(&ring, BJ_NS_PER_S - 1);
    assert_int_equal(ring.unanswered, 0);
    lc_ring_expire(&ring, BJ_NS_PER_S);
    assert_int_equal(ring.unanswered, 1);
    assert_int_equal(ring.unanswered_points, 100);
    lc_ring_expire(&ring, 2 * BJ_NS_PER_S);
    assert_int_equal(ring.unanswered, 2);
    assert_int_equal(lc_ring_waiting(&ring), 0);
    assert_true(hear(0, 100, 2 * BJ_NS_PER_S)); /* late is better than never */
    assert_false(hear(0, 100, 2 * BJ_NS_PER_S));
    assert_int_equal(ring.answered, 0);
}

static void test_more_packets_than_numbers(void **state)
{
    (void)state;
    for (int k = 0; k < 300; k++)
        lc_ring_sent(&ring, 10, 0);
    assert_int_equal(ring.unanswered, 44);
    assert_int_equal(lc_ring_waiting(&ring), 256);
    assert_true(hear(43, 3000, MS)); /* the newest of that number: index 299 */
    assert_int_equal(lc_ring_unreported(&ring), 0);
}

static void test_passed_over_points_are_told_once(void **state)
{
    (void)state;
    for (int k = 0; k < 5; k++)
        lc_ring_sent(&ring, 100, k * MS);
    assert_true(hear(0, 100, 5 * MS));
    assert_true(hear(3, 150, 6 * MS));
    assert_int_equal(lc_ring_take_unanswered(&ring), 200); /* 1 and 2; 4 may still come */
    assert_int_equal(lc_ring_take_unanswered(&ring), 0);
    assert_false(hear(1, 100, 7 * MS));
    assert_true(hear(4, 200, 7 * MS));
}

/* A device that answers with the same number always: what it answers is known from the
 * order, once a question has told where it is. */
static void test_reports_without_numbers(void **state)
{
    int counted = 0;
    (void)state;
    for (int k = 0; k < 300; k++) {
        lc_ring_sent(&ring, 150, k * 5 * MS);
        counted += hear(0, 900, k * 5 * MS + MS);
    }
    assert_true(lc_ring_needs_questions(&ring));
    assert_int_equal(counted, 1); /* the first one fitted by chance */
    lc_ring_asked(&ring, 1500 * MS);
    assert_true(lc_ring_answer(&ring, SIZE - 800, 1501 * MS, &snapshot));
    assert_int_equal(lc_ring_waiting(&ring), 0);
    assert_false(hear(0, 900, 1502 * MS)); /* there is nothing that it could answer */
    for (int k = 0; k < 300; k++) {
        lc_ring_sent(&ring, 100, (1510 + k) * MS);
        assert_true(hear(0, 800, (1510 + k) * MS + 100));
        assert_int_equal(snapshot.sent_ns, (1510 + k) * MS);
        assert_int_equal(snapshot.packet_points, 100);
        assert_int_equal(lc_ring_unreported(&ring), 0);
    }
    lc_ring_expire(&ring, 5 * BJ_NS_PER_S);
    assert_int_equal(ring.unanswered, 0);
}

static void begin_unnumbered(void)
{
    for (int k = 0; k < 100; k++) {
        lc_ring_sent(&ring, 150, k * MS);
        (void)hear(0, 900, k * MS);
    }
    lc_ring_asked(&ring, 100 * MS);
    assert_true(lc_ring_answer(&ring, SIZE - 800, 101 * MS, &snapshot));
}

/* What a lost report makes older than it is, and a doubled one newer, the next question
 * puts right. */
static void test_questions_bring_reports_without_numbers_into_step(void **state)
{
    (void)state;
    begin_unnumbered();
    for (int k = 0; k < 5; k++)
        lc_ring_sent(&ring, 100, (110 + k) * MS);
    for (int k = 0; k < 3; k++) /* two were lost */
        assert_true(hear(0, 800, 120 * MS));
    assert_int_equal(lc_ring_unreported(&ring), 200);
    lc_ring_asked(&ring, 121 * MS);
    assert_true(lc_ring_answer(&ring, SIZE - 800, 122 * MS, &snapshot));
    assert_int_equal(lc_ring_unreported(&ring), 0);
    assert_int_equal(lc_ring_take_unanswered(&ring), 200);

    lc_ring_sent(&ring, 100, 130 * MS);
    lc_ring_asked(&ring, 131 * MS);
    for (int k = 0; k < 4; k++)
        lc_ring_sent(&ring, 100, (132 + k) * MS);
    for (int k = 0; k < 3; k++) /* two came twice */
        assert_true(hear(0, 800, 140 * MS));
    assert_int_equal(lc_ring_waiting(&ring), 2);
    assert_true(lc_ring_answer(&ring, SIZE - 800, 141 * MS, &snapshot));
    assert_int_equal(lc_ring_waiting(&ring), 4);
    assert_int_equal(lc_ring_unreported(&ring), 400);
}

/* Emptied, reports under way are of packets that are gone. */
static void test_cleared_without_numbers_it_waits_for_a_question(void **state)
{
    (void)state;
    begin_unnumbered();
    lc_ring_sent(&ring, 100, 110 * MS);
    lc_ring_clear(&ring, 111 * MS);
    lc_ring_sent(&ring, 100, 112 * MS);
    assert_false(hear(0, 100, 113 * MS));
    assert_true(ring.track > 0);
    lc_ring_asked(&ring, 114 * MS);
    assert_true(lc_ring_answer(&ring, SIZE - 100, 115 * MS, &snapshot));
    lc_ring_sent(&ring, 100, 116 * MS);
    assert_true(hear(0, 200, 117 * MS));
    lc_ring_expire(&ring, 5 * BJ_NS_PER_S);
    assert_int_equal(ring.unanswered, 0);
}

/* Doubled ones do not look like that. */
static void test_doubled_reports_keep_their_numbers(void **state)
{
    (void)state;
    for (int k = 0; k < 300; k++) {
        uint8_t message = lc_ring_message(&ring);
        lc_ring_sent(&ring, 150, k * 5 * MS);
        assert_true(hear(message, 900, k * 5 * MS + MS));
        for (int n = 0; n < 3; n++)
            assert_false(hear(message, 900, k * 5 * MS + MS));
    }
    assert_false(lc_ring_needs_questions(&ring));
}

static void test_questions(void **state)
{
    (void)state;
    assert_false(lc_ring_answer(&ring, 6000, 0, &snapshot)); /* nothing was asked */
    lc_ring_sent(&ring, 100, 0);
    lc_ring_asked(&ring, MS);
    lc_ring_sent(&ring, 100, 2 * MS);
    assert_true(lc_ring_answer(&ring, SIZE - 80, 3 * MS, &snapshot));
    assert_int_equal(snapshot.sent_ns, MS);
    assert_int_equal(snapshot.packet_points, 0);
    assert_int_equal(lc_ring_unreported(&ring), 100);
    assert_false(lc_ring_answer(&ring, SIZE, 4 * MS, &snapshot));
    assert_false(hear(0, 100, 4 * MS)); /* older than the question */
    lc_ring_asked(&ring, 5 * MS);
    lc_ring_sent(&ring, 100, 6 * MS);
    assert_true(hear(2, 200, 7 * MS));
    assert_false(
        lc_ring_answer(&ring, SIZE, 8 * MS, &snapshot)); /* older than the report */
}

/* What was lost on the way is believed in for a while, and then no longer. */
static void test_the_track_follows_reports(void **state)
{
    (void)state;
    for (int k = 0; k < 100; k++) {
        int64_t now_ns = k * 5 * MS;
        uint8_t message = lc_ring_message(&ring);
        lc_ring_sent(&ring, 165, now_ns); /* of which 15 get lost */
        assert_true(hear(message, 900, now_ns));
    }
    assert_true(lc_ring_most(&ring, 495 * MS) < 1100);
    assert_int_equal(lc_ring_likely(&ring, 495 * MS), 900);
}

static void test_points_of_others_are_noticed(void **state)
{
    (void)state;
    for (int k = 0; k < 20; k++) {
        uint8_t message = lc_ring_message(&ring);
        lc_ring_sent(&ring, 150, k * 5 * MS);
        hear(message, 900 + 150 * (uint32_t)k, k * 5 * MS);
    }
    assert_in_range(ring.surplus, 3400, 3800); /* 900 found, and 150 more each time */
    expect_most(3750, 95 * MS);
}

static void test_a_ring_that_stands_still(void **state)
{
    (void)state;
    for (uint32_t k = 1; k <= 100; k++) {
        uint8_t message = lc_ring_message(&ring);
        lc_ring_sent(&ring, 10, k * 5 * MS);
        hear(message, 10 * k, k * 5 * MS);
    }
    assert_false(ring.draining);
    expect_most(1000, 800 * MS); /* and time changes nothing */
    lc_ring_set_output(&ring, true, 800 * MS);
    expect_most(700, 810 * MS);
}

/* With the output on it cannot: somebody else must be filling it. */
static void test_no_standstill_while_lit(void **state)
{
    (void)state;
    lc_ring_set_output(&ring, true, 0);
    for (uint32_t k = 1; k <= 200; k++) {
        uint8_t message = lc_ring_message(&ring);
        lc_ring_sent(&ring, 10, k * 5 * MS);
        hear(message, 1000, k * 5 * MS);
    }
    assert_true(ring.draining);
    assert_true(ring.surplus > 25000);
}

static void test_a_gap_is_no_standstill(void **state)
{
    (void)state;
    for (int k = 0; k < 10; k++) { /* long stalls, the ring refilled after each */
        for (uint32_t n = 1; n <= 10; n++) {
            uint8_t message = lc_ring_message(&ring);
            lc_ring_sent(&ring, 140, k * 400 * MS);
            hear(message, 140 * n, k * 400 * MS);
        }
    }
    assert_true(ring.draining);
}

static void test_clear(void **state)
{
    (void)state;
    lc_ring_sent(&ring, 100, 0);
    lc_ring_sent(&ring, 100, 0);
    hear(0, 100, MS);
    lc_ring_asked(&ring, MS);
    lc_ring_clear(&ring, 2 * MS);
    expect_most(0, 2 * MS);
    assert_int_equal(lc_ring_unreported(&ring), 0);
    assert_int_equal(lc_ring_likely(&ring, 2 * MS), 0);
    assert_false(hear(1, 200, 3 * MS));
    assert_false(lc_ring_answer(&ring, 5900, 3 * MS, &snapshot));
    lc_ring_sent(&ring, 100, 4 * MS);
    assert_true(hear(2, 100, 5 * MS));
}

/* Who cleared the ring has told of everything in it, and of what never came to it. */
static void test_clear_leaves_nothing_to_tell(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++)
        lc_ring_sent(&ring, 100, k * MS);
    lc_ring_expire(&ring, 2000 * MS);
    assert_int_equal(ring.unanswered_points, 300);
    lc_ring_clear(&ring, 2000 * MS);
    lc_ring_sent(&ring, 100, 2001 * MS);
    assert_true(hear(3, 100, 2005 * MS));
    assert_int_equal(lc_ring_take_unanswered(&ring), 0);
}

static void test_rates(void **state)
{
    (void)state;
    lc_ring_sent(&ring, 300, 0);
    lc_ring_set_rate(&ring, 10000, 2 * MS);
    expect_most(240, 2 * MS);
    expect_most(220, 4 * MS);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_counts_what_was_sent),
        TEST(test_a_report_and_what_followed_it),
        TEST(test_only_newer_reports_count),
        TEST(test_numbers_wrap),
        TEST(test_impossible_levels_are_ignored),
        TEST(test_unanswered_packets_are_given_up),
        TEST(test_more_packets_than_numbers),
        TEST(test_passed_over_points_are_told_once),
        TEST(test_reports_without_numbers),
        TEST(test_questions_bring_reports_without_numbers_into_step),
        TEST(test_cleared_without_numbers_it_waits_for_a_question),
        TEST(test_doubled_reports_keep_their_numbers),
        TEST(test_questions),
        TEST(test_the_track_follows_reports),
        TEST(test_points_of_others_are_noticed),
        TEST(test_a_ring_that_stands_still),
        TEST(test_no_standstill_while_lit),
        TEST(test_a_gap_is_no_standstill),
        TEST(test_clear),
        TEST(test_clear_leaves_nothing_to_tell),
        TEST(test_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
