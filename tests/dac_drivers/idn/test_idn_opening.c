/* SPDX-License-Identifier: MIT
 *
 * From the first question to an open stream: who is there, what it has, whose turn it is.
 */
#include "idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS BJ_NS_PER_MS

static enum bj_stream_state state_now(void)
{
    return idn_fixture_stats(fixture).state;
}

static void start_with(enum sim_idn_fault fault, int64_t value)
{
    idn_fixture_start_as(fixture, "openidn", 30000);
    idn_fixture_fault(fixture, fault, value);
}

/* ---- Services ------------------------------------------------------------------------ */

static void test_the_preferred_projector_is_taken(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    device.services[0] = (struct sim_idn_service_config){.id = 3, .type = 0x05};
    device.services[1] = (struct sim_idn_service_config){.id = 4, .type = 0x84};
    device.services[2] = (struct sim_idn_service_config){.id = 5, .type = 0x80};
    device.services[3] =
        (struct sim_idn_service_config){.id = 6, .type = 0x81, .preferred = true};
    device.service_count = 4;
    idn_fixture_start_empty(fixture, "idn:010004a3112233", (struct bj_address){0}, 30000);
    idn_fixture_make_device(fixture, &device);
    idn_fixture_light_up(fixture);
    idn_fixture_run_ms(fixture, 100);
    assert_int_equal(fixture->chunks[0].service, 6);
    idn_fixture_stop(fixture);
}

/* A type nobody knows is taken at the user's word. */
static void test_a_service_that_is_named_may_be_anything(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    device.profile = *sim_idn_profile("simple");
    idn_fixture_start_empty(fixture, "idn:010004a3112233", (struct bj_address){0}, 30000);
    idn_fixture_make_device(fixture, &device);
    idn_fixture_run_ms(fixture, 4000);
    assert_true(idn_fixture_heard(fixture, "no laser output"));
    idn_fixture_stop(fixture);
    idn_fixture_start(fixture, &device); /* names service 1 */
    idn_fixture_light_up(fixture);
    idn_fixture_stop(fixture);
}

static void test_a_service_that_is_not_there(void **state)
{
    struct sim_idn_config device = sim_idn_defaults();

    (void)state;
    idn_fixture_start_empty(fixture, "idn:010004a3112233-9", (struct bj_address){0}, 30000);
    idn_fixture_make_device(fixture, &device);
    idn_fixture_run_ms(fixture, 4000);
    assert_true(idn_fixture_heard(fixture, "no service 9"));
    assert_int_equal(idn_fixture_counters(fixture)->messages, 0);
    idn_fixture_stop(fixture);
}

/* The hardware behind it is plugged in later. */
static void test_services_may_come_later(void **state)
{
    (void)state;
    start_with(SIM_IDN_HIDE, 1);
    idn_fixture_run_ms(fixture, 2000);
    assert_int_equal(state_now(), BJ_STREAM_CONNECTING);
    idn_fixture_fault(fixture, SIM_IDN_HIDE, 0);
    idn_fixture_run_ms(fixture, 1000);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

static void test_a_map_may_take_its_time(void **state)
{
    (void)state;
    start_with(SIM_IDN_SLOW_MAP, 700 * MS);
    idn_fixture_run_ms(fixture, 1500);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
    start_with(SIM_IDN_SLOW_MAP, 3600000 * MS); /* never: then what was named */
    idn_fixture_run_ms(fixture, 3000);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

/* ---- A unit that will not ------------------------------------------------------------ */

static void refuses(uint8_t status, const char *words)
{
    start_with(SIM_IDN_STATUS, status);
    idn_fixture_run_ms(fixture, 1000);
    assert_true(idn_fixture_heard(fixture, words));
    assert_int_equal(fixture->told_status, BJ_REFUSED);
    assert_int_equal(idn_fixture_counters(fixture)->messages, 0);
    idn_fixture_fault(fixture, SIM_IDN_STATUS, 0);
    idn_fixture_run_ms(fixture, 2000);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

static void test_an_offline_unit_is_waited_for(void **state)
{
    (void)state;
    refuses(0x40, "offline");
    refuses(0x80, "broken");
    refuses(0x20, "excluded");
}

static void test_an_excluded_group_is_told(void **state)
{
    (void)state;
    start_with(SIM_IDN_EXCLUDE, 1);
    idn_fixture_run_ms(fixture, 1000);
    assert_true(idn_fixture_heard(fixture, "excluded"));
    idn_fixture_stop(fixture);
}

static void test_sessions_may_all_be_taken(void **state)
{
    (void)state;
    start_with(SIM_IDN_OCCUPY, 1);
    idn_fixture_run_ms(fixture, 1000);
    assert_true(idn_fixture_heard(fixture, "hold all its sessions"));
    assert_int_equal(fixture->told_status, BJ_BUSY);
    idn_fixture_fault(fixture, SIM_IDN_OCCUPY, 0);
    idn_fixture_run_ms(fixture, 2000);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

/* Nothing is sent but the question, and the answer comes within one more of it. */
static void test_a_busy_service_is_waited_for(void **state)
{
    (void)state;
    struct sim_idn_config device = sim_idn_defaults();
    device.profile = *sim_idn_profile("openidn");
    idn_fixture_start_armed(fixture, &device);
    fixture->dark_from_ns = 0; /* until it is ours */
    idn_fixture_fault(fixture, SIM_IDN_RIVAL, 1);
    idn_fixture_run_ms(fixture, 5000);
    assert_true(idn_fixture_heard(fixture, "another controller plays"));
    assert_int_equal(state_now(), BJ_STREAM_CONNECTING);
    assert_int_equal(fixture->chunk_count, 0);
    assert_in_range(idn_fixture_counters(fixture)->refused_busy, 15, 25);
    idn_fixture_fault(fixture, SIM_IDN_RIVAL, 0);
    fixture->dark_from_ns = BJ_NEVER; /* armed from the beginning */
    idn_fixture_run_ms(fixture, 400);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    assert_int_equal(idn_fixture_counters(fixture)->takeovers, 1);
    idn_fixture_stop(fixture);
}

/* ---- Bad ways ------------------------------------------------------------------------ */

static void test_it_opens_through_losses(void **state)
{
    const struct sim_datagrams_config link = {
        .latency_ns = 5 * MS, .loss = 0.3, .duplicate = 0.1, .reorder = 0.1};

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct sim_idn_config device = sim_idn_defaults();
        device.seed = seed;
        device.link = link;
        idn_fixture_start(fixture, &device);
        idn_fixture_run_ms(fixture, 4000);
        assert_int_equal(state_now(), BJ_STREAM_STREAMING);
        idn_fixture_stop(fixture);
    }
}

static void test_random_answers_change_nothing(void **state)
{
    (void)state;
    start_with(SIM_IDN_GARBAGE, 12);
    idn_fixture_run_ms(fixture, 6000);
    assert_int_equal(state_now(), BJ_STREAM_STREAMING);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_preferred_projector_is_taken),
        cmocka_unit_test(test_a_service_that_is_named_may_be_anything),
        cmocka_unit_test(test_a_service_that_is_not_there),
        cmocka_unit_test(test_services_may_come_later),
        cmocka_unit_test(test_a_map_may_take_its_time),
        cmocka_unit_test(test_an_offline_unit_is_waited_for),
        cmocka_unit_test(test_an_excluded_group_is_told),
        cmocka_unit_test(test_sessions_may_all_be_taken),
        cmocka_unit_test(test_a_busy_service_is_waited_for),
        cmocka_unit_test(test_it_opens_through_losses),
        cmocka_unit_test(test_random_answers_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
