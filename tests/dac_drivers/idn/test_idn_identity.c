/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "idn/idn_identity.h"

static void test_there_and_back(void **state)
{
    const uint8_t unit[IDN_UNIT_SIZE] = {7, 1, 0, 4, 0xa3, 0x11, 0x22, 0x33};
    uint8_t read[IDN_UNIT_SIZE];
    char id[IDN_ID_SIZE];
    int service = 0;

    (void)state;
    idn_format_id(unit, -1, id);
    assert_string_equal(id, "idn:010004a3112233");
    assert_true(idn_parse_id(id, read, &service));
    assert_memory_equal(read, unit, sizeof unit);
    assert_int_equal(service, -1);
    idn_format_id(unit, 255, id);
    assert_string_equal(id, "idn:010004a3112233-255");
    assert_true(idn_parse_id(id, read, &service));
    assert_int_equal(service, 255);
}

/* Whatever length a unit claims. */
static void test_the_longest(void **state)
{
    uint8_t unit[IDN_UNIT_SIZE], read[IDN_UNIT_SIZE];
    char id[IDN_ID_SIZE];
    int service;

    (void)state;
    memset(unit, 0xfe, sizeof unit);
    idn_format_id(unit, 255, id);
    assert_string_equal(id, "idn:fefefefefefefefefefefefefefefe-255");
    assert_true(idn_parse_id(id, read, &service));
    assert_int_equal(read[0], 15);
}

static void test_what_is_no_id(void **state)
{
    static const char *const bad[] = {"",
                                      "idn:",
                                      "idn:01",
                                      "idn:0",
                                      "idn:010",
                                      "idn:01000",
                                      "idn:01 02",
                                      "idn:0102-",
                                      "idn:0102-0",
                                      "idn:0102-01",
                                      "idn:0102-256",
                                      "idn:0102-1x",
                                      "idn:0102-99999999999999",
                                      "helios:0102",
                                      "idn:01000000000000",
                                      "idn:01ffffffffffff-1"};
    uint8_t unit[IDN_UNIT_SIZE];
    int service;

    (void)state;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        if (idn_parse_id(bad[k], unit, &service))
            fail_msg("%s", bad[k]);
}

static void test_addresses_with_and_without_a_service(void **state)
{
    static const struct {
        const char *id;
        int service; /* 0: no such address */
    } rows[] = {{"idn@10.0.0.5", -1},        {"idn@10.0.0.5:7256", -1},
                {"idn@host/1", 1},           {"idn@10.0.0.5:7256/255", 255},
                {"idn@10.0.0.5/", 0},        {"idn@10.0.0.5/0", 0},
                {"idn@10.0.0.5/256", 0},     {"idn@10.0.0.5/1/2", 0},
                {"idn@10.0.0.5/1 ", 0},      {"idn:0100ff/1", 0},
                {"lasercube@10.0.0.5/1", 0}, {"", 0}};
    int service;

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        bool is_one = idn_parse_address(rows[k].id, &service);
        if (is_one != (rows[k].service != 0) || (is_one && service != rows[k].service))
            fail_msg("%s", rows[k].id);
    }
}

static void test_nobody(void **state)
{
    const uint8_t empty[IDN_UNIT_SIZE] = {0}, zeros[IDN_UNIT_SIZE] = {7, 1},
                  somebody[IDN_UNIT_SIZE] = {7, 1, 0, 0, 0, 0, 0, 1},
                  beyond[IDN_UNIT_SIZE] = {2, 1, 0, 9};

    (void)state;
    assert_true(idn_is_nobody(empty));
    assert_true(idn_is_nobody(zeros));
    assert_true(idn_is_nobody(beyond));
    assert_false(idn_is_nobody(somebody));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_the_longest),
        cmocka_unit_test(test_what_is_no_id),
        cmocka_unit_test(test_addresses_with_and_without_a_service),
        cmocka_unit_test(test_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
