/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "lasershark_family/shark_setup.h"

struct device {
    uint32_t major, minor, bulk_samples, max_rate;
    uint8_t fails; /* this command */
    uint8_t fails_with;
};

static const struct device dock = {3, 7, 64, 64000, 0, 0};
static const struct device shark = {2, 3, 8, 64000, 0, 0};

static uint32_t value_of(const struct device *device, uint8_t op, uint32_t rate)
{
    switch (op) {
    case SHARK_GET_MAJOR:
        return device->major;
    case SHARK_GET_MINOR:
        return device->minor;
    case SHARK_GET_BULK_SAMPLES:
        return device->bulk_samples;
    case SHARK_GET_MAX_RATE:
        return device->max_rate;
    case SHARK_GET_ELEMENTS:
        return 4;
    case SHARK_GET_DAC_MAX:
        return 4095;
    case SHARK_GET_RING_SIZE:
        return 768;
    case SHARK_GET_RATE:
        return rate;
    default:
        return 0;
    }
}

static enum bj_status run(struct shark_setup *setup, const struct shark_kind *kind,
                          struct device device, uint32_t pps)
{
    uint32_t argument, rate = 1000;
    enum bj_status status = BJ_OK;
    uint8_t op;

    shark_setup_begin(setup, kind, pps);
    for (int k = 0; status == BJ_OK && shark_setup_next(setup, &op, &argument); k++) {
        assert_true(k < 40);
        assert_true(k > 0 || (op == SHARK_SET_OUTPUT && argument == 0));
        if (op == SHARK_SET_RATE)
            rate = argument;
        struct shark_answer answer = {.op = op,
                                      .argument = argument,
                                      .value = value_of(&device, op, rate),
                                      .status = op == device.fails ? device.fails_with : 0};
        status = shark_setup_answered(setup, &answer);
    }
    return status;
}

static void test_learns_what_is_there(void **state)
{
    struct shark_setup setup;

    (void)state;
    assert_int_equal(run(&setup, &bj_laserdock_kind, dock, 30000), BJ_OK);
    assert_int_equal(setup.ring_size, 768);
    assert_int_equal(setup.rate, 30000);
    assert_int_equal(run(&setup, &bj_lasershark_kind, shark, 90000), BJ_OK);
    assert_int_equal(setup.max_rate, 64000);
    assert_int_equal(setup.rate, 64000);
    assert_int_equal(run(&setup, &bj_lasershark_kind, shark, 0), BJ_OK);
    assert_int_equal(setup.rate, 1);
}

static void test_doubt_is_final(void **state)
{
    struct shark_setup setup;
    struct device odd = dock;

    (void)state;
    assert_int_equal(run(&setup, &bj_laserdock_kind, shark, 30000), BJ_UNSUPPORTED);
    assert_int_equal(run(&setup, &bj_lasershark_kind, dock, 30000), BJ_UNSUPPORTED);
    odd.bulk_samples = 8;
    assert_int_equal(run(&setup, &bj_laserdock_kind, odd, 30000), BJ_UNSUPPORTED);
    odd = shark;
    odd.major = 3;
    assert_int_equal(run(&setup, &bj_lasershark_kind, odd, 30000), BJ_UNSUPPORTED);
    odd = shark;
    odd.minor = 9;
    assert_int_equal(run(&setup, &bj_lasershark_kind, odd, 30000), BJ_OK);
}

static void test_refusals(void **state)
{
    struct shark_setup setup;
    struct device failing = dock;

    (void)state;
    failing.fails = SHARK_RUNNER;
    failing.fails_with = 0xff;
    assert_int_equal(run(&setup, &bj_laserdock_kind, failing, 30000), BJ_OK);
    failing.fails = SHARK_SET_RATE;
    failing.fails_with = 1;
    assert_int_equal(run(&setup, &bj_laserdock_kind, failing, 30000), BJ_PROTOCOL);
    assert_string_equal(setup.reason, "refused command 82 (status 01)");
    failing = shark;
    failing.fails = SHARK_GET_MAJOR;
    failing.fails_with = 0xff;
    assert_int_equal(run(&setup, &bj_lasershark_kind, failing, 30000), BJ_UNSUPPORTED);
}

static void test_strings_come_first(void **state)
{
    char reason[SHARK_REASON_SIZE];
    struct bj_usb_device device = {.manufacturer = "WICKED", .product = "Laserdock."};

    (void)state;
    assert_int_equal(shark_setup_validate_strings(&bj_laserdock_kind, &device, reason),
                     BJ_OK);
    assert_int_equal(shark_setup_validate_strings(&bj_lasershark_kind, &device, reason),
                     BJ_UNSUPPORTED);
    assert_string_equal(reason, "is no LaserShark; its id begins with laserdock:");
    memset(device.manufacturer, 'm', sizeof device.manufacturer - 1);
    memset(device.product, '%', sizeof device.product - 1);
    assert_int_equal(shark_setup_validate_strings(&bj_laserdock_kind, &device, reason),
                     BJ_UNSUPPORTED);
    assert_true(strlen(reason) < sizeof reason);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns_what_is_there),
        cmocka_unit_test(test_doubt_is_final),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_strings_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
