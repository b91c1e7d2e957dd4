/* SPDX-License-Identifier: MIT */
#include "fake_usb.h"

#include "toy_usb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

struct fixture {
    struct fake_usb *fake;
    struct bj_usb *usb;
    struct toy_usb toy;
    int handle;
    int64_t now_ns;
};

static const struct bj_usb_target target = {
    .vendor_id = TOY_VENDOR,
    .product_id = TOY_PRODUCT,
    .port = "1-2.3",
    .interfaces = 1,
    .interface = {{.interface = 0, .alternate = 1}},
};

static void advance(struct fixture *fixture, int64_t ns)
{
    fixture->now_ns += ns;
    fake_usb_advance(fixture->fake, fixture->now_ns);
}

static enum bj_status try_open(struct fixture *fixture, const struct bj_usb_target *wanted)
{
    assert_int_equal(fixture->usb->ops->open(fixture->usb, wanted, &fixture->handle),
                     BJ_OK);
    return fixture->usb->ops->open_result(fixture->usb, fixture->handle);
}

static void close_it(struct fixture *fixture)
{
    fixture->usb->ops->close(fixture->usb, fixture->handle);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    fixture->fake = fake_usb_create();
    fixture->usb = fake_usb_base(fixture->fake);
    toy_usb_init(&fixture->toy);
    fake_usb_plug(fixture->fake, "1-2.3", &fixture->toy.base);
    assert_int_equal(try_open(fixture, &target), BJ_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    close_it(fixture);
    assert_int_equal(fake_usb_open_handles(fixture->fake), 0);
    fake_usb_destroy(fixture->fake);
    free(fixture);
    return 0;
}

static enum bj_status send(struct fixture *fixture, uint32_t tag, size_t size, bool zero,
                           int64_t timeout_ns)
{
    static uint8_t bytes[BJ_USB_TRANSFER_BYTES];
    struct bj_usb_transfer transfer = {.tag = tag,
                                       .endpoint = TOY_OUT,
                                       .bytes = bytes,
                                       .size = size,
                                       .zero_packet = zero,
                                       .timeout_ns = timeout_ns};

    memset(bytes, (int)tag, size);
    return fixture->usb->ops->submit(fixture->usb, fixture->handle, &transfer);
}

static enum bj_status ask(struct fixture *fixture, uint32_t tag, size_t size,
                          int64_t timeout_ns)
{
    struct bj_usb_transfer transfer = {
        .tag = tag, .endpoint = TOY_IN, .size = size, .timeout_ns = timeout_ns};

    return fixture->usb->ops->submit(fixture->usb, fixture->handle, &transfer);
}

static void is_over(struct fixture *fixture, uint32_t tag, enum bj_status status,
                    size_t size)
{
    struct bj_usb_result result;

    assert_int_equal(fixture->usb->ops->finished(fixture->usb, fixture->handle, &result),
                     BJ_OK);
    assert_int_equal(result.tag, tag);
    assert_int_equal(result.status, status);
    assert_int_equal(result.size, size);
    assert_int_equal(result.finished_ns, fixture->now_ns);
}

static void nothing_is_over(struct fixture *fixture)
{
    struct bj_usb_result result;

    assert_int_equal(fixture->usb->ops->finished(fixture->usb, fixture->handle, &result),
                     BJ_WOULD_BLOCK);
}

static bool ready(struct fixture *fixture)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    bj_wait_handle(&wait, fixture->handle, BJ_WAIT_READ);
    return fake_usb_ready(fixture->fake, &wait);
}

/* ---- the bus ---- */

static void lists_what_is_plugged_in(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_device devices[2];
    struct toy_usb other;

    toy_usb_init(&other);
    fake_usb_plug(fixture->fake, "1-2.4", &other.base);
    fake_usb_set_access(fixture->fake, "1-2.4", BJ_NO_PERMISSION);
    assert_int_equal(fixture->usb->ops->list(fixture->usb, 1, 2, devices, 2), 0);
    assert_int_equal(
        fixture->usb->ops->list(fixture->usb, TOY_VENDOR, TOY_PRODUCT, devices, 1), 1);
    assert_int_equal(
        fixture->usb->ops->list(fixture->usb, TOY_VENDOR, TOY_PRODUCT, devices, 2), 2);
    assert_string_equal(devices[0].port, "1-2.3");
    assert_string_equal(devices[0].product, "Toy");
    assert_string_equal(devices[0].serial, "T1");
    assert_int_equal(devices[0].release, 0x0123);
    assert_int_equal(devices[0].access, BJ_OK);
    assert_int_equal(devices[1].access, BJ_NO_PERMISSION);
    fake_usb_unplug(fixture->fake, "1-2.4");
    assert_int_equal(
        fixture->usb->ops->list(fixture->usb, TOY_VENDOR, TOY_PRODUCT, devices, 2), 1);
}

static void says_why_it_cannot_be_opened(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_target wanted = target;
    int first = fixture->handle;

    assert_int_equal(try_open(fixture, &target), BJ_BUSY); /* by ourselves */
    close_it(fixture);
    fixture->handle = first;
    close_it(fixture);
    fake_usb_set_busy(fixture->fake, "1-2.3", true);
    assert_int_equal(try_open(fixture, &target), BJ_BUSY);
    close_it(fixture);
    fake_usb_set_busy(fixture->fake, "1-2.3", false);
    fake_usb_set_access(fixture->fake, "1-2.3", BJ_NO_PERMISSION);
    assert_int_equal(try_open(fixture, &target), BJ_NO_PERMISSION);
    close_it(fixture);
    fake_usb_set_access(fixture->fake, "1-2.3", BJ_OK);
    wanted.product_id++;
    assert_int_equal(try_open(fixture, &wanted), BJ_NOT_FOUND);
    close_it(fixture);
    wanted = target;
    wanted.interface[0].alternate = 2;
    assert_int_equal(try_open(fixture, &wanted), BJ_UNSUPPORTED);
    close_it(fixture);
    assert_int_equal(try_open(fixture, &target), BJ_OK);
}

static void opening_takes_its_time(void **state)
{
    struct fixture *fixture = *state;

    close_it(fixture);
    fake_usb_set_open_delay(fixture->fake, 5 * MS);
    assert_int_equal(try_open(fixture, &target), BJ_WOULD_BLOCK);
    assert_int_equal(fake_usb_next_event_ns(fixture->fake), 5 * MS);
    assert_false(ready(fixture));
    advance(fixture, 5 * MS);
    assert_true(ready(fixture));
    assert_int_equal(fixture->usb->ops->open_result(fixture->usb, fixture->handle), BJ_OK);
    assert_false(ready(fixture));
    assert_int_equal(fixture->toy.selects, 3);
    assert_int_equal(fixture->toy.selected[1], 0); /* released */
    assert_int_equal(fixture->toy.selected[2], 1);
}

/* ---- transfers ---- */

static void cuts_into_packets(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(send(fixture, 1, 150, true, 0), BJ_OK);
    is_over(fixture, 1, BJ_OK, 150);
    assert_int_equal(fixture->toy.packets, 3);
    assert_int_equal(fixture->toy.empty_packets, 0);
    send(fixture, 2, 128, false, 0);
    is_over(fixture, 2, BJ_OK, 128);
    assert_int_equal(fixture->toy.packets, 5);
    send(fixture, 3, 128, true, 0); /* asked for, an empty packet follows */
    is_over(fixture, 3, BJ_OK, 128);
    assert_int_equal(fixture->toy.packets, 8);
    assert_int_equal(fixture->toy.empty_packets, 1);
}

static void a_short_packet_ends_a_read(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[200];
    struct bj_usb_result result;

    memset(bytes, 7, sizeof bytes);
    ask(fixture, 1, 512, 0);
    nothing_is_over(fixture);
    toy_usb_say(&fixture->toy, bytes, 100);
    advance(fixture, MS);
    assert_int_equal(fixture->usb->ops->finished(fixture->usb, fixture->handle, &result),
                     BJ_OK);
    assert_int_equal(result.size, 100);
    assert_memory_equal(result.bytes, bytes, 100);
    toy_usb_say(&fixture->toy, bytes, 128); /* full: no short packet needed */
    ask(fixture, 2, 128, 0);
    is_over(fixture, 2, BJ_OK, 128);
    toy_usb_say(&fixture->toy, bytes, 64);
    ask(fixture, 3, 32, 0);
    is_over(fixture, 3, BJ_PROTOCOL, 32);
}

static void keeps_the_order_of_an_endpoint(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_hold(fixture->fake, "1-2.3", TOY_OUT, true);
    for (uint32_t k = 1; k <= BJ_USB_TRANSFERS; k++)
        assert_int_equal(send(fixture, k, 10, false, 0), BJ_OK);
    assert_int_equal(send(fixture, 99, 10, false, 0), BJ_WOULD_BLOCK);
    nothing_is_over(fixture);
    fake_usb_hold(fixture->fake, "1-2.3", TOY_OUT, false);
    advance(fixture, MS);
    assert_true(ready(fixture));
    for (uint32_t k = 1; k <= BJ_USB_TRANSFERS; k++) {
        is_over(fixture, k, BJ_OK, 10);
        assert_int_equal(fixture->toy.in[(k - 1) * 10], k);
    }
    nothing_is_over(fixture);
    assert_false(ready(fixture));
}

static void a_time_out_tells_what_moved(void **state)
{
    struct fixture *fixture = *state;

    fixture->toy.room = 130;
    send(fixture, 1, 200, false, 3 * MS);
    assert_int_equal(fake_usb_next_event_ns(fixture->fake), 3 * MS);
    advance(fixture, 2 * MS);
    nothing_is_over(fixture);
    advance(fixture, MS);
    is_over(fixture, 1, BJ_TIMED_OUT, 128);
    ask(fixture, 2, 32, MS);
    advance(fixture, MS);
    is_over(fixture, 2, BJ_TIMED_OUT, 0);
}

static void what_is_cancelled_is_over(void **state)
{
    struct fixture *fixture = *state;

    ask(fixture, 1, 32, 0);
    ask(fixture, 2, 32, 0);
    send(fixture, 3, 10, false, 0);
    is_over(fixture, 3, BJ_OK, 10);
    fixture->usb->ops->cancel(fixture->usb, fixture->handle, TOY_IN);
    is_over(fixture, 1, BJ_BUSY, 0);
    is_over(fixture, 2, BJ_BUSY, 0);
    nothing_is_over(fixture);
}

static void what_is_stuck_stays(void **state)
{
    struct fixture *fixture = *state;

    fixture->toy.room = 0;
    fake_usb_stick(fixture->fake, "1-2.3", true);
    send(fixture, 1, 10, false, MS);
    fixture->usb->ops->cancel(fixture->usb, fixture->handle, TOY_OUT);
    advance(fixture, 100 * MS);
    nothing_is_over(fixture);
    assert_int_equal(fake_usb_next_event_ns(fixture->fake), BJ_NEVER);
    fixture->toy.room = 1000; /* and may arrive after all */
    advance(fixture, MS);
    is_over(fixture, 1, BJ_OK, 10);
}

static void a_stall_lasts_until_it_is_cleared(void **state)
{
    struct fixture *fixture = *state;

    fixture->toy.stalled = true;
    send(fixture, 1, 100, false, 0);
    is_over(fixture, 1, BJ_REFUSED, 0);
    fixture->toy.stalled = false; /* the endpoint stays halted */
    send(fixture, 2, 100, false, 0);
    is_over(fixture, 2, BJ_REFUSED, 0);
    fixture->usb->ops->clear_halt(fixture->usb, fixture->handle, TOY_OUT);
    assert_int_equal(fixture->toy.clears, 1);
    send(fixture, 3, 100, false, 0);
    is_over(fixture, 3, BJ_OK, 100);
}

static void transfers_break_on_demand(void **state)
{
    struct fixture *fixture = *state;

    fake_usb_break(fixture->fake, "1-2.3", TOY_OUT, 64, USB_END_ERROR);
    send(fixture, 1, 100, false, 0);
    is_over(fixture, 1, BJ_IO_ERROR, 64);
    fake_usb_break(fixture->fake, "1-2.3", TOY_OUT, 1, USB_END_DONE);
    send(fixture, 2, 100, false, 0);
    is_over(fixture, 2, BJ_OK, 64); /* short */
    send(fixture, 3, 100, false, 0);
    is_over(fixture, 3, BJ_OK, 100);
}

/* ---- leaving ---- */

static void unplugging_ends_everything(void **state)
{
    struct fixture *fixture = *state;
    struct bj_usb_result result;

    fixture->toy.room = 64;
    send(fixture, 1, 200, false, 0);
    ask(fixture, 2, 32, 0);
    fake_usb_unplug(fixture->fake, "1-2.3");
    assert_int_equal(fixture->toy.unplugs, 1);
    assert_true(ready(fixture));
    assert_int_equal(send(fixture, 3, 10, false, 0), BJ_DISCONNECTED);
    is_over(fixture, 1, BJ_DISCONNECTED, 64);
    is_over(fixture, 2, BJ_DISCONNECTED, 0);
    assert_int_equal(fixture->usb->ops->finished(fixture->usb, fixture->handle, &result),
                     BJ_DISCONNECTED);
    assert_false(ready(fixture));
    fixture->usb->ops->cancel(fixture->usb, fixture->handle, TOY_OUT);
    close_it(fixture);
    fake_usb_plug(fixture->fake, "1-2.3", &fixture->toy.base);
    assert_int_equal(try_open(fixture, &target), BJ_OK);
}

static void closing_lets_the_last_words_out(void **state)
{
    struct fixture *fixture = *state;

    fixture->toy.room = 0;
    send(fixture, 1, 10, false, 0);
    ask(fixture, 2, 32, 0);
    close_it(fixture);
    assert_int_equal(try_open(fixture, &target), BJ_WOULD_BLOCK); /* first it is released */
    fixture->toy.room = 1000;
    advance(fixture, 49 * MS);
    assert_int_equal(fixture->toy.heard, 10);
    assert_int_equal(fixture->usb->ops->open_result(fixture->usb, fixture->handle), BJ_OK);
    nothing_is_over(fixture); /* what was the old handle's */
}

static void closing_gives_up_after_50_ms(void **state)
{
    struct fixture *fixture = *state;

    fixture->toy.room = 0;
    send(fixture, 1, 10, false, 0);
    close_it(fixture);
    assert_int_equal(try_open(fixture, &target), BJ_WOULD_BLOCK);
    assert_int_equal(fake_usb_next_event_ns(fixture->fake), 50 * MS);
    advance(fixture, 50 * MS);
    fixture->toy.room = 1000;
    assert_int_equal(fixture->usb->ops->open_result(fixture->usb, fixture->handle), BJ_OK);
    advance(fixture, MS);
    assert_int_equal(fixture->toy.heard, 0);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(lists_what_is_plugged_in),
        WITH_FIXTURE(says_why_it_cannot_be_opened),
        WITH_FIXTURE(opening_takes_its_time),
        WITH_FIXTURE(cuts_into_packets),
        WITH_FIXTURE(a_short_packet_ends_a_read),
        WITH_FIXTURE(keeps_the_order_of_an_endpoint),
        WITH_FIXTURE(a_time_out_tells_what_moved),
        WITH_FIXTURE(what_is_cancelled_is_over),
        WITH_FIXTURE(what_is_stuck_stays),
        WITH_FIXTURE(a_stall_lasts_until_it_is_cleared),
        WITH_FIXTURE(transfers_break_on_demand),
        WITH_FIXTURE(unplugging_ends_everything),
        WITH_FIXTURE(closing_lets_the_last_words_out),
        WITH_FIXTURE(closing_gives_up_after_50_ms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
