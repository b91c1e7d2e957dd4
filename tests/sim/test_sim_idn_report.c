/* SPDX-License-Identifier: MIT */
#include "sim_idn_rig.h"

static struct idn_rig the_rig, *const rig = &the_rig;

static void write_json(char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");

    assert_non_null(out);
    assert_int_equal(sim_idn_write_json(rig->host, rig->now_ns, out), BJ_OK);
    fclose(out);
}

static void test_json(void **state)
{
    char text[4096] = "";

    (void)state;
    idn_rig_start_as(rig, "openidn");
    write_json(text, sizeof text);
    assert_int_equal(text[0], '{');
    assert_int_equal(text[strlen(text) - 1], '}');
    assert_non_null(
        strstr(text, "\"id\":\"idn:010004a3112233-1\",\"profile\":\"openidn\""));
    assert_non_null(strstr(text, "\"fewest_samples\":null"));
    idn_rig_wave(rig, 1, 0, 150, 5000);
    idn_rig_wave(rig, -1, 0, 150, 5000);
    idn_rig_wait_ms(rig, 50);
    write_json(text, sizeof text);
    assert_non_null(strstr(text, "\"chunks_taken\":2,"));
    assert_non_null(strstr(text, "\"points_played\":300,"));
    assert_non_null(strstr(text, "\"lit_played\":300,"));
    assert_non_null(strstr(text, "\"fewest_samples\":150"));
    assert_non_null(strstr(text, "\"connected\":1"));
    idn_rig_stop(rig);
}

static void test_a_full_disk_is_told(void **state)
{
    FILE *out = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(out);
    setvbuf(out, NULL, _IONBF, 0);
    idn_rig_start_as(rig, "openidn");
    assert_int_equal(sim_idn_write_json(rig->host, 0, out), BJ_IO_ERROR);
    idn_rig_stop(rig);
    fclose(out);
}

static void test_levels_and_shutters(void **state)
{
    (void)state;
    idn_rig_start_as(rig, "openidn");
    assert_false(sim_idn_shutter_open(rig->host, 1));
    assert_int_equal(sim_idn_buffered_ns(rig->host, 1), 0);
    for (int k = 0; k < 8; k++) {
        idn_rig_wave(rig, k == 0 ? 1 : -1, 0, 150, 5000);
    }
    idn_rig_wait_ms(rig, 10);
    assert_true(sim_idn_shutter_open(rig->host, 1));
    assert_in_range(sim_idn_buffered_ns(rig->host, 1), 29 * IDN_RIG_MS, 32 * IDN_RIG_MS);
    sim_idn_clear_counters(rig->host);
    assert_int_equal(idn_rig_counters(rig)->messages, 0);
    idn_rig_stop(rig);
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
