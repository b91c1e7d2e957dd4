/* SPDX-License-Identifier: MIT */
#include "sim_idn_fixture.h"

static struct idn_fixture the_fixture, *const fixture = &the_fixture;

static void write_json(char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");

    assert_non_null(out);
    assert_int_equal(sim_idn_write_json(fixture->host, fixture->now_ns, out), BJ_OK);
    fclose(out);
}

static void test_json(void **state)
{
    char text[4096] = "";

    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    write_json(text, sizeof text);
    assert_int_equal(text[0], '{');
    assert_int_equal(text[strlen(text) - 1], '}');
    assert_non_null(
        strstr(text, "\"id\":\"idn:010004a3112233-1\",\"profile\":\"openidn\""));
    assert_non_null(strstr(text, "\"fewest_samples\":null"));
    idn_fixture_wave(fixture, 1, 0, 150, 5000);
    idn_fixture_wave(fixture, -1, 0, 150, 5000);
    idn_fixture_wait_ms(fixture, 50);
    write_json(text, sizeof text);
    assert_non_null(strstr(text, "\"chunks_taken\":2,"));
    assert_non_null(strstr(text, "\"points_played\":300,"));
    assert_non_null(strstr(text, "\"lit_played\":300,"));
    assert_non_null(strstr(text, "\"fewest_samples\":150"));
    assert_non_null(strstr(text, "\"connected\":1"));
    idn_fixture_stop(fixture);
}

static void test_a_full_disk_is_told(void **state)
{
    FILE *out = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(out);
    setvbuf(out, NULL, _IONBF, 0);
    idn_fixture_start_as(fixture, "openidn");
    assert_int_equal(sim_idn_write_json(fixture->host, 0, out), BJ_IO_ERROR);
    idn_fixture_stop(fixture);
    fclose(out);
}

static void test_levels_and_shutters(void **state)
{
    (void)state;
    idn_fixture_start_as(fixture, "openidn");
    assert_false(sim_idn_shutter_open(fixture->host, 1));
    assert_int_equal(sim_idn_buffered_ns(fixture->host, 1), 0);
    for (int k = 0; k < 8; k++) {
        idn_fixture_wave(fixture, k == 0 ? 1 : -1, 0, 150, 5000);
    }
    idn_fixture_wait_ms(fixture, 10);
    assert_true(sim_idn_shutter_open(fixture->host, 1));
    assert_in_range(sim_idn_buffered_ns(fixture->host, 1), 29 * IDN_FIXTURE_MS,
                    32 * IDN_FIXTURE_MS);
    sim_idn_clear_counters(fixture->host);
    assert_int_equal(idn_fixture_counters(fixture)->messages, 0);
    idn_fixture_stop(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_a_full_disk_is_told),
        cmocka_unit_test(test_levels_and_shutters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
