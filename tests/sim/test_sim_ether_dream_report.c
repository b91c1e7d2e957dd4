/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_rig.h"

static void test_judging_numbers(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(sim_ed_counters(rig->host)->min_fullness, UINT32_MAX);
    rig_play(rig, 1000, 10000);
    rig_at_ms(rig, 40);
    rig_ask_data(rig, 100);
    rig_at_ms(rig, 105);
    rig_ask_data(rig, 100);
    assert_int_equal(sim_ed_counters(rig->host)->min_fullness, 1000 + 100 - 1050);
    assert_int_equal(sim_ed_counters(rig->host)->max_fullness, 1000);
    assert_int_equal(sim_ed_counters(rig->host)->longest_data_gap_ns, 65 * BJ_NS_PER_MS);
    rig_ask(rig, "73");
    assert_int_equal(sim_ed_counters(rig->host)->played_ns, 105 * BJ_NS_PER_MS);
    sim_ed_clear_min_fullness(rig->host);
    assert_int_equal(sim_ed_counters(rig->host)->min_fullness, UINT32_MAX);
}

static void test_json(void **state)
{
    struct rig *rig = *state;
    char text[4096] = {0};

    rig_play(rig, 10, 1000);
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_int_equal(sim_ed_write_json(rig->host, rig->now_ns, out), BJ_OK);
    fclose(out);
    assert_non_null(strstr(text, "{\"id\":\"etherdream:0004a3112233\","));
    assert_non_null(strstr(text, "\"playback\":\"playing\""));
    assert_non_null(strstr(text, "\"points_stored\":10,"));
    assert_non_null(strstr(text, "\"min_fullness\":null"));
    assert_int_equal(text[strlen(text) - 1], '}');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(test_judging_numbers),
        RIG_TEST(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
