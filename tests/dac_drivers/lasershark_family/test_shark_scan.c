/* SPDX-License-Identifier: MIT
 *
 * Both scans of the family: what is listed, under which id, and with which note.
 */
#include "shark_fixture.h"

#include <stdlib.h>

static struct {
    struct fake_usb *usb;
    struct sim_usb *device[4];
    struct bj_dac_info found[8];
    int count;
} bus;

static int start(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    bus.usb = fake_usb_create();
    return bus.usb == NULL;
}

static int stop(void **state)
{
    (void)state;
    assert_int_equal(fake_usb_open_handles(bus.usb), 0);
    fake_usb_destroy(bus.usb);
    for (size_t k = 0; k < 4; k++)
        sim_shark_destroy(bus.device[k]);
    return 0;
}

static void plug_dock(int k, const char *port, const char *serial)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    config.serial = serial;
    bus.device[k] = sim_laserdock_create(&config);
    fake_usb_plug(bus.usb, port, bus.device[k]);
}

static void plug_shark(int k, const char *port)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    bus.device[k] = sim_lasershark_create(&config);
    fake_usb_plug(bus.usb, port, bus.device[k]);
}

static void found(void *user, const struct bj_dac_info *info)
{
    (void)user;
    assert_true(bus.count < 8);
    bus.found[bus.count++] = *info;
}

static void scan_with(const struct bj_scan *scan)
{
    struct bj_transports via = {.usb = fake_usb_base(bus.usb)};
    struct bj_wait wait;
    void *instance = calloc(1, scan->instance_size);

    assert_int_equal(scan->open(instance, &via), BJ_OK);
    bj_wait_init(&wait);
    scan->step(instance, 7, &wait, found, NULL);
    assert_in_range(wait.deadline_ns, 8, BJ_NS_PER_S);
    scan->close(instance);
    free(instance);
}

static void scan_all(void)
{
    bus.count = 0;
    scan_with(&bj_laserdock_scan);
    scan_with(&bj_lasershark_scan);
}

static void test_lists_each_by_its_kind(void **state)
{
    (void)state;
    plug_shark(0, "1-1");
    plug_dock(1, "1-2", "2191717100001435");
    scan_all();
    assert_int_equal(bus.count, 2);
    assert_string_equal(bus.found[0].id, "laserdock:2191717100001435");
    assert_string_equal(bus.found[0].model, "LaserDock");
    assert_string_equal(bus.found[0].where, "USB 1-2");
    assert_string_equal(bus.found[0].note, "");
    assert_ptr_equal(bus.found[0].driver, &bj_laserdock);
    assert_int_equal(bus.found[0].max_pps, 50000);
    assert_string_equal(bus.found[1].id, "lasershark:0123456789ABCDEF");
    assert_string_equal(bus.found[1].model, "LaserShark");
    assert_ptr_equal(bus.found[1].driver, &bj_lasershark);
    assert_false(bus.found[1].busy);
}

static void test_ids_name_one_device_each(void **state)
{
    (void)state;
    plug_dock(0, "1-1", "42");
    plug_dock(1, "1-2.3", "42");
    plug_dock(2, "2-1", NULL);
    plug_dock(3, "2-2", "4 3@:");
    scan_all();
    assert_int_equal(bus.count, 4);
    assert_string_equal(bus.found[0].id, "laserdock:42@1-1");
    assert_string_equal(bus.found[1].id, "laserdock:42@1-2.3");
    assert_string_equal(bus.found[2].id, "laserdock:@2-1");
    assert_string_equal(bus.found[3].id, "laserdock:4_3__");
    for (int k = 0; k < 4; k++)
        assert_true(bj_laserdock.accepts_id(bus.found[k].id));
}

static void test_says_what_is_in_the_way(void **state)
{
    (void)state;
    plug_dock(0, "1-1", "1");
    plug_dock(1, "1-2", "2");
    plug_dock(2, "1-3", "3");
    fake_usb_set_access(bus.usb, "1-1", BJ_NO_PERMISSION);
    fake_usb_set_access(bus.usb, "1-2", BJ_BUSY);
    fake_usb_set_access(bus.usb, "1-3", BJ_IO_ERROR);
    scan_all();
    assert_int_equal(bus.count, 3);
    assert_non_null(strstr(bus.found[0].note, "no permission"));
    assert_true(bus.found[1].busy);
    assert_non_null(strstr(bus.found[2].note, "cannot be opened"));
}

static void test_lists_what_says_neither_once_and_with_a_note(void **state)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    (void)state;
    config.manufacturer = config.product = NULL;
    bus.device[0] = sim_laserdock_create(&config);
    fake_usb_plug(bus.usb, "1-1", bus.device[0]);
    scan_all();
    assert_int_equal(bus.count, 1);
    assert_string_equal(bus.found[0].model, "LaserDock or LaserShark");
    assert_non_null(strstr(bus.found[0].note, "will not be used"));
}

static void test_a_scan_does_not_touch_a_device(void **state)
{
    (void)state;
    plug_dock(0, "1-1", "1");
    plug_shark(1, "1-2");
    for (int k = 0; k < 100; k++)
        scan_all();
    assert_int_equal(sim_shark_counters(bus.device[0])->commands, 0);
    assert_int_equal(sim_shark_counters(bus.device[1])->commands, 0);
}

static void test_needs_usb(void **state)
{
    struct bj_transports none = {0};
    void *instance = calloc(1, bj_laserdock_scan.instance_size);

    (void)state;
    assert_int_equal(bj_laserdock_scan.open(instance, &none), BJ_UNSUPPORTED);
    free(instance);
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(test_lists_each_by_its_kind),
        BUS_TEST(test_ids_name_one_device_each),
        BUS_TEST(test_says_what_is_in_the_way),
        BUS_TEST(test_lists_what_says_neither_once_and_with_a_note),
        BUS_TEST(test_a_scan_does_not_touch_a_device),
        BUS_TEST(test_needs_usb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
