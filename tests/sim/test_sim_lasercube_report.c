/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_rig.h"

static struct rig rig;

static void test_json(void **state)
{
    struct sim_lc_config config = rig_config();
    char text[4096] = {0};
    FILE *out = fmemopen(text, sizeof text, "w");
    *state = &rig;
    config.left_enabled = true;
    rig_start(&rig, &config);
    rig_send_points(&rig, 0, 0, 30);
    rig_run_to(&rig, RIG_MS / 2);
    assert_int_equal(sim_lc_write_json(rig.host, rig.now_ns, out), BJ_OK);
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
    struct sim_lc_config config = rig_config();
    char text[16];
    FILE *out = fmemopen(text, sizeof text, "w");
    *state = &rig;
    setbuf(out, NULL);
    rig_start(&rig, &config);
    assert_int_equal(sim_lc_write_json(rig.host, 0, out), BJ_IO_ERROR);
    fclose(out);
}

static void test_counters_gather_the_network(void **state)
{
    struct sim_lc_config config = rig_config();
    *state = &rig;
    rig_start(&rig, &config);
    assert_int_equal(rig_counters(&rig)->min_held, UINT32_MAX);
    rig_fault(&rig, SIM_LC_LOSE, 1);
    rig_send_points(&rig, 0, 0, 30);
    rig_send_points(&rig, 1, 0, 30);
    assert_int_equal(rig_counters(&rig)->datagrams_lost, 1);
    assert_int_equal(rig_counters(&rig)->datagrams_lost, 1); /* not added again */
    assert_int_equal(rig_counters(&rig)->min_held, 0);
    sim_lc_clear_min_held(rig.host);
    assert_int_equal(rig_counters(&rig)->min_held, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_json, rig_stop),
        cmocka_unit_test_teardown(test_a_full_disk_is_told, rig_stop),
        cmocka_unit_test_teardown(test_counters_gather_the_network, rig_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
