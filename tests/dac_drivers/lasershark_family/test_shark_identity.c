/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "lasershark_family/shark_identity.h"

#define DOCK(serial_, port_)                                                               \
    {                                                                                      \
        .manufacturer = "WICKED", .product = "Laserdock.", .serial = serial_,              \
        .port = port_                                                                      \
    }

static enum shark_identity identify(const char *manufacturer, const char *product)
{
    struct bj_usb_device device = {0};

    strcpy(device.manufacturer, manufacturer);
    strcpy(device.product, product);
    return shark_identify(&device);
}

static void test_strings_tell_the_two_apart(void **state)
{
    (void)state;
    assert_int_equal(identify("WICKED", "Laserdock."), SHARK_LASERDOCK);
    assert_int_equal(identify("Wicked Lasers", ""), SHARK_LASERDOCK);
    assert_int_equal(identify("", "LaserDock"), SHARK_LASERDOCK);
    assert_int_equal(identify("", "LaserCube"), SHARK_LASERDOCK);
    assert_int_equal(identify("Macpod", "Lasershark"), SHARK_LASERSHARK);
    assert_int_equal(identify("Macpod", ""), SHARK_LASERSHARK);
    assert_int_equal(identify("", ""), SHARK_UNKNOWN);
    assert_int_equal(identify("NXP", "LPC13xx"), SHARK_UNKNOWN);
    assert_int_equal(identify("WICKED", "Lasershark"), SHARK_UNKNOWN);
    assert_int_equal(identify("WICK", "Laser"), SHARK_UNKNOWN);
}

static void test_ids(void **state)
{
    struct shark_id id;

    (void)state;
    assert_true(shark_parse_id(&bj_laserdock_kind, "laserdock:2191717100001435", &id));
    assert_string_equal(id.serial, "2191717100001435");
    assert_string_equal(id.port, "");
    assert_true(shark_parse_id(&bj_laserdock_kind, "laserdock:42@1-2.3", &id));
    assert_string_equal(id.serial, "42");
    assert_string_equal(id.port, "1-2.3");
    assert_true(shark_parse_id(&bj_lasershark_kind, "lasershark:@2-1", &id));
    assert_string_equal(id.serial, "");
    assert_string_equal(id.port, "2-1");
}

static void test_no_ids(void **state)
{
    static const char *const texts[] = {
        "",
        "laserdock",
        "laserdock:",
        "laserdock:@",
        "laserdock@1",
        "laserdock:1@",
        "laserdock:1@2@3",
        "laserdock:a b",
        "laserdock:a:b",
        "lasershark:1",
        "laserdocks:1",
        "laserdock:\xff",
        "laserdock:0123456789012345678901234567890123456789012345678901234567890123",
        "laserdock:1@0123456789012345678901234567890123",
    };
    struct shark_id id;

    (void)state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        assert_false(shark_parse_id(&bj_laserdock_kind, texts[k], &id));
}

static void test_finds_the_one_meant(void **state)
{
    const struct bj_usb_device devices[] = {DOCK("1", "1-1"), DOCK("2", "1-2"),
                                            DOCK("2", "1-3")};
    struct shark_id id = {.serial = "1"};
    size_t which = 9;

    (void)state;
    assert_int_equal(shark_find(&bj_laserdock_kind, &id, "", devices, 3, &which), BJ_OK);
    assert_int_equal(which, 0);
    id = (struct shark_id){.serial = "2"};
    assert_int_equal(shark_find(&bj_laserdock_kind, &id, "", devices, 3, &which), BJ_BUSY);
    assert_int_equal(shark_find(&bj_laserdock_kind, &id, "1-3", devices, 3, &which), BJ_OK);
    assert_int_equal(which, 2);
    id = (struct shark_id){.serial = "2", .port = "1-2"};
    assert_int_equal(shark_find(&bj_laserdock_kind, &id, "1-3", devices, 3, &which), BJ_OK);
    assert_int_equal(which, 1);
    id = (struct shark_id){.serial = "3"};
    assert_int_equal(shark_find(&bj_laserdock_kind, &id, "", devices, 3, &which),
                     BJ_NOT_FOUND);
    id = (struct shark_id){.port = "1-1"};
    assert_int_equal(shark_find(&bj_laserdock_kind, &id, "", devices, 3, &which), BJ_OK);
}

static void test_the_shortest_id_that_is_enough(void **state)
{
    const struct bj_usb_device devices[] = {DOCK("1", "1-1"), DOCK("2", "1-2"),
                                            DOCK("2", "1-3"), DOCK("", "1-4")};
    static const char *const ids[] = {"laserdock:1", "laserdock:2@1-2", "laserdock:2@1-3",
                                      "laserdock:@1-4"};
    char text[SHARK_ID_SIZE];

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct shark_id id;
        size_t which = 9;
        shark_format_id(&bj_laserdock_kind, devices, 4, k, text);
        assert_string_equal(text, ids[k]);
        assert_true(shark_parse_id(&bj_laserdock_kind, text, &id));
        assert_int_equal(shark_find(&bj_laserdock_kind, &id, "", devices, 4, &which),
                         BJ_OK);
        assert_int_equal(which, k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_tell_the_two_apart),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_no_ids),
        cmocka_unit_test(test_finds_the_one_meant),
        cmocka_unit_test(test_the_shortest_id_that_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
