/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_fixture.h"

static struct fixture fixture;

static void test_json(void **state)
{
    struct sim_lc_config config = fixture_config();
    char text[4096] = {0};
    FILE *out = fmemopen(text, sizeof text, "w");
    *state = &fixture;
    config.left_enabled = true;
    fixture_start(&fixture, &config);
    fixture_send_points(&fixture, 0, 0, 30);
    fixture_run_to(&fixture, FIXTURE_MS / 2);
    assert_int_equal(sim_lc_write_json(fixture.host, fixture.now_ns, out), BJ_OK);
    fclose(out);
    assert_non_null(strstr(text, "{\"id\":\"lasercube:0004A3112233\",\"firmware\":\"1.24\","
                                 "\"time_s\":0.000500,\"output\":true,"));
    assert_non_null(strstr(text, "\"fullness\":15,"));
    assert_non_null(strstr(text, "\"lit_played\":15,"));
    assert_non_null(strstr(text, "\"packets\":1,"));
    assert_int_equal(text[strlen(text) - 1], '}');
}

static void test_a_full_disk_is_told(void **state)
{
    struct sim_lc_config config = fixture_config();
    char text[16];
    FILE *out = fmemopen(text, sizeof text, "w");
    *state = &fixture;
    setbuf(out, NULL);
    fixture_start(&fixture, &config);
    assert_int_equal(sim_lc_write_json(fixture.host, 0, out), BJ_IO_ERROR);
    fclose(out);
}

static void test_counters_gather_the_network(void **state)
{
    struct sim_lc_config config = fixture_config();
    *state = &fixture;
    fixture_start(&fixture, &config);
    assert_int_equal(fixture_counters(&fixture)->min_held, UINT32_MAX);
    fixture_fault(&fixture, SIM_LC_LOSE, 1);
    fixture_send_points(&fixture, 0, 0, 30);
    fixture_send_points(&fixture, 1, 0, 30);
    assert_int_equal(fixture_counters(&fixture)->datagrams_lost, 1);
    assert_int_equal(fixture_counters(&fixture)->datagrams_lost, 1); /* not added again */
    assert_int_equal(fixture_counters(&fixture)->min_held, 0);
    sim_lc_clear_min_held(fixture.host);
    assert_int_equal(fixture_counters(&fixture)->min_held, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_json, fixture_stop),
        cmocka_unit_test_teardown(test_a_full_disk_is_told, fixture_stop),
        cmocka_unit_test_teardown(test_counters_gather_the_network, fixture_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
