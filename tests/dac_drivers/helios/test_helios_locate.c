/* SPDX-License-Identifier: MIT */
#include "helios/helios_locate.h"

#include "fake_usb.h"
#include "sim_helios.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

struct fixture {
    struct fake_usb *usb;
    struct sim_usb *devices[2];
    struct helios_locate locate;
    char port[BJ_USB_PORT_SIZE];
    struct bj_wait wait;
};

static int setup(void **state)
{
    struct sim_helios_config config = sim_helios_defaults();
    struct fixture *fixture = calloc(1, sizeof *fixture);

    fixture->usb = fake_usb_create();
    fixture->devices[0] = sim_helios_create(&config);
    fixture->devices[1] = sim_helios_create(&config);
    fixture->locate.usb = fake_usb_base(fixture->usb);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_destroy(fixture->usb);
    sim_helios_destroy(fixture->devices[0]);
    sim_helios_destroy(fixture->devices[1]);
    free(fixture);
    return 0;
}

static enum bj_status next(struct fixture *fixture, int64_t now_ns)
{
    bj_wait_init(&fixture->wait);
    return helios_locate_next(&fixture->locate, now_ns, fixture->port, &fixture->wait);
}

static void begin(struct fixture *fixture, const char *id, int64_t now_ns)
{
    assert_true(helios_parse_id(id, &fixture->locate.id));
    helios_locate_begin(&fixture->locate, now_ns);
}

static void a_socket_is_a_socket(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, "helios:1-2", 0);
    fake_usb_plug(fixture->usb, "1-3", fixture->devices[0]);
    assert_int_equal(next(fixture, 0), BJ_WOULD_BLOCK);
    assert_int_equal(fixture->wait.deadline_ns, 100 * MS);
    fake_usb_plug(fixture->usb, "1-2", fixture->devices[1]);
    assert_int_equal(next(fixture, 100 * MS), BJ_OK);
    assert_string_equal(fixture->port, "1-2");
}

static void nobody_comes_after_two_seconds(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, "helios:left", 500 * MS);
    assert_int_equal(next(fixture, 2499 * MS), BJ_WOULD_BLOCK);
    assert_int_equal(next(fixture, 2500 * MS), BJ_NOT_FOUND);
}

/* One after the other is asked for its name, the one from before first. */
static void every_unit_is_tried_once(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_plug(fixture->usb, "1-2", fixture->devices[0]);
    fake_usb_plug(fixture->usb, "1-3", fixture->devices[1]);
    begin(fixture, "helios:left", 0);
    (void)strcpy(fixture->port, "1-3");
    helios_locate_found(&fixture->locate, fixture->port);
    assert_int_equal(next(fixture, 0), BJ_OK);
    assert_string_equal(fixture->port, "1-3");
    helios_locate_reject(&fixture->locate, fixture->port, BJ_NOT_FOUND);
    assert_int_equal(next(fixture, 0), BJ_OK);
    assert_string_equal(fixture->port, "1-2");
    helios_locate_reject(&fixture->locate, fixture->port, BJ_NOT_FOUND);
    assert_int_equal(next(fixture, 0), BJ_WOULD_BLOCK);
    assert_int_equal(next(fixture, 2000 * MS), BJ_NOT_FOUND);
    begin(fixture, "helios:left", 2000 * MS);
    assert_int_equal(next(fixture, 2000 * MS), BJ_OK);
}

/* If any of them is in use, that may be the one. */
static void busy_is_the_better_reason(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_plug(fixture->usb, "1-2", fixture->devices[0]);
    fake_usb_plug(fixture->usb, "1-3", fixture->devices[1]);
    begin(fixture, "helios:left", 0);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(next(fixture, 0), BJ_OK);
        helios_locate_reject(&fixture->locate, fixture->port,
                             k == 0 ? BJ_BUSY : BJ_NOT_FOUND);
    }
    assert_int_equal(next(fixture, 0), BJ_BUSY);
}

static void rights_may_come_later(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_plug(fixture->usb, "1-2", fixture->devices[0]);
    fake_usb_set_access(fixture->usb, "1-2", BJ_NO_PERMISSION);
    begin(fixture, "helios:1-2", 0);
    assert_int_equal(next(fixture, 1000 * MS), BJ_WOULD_BLOCK);
    assert_int_equal(next(fixture, 2000 * MS), BJ_NO_PERMISSION);
    fake_usb_set_access(fixture->usb, "1-2", BJ_OK);
    assert_int_equal(next(fixture, 2000 * MS), BJ_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_socket_is_a_socket),     TEST(nobody_comes_after_two_seconds),
        TEST(every_unit_is_tried_once), TEST(busy_is_the_better_reason),
        TEST(rights_may_come_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
