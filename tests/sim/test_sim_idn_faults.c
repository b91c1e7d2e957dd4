/* SPDX-License-Identifier: MIT */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

#define MS IDN_FIXTURE_MS

static void start(void)
{
    idn_fixture_start_as(fixture, "openidn");
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    (void)idn_fixture_acknowledge(fixture);
}

static void fault(enum sim_idn_fault kind, int64_t value)
{
    sim_idn_fault(fixture->host, fixture->now_ns, kind, value);
}

static void test_reboot_forgets_everything(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_REBOOT, 100 * MS);
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).size, 0);
    idn_fixture_wait_ms(fixture, 101);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).size, 44);
    assert_int_equal(idn_fixture_acknowledge(fixture).input, 0x0001);
    idn_fixture_stop(fixture);
}

static void test_silence_plays_on(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_SILENT, 100 * MS);
    assert_false(idn_fixture_acknowledge(fixture).came);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_TAKEN);
    idn_fixture_wait_ms(fixture, 101);
    assert_true(idn_fixture_acknowledge(fixture).came);
    idn_fixture_stop(fixture);
}

static void test_a_stall_delays_and_a_drop_loses(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_STALL, 50 * MS);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(fixture->chunk_count, 1);
    idn_fixture_wait_ms(fixture, 51);
    assert_int_equal(fixture->chunk_count, 2);
    fault(SIM_IDN_DROP, 2);
    for (int k = 0; k < 3; k++) {
        idn_fixture_wave(fixture, -1, 0, 150, 5000);
    }
    assert_int_equal(fixture->chunk_count, 3);
    assert_true(fixture->chunk.gap);
    idn_fixture_stop(fixture);
}

static void test_forget_and_discard(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_DISCARD, 0);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    assert_int_equal(fixture->chunk.verdict, SIM_IDN_NO_CONFIG);
    fault(SIM_IDN_FORGET, 0);
    assert_int_equal(idn_fixture_acknowledge(fixture).input, 0x0001);
    idn_fixture_stop(fixture);
}

static void test_hidden_services(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_HIDE, 1);
    assert_int_equal(idn_fixture_ask(fixture, 0x12).size, 8);
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline & 0x0010, 0x0010);
    fault(SIM_IDN_HIDE, 0);
    assert_int_equal(idn_fixture_ask(fixture, 0x12).size, 32);
    idn_fixture_stop(fixture);
}

static void test_a_slow_map(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_SLOW_MAP, 600 * MS);
    assert_int_equal(idn_fixture_ask(fixture, 0x12).size, 0);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).size, 44);
    idn_fixture_wait_ms(fixture, 599);
    assert_int_equal(idn_fixture_hear(fixture).size, 0);
    idn_fixture_wait_ms(fixture, 1);
    assert_int_equal(idn_fixture_hear(fixture).size, 32);
    idn_fixture_stop(fixture);
}

static void test_who_may_not(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    fault(SIM_IDN_RIVAL, 1);
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline & 0x0020, 0x0020);
    fault(SIM_IDN_RIVAL, 0);
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    assert_int_equal(idn_fixture_acknowledge(fixture).pipeline & 0x0020, 0);
    fault(SIM_IDN_EXCLUDE, 1);
    assert_int_equal(idn_fixture_acknowledge(fixture).result, 0xed);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).bytes[6] & 0x20, 0x20);
    fault(SIM_IDN_EXCLUDE, 0);
    fault(SIM_IDN_OCCUPY, 1);
    assert_int_equal(idn_fixture_acknowledge(fixture).result, 0xec);
    idn_fixture_stop(fixture);
}

static void test_what_it_says(void **state)
{
    (void)state;
    start();
    fault(SIM_IDN_STATUS, 0x42);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).bytes[6], 0x43);
    fault(SIM_IDN_NOBODY, 0);
    assert_memory_equal(idn_fixture_ask(fixture, 0x10).bytes + 8, "\0\0\0\0\0\0\0\0", 8);
    fault(SIM_IDN_GARBAGE, 1);
    assert_int_not_equal(idn_fixture_ask(fixture, 0x10).bytes[4], 40);
    assert_int_equal(idn_fixture_ask(fixture, 0x10).bytes[4], 40);
    idn_fixture_stop(fixture);
}

static void test_faults_can_be_planned(void **state)
{
    (void)state;
    start();
    assert_true(sim_idn_fault_at(fixture->host, 30 * MS, SIM_IDN_FORGET, 0));
    assert_true(sim_idn_fault_at(fixture->host, 10 * MS, SIM_IDN_DISCARD, 0));
    idn_fixture_wait_ms(fixture, 9);
    assert_int_equal(idn_fixture_counters(fixture)->faults, 0);
    idn_fixture_wait_ms(fixture, 2);
    assert_int_equal(idn_fixture_counters(fixture)->faults, 1);
    assert_int_equal(sim_idn_connections(fixture->host), 1);
    idn_fixture_wait_ms(fixture, 20);
    assert_int_equal(sim_idn_connections(fixture->host), 0);
    for (int k = 0; k < 64; k++) {
        assert_true(sim_idn_fault_at(fixture->host, BJ_NS_PER_S, SIM_IDN_FORGET, 0));
    }
    assert_false(sim_idn_fault_at(fixture->host, BJ_NS_PER_S, SIM_IDN_FORGET, 0));
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reboot_forgets_everything),
        cmocka_unit_test(test_silence_plays_on),
        cmocka_unit_test(test_a_stall_delays_and_a_drop_loses),
        cmocka_unit_test(test_forget_and_discard),
        cmocka_unit_test(test_hidden_services),
        cmocka_unit_test(test_a_slow_map),
        cmocka_unit_test(test_who_may_not),
        cmocka_unit_test(test_what_it_says),
        cmocka_unit_test(test_faults_can_be_planned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
