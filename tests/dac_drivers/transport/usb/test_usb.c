/* SPDX-License-Identifier: MIT
 *
 * The real transport: our threads, unmodified libusb, an emulated device.
 */
#include "toy_usb.h"
#include "usb_testbed.h"

#include <beamjack/dacs.h>

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS
#define PORT "1-2.3"
#define LIMIT_MS 3000
/* A call that waits for the device waits far longer, even on a busy machine. */
#define INSTANT_NS (50 * MS)

struct fixture {
    struct usb_testbed *bed;
    struct toy_usb toy;
    struct bj_usb *usb;
    int handle;
    int64_t slowest_ns; /* of the engine's calls */
};

static const struct bj_usb_target target = {
    .vendor_id = TOY_VENDOR,
    .product_id = TOY_PRODUCT,
    .port = PORT,
    .interfaces = 1,
    .interface = {{.interface = 0, .alternate = 1}},
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    fixture->bed = usb_testbed_create();
    toy_usb_init(&fixture->toy);
    usb_testbed_plug(fixture->bed, PORT, &fixture->toy.base);
    assert_int_equal(bj_usb_create(&fixture->usb), BJ_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    assert_true(fixture->slowest_ns < INSTANT_NS);
    bj_usb_destroy(fixture->usb);
    usb_testbed_destroy(fixture->bed);
    free(fixture);
    return 0;
}

/* ---- calls of the engine, timed ---- */

static void note(struct fixture *fixture, int64_t begun_ns)
{
    int64_t took_ns = bj_clock_ns() - begun_ns;

    fixture->slowest_ns = took_ns > fixture->slowest_ns ? took_ns : fixture->slowest_ns;
}

static void wait_for_news(struct fixture *fixture)
{
    struct pollfd wanted = {.fd = fixture->handle, .events = POLLIN};

    if (poll(&wanted, 1, LIMIT_MS) != 1)
        fail_msg("no news for %d ms", LIMIT_MS);
}

static enum bj_status open_as(struct fixture *fixture, const struct bj_usb_target *wanted)
{
    int64_t begun_ns = bj_clock_ns();
    enum bj_status status = fixture->usb->ops->open(fixture->usb, wanted, &fixture->handle);

    note(fixture, begun_ns);
    assert_int_equal(status, BJ_OK);
    while ((status = fixture->usb->ops->open_result(fixture->usb, fixture->handle)) ==
           BJ_WOULD_BLOCK)
        wait_for_news(fixture);
    return status;
}

static void close_it(struct fixture *fixture)
{
    int64_t begun_ns = bj_clock_ns();

    fixture->usb->ops->close(fixture->usb, fixture->handle);
    note(fixture, begun_ns);
}

static enum bj_status submit(struct fixture *fixture, struct bj_usb_transfer transfer)
{
    int64_t begun_ns = bj_clock_ns();
    enum bj_status status =
        fixture->usb->ops->submit(fixture->usb, fixture->handle, &transfer);

    note(fixture, begun_ns);
    return status;
}

static uint8_t bytes[BJ_USB_TRANSFER_BYTES];

static void send(struct fixture *fixture, uint32_t tag, size_t size, int64_t timeout_ns)
{
    assert_int_equal(submit(fixture, (struct bj_usb_transfer){.tag = tag,
                                                              .endpoint = TOY_OUT,
                                                              .bytes = bytes,
                                                              .size = size,
                                                              .timeout_ns = timeout_ns}),
                     BJ_OK);
}

static void ask(struct fixture *fixture, uint32_t tag, size_t size, int64_t timeout_ns)
{
    assert_int_equal(submit(fixture, (struct bj_usb_transfer){.tag = tag,
                                                              .endpoint = TOY_IN,
                                                              .size = size,
                                                              .timeout_ns = timeout_ns}),
                     BJ_OK);
}

static enum bj_status next(struct fixture *fixture, struct bj_usb_result *result)
{
    enum bj_status status;
    int64_t begun_ns;

    do {
        begun_ns = bj_clock_ns();
        status = fixture->usb->ops->finished(fixture->usb, fixture->handle, result);
        note(fixture, begun_ns);
        if (status == BJ_WOULD_BLOCK)
            wait_for_news(fixture);
    } while (status == BJ_WOULD_BLOCK);
    return status;
}

static struct bj_usb_result is_over(struct fixture *fixture, uint32_t tag,
                                    enum bj_status status, size_t size)
{
    struct bj_usb_result result;

    assert_int_equal(next(fixture, &result), BJ_OK);
    assert_int_equal(result.tag, tag);
    assert_int_equal(result.status, status);
    assert_int_equal(result.size, size);
    assert_true(result.begun_ns <= result.finished_ns);
    assert_true(result.finished_ns <= bj_clock_ns());
    return result;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * MS}, NULL);
}

static size_t list_until(struct fixture *fixture, size_t wanted,
                         struct bj_usb_device *devices)
{
    size_t count = 99;

    for (int tries = 0; count != wanted && tries < LIMIT_MS; tries++) {
        count = fixture->usb->ops->list(fixture->usb, TOY_VENDOR, TOY_PRODUCT, devices, 4);
        if (count != wanted)
            pause_ms(1);
    }
    return count;
}

/* ---- the bus ---- */

static void lists_what_comes_and_goes(void **state)
{
    struct fixture *fixture = *state;
    struct toy_usb other;
    struct bj_usb_device devices[4];

    toy_usb_init(&other);
    assert_int_equal(list_until(fixture, 1, devices), 1);
    assert_string_equal(devices[0].port, PORT);
    assert_string_equal(devices[0].manufacturer, "Toy maker");
    assert_string_equal(devices[0].product, "Toy");
    assert_string_equal(devices[0].serial, "T1");
    assert_int_equal(devices[0].release, 0x0123);
    assert_int_equal(devices[0].access, BJ_OK);
    usb_testbed_deny_next(fixture->bed);
    usb_testbed_plug(fixture->bed, "1-4", &other.base);
    assert_int_equal(list_until(fixture, 2, devices), 2);
    assert_int_equal(devices[strcmp(devices[0].port, "1-4") == 0 ? 0 : 1].access,
                     BJ_NO_PERMISSION);
    usb_testbed_unplug(fixture->bed, PORT);
    assert_int_equal(list_until(fixture, 1, devices), 1);
    assert_string_equal(devices[0].port, "1-4");
    usb_testbed_unplug(fixture->bed, "1-4");
    assert_int_equal(list_until(fixture, 0, devices), 0);
}

static void says_why_it_cannot_be_opened(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_target wanted = target;

    usb_testbed_set_busy(fixture->bed, PORT, true);
    assert_int_equal(open_as(fixture, &target), BJ_BUSY);
    close_it(fixture);
    usb_testbed_set_busy(fixture->bed, PORT, false);
    wanted.interface[0].alternate = 2;
    assert_int_equal(open_as(fixture, &wanted), BJ_UNSUPPORTED);
    close_it(fixture);
    (void)snprintf(wanted.port, sizeof wanted.port, "1-2");
    assert_int_equal(open_as(fixture, &wanted), BJ_NOT_FOUND); /* that is the hub */
    close_it(fixture);
    usb_testbed_unplug(fixture->bed, PORT);
    usb_testbed_deny_next(fixture->bed);
    usb_testbed_plug(fixture->bed, PORT, &fixture->toy.base);
    assert_int_equal(open_as(fixture, &target), BJ_NO_PERMISSION);
    close_it(fixture);
}

static void a_strange_handle_is_left_alone(void **state)
{
    struct fixture *fixture = *state;
    const struct bj_usb_ops *ops = fixture->usb->ops;
    const struct bj_usb_transfer transfer = {.endpoint = 0x81, .size = 4};
    struct bj_usb_target wanted = target;
    struct bj_usb_result result;
    int handle;

    assert_int_equal(ops->open_result(fixture->usb, -7), BJ_BAD_ARGUMENT);
    assert_int_equal(ops->submit(fixture->usb, -7, &transfer), BJ_BAD_ARGUMENT);
    assert_int_equal(ops->finished(fixture->usb, -7, &result), BJ_BAD_ARGUMENT);
    ops->cancel(fixture->usb, -7, 0x81);
    ops->clear_halt(fixture->usb, -7, 0x81);
    ops->close(fixture->usb, -7);
    wanted.interfaces = BJ_USB_INTERFACES + 1;
    assert_int_equal(ops->open(fixture->usb, &wanted, &handle), BJ_BAD_ARGUMENT);
    wanted.interfaces = -1;
    assert_int_equal(ops->open(fixture->usb, &wanted, &handle), BJ_BAD_ARGUMENT);
}

/* ---- transfers ---- */

static void moves_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    for (size_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (uint8_t)(k * 31);
    send(fixture, 1, sizeof bytes, 0);
    is_over(fixture, 1, BJ_OK, sizeof bytes);
    usb_testbed_lock(fixture->bed);
    assert_memory_equal(fixture->toy.in, bytes, sizeof bytes);
    assert_int_equal(fixture->toy.empty_packets, 0);
    toy_usb_say(&fixture->toy, "hello", 5);
    usb_testbed_unlock(fixture->bed);
    ask(fixture, 2, 64, 0);
    result = is_over(fixture, 2, BJ_OK, 5);
    assert_memory_equal(result.bytes, "hello", 5);
    submit(fixture, (struct bj_usb_transfer){.tag = 3,
                                             .endpoint = TOY_OUT,
                                             .bytes = bytes,
                                             .size = 64,
                                             .zero_packet = true});
    is_over(fixture, 3, BJ_OK, 64);
    assert_int_equal(fixture->toy.empty_packets, 1);
    close_it(fixture);
}

static void keeps_many_under_way_in_order(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    usb_testbed_hold(fixture->bed, PORT, TOY_OUT, true);
    for (uint32_t k = 0; k < BJ_USB_TRANSFERS; k++)
        send(fixture, k, 100, 0);
    assert_int_equal(
        submit(fixture,
               (struct bj_usb_transfer){.endpoint = TOY_OUT, .bytes = bytes, .size = 1}),
        BJ_WOULD_BLOCK);
    usb_testbed_hold(fixture->bed, PORT, TOY_OUT, false);
    for (uint32_t k = 0; k < BJ_USB_TRANSFERS; k++)
        is_over(fixture, k, BJ_OK, 100);
    close_it(fixture);
}

static void time_outs_stalls_and_cancels_end_transfers(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    ask(fixture, 1, 64, 10 * MS);
    result = is_over(fixture, 1, BJ_TIMED_OUT, 0);
    assert_true(result.finished_ns - result.begun_ns >= 9 * MS);
    ask(fixture, 2, 64, 0);
    ask(fixture, 3, 64, 0);
    fixture->usb->ops->cancel(fixture->usb, fixture->handle, TOY_IN);
    is_over(fixture, 2, BJ_BUSY, 0);
    is_over(fixture, 3, BJ_BUSY, 0);
    usb_testbed_lock(fixture->bed);
    fixture->toy.stalled = true;
    usb_testbed_unlock(fixture->bed);
    send(fixture, 4, 64, 0);
    is_over(fixture, 4, BJ_REFUSED, 0);
    fixture->usb->ops->clear_halt(fixture->usb, fixture->handle, TOY_OUT);
    send(fixture, 5, 64, 0); /* waits for it */
    is_over(fixture, 5, BJ_OK, 64);
    usb_testbed_break(fixture->bed, PORT, TOY_OUT, 64, USB_END_ERROR);
    send(fixture, 6, 100, 0);
    assert_int_equal(next(fixture, &result), BJ_OK);
    assert_int_equal(result.status, BJ_IO_ERROR);
    close_it(fixture);
}

/* ---- leaving ---- */

static void unplugging_ends_everything_and_replugging_begins_anew(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    usb_testbed_hold(fixture->bed, PORT, TOY_OUT, true);
    send(fixture, 1, 100, 0);
    ask(fixture, 2, 64, 0);
    pause_ms(5);
    usb_testbed_unplug(fixture->bed, PORT);
    assert_int_equal(next(fixture, &result), BJ_OK);
    assert_int_equal(result.status, BJ_DISCONNECTED);
    assert_int_equal(next(fixture, &result), BJ_OK);
    assert_int_equal(result.status, BJ_DISCONNECTED);
    assert_int_equal(next(fixture, &result), BJ_DISCONNECTED);
    close_it(fixture);
    usb_testbed_plug(fixture->bed, PORT, &fixture->toy.base);
    assert_int_equal(open_as(fixture, &target), BJ_OK);
    send(fixture, 3, 100, 0);
    is_over(fixture, 3, BJ_OK, 100);
    close_it(fixture);
}

static void an_idle_device_is_missed_too(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    usb_testbed_unplug(fixture->bed, PORT);
    assert_int_equal(next(fixture, &result), BJ_DISCONNECTED);
    close_it(fixture);
}

static void closing_lets_the_last_words_out(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    ask(fixture, 1, 64, 0);
    memset(bytes, 77, 10);
    send(fixture, 2, 10, 0);
    close_it(fixture);
    assert_int_equal(open_as(fixture, &target), BJ_OK); /* waits for the end of the first */
    usb_testbed_lock(fixture->bed);
    assert_int_equal(fixture->toy.heard, 10);
    assert_int_equal(fixture->toy.in[0], 77);
    assert_int_equal(fixture->toy.selects, 3);
    assert_int_equal(fixture->toy.selected[1], 0);
    usb_testbed_unlock(fixture->bed);
    close_it(fixture);
}

/* Transfers that never end, and a kernel that does not give them back: the engine's calls
 * stay instant, and another handle works. */
static void a_hung_device_holds_nobody_up(void **state)
{
    struct fixture *fixture = *state;
    struct toy_usb other;
    struct bj_usb_target second = target;

    toy_usb_init(&other);
    usb_testbed_plug(fixture->bed, "1-4", &other.base);
    assert_int_equal(open_as(fixture, &target), BJ_OK);
    usb_testbed_hold(fixture->bed, PORT, TOY_OUT, true);
    usb_testbed_stick(fixture->bed, PORT, true);
    for (uint32_t k = 0; k < 8; k++)
        send(fixture, k, 1000, 5 * MS);
    fixture->usb->ops->cancel(fixture->usb, fixture->handle, TOY_OUT);
    pause_ms(20);
    close_it(fixture);
    (void)snprintf(second.port, sizeof second.port, "1-4");
    assert_int_equal(open_as(fixture, &second), BJ_OK);
    send(fixture, 9, 64, 0);
    is_over(fixture, 9, BJ_OK, 64);
    close_it(fixture);
    usb_testbed_stick(fixture->bed, PORT, false);
    usb_testbed_unplug(fixture->bed, PORT);
    usb_testbed_unplug(fixture->bed, "1-4");
}

static void what_nobody_closed_is_closed_at_the_end(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(open_as(fixture, &target), BJ_OK);
    ask(fixture, 1, 64, 0);
}

#define ON_BED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BED(lists_what_comes_and_goes),
        ON_BED(a_strange_handle_is_left_alone),
        ON_BED(says_why_it_cannot_be_opened),
        ON_BED(moves_bytes),
        ON_BED(keeps_many_under_way_in_order),
        ON_BED(time_outs_stalls_and_cancels_end_transfers),
        ON_BED(unplugging_ends_everything_and_replugging_begins_anew),
        ON_BED(an_idle_device_is_missed_too),
        ON_BED(closing_lets_the_last_words_out),
        ON_BED(a_hung_device_holds_nobody_up),
        ON_BED(what_nobody_closed_is_closed_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
