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

struct rig {
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
    struct rig *rig = calloc(1, sizeof *rig);

    rig->bed = usb_testbed_create();
    toy_usb_init(&rig->toy);
    usb_testbed_plug(rig->bed, PORT, &rig->toy.base);
    assert_int_equal(bj_usb_create(&rig->usb), BJ_OK);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;

    assert_true(rig->slowest_ns < INSTANT_NS);
    bj_usb_destroy(rig->usb);
    usb_testbed_destroy(rig->bed);
    free(rig);
    return 0;
}

/* ---- calls of the engine, timed ---- */

static void note(struct rig *rig, int64_t begun_ns)
{
    int64_t took_ns = bj_clock_ns() - begun_ns;

    rig->slowest_ns = took_ns > rig->slowest_ns ? took_ns : rig->slowest_ns;
}

static void wait_for_news(struct rig *rig)
{
    struct pollfd wanted = {.fd = rig->handle, .events = POLLIN};

    if (poll(&wanted, 1, LIMIT_MS) != 1)
        fail_msg("no news for %d ms", LIMIT_MS);
}

static enum bj_status open_as(struct rig *rig, const struct bj_usb_target *wanted)
{
    int64_t begun_ns = bj_clock_ns();
    enum bj_status status = rig->usb->ops->open(rig->usb, wanted, &rig->handle);

    note(rig, begun_ns);
    assert_int_equal(status, BJ_OK);
    while ((status = rig->usb->ops->open_result(rig->usb, rig->handle)) == BJ_WOULD_BLOCK)
        wait_for_news(rig);
    return status;
}

static void close_it(struct rig *rig)
{
    int64_t begun_ns = bj_clock_ns();

    rig->usb->ops->close(rig->usb, rig->handle);
    note(rig, begun_ns);
}

static enum bj_status submit(struct rig *rig, struct bj_usb_transfer transfer)
{
    int64_t begun_ns = bj_clock_ns();
    enum bj_status status = rig->usb->ops->submit(rig->usb, rig->handle, &transfer);

    note(rig, begun_ns);
    return status;
}

static uint8_t bytes[BJ_USB_TRANSFER_BYTES];

static void send(struct rig *rig, uint32_t tag, size_t size, int64_t timeout_ns)
{
    assert_int_equal(submit(rig, (struct bj_usb_transfer){.tag = tag,
                                                          .endpoint = TOY_OUT,
                                                          .bytes = bytes,
                                                          .size = size,
                                                          .timeout_ns = timeout_ns}),
                     BJ_OK);
}

static void ask(struct rig *rig, uint32_t tag, size_t size, int64_t timeout_ns)
{
    assert_int_equal(submit(rig, (struct bj_usb_transfer){.tag = tag,
                                                          .endpoint = TOY_IN,
                                                          .size = size,
                                                          .timeout_ns = timeout_ns}),
                     BJ_OK);
}

static enum bj_status next(struct rig *rig, struct bj_usb_result *result)
{
    enum bj_status status;
    int64_t begun_ns;

    do {
        begun_ns = bj_clock_ns();
        status = rig->usb->ops->finished(rig->usb, rig->handle, result);
        note(rig, begun_ns);
        if (status == BJ_WOULD_BLOCK)
            wait_for_news(rig);
    } while (status == BJ_WOULD_BLOCK);
    return status;
}

static struct bj_usb_result is_over(struct rig *rig, uint32_t tag, enum bj_status status,
                                    size_t size)
{
    struct bj_usb_result result;

    assert_int_equal(next(rig, &result), BJ_OK);
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

static size_t list_until(struct rig *rig, size_t wanted, struct bj_usb_device *devices)
{
    size_t count = 99;

    for (int tries = 0; count != wanted && tries < LIMIT_MS; tries++) {
        count = rig->usb->ops->list(rig->usb, TOY_VENDOR, TOY_PRODUCT, devices, 4);
        if (count != wanted)
            pause_ms(1);
    }
    return count;
}

/* ---- the bus ---- */

static void lists_what_comes_and_goes(void **state)
{
    struct rig *rig = *state;
    struct toy_usb other;
    struct bj_usb_device devices[4];

    toy_usb_init(&other);
    assert_int_equal(list_until(rig, 1, devices), 1);
    assert_string_equal(devices[0].port, PORT);
    assert_string_equal(devices[0].manufacturer, "Toy maker");
    assert_string_equal(devices[0].product, "Toy");
    assert_string_equal(devices[0].serial, "T1");
    assert_int_equal(devices[0].release, 0x0123);
    assert_int_equal(devices[0].access, BJ_OK);
    usb_testbed_deny_next(rig->bed);
    usb_testbed_plug(rig->bed, "1-4", &other.base);
    assert_int_equal(list_until(rig, 2, devices), 2);
    assert_int_equal(devices[strcmp(devices[0].port, "1-4") == 0 ? 0 : 1].access,
                     BJ_NO_PERMISSION);
    usb_testbed_unplug(rig->bed, PORT);
    assert_int_equal(list_until(rig, 1, devices), 1);
    assert_string_equal(devices[0].port, "1-4");
    usb_testbed_unplug(rig->bed, "1-4");
    assert_int_equal(list_until(rig, 0, devices), 0);
}

static void says_why_it_cannot_be_opened(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_target wanted = target;

    usb_testbed_set_busy(rig->bed, PORT, true);
    assert_int_equal(open_as(rig, &target), BJ_BUSY);
    close_it(rig);
    usb_testbed_set_busy(rig->bed, PORT, false);
    wanted.interface[0].alternate = 2;
    assert_int_equal(open_as(rig, &wanted), BJ_UNSUPPORTED);
    close_it(rig);
    (void)snprintf(wanted.port, sizeof wanted.port, "1-2");
    assert_int_equal(open_as(rig, &wanted), BJ_NOT_FOUND); /* that is the hub */
    close_it(rig);
    usb_testbed_unplug(rig->bed, PORT);
    usb_testbed_deny_next(rig->bed);
    usb_testbed_plug(rig->bed, PORT, &rig->toy.base);
    assert_int_equal(open_as(rig, &target), BJ_NO_PERMISSION);
    close_it(rig);
}

static void a_strange_handle_is_left_alone(void **state)
{
    struct rig *rig = *state;
    const struct bj_usb_ops *ops = rig->usb->ops;
    const struct bj_usb_transfer transfer = {.endpoint = 0x81, .size = 4};
    struct bj_usb_target wanted = target;
    struct bj_usb_result result;
    int handle;

    assert_int_equal(ops->open_result(rig->usb, -7), BJ_BAD_ARGUMENT);
    assert_int_equal(ops->submit(rig->usb, -7, &transfer), BJ_BAD_ARGUMENT);
    assert_int_equal(ops->finished(rig->usb, -7, &result), BJ_BAD_ARGUMENT);
    ops->cancel(rig->usb, -7, 0x81);
    ops->clear_halt(rig->usb, -7, 0x81);
    ops->close(rig->usb, -7);
    wanted.interfaces = BJ_USB_INTERFACES + 1;
    assert_int_equal(ops->open(rig->usb, &wanted, &handle), BJ_BAD_ARGUMENT);
    wanted.interfaces = -1;
    assert_int_equal(ops->open(rig->usb, &wanted, &handle), BJ_BAD_ARGUMENT);
}

/* ---- transfers ---- */

static void moves_bytes(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    for (size_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (uint8_t)(k * 31);
    send(rig, 1, sizeof bytes, 0);
    is_over(rig, 1, BJ_OK, sizeof bytes);
    usb_testbed_lock(rig->bed);
    assert_memory_equal(rig->toy.in, bytes, sizeof bytes);
    assert_int_equal(rig->toy.empty_packets, 0);
    toy_usb_say(&rig->toy, "hello", 5);
    usb_testbed_unlock(rig->bed);
    ask(rig, 2, 64, 0);
    result = is_over(rig, 2, BJ_OK, 5);
    assert_memory_equal(result.bytes, "hello", 5);
    submit(rig, (struct bj_usb_transfer){.tag = 3,
                                         .endpoint = TOY_OUT,
                                         .bytes = bytes,
                                         .size = 64,
                                         .zero_packet = true});
    is_over(rig, 3, BJ_OK, 64);
    assert_int_equal(rig->toy.empty_packets, 1);
    close_it(rig);
}

static void keeps_many_under_way_in_order(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    usb_testbed_hold(rig->bed, PORT, TOY_OUT, true);
    for (uint32_t k = 0; k < BJ_USB_TRANSFERS; k++)
        send(rig, k, 100, 0);
    assert_int_equal(
        submit(rig,
               (struct bj_usb_transfer){.endpoint = TOY_OUT, .bytes = bytes, .size = 1}),
        BJ_WOULD_BLOCK);
    usb_testbed_hold(rig->bed, PORT, TOY_OUT, false);
    for (uint32_t k = 0; k < BJ_USB_TRANSFERS; k++)
        is_over(rig, k, BJ_OK, 100);
    close_it(rig);
}

static void time_outs_stalls_and_cancels_end_transfers(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    ask(rig, 1, 64, 10 * MS);
    result = is_over(rig, 1, BJ_TIMED_OUT, 0);
    assert_true(result.finished_ns - result.begun_ns >= 9 * MS);
    ask(rig, 2, 64, 0);
    ask(rig, 3, 64, 0);
    rig->usb->ops->cancel(rig->usb, rig->handle, TOY_IN);
    is_over(rig, 2, BJ_BUSY, 0);
    is_over(rig, 3, BJ_BUSY, 0);
    usb_testbed_lock(rig->bed);
    rig->toy.stalled = true;
    usb_testbed_unlock(rig->bed);
    send(rig, 4, 64, 0);
    is_over(rig, 4, BJ_REFUSED, 0);
    rig->usb->ops->clear_halt(rig->usb, rig->handle, TOY_OUT);
    send(rig, 5, 64, 0); /* waits for it */
    is_over(rig, 5, BJ_OK, 64);
    usb_testbed_break(rig->bed, PORT, TOY_OUT, 64, USB_END_ERROR);
    send(rig, 6, 100, 0);
    assert_int_equal(next(rig, &result), BJ_OK);
    assert_int_equal(result.status, BJ_IO_ERROR);
    close_it(rig);
}

/* ---- leaving ---- */

static void unplugging_ends_everything_and_replugging_begins_anew(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    usb_testbed_hold(rig->bed, PORT, TOY_OUT, true);
    send(rig, 1, 100, 0);
    ask(rig, 2, 64, 0);
    pause_ms(5);
    usb_testbed_unplug(rig->bed, PORT);
    assert_int_equal(next(rig, &result), BJ_OK);
    assert_int_equal(result.status, BJ_DISCONNECTED);
    assert_int_equal(next(rig, &result), BJ_OK);
    assert_int_equal(result.status, BJ_DISCONNECTED);
    assert_int_equal(next(rig, &result), BJ_DISCONNECTED);
    close_it(rig);
    usb_testbed_plug(rig->bed, PORT, &rig->toy.base);
    assert_int_equal(open_as(rig, &target), BJ_OK);
    send(rig, 3, 100, 0);
    is_over(rig, 3, BJ_OK, 100);
    close_it(rig);
}

static void an_idle_device_is_missed_too(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_result result;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    usb_testbed_unplug(rig->bed, PORT);
    assert_int_equal(next(rig, &result), BJ_DISCONNECTED);
    close_it(rig);
}

static void closing_lets_the_last_words_out(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    ask(rig, 1, 64, 0);
    memset(bytes, 77, 10);
    send(rig, 2, 10, 0);
    close_it(rig);
    assert_int_equal(open_as(rig, &target), BJ_OK); /* waits for the end of the first */
    usb_testbed_lock(rig->bed);
    assert_int_equal(rig->toy.heard, 10);
    assert_int_equal(rig->toy.in[0], 77);
    assert_int_equal(rig->toy.selects, 3);
    assert_int_equal(rig->toy.selected[1], 0);
    usb_testbed_unlock(rig->bed);
    close_it(rig);
}

/* Transfers that never end, and a kernel that does not give them back: the engine's calls
 * stay instant, and another handle works. */
static void a_hung_device_holds_nobody_up(void **state)
{
    struct rig *rig = *state;
    struct toy_usb other;
    struct bj_usb_target second = target;

    toy_usb_init(&other);
    usb_testbed_plug(rig->bed, "1-4", &other.base);
    assert_int_equal(open_as(rig, &target), BJ_OK);
    usb_testbed_hold(rig->bed, PORT, TOY_OUT, true);
    usb_testbed_stick(rig->bed, PORT, true);
    for (uint32_t k = 0; k < 8; k++)
        send(rig, k, 1000, 5 * MS);
    rig->usb->ops->cancel(rig->usb, rig->handle, TOY_OUT);
    pause_ms(20);
    close_it(rig);
    (void)snprintf(second.port, sizeof second.port, "1-4");
    assert_int_equal(open_as(rig, &second), BJ_OK);
    send(rig, 9, 64, 0);
    is_over(rig, 9, BJ_OK, 64);
    close_it(rig);
    usb_testbed_stick(rig->bed, PORT, false);
    usb_testbed_unplug(rig->bed, PORT);
    usb_testbed_unplug(rig->bed, "1-4");
}

static void what_nobody_closed_is_closed_at_the_end(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(open_as(rig, &target), BJ_OK);
    ask(rig, 1, 64, 0);
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
