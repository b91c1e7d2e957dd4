/* SPDX-License-Identifier: MIT
 *
 * The testbed against libusb itself: what it shows is what a kernel would.
 */
#include "usb_testbed.h"

#include "toy_usb.h"
#include "usb_descriptors.h"

#include <libusb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct usb_testbed *bed;
static struct toy_usb toy;
static libusb_context *usb;

static int setup(void **state)
{
    (void)state;
    bed = usb_testbed_create();
    toy_usb_init(&toy);
    usb_testbed_plug(bed, "1-2.3", &toy.base);
    return libusb_init(&usb);
}

static int teardown(void **state)
{
    (void)state;
    libusb_exit(usb);
    usb_testbed_destroy(bed);
    return 0;
}

static libusb_device_handle *open_toy(void)
{
    return libusb_open_device_with_vid_pid(usb, TOY_VENDOR, TOY_PRODUCT);
}

static libusb_device_handle *open_and_claim(void)
{
    libusb_device_handle *handle = open_toy();

    assert_non_null(handle);
    assert_int_equal(libusb_claim_interface(handle, 0), 0);
    assert_int_equal(libusb_set_interface_alt_setting(handle, 0, 1), 0);
    return handle;
}

/* A close is heard of a moment later. */
static void wait_for_clients(int count)
{
    for (int tries = 0; usb_testbed_clients(bed) > count && tries < 1000; tries++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(usb_testbed_clients(bed), count);
}

static void shows_its_descriptors(void **state)
{
    (void)state;
    libusb_device_handle *handle = open_toy();
    libusb_device *device = libusb_get_device(handle);
    struct libusb_device_descriptor is;
    struct libusb_config_descriptor *has;
    uint8_t ports[7];

    assert_int_equal(libusb_get_device_descriptor(device, &is), 0);
    assert_int_equal(is.bcdDevice, 0x0123);
    assert_int_equal(is.iSerialNumber, 3);
    assert_int_equal(libusb_get_port_numbers(device, ports, 7), 2);
    assert_int_equal(ports[0], 2);
    assert_int_equal(ports[1], 3);
    assert_int_equal(libusb_get_active_config_descriptor(device, &has), 0);
    assert_int_equal(has->bNumInterfaces, 1);
    assert_int_equal(has->interface[0].num_altsetting, 2);
    assert_int_equal(has->interface[0].altsetting[0].bNumEndpoints, 0);
    assert_int_equal(has->interface[0].altsetting[1].bNumEndpoints, 2);
    libusb_free_config_descriptor(has);
    libusb_close(handle);
}

static void bytes_pass_in_both_directions(void **state)
{
    (void)state;
    static uint8_t big[28670], back[64];
    libusb_device_handle *handle = open_and_claim();
    int moved = 0;

    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7);
    assert_int_equal(libusb_bulk_transfer(handle, TOY_OUT, big, sizeof big, &moved, 1000),
                     0);
    assert_int_equal(moved, sizeof big);
    usb_testbed_lock(bed);
    assert_memory_equal(toy.in, big, sizeof big);
    toy_usb_say(&toy, "hello", 5);
    usb_testbed_unlock(bed);
    assert_int_equal(libusb_bulk_transfer(handle, TOY_IN, back, 64, &moved, 1000), 0);
    assert_int_equal(moved, 5);
    assert_memory_equal(back, "hello", 5);
    libusb_close(handle);
}

static void a_time_out_takes_back_the_rest(void **state)
{
    (void)state;
    static uint8_t bytes[256];
    libusb_device_handle *handle = open_and_claim();
    int moved = 0;

    toy.room = 128;
    assert_int_equal(libusb_bulk_transfer(handle, TOY_OUT, bytes, 256, &moved, 20),
                     LIBUSB_ERROR_TIMEOUT);
    assert_int_equal(moved, 128);
    libusb_close(handle);
    wait_for_clients(0);
    assert_int_equal(toy.selects, 2);
    assert_int_equal(toy.selected[1], 0); /* released by the close */
}

static void stalls_and_errors_show(void **state)
{
    (void)state;
    static uint8_t bytes[256];
    libusb_device_handle *handle = open_and_claim();
    int moved = 0;

    toy.stalled = true;
    assert_int_equal(libusb_bulk_transfer(handle, TOY_OUT, bytes, 64, &moved, 1000),
                     LIBUSB_ERROR_PIPE);
    assert_int_equal(libusb_clear_halt(handle, TOY_OUT), 0);
    assert_int_equal(libusb_bulk_transfer(handle, TOY_OUT, bytes, 64, &moved, 1000), 0);
    usb_testbed_break(bed, "1-2.3", TOY_OUT, 64, USB_END_ERROR);
    assert_int_equal(libusb_bulk_transfer(handle, TOY_OUT, bytes, 256, &moved, 1000),
                     LIBUSB_ERROR_IO);
    toy_usb_say(&toy, bytes, 64);
    assert_int_equal(libusb_bulk_transfer(handle, TOY_IN, bytes, 32, &moved, 1000),
                     LIBUSB_ERROR_OVERFLOW);
    libusb_close(handle);
}

static void only_one_may_claim(void **state)
{
    (void)state;
    libusb_device_handle *first = open_and_claim(), *second = open_toy();

    assert_int_equal(libusb_claim_interface(second, 0), LIBUSB_ERROR_BUSY);
    libusb_close(first);
    wait_for_clients(1);
    assert_int_equal(libusb_claim_interface(second, 0), 0);
    libusb_release_interface(second, 0);
    usb_testbed_set_busy(bed, "1-2.3", true);
    assert_int_equal(libusb_claim_interface(second, 0), LIBUSB_ERROR_BUSY);
    libusb_close(second);
}

static void who_may_not_open_is_told_so(void **state)
{
    (void)state;
    libusb_device **list;
    libusb_device_handle *handle;
    struct libusb_device_descriptor is;
    ssize_t count;
    int denied = 0;

    usb_testbed_unplug(bed, "1-2.3");
    usb_testbed_deny_next(bed);
    usb_testbed_plug(bed, "1-3", &toy.base);
    libusb_exit(usb);
    assert_int_equal(libusb_init(&usb), 0);
    count = libusb_get_device_list(usb, &list);
    for (ssize_t i = 0; i < count; i++)
        if (libusb_get_device_descriptor(list[i], &is) == 0 && is.idVendor == TOY_VENDOR)
            denied += libusb_open(list[i], &handle) == LIBUSB_ERROR_ACCESS;
    libusb_free_device_list(list, 1);
    assert_int_equal(denied, 1);
}

static int came, went;

static int LIBUSB_CALL on_hotplug(libusb_context *context, libusb_device *device,
                                  libusb_hotplug_event event, void *user)
{
    (void)context, (void)device, (void)user;
    came += event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED;
    went += event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
    return 0;
}

static void handle_until(const int *count, int wanted)
{
    for (int tries = 0; *count < wanted && tries < 200; tries++) {
        struct timeval moment = {0, 10000};
        libusb_handle_events_timeout_completed(usb, &moment, NULL);
    }
    assert_int_equal(*count, wanted);
}

static int over;

static void LIBUSB_CALL on_over(struct libusb_transfer *transfer)
{
    assert_int_equal(transfer->status, LIBUSB_TRANSFER_NO_DEVICE);
    over++;
}

static void leaving_ends_what_is_under_way(void **state)
{
    (void)state;
    static uint8_t bytes[64];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    libusb_device_handle *handle = open_and_claim();

    came = went = over = 0;
    libusb_hotplug_register_callback(
        usb, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0,
        TOY_VENDOR, TOY_PRODUCT, LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug, NULL, NULL);
    libusb_fill_bulk_transfer(transfer, handle, TOY_IN, bytes, 64, on_over, NULL, 0);
    assert_int_equal(libusb_submit_transfer(transfer), 0);
    usb_testbed_unplug(bed, "1-2.3");
    handle_until(&over, 1);
    handle_until(&went, 1);
    libusb_close(handle);
    libusb_free_transfer(transfer);
    usb_testbed_plug(bed, "1-2.3", &toy.base);
    handle_until(&came, 1);
    handle = open_and_claim();
    libusb_close(handle);
}

static double processor_s(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void waiting_costs_nothing(void **state)
{
    (void)state;
    static uint8_t bytes[64];
    libusb_device_handle *handle = open_and_claim();
    double before = processor_s();
    int moved;

    assert_int_equal(libusb_bulk_transfer(handle, TOY_IN, bytes, 64, &moved, 100),
                     LIBUSB_ERROR_TIMEOUT);
    assert_true(processor_s() - before < 0.05);
    libusb_close(handle);
}

#define ON_BED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BED(shows_its_descriptors),
        ON_BED(bytes_pass_in_both_directions),
        ON_BED(a_time_out_takes_back_the_rest),
        ON_BED(stalls_and_errors_show),
        ON_BED(only_one_may_claim),
        ON_BED(who_may_not_open_is_told_so),
        ON_BED(leaving_ends_what_is_under_way),
        ON_BED(waiting_costs_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
