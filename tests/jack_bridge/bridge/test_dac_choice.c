/* SPDX-License-Identifier: MIT */
#include "bridge/dac_choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char why[400];

static bool choose(const char *text, struct bj_dac_info *info, bool *wrong_usage)
{
    struct bj_transports via = {.net = bj_net_create()};
    bool good = bj_dac_choose(&via, text, NULL, info, wrong_usage, why, sizeof why);

    bj_net_destroy(via.net);
    return good;
}

static void direct_words_need_no_search(void **state)
{
    struct bj_dac_info info;
    bool wrong_usage;

    (void)state;
    assert_true(choose("virtual", &info, &wrong_usage));
    assert_string_equal(info.driver->name, "virtual");
    assert_true(choose("etherdream@127.0.0.1:7000", &info, &wrong_usage));
    assert_int_equal(info.address.ip, BJ_LOOPBACK);
    assert_int_equal(info.address.port, 7000);
}

static void stable_ids_of_network_dacs_must_be_found(void **state)
{
    struct bj_dac_info info;

    (void)state;
    assert_int_equal(bj_dac_parse("etherdream:0004a3112233", &info, why, sizeof why),
                     BJ_OK);
    assert_true(bj_dac_must_be_found(&info));
    assert_int_equal(bj_dac_parse("etherdream@127.0.0.1", &info, why, sizeof why), BJ_OK);
    assert_false(bj_dac_must_be_found(&info));
    assert_int_equal(bj_dac_parse("virtual", &info, why, sizeof why), BJ_OK);
    assert_false(bj_dac_must_be_found(&info));
}

static void the_output_of_a_device_may_be_left_out(void **state)
{
    (void)state;
    assert_true(bj_dac_is_called("idn:0100ff-1", "idn:0100ff-1"));
    assert_true(bj_dac_is_called("idn:0100ff-1", "idn:0100ff"));
    assert_false(bj_dac_is_called("idn:0100ff-12", "idn:0100ff-1"));
    assert_false(bj_dac_is_called("idn:0100ff-1", "idn:0100f"));
    assert_false(bj_dac_is_called("idn:0100ff", "idn:0100ff-1"));
}

static void nonsense_is_wrong_usage(void **state)
{
    struct bj_dac_info info;
    bool wrong_usage = false;

    (void)state;
    assert_false(choose("nonsense:1", &info, &wrong_usage));
    assert_true(wrong_usage);
    assert_non_null(strstr(why, "nonsense"));
}

/* As discovery lists them. */
static enum bj_only only_of(const struct bj_dac_info *dacs, size_t count,
                            const struct bj_dac_info **only, size_t why_size)
{
    const struct bj_dac_info *list[64] = {NULL};

    for (size_t k = 0; k < count; k++)
        list[k] = &dacs[k];
    return bj_dac_only(list, count, only, why, why_size);
}

static void the_only_idle_dac_is_taken(void **state)
{
    const struct bj_dac_info list[] = {
        {.id = "etherdream:000000000001", .busy = true},
        {.id = "helios:1-2"},
        {.id = "idn:0100ff-1", .busy = true},
    };
    const struct bj_dac_info *only = NULL;

    (void)state;
    assert_int_equal(only_of(list, 0, &only, sizeof why), BJ_ONLY_NONE);
    assert_null(only);
    assert_int_equal(only_of(list + 1, 1, &only, sizeof why), BJ_ONLY_ONE);
    assert_ptr_equal(only, &list[1]);
    assert_int_equal(only_of(list, 3, &only, sizeof why), BJ_ONLY_ONE);
    assert_ptr_equal(only, &list[1]);
    assert_int_equal(only_of(list, 1, &only, sizeof why), BJ_ONLY_BUSY);
    assert_non_null(strstr(why, "in use"));
    assert_non_null(strstr(why, list[0].id));
}

static void what_may_be_no_laser_is_taken_only_by_name(void **state)
{
    const struct bj_dac_info list[] = {
        {.id = "idn:0100ff-1", .on_request = true},
        {.id = "idn:0100ff-9"},
    };
    const struct bj_dac_info *only = NULL;

    (void)state;
    assert_int_equal(only_of(list, 2, &only, sizeof why), BJ_ONLY_ONE);
    assert_ptr_equal(only, &list[1]);
    assert_int_equal(only_of(list, 1, &only, sizeof why), BJ_ONLY_BUSY);
    assert_non_null(strstr(why, "nothing found says that it is a laser"));
    assert_non_null(strstr(why, list[0].id));
}

static void of_several_the_user_chooses(void **state)
{
    const struct bj_dac_info list[] = {
        {.id = "etherdream:000000000001"},
        {.id = "helios:1-2", .busy = true},
        {.id = "idn:0100ff-1"},
    };
    const struct bj_dac_info *only = NULL;

    (void)state;
    assert_int_equal(only_of(list, 3, &only, sizeof why), BJ_ONLY_SEVERAL);
    assert_non_null(
        strstr(why, ": etherdream:000000000001, helios:1-2 (in use), idn:0100ff-1"));
}

static void more_choices_than_fit_are_counted(void **state)
{
    static struct bj_dac_info list[60];
    const struct bj_dac_info *only = NULL;

    (void)state;
    for (size_t k = 0; k < 60; k++)
        snprintf(list[k].id, sizeof list[k].id, "etherdream:0000000000%02zu", k);
    for (size_t size = 120; size <= sizeof why; size++) {
        memset(why, '#', sizeof why);
        assert_int_equal(only_of(list, 60, &only, size), BJ_ONLY_SEVERAL);
        assert_true(strlen(why) < size);
        assert_string_equal(why + strlen(why) - strlen(" more"), " more");
    }
}

static void search_can_be_cancelled(void **state)
{
    const atomic_bool cancel = true;
    struct bj_transports via = {.net = bj_net_create()};
    struct bj_dac_info info;
    bool wrong_usage;

    (void)state;
    assert_false(bj_dac_choose(&via, "etherdream:000000000001", &cancel, &info,
                               &wrong_usage, why, sizeof why));
    assert_false(wrong_usage);
    assert_non_null(strstr(why, "etherdream:000000000001"));
    assert_non_null(strstr(why, "beamjack list"));
    assert_non_null(strstr(why, "etherdream@ADDRESS"));
    assert_false(
        bj_dac_choose(&via, "idn:00ff", &cancel, &info, &wrong_usage, why, sizeof why));
    assert_non_null(strstr(why, "idn@ADDRESS"));
    assert_false(bj_dac_choose(&via, NULL, &cancel, &info, &wrong_usage, why, sizeof why));
    assert_non_null(strstr(why, "beamjack sim etherdream"));
    bj_net_destroy(via.net);
}

static void driver_tells_what_it_can(void **state)
{
    struct bj_dac_info info;
    struct bj_dac_caps caps;
    bool wrong_usage;

    (void)state;
    assert_true(choose("virtual", &info, &wrong_usage));
    assert_true(bj_dac_caps(&info, &(struct bj_transports){0}, &caps));
    assert_true(caps.target_buffer_ns > 0);
    assert_true(caps.max_points_per_chunk > 0);
}

static void rate_is_jacks_within_what_the_dac_can(void **state)
{
    const struct bj_dac_caps caps = {.min_pps = 8000, .max_pps = 65535};
    const struct bj_dac_info slow = {.max_pps = 30000}, unknown = {.max_pps = 0};

    (void)state;
    assert_int_equal(bj_dac_pps(0, 48000, &unknown, &caps), 48000);
    assert_int_equal(bj_dac_pps(0, 96000, &unknown, &caps), 65535);
    assert_int_equal(bj_dac_pps(0, 48000, &slow, &caps), 30000);
    assert_int_equal(bj_dac_pps(0, 4000, &slow, &caps), 8000);
    assert_int_equal(bj_dac_pps(12345, 48000, &slow, &caps), 12345);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_words_need_no_search),
        cmocka_unit_test(stable_ids_of_network_dacs_must_be_found),
        cmocka_unit_test(the_output_of_a_device_may_be_left_out),
        cmocka_unit_test(nonsense_is_wrong_usage),
        cmocka_unit_test(the_only_idle_dac_is_taken),
        cmocka_unit_test(what_may_be_no_laser_is_taken_only_by_name),
        cmocka_unit_test(of_several_the_user_chooses),
        cmocka_unit_test(more_choices_than_fit_are_counted),
        cmocka_unit_test(search_can_be_cancelled),
        cmocka_unit_test(driver_tells_what_it_can),
        cmocka_unit_test(rate_is_jacks_within_what_the_dac_can),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
