/* SPDX-License-Identifier: MIT
 *
 * How much is sent at once.
 */
#include "lasercube/lasercube_flow_control.h"
#include "lasercube_fixture.h"

static struct lcw fixture;

static int stop_fixture(void **state)
{
    (void)state;
    lcw_stop(&fixture);
    return 0;
}

static void start_as(void (*change)(struct lcw_config *config))
{
    struct lcw_config config = lcw_defaults();

    if (change)
        change(&config);
    lcw_start(&fixture, &config);
}

static void test_usable_points(void **state)
{
    (void)state;
    assert_int_equal(lc_usable_points(6000), 5700);
    assert_int_equal(lc_usable_points(1600), 1400);
    assert_int_equal(lc_usable_points(256), 224);
}

/* However long nothing was sent, and only to a device that may have points. */
static void test_room_is_a_burst_where_points_may_go(void **state)
{
    static struct lc_session session;
    const int64_t now_ns = 5 * BJ_NS_PER_S;
    (void)state;
    for (int closed = 0; closed < 4; closed++) {
        session = (struct lc_session){.phase = closed == 1 ? LC_STOPPED : LC_WORKING,
                                      .flushing = closed == 2,
                                      .faulted = closed == 3,
                                      .rate = 30000};
        lc_ring_init(&session.ring, 6000, 30000, now_ns);
        assert_int_equal(lc_session_sendable(&session, now_ns),
                         closed ? 0 : LC_BURST * LC_MAX_POINTS);
    }
}

static void never_more_than(struct lcw_config *config)
{
    config->device.burst_limit = 14; /* 5 packets, and what is said besides */
}

static void test_never_sends_in_bursts(void **state)
{
    (void)state;
    start_as(never_more_than);
    lcw_light_up(&fixture);
    lcw_fault(&fixture, SIM_LC_DRY, 0); /* refills as fast as it dares */
    lcw_run_ms(&fixture, 1000);
    assert_int_equal(lcw_counters(&fixture)->burst_dropped, 0);
    assert_int_equal(lcw_counters(&fixture)->points_overfull, 0);
}

static void test_full_packets(void **state)
{
    uint64_t packets, points;
    (void)state;
    start_as(NULL);
    lcw_light_up(&fixture);
    packets = lcw_counters(&fixture)->packets;
    points = lcw_counters(&fixture)->points_stored;
    lcw_run_ms(&fixture, 5000);
    packets = lcw_counters(&fixture)->packets - packets;
    points = lcw_counters(&fixture)->points_stored - points;
    assert_true(points >= packets * 135);
}

/* What is sent into a stall arrives at once when it ends: not more than the device takes.
 */
static void test_holds_back_in_a_stall(void **state)
{
    uint64_t written;
    (void)state;
    start_as(NULL);
    lcw_light_up(&fixture);
    lcw_fault(&fixture, SIM_LC_STALL, 480 * LCW_MS);
    written = lcw_stats(&fixture).points_written;
    lcw_run_ms(&fixture, 470);
    written = lcw_stats(&fixture).points_written - written;
    assert_in_range(written, 2000, 20 * 140 + 700);
}

#define TEST(name) cmocka_unit_test_teardown(name, stop_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usable_points),
        cmocka_unit_test(test_room_is_a_burst_where_points_may_go),
        TEST(test_never_sends_in_bursts),
        TEST(test_full_packets),
        TEST(test_holds_back_in_a_stall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
