/* SPDX-License-Identifier: MIT
 *
 * The engine's side of an opened device; the test plays the thread that calls libusb. What
 * the engine calls runs under the guard.
 */
#include "transport/usb/usb_session.h"

#include "rt_guard.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bj_usb_session session;

static int setup(void **state)
{
    (void)state;
    assert_int_equal(bj_usb_session_init(&session), BJ_OK);
    session.slots = calloc(BJ_USB_TRANSFERS, sizeof *session.slots);
    return session.slots == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(session.slots);
    bj_usb_session_finish(&session);
    return 0;
}

static bool readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};

    return poll(&wanted, 1, 0) == 1;
}

static enum bj_status send(uint32_t tag, uint8_t endpoint, size_t size)
{
    uint8_t bytes[100];
    struct bj_usb_transfer transfer = {
        .tag = tag, .endpoint = endpoint, .bytes = bytes, .size = size};
    enum bj_status status;

    memset(bytes, (int)tag, sizeof bytes);
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
    status = bj_usb_session_submit(&session, &transfer);
    bj_rt_guard_leave();
    return status;
}

static enum bj_status look(struct bj_usb_result *result)
{
    enum bj_status status;

    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
    status = bj_usb_session_finished(&session, result);
    bj_rt_guard_leave();
    return status;
}

/* The other thread: the next request, of this kind. */
static uint32_t taken(enum bj_usb_request kind)
{
    uint32_t entry = 0;

    assert_true(bj_usb_queue_pop(&session.requests, &entry));
    assert_int_equal(entry & BJ_USB_REQUEST_KIND, kind);
    return entry & BJ_USB_REQUEST_VALUE;
}

static void end(uint32_t slot, enum bj_status status, size_t moved)
{
    session.slots[slot].status = status;
    session.slots[slot].moved = moved;
    bj_usb_session_over(&session, slot);
    bj_usb_session_news(&session);
}

static void opening_is_news(void **state)
{
    (void)state;
    assert_int_equal(bj_usb_session_open_result(&session), BJ_WOULD_BLOCK);
    assert_false(readable(session.news_fd));
    bj_usb_session_opened(&session, BJ_BUSY);
    assert_true(readable(session.news_fd));
    assert_int_equal(bj_usb_session_open_result(&session), BJ_BUSY);
}

static void a_transfer_goes_and_comes_back(void **state)
{
    struct bj_usb_result result;
    uint32_t slot;

    (void)state;
    bj_usb_session_opened(&session, BJ_OK);
    assert_int_equal(send(5, 0x02, 60), BJ_OK);
    assert_true(readable(session.kick_fd));
    slot = taken(BJ_USB_SUBMIT);
    assert_int_equal(session.slots[slot].wanted.size, 60);
    assert_int_equal(session.slots[slot].bytes[59], 5);
    assert_int_equal(look(&result), BJ_WOULD_BLOCK);
    assert_false(readable(session.news_fd));
    end(slot, BJ_TIMED_OUT, 13);
    assert_true(readable(session.news_fd));
    assert_int_equal(look(&result), BJ_OK);
    assert_int_equal(result.tag, 5);
    assert_int_equal(result.endpoint, 0x02);
    assert_int_equal(result.status, BJ_TIMED_OUT);
    assert_int_equal(result.size, 13);
    assert_null(result.bytes);
    assert_int_equal(look(&result), BJ_WOULD_BLOCK);
    assert_false(readable(session.news_fd));
}

static void slots_are_used_again_only_when_looked_at(void **state)
{
    struct bj_usb_result result;

    (void)state;
    bj_usb_session_opened(&session, BJ_OK);
    for (uint32_t k = 0; k < BJ_USB_TRANSFERS; k++)
        assert_int_equal(send(k, 0x81, 8), BJ_OK);
    assert_int_equal(send(99, 0x81, 8), BJ_WOULD_BLOCK);
    end(taken(BJ_USB_SUBMIT), BJ_OK, 8);
    assert_int_equal(send(99, 0x81, 8), BJ_WOULD_BLOCK);
    assert_int_equal(look(&result), BJ_OK);
    assert_non_null(result.bytes);
    assert_int_equal(send(99, 0x81, 8), BJ_WOULD_BLOCK); /* the bytes are still looked at */
    assert_int_equal(look(&result), BJ_WOULD_BLOCK);
    assert_int_equal(send(99, 0x81, 8), BJ_OK);
}

/* However often it is asked, the queue never fills. */
static void cancelling_twice_is_once(void **state)
{
    (void)state;
    bj_usb_session_cancel(&session, 0x02); /* not open yet: nothing to cancel */
    bj_usb_session_opened(&session, BJ_OK);
    send(1, 0x02, 10);
    for (int k = 0; k < 1000; k++) {
        bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
        bj_usb_session_cancel(&session, 0x02);
        bj_usb_session_cancel(&session, 0x82);
        bj_rt_guard_leave();
    }
    send(2, 0x02, 10);
    bj_usb_session_cancel(&session, 0x02);
    bj_usb_session_clear_halt(&session, 0x02);
    taken(BJ_USB_SUBMIT);
    assert_int_equal(taken(BJ_USB_CANCEL), 0x02);
    assert_int_equal(taken(BJ_USB_CANCEL), 0x82);
    taken(BJ_USB_SUBMIT);
    assert_int_equal(taken(BJ_USB_CANCEL), 0x02);
    assert_int_equal(taken(BJ_USB_CLEAR), 0x02);
}

static void leaving_is_told_after_all_results(void **state)
{
    struct bj_usb_result result;

    (void)state;
    bj_usb_session_opened(&session, BJ_OK);
    send(1, 0x02, 10);
    send(2, 0x02, 10);
    bj_usb_session_lost(&session);
    assert_true(readable(session.news_fd));
    assert_int_equal(send(3, 0x02, 10), BJ_DISCONNECTED);
    assert_int_equal(look(&result), BJ_WOULD_BLOCK); /* two are still out */
    end(taken(BJ_USB_SUBMIT), BJ_DISCONNECTED, 0);
    end(taken(BJ_USB_SUBMIT), BJ_DISCONNECTED, 0);
    assert_int_equal(look(&result), BJ_OK);
    assert_int_equal(look(&result), BJ_OK);
    assert_int_equal(look(&result), BJ_DISCONNECTED);
}

static void closing_wakes_the_thread_and_resets(void **state)
{
    uint32_t entry;

    (void)state;
    bj_usb_session_opened(&session, BJ_OK);
    send(1, 0x02, 10);
    bj_usb_drain(session.kick_fd);
    bj_rt_guard_enter(BJ_RT_GUARD_ENGINE);
    bj_usb_session_close(&session);
    bj_rt_guard_leave();
    assert_true(atomic_load(&session.closing));
    assert_true(readable(session.kick_fd));
    bj_usb_session_reset(&session);
    assert_false(atomic_load(&session.closing));
    assert_false(bj_usb_queue_pop(&session.requests, &entry));
    assert_int_equal(bj_usb_session_open_result(&session), BJ_WOULD_BLOCK);
    assert_false(readable(session.news_fd));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void impossible_transfers_are_refused(void **state)
{
    const struct bj_usb_transfer nothing = {.endpoint = 1, .bytes = NULL, .size = 4};

    (void)state;
    assert_int_equal(send(1, 1, 4), BJ_BAD_ARGUMENT); /* not open yet */
    bj_usb_session_opened(&session, BJ_OK);
    assert_int_equal(send(1, 1, 0), BJ_BAD_ARGUMENT);
    assert_int_equal(send(1, 0x81, BJ_USB_TRANSFER_BYTES + 1), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_usb_session_submit(&session, &nothing), BJ_BAD_ARGUMENT);
    assert_int_equal(session.free, UINT32_MAX);
    assert_int_equal(send(1, 1, 4), BJ_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(opening_is_news),
        TEST(impossible_transfers_are_refused),
        TEST(a_transfer_goes_and_comes_back),
        TEST(slots_are_used_again_only_when_looked_at),
        TEST(cancelling_twice_is_once),
        TEST(leaving_is_told_after_all_results),
        TEST(closing_wakes_the_thread_and_resets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
