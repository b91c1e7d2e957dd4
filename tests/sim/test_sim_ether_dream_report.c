/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_ether_dream_fixture.h"

static void test_judging_numbers(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(sim_ed_counters(fixture->host)->min_fullness, UINT32_MAX);
    fixture_play(fixture, 1000, 10000);
    fixture_at_ms(fixture, 40);
    fixture_ask_data(fixture, 100);
    fixture_at_ms(fixture, 105);
    fixture_ask_data(fixture, 100);
    assert_int_equal(sim_ed_counters(fixture->host)->min_fullness, 1000 + 100 - 1050);
    assert_int_equal(sim_ed_counters(fixture->host)->max_fullness, 1000);
    assert_int_equal(sim_ed_counters(fixture->host)->longest_data_gap_ns,
                     65 * BJ_NS_PER_MS);
    fixture_ask(fixture, "73");
    assert_int_equal(sim_ed_counters(fixture->host)->played_ns, 105 * BJ_NS_PER_MS);
    sim_ed_clear_min_fullness(fixture->host);
    assert_int_equal(sim_ed_counters(fixture->host)->min_fullness, UINT32_MAX);
}

static void test_json(void **state)
{
    struct fixture *fixture = *state;
    char text[4096] = {0};

    fixture_play(fixture, 10, 1000);
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_int_equal(sim_ed_write_json(fixture->host, fixture->now_ns, out), BJ_OK);
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
        FIXTURE_TEST(test_judging_numbers),
        FIXTURE_TEST(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
