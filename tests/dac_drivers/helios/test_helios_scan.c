/* SPDX-License-Identifier: MIT */
#include "helios/helios_scan.h"

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
    void *scan;
    int64_t now_ns;
    size_t count; /* told in the last step */
    struct bj_dac_info last[4];
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct bj_transports via = {0};

    fixture->usb = fake_usb_create();
    fixture->scan = calloc(1, bj_helios_scan.instance_size);
    assert_int_equal(bj_helios_scan.open(fixture->scan, &via), BJ_UNSUPPORTED);
    via.usb = fake_usb_base(fixture->usb);
    assert_int_equal(bj_helios_scan.open(fixture->scan, &via), BJ_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    bj_helios_scan.close(fixture->scan);
    assert_int_equal(fake_usb_open_handles(fixture->usb), 0);
    fake_usb_destroy(fixture->usb);
    free(fixture->scan);
    free(fixture);
    return 0;
}

static void found(void *user, const struct bj_dac_info *info)
{
    struct fixture *fixture = user;

    assert_true(fixture->count < 4);
    fixture->last[fixture->count++] = *info;
}

static void run_ms(struct fixture *fixture, int64_t ms)
{
    int64_t end_ns = fixture->now_ns + ms * MS;

    while (fixture->now_ns < end_ns) {
        struct bj_wait wait;
        bj_wait_init(&wait);
        fixture->count = 0;
        bj_helios_scan.step(fixture->scan, fixture->now_ns, &wait, found, fixture);
        int64_t next_ns = fake_usb_next_event_ns(fixture->usb);
        next_ns = next_ns < wait.deadline_ns ? next_ns : wait.deadline_ns;
        next_ns = next_ns < end_ns ? next_ns : end_ns;
        fixture->now_ns = next_ns > fixture->now_ns ? next_ns : fixture->now_ns + 1000;
        fake_usb_advance(fixture->usb, fixture->now_ns);
    }
}

static struct sim_usb *device_named(const char *name)
{
    struct sim_helios_config config = sim_helios_defaults();

    strcpy((char *)config.name, name);
    return sim_helios_create(&config);
}

static void names_a_unit_after_asking_it_once(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *device = device_named("Helios -42");

    fake_usb_plug(fixture->usb, "1-2.3", device);
    run_ms(fixture, 100);
    assert_int_equal(fixture->count, 0); /* not yet known */
    run_ms(fixture, 5000);
    assert_int_equal(fixture->count, 1);
    assert_string_equal(fixture->last[0].id, "helios:Helios_-42");
    assert_string_equal(fixture->last[0].model, "Helios (firmware 5)");
    assert_string_equal(fixture->last[0].where, "USB 1-2.3");
    assert_string_equal(fixture->last[0].note, "");
    assert_false(fixture->last[0].busy);
    assert_int_equal(fixture->last[0].max_pps, 65535);
    assert_int_equal(sim_helios_counts(device)->commands[0x05], 1);
    fake_usb_unplug(fixture->usb, "1-2.3");
    run_ms(fixture, 300);
    assert_int_equal(fixture->count, 0);
    sim_helios_destroy(device);
}

/* Another unit in the same socket is another unit. */
static void a_replaced_unit_is_asked_anew(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *first = device_named("first"), *second = device_named("second");

    fake_usb_plug(fixture->usb, "1-2", first);
    run_ms(fixture, 1000);
    fake_usb_unplug(fixture->usb, "1-2");
    run_ms(fixture, 500);
    fake_usb_plug(fixture->usb, "1-2", second);
    run_ms(fixture, 1000);
    assert_int_equal(fixture->count, 1);
    assert_string_equal(fixture->last[0].id, "helios:second");
    sim_helios_destroy(first);
    sim_helios_destroy(second);
}

static void twins_are_told_apart_by_their_sockets(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *first = device_named("twin"), *second = device_named("twin");

    fake_usb_plug(fixture->usb, "1-2", first);
    fake_usb_plug(fixture->usb, "1-3", second);
    run_ms(fixture, 2000);
    assert_int_equal(fixture->count, 2);
    assert_string_equal(fixture->last[0].id, "helios:1-2");
    assert_string_equal(fixture->last[1].id, "helios:1-3");
    sim_helios_destroy(first);
    sim_helios_destroy(second);
}

/* Nothing is sent to a unit that somebody plays on; it is listed by its socket. */
static void one_in_use_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *device = device_named("busy");

    fake_usb_plug(fixture->usb, "1-2", device);
    fake_usb_set_busy(fixture->usb, "1-2", true);
    run_ms(fixture, 7000);
    assert_int_equal(fixture->count, 1);
    assert_true(fixture->last[0].busy);
    assert_string_equal(fixture->last[0].id, "helios:1-2");
    assert_string_equal(fixture->last[0].note, "another program uses it");
    for (int opcode = 0; opcode < 256; opcode++)
        assert_int_equal(sim_helios_counts(device)->commands[opcode], 0);
    fake_usb_set_busy(fixture->usb, "1-2", false);
    run_ms(fixture, 4000);
    assert_int_equal(fixture->count, 1);
    assert_string_equal(fixture->last[0].id, "helios:busy");
    sim_helios_destroy(device);
}

static void missing_rights_are_told(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *device = device_named("closed");

    fake_usb_plug(fixture->usb, "1-2", device);
    fake_usb_set_access(fixture->usb, "1-2", BJ_NO_PERMISSION);
    run_ms(fixture, 1000);
    assert_int_equal(fixture->count, 0); /* they may still come */
    run_ms(fixture, 2000);
    assert_int_equal(fixture->count, 1);
    assert_string_equal(fixture->last[0].id, "helios:1-2");
    assert_non_null(strstr(fixture->last[0].note, "no right"));
    fake_usb_set_access(fixture->usb, "1-2", BJ_OK);
    run_ms(fixture, 1000);
    assert_string_equal(fixture->last[0].id, "helios:closed");
    sim_helios_destroy(device);
}

static void one_that_leaves_while_asked_is_forgotten(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *device = device_named("gone");

    fake_usb_plug(fixture->usb, "1-2", device);
    run_ms(fixture, 50);
    fake_usb_unplug(fixture->usb, "1-2");
    run_ms(fixture, 2000);
    assert_int_equal(fixture->count, 0);
    assert_int_equal(fake_usb_open_handles(fixture->usb), 0);
    sim_helios_destroy(device);
}

static void closing_meanwhile_lets_go(void **state)
{
    struct fixture *fixture = *state;
    struct sim_usb *device = device_named("asked");

    fake_usb_plug(fixture->usb, "1-2", device);
    run_ms(fixture, 50);
    assert_int_equal(fake_usb_open_handles(fixture->usb), 1);
    bj_helios_scan.close(fixture->scan);
    assert_int_equal(fake_usb_open_handles(fixture->usb), 0);
    fake_usb_unplug(fixture->usb, "1-2");
    sim_helios_destroy(device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_a_unit_after_asking_it_once),
        TEST(a_replaced_unit_is_asked_anew),
        TEST(twins_are_told_apart_by_their_sockets),
        TEST(one_in_use_is_left_alone),
        TEST(missing_rights_are_told),
        TEST(one_that_leaves_while_asked_is_forgotten),
        TEST(closing_meanwhile_lets_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
