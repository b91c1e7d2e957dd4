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

struct rig {
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

static void advance(struct rig *rig, int64_t ns)
{
    rig->now_ns += ns;
    fake_usb_advance(rig->fake, rig->now_ns);
}

static enum bj_status try_open(struct rig *rig, const struct bj_usb_target *wanted)
{
    assert_int_equal(rig->usb->ops->open(rig->usb, wanted, &rig->handle), BJ_OK);
    return rig->usb->ops->open_result(rig->usb, rig->handle);
}

static void close_it(struct rig *rig)
{
    rig->usb->ops->close(rig->usb, rig->handle);
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);

    rig->fake = fake_usb_create();
    rig->usb = fake_usb_base(rig->fake);
    toy_usb_init(&rig->toy);
    fake_usb_plug(rig->fake, "1-2.3", &rig->toy.base);
    assert_int_equal(try_open(rig, &target), BJ_OK);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    struct rig *rig = *state;

    close_it(rig);
    assert_int_equal(fake_usb_open_handles(rig->fake), 0);
    fake_usb_destroy(rig->fake);
    free(rig);
    return 0;
}

static enum bj_status send(struct rig *rig, uint32_t tag, size_t size, bool zero,
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
    return rig->usb->ops->submit(rig->usb, rig->handle, &transfer);
}

static enum bj_status ask(struct rig *rig, uint32_t tag, size_t size, int64_t timeout_ns)
{
    struct bj_usb_transfer transfer = {
        .tag = tag, .endpoint = TOY_IN, .size = size, .timeout_ns = timeout_ns};

    return rig->usb->ops->submit(rig->usb, rig->handle, &transfer);
}

static void is_over(struct rig *rig, uint32_t tag, enum bj_status status, size_t size)
{
    struct bj_usb_result result;

    assert_int_equal(rig->usb->ops->finished(rig->usb, rig->handle, &result), BJ_OK);
    assert_int_equal(result.tag, tag);
    assert_int_equal(result.status, status);
    assert_int_equal(result.size, size);
    assert_int_equal(result.finished_ns, rig->now_ns);
}

static void nothing_is_over(struct rig *rig)
{
    struct bj_usb_result result;

    assert_int_equal(rig->usb->ops->finished(rig->usb, rig->handle, &result),
                     BJ_WOULD_BLOCK);
}

static bool ready(struct rig *rig)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    bj_wait_handle(&wait, rig->handle, BJ_WAIT_READ);
    return fake_usb_ready(rig->fake, &wait);
}

/* ---- the bus ---- */

static void lists_what_is_plugged_in(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_device devices[2];
    struct toy_usb other;

    toy_usb_init(&other);
    fake_usb_plug(rig->fake, "1-2.4", &other.base);
    fake_usb_set_access(rig->fake, "1-2.4", BJ_NO_PERMISSION);
    assert_int_equal(rig->usb->ops->list(rig->usb, 1, 2, devices, 2), 0);
    assert_int_equal(rig->usb->ops->list(rig->usb, TOY_VENDOR, TOY_PRODUCT, devices, 1), 1);
    assert_int_equal(rig->usb->ops->list(rig->usb, TOY_VENDOR, TOY_PRODUCT, devices, 2), 2);
    assert_string_equal(devices[0].port, "1-2.3");
    assert_string_equal(devices[0].product, "Toy");
    assert_string_equal(devices[0].serial, "T1");
    assert_int_equal(devices[0].release, 0x0123);
    assert_int_equal(devices[0].access, BJ_OK);
    assert_int_equal(devices[1].access, BJ_NO_PERMISSION);
    fake_usb_unplug(rig->fake, "1-2.4");
    assert_int_equal(rig->usb->ops->list(rig->usb, TOY_VENDOR, TOY_PRODUCT, devices, 2), 1);
}

static void says_why_it_cannot_be_opened(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_target wanted = target;
    int first = rig->handle;

    assert_int_equal(try_open(rig, &target), BJ_BUSY); /* by ourselves */
    close_it(rig);
    rig->handle = first;
    close_it(rig);
    fake_usb_set_busy(rig->fake, "1-2.3", true);
    assert_int_equal(try_open(rig, &target), BJ_BUSY);
    close_it(rig);
    fake_usb_set_busy(rig->fake, "1-2.3", false);
    fake_usb_set_access(rig->fake, "1-2.3", BJ_NO_PERMISSION);
    assert_int_equal(try_open(rig, &target), BJ_NO_PERMISSION);
    close_it(rig);
    fake_usb_set_access(rig->fake, "1-2.3", BJ_OK);
    wanted.product_id++;
    assert_int_equal(try_open(rig, &wanted), BJ_NOT_FOUND);
    close_it(rig);
    wanted = target;
    wanted.interface[0].alternate = 2;
    assert_int_equal(try_open(rig, &wanted), BJ_UNSUPPORTED);
    close_it(rig);
    assert_int_equal(try_open(rig, &target), BJ_OK);
}

static void opening_takes_its_time(void **state)
{
    struct rig *rig = *state;

    close_it(rig);
    fake_usb_set_open_delay(rig->fake, 5 * MS);
    assert_int_equal(try_open(rig, &target), BJ_WOULD_BLOCK);
    assert_int_equal(fake_usb_next_event_ns(rig->fake), 5 * MS);
    assert_false(ready(rig));
    advance(rig, 5 * MS);
    assert_true(ready(rig));
    assert_int_equal(rig->usb->ops->open_result(rig->usb, rig->handle), BJ_OK);
    assert_false(ready(rig));
    assert_int_equal(rig->toy.selects, 3);
    assert_int_equal(rig->toy.selected[1], 0); /* released */
    assert_int_equal(rig->toy.selected[2], 1);
}

/* ---- transfers ---- */

static void cuts_into_packets(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(send(rig, 1, 150, true, 0), BJ_OK);
    is_over(rig, 1, BJ_OK, 150);
    assert_int_equal(rig->toy.packets, 3);
    assert_int_equal(rig->toy.empty_packets, 0);
    send(rig, 2, 128, false, 0);
    is_over(rig, 2, BJ_OK, 128);
    assert_int_equal(rig->toy.packets, 5);
    send(rig, 3, 128, true, 0); /* asked for, an empty packet follows */
    is_over(rig, 3, BJ_OK, 128);
    assert_int_equal(rig->toy.packets, 8);
    assert_int_equal(rig->toy.empty_packets, 1);
}

static void a_short_packet_ends_a_read(void **state)
{
    struct rig *rig = *state;
    uint8_t bytes[200];
    struct bj_usb_result result;

    memset(bytes, 7, sizeof bytes);
    ask(rig, 1, 512, 0);
    nothing_is_over(rig);
    toy_usb_say(&rig->toy, bytes, 100);
    advance(rig, MS);
    assert_int_equal(rig->usb->ops->finished(rig->usb, rig->handle, &result), BJ_OK);
    assert_int_equal(result.size, 100);
    assert_memory_equal(result.bytes, bytes, 100);
    toy_usb_say(&rig->toy, bytes, 128); /* full: no short packet needed */
    ask(rig, 2, 128, 0);
    is_over(rig, 2, BJ_OK, 128);
    toy_usb_say(&rig->toy, bytes, 64);
    ask(rig, 3, 32, 0);
    is_over(rig, 3, BJ_PROTOCOL, 32);
}

static void keeps_the_order_of_an_endpoint(void **state)
{
    struct rig *rig = *state;

    fake_usb_hold(rig->fake, "1-2.3", TOY_OUT, true);
    for (uint32_t k = 1; k <= BJ_USB_TRANSFERS; k++)
        assert_int_equal(send(rig, k, 10, false, 0), BJ_OK);
    assert_int_equal(send(rig, 99, 10, false, 0), BJ_WOULD_BLOCK);
    nothing_is_over(rig);
    fake_usb_hold(rig->fake, "1-2.3", TOY_OUT, false);
    advance(rig, MS);
    assert_true(ready(rig));
    for (uint32_t k = 1; k <= BJ_USB_TRANSFERS; k++) {
        is_over(rig, k, BJ_OK, 10);
        assert_int_equal(rig->toy.in[(k - 1) * 10], k);
    }
    nothing_is_over(rig);
    assert_false(ready(rig));
}

static void a_time_out_tells_what_moved(void **state)
{
    struct rig *rig = *state;

    rig->toy.room = 130;
    send(rig, 1, 200, false, 3 * MS);
    assert_int_equal(fake_usb_next_event_ns(rig->fake), 3 * MS);
    advance(rig, 2 * MS);
    nothing_is_over(rig);
    advance(rig, MS);
    is_over(rig, 1, BJ_TIMED_OUT, 128);
    ask(rig, 2, 32, MS);
    advance(rig, MS);
    is_over(rig, 2, BJ_TIMED_OUT, 0);
}

static void what_is_cancelled_is_over(void **state)
{
    struct rig *rig = *state;

    ask(rig, 1, 32, 0);
    ask(rig, 2, 32, 0);
    send(rig, 3, 10, false, 0);
    is_over(rig, 3, BJ_OK, 10);
    rig->usb->ops->cancel(rig->usb, rig->handle, TOY_IN);
    is_over(rig, 1, BJ_BUSY, 0);
    is_over(rig, 2, BJ_BUSY, 0);
    nothing_is_over(rig);
}

static void what_is_stuck_stays(void **state)
{
    struct rig *rig = *state;

    rig->toy.room = 0;
    fake_usb_stick(rig->fake, "1-2.3", true);
    send(rig, 1, 10, false, MS);
    rig->usb->ops->cancel(rig->usb, rig->handle, TOY_OUT);
    advance(rig, 100 * MS);
    nothing_is_over(rig);
    assert_int_equal(fake_usb_next_event_ns(rig->fake), BJ_NEVER);
    rig->toy.room = 1000; /* and may arrive after all */
    advance(rig, MS);
    is_over(rig, 1, BJ_OK, 10);
}

static void a_stall_lasts_until_it_is_cleared(void **state)
{
    struct rig *rig = *state;

    rig->toy.stalled = true;
    send(rig, 1, 100, false, 0);
    is_over(rig, 1, BJ_REFUSED, 0);
    rig->toy.stalled = false; /* the endpoint stays halted */
    send(rig, 2, 100, false, 0);
    is_over(rig, 2, BJ_REFUSED, 0);
    rig->usb->ops->clear_halt(rig->usb, rig->handle, TOY_OUT);
    assert_int_equal(rig->toy.clears, 1);
    send(rig, 3, 100, false, 0);
    is_over(rig, 3, BJ_OK, 100);
}

static void transfers_break_on_demand(void **state)
{
    struct rig *rig = *state;

    fake_usb_break(rig->fake, "1-2.3", TOY_OUT, 64, USB_END_ERROR);
    send(rig, 1, 100, false, 0);
    is_over(rig, 1, BJ_IO_ERROR, 64);
    fake_usb_break(rig->fake, "1-2.3", TOY_OUT, 1, USB_END_DONE);
    send(rig, 2, 100, false, 0);
    is_over(rig, 2, BJ_OK, 64); /* short */
    send(rig, 3, 100, false, 0);
    is_over(rig, 3, BJ_OK, 100);
}

/* ---- leaving ---- */

static void unplugging_ends_everything(void **state)
{
    struct rig *rig = *state;
    struct bj_usb_result result;

    rig->toy.room = 64;
    send(rig, 1, 200, false, 0);
    ask(rig, 2, 32, 0);
    fake_usb_unplug(rig->fake, "1-2.3");
    assert_int_equal(rig->toy.unplugs, 1);
    assert_true(ready(rig));
    assert_int_equal(send(rig, 3, 10, false, 0), BJ_DISCONNECTED);
    is_over(rig, 1, BJ_DISCONNECTED, 64);
    is_over(rig, 2, BJ_DISCONNECTED, 0);
    assert_int_equal(rig->usb->ops->finished(rig->usb, rig->handle, &result),
                     BJ_DISCONNECTED);
    assert_false(ready(rig));
    rig->usb->ops->cancel(rig->usb, rig->handle, TOY_OUT);
    close_it(rig);
    fake_usb_plug(rig->fake, "1-2.3", &rig->toy.base);
    assert_int_equal(try_open(rig, &target), BJ_OK);
}

static void closing_lets_the_last_words_out(void **state)
{
    struct rig *rig = *state;

    rig->toy.room = 0;
    send(rig, 1, 10, false, 0);
    ask(rig, 2, 32, 0);
    close_it(rig);
    assert_int_equal(try_open(rig, &target), BJ_WOULD_BLOCK); /* first it is released */
    rig->toy.room = 1000;
    advance(rig, 49 * MS);
    assert_int_equal(rig->toy.heard, 10);
    assert_int_equal(rig->usb->ops->open_result(rig->usb, rig->handle), BJ_OK);
    nothing_is_over(rig); /* what was the old handle's */
}

static void closing_gives_up_after_50_ms(void **state)
{
    struct rig *rig = *state;

    rig->toy.room = 0;
    send(rig, 1, 10, false, 0);
    close_it(rig);
    assert_int_equal(try_open(rig, &target), BJ_WOULD_BLOCK);
    assert_int_equal(fake_usb_next_event_ns(rig->fake), 50 * MS);
    advance(rig, 50 * MS);
    rig->toy.room = 1000;
    assert_int_equal(rig->usb->ops->open_result(rig->usb, rig->handle), BJ_OK);
    advance(rig, MS);
    assert_int_equal(rig->toy.heard, 0);
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(lists_what_is_plugged_in),
        WITH_RIG(says_why_it_cannot_be_opened),
        WITH_RIG(opening_takes_its_time),
        WITH_RIG(cuts_into_packets),
        WITH_RIG(a_short_packet_ends_a_read),
        WITH_RIG(keeps_the_order_of_an_endpoint),
        WITH_RIG(a_time_out_tells_what_moved),
        WITH_RIG(what_is_cancelled_is_over),
        WITH_RIG(what_is_stuck_stays),
        WITH_RIG(a_stall_lasts_until_it_is_cleared),
        WITH_RIG(transfers_break_on_demand),
        WITH_RIG(unplugging_ends_everything),
        WITH_RIG(closing_lets_the_last_words_out),
        WITH_RIG(closing_gives_up_after_50_ms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
