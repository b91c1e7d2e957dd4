/* SPDX-License-Identifier: MIT */
#include "sim_idn_fixture.h"

static void test_rows_have_names(void **state)
{
    int count = 0;

    (void)state;
    for (const struct sim_idn_profile *row = sim_idn_profiles(); row->name;
         row++, count++) {
        assert_ptr_equal(sim_idn_profile(row->name), row);
        assert_non_null(row->title);
        assert_in_range(row->sessions, 1, SIM_IDN_CONNECTIONS);
        assert_true(row->link_timeout_ns > 0 && row->session_timeout_ns > 0);
        assert_true(row->playback != SIM_IDN_FREE_RUNNING || row->free_pps > 0);
        assert_true(row->playback != SIM_IDN_SPEED_CONTROL || row->slice_ns > 0);
    }
    assert_int_equal(count, 3);
    assert_null(sim_idn_profile("stagemate"));
}

/* Each can be talked to, and plays what it is sent. */
static void test_every_profile_plays(void **state)
{
    static struct idn_fixture fixture;

    (void)state;
    for (const struct sim_idn_profile *row = sim_idn_profiles(); row->name; row++) {
        idn_fixture_start_as(&fixture, row->name);
        assert_int_equal(idn_fixture_ask(&fixture, 0x10).size, 44);
        for (int k = 0; k < 12; k++) {
            idn_fixture_wave(&fixture, k == 0 ? 1 : -1, 150 * k, 150, 5000);
        }
        idn_fixture_wait_ms(&fixture, 150);
        assert_int_equal(fixture.played_count, 1800);
        assert_int_equal(fixture.played[1799].x, 1799);
        assert_int_equal(fixture.played[0].r, 65535);
        idn_fixture_stop(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_have_names),
        cmocka_unit_test(test_every_profile_plays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
