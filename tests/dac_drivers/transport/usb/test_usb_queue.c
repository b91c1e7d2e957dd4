/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_queue.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY 200000u

static struct bj_usb_queue queue;

static int setup(void **state)
{
    (void)state;
    bj_usb_queue_init(&queue);
    return 0;
}

static void gives_back_in_order(void **state)
{
    uint32_t entry = 0;

    (void)state;
    assert_false(bj_usb_queue_pop(&queue, &entry));
    for (uint32_t round = 0; round < 1000; round++) {
        for (uint32_t k = 0; k < 3; k++)
            assert_true(bj_usb_queue_push(&queue, round * 3 + k));
        for (uint32_t k = 0; k < 3; k++) {
            assert_true(bj_usb_queue_pop(&queue, &entry));
            assert_int_equal(entry, round * 3 + k);
        }
    }
    assert_false(bj_usb_queue_pop(&queue, &entry));
}

static void is_full_at_its_size(void **state)
{
    uint32_t entry = 0;

    (void)state;
    for (uint32_t k = 0; k < BJ_USB_QUEUE_SIZE; k++)
        assert_true(bj_usb_queue_push(&queue, k));
    assert_false(bj_usb_queue_push(&queue, 7));
    assert_true(bj_usb_queue_pop(&queue, &entry));
    assert_int_equal(entry, 0);
    assert_true(bj_usb_queue_push(&queue, 7));
}

/* The counts since init wrap; what is in the queue does not mind. */
static void counts_wrap(void **state)
{
    uint32_t entry = 0;

    (void)state;
    atomic_store(&queue.written, UINT32_MAX - 10);
    atomic_store(&queue.read, UINT32_MAX - 10);
    for (uint32_t round = 0; round < 100; round++) {
        gives_back_in_order(state);
        is_full_at_its_size(state);
        while (bj_usb_queue_pop(&queue, &entry)) {
        }
        assert_int_equal(entry, 7);
        atomic_store(&queue.written, UINT32_MAX - round);
        atomic_store(&queue.read, UINT32_MAX - round);
    }
}

static void *write_many(void *user)
{
    (void)user;
    for (uint32_t k = 0; k < MANY; k++)
        while (!bj_usb_queue_push(&queue, k))
            sched_yield();
    return NULL;
}

static void two_threads_lose_nothing(void **state)
{
    pthread_t writer;
    uint32_t entry = 0;

    (void)state;
    assert_int_equal(pthread_create(&writer, NULL, write_many, NULL), 0);
    for (uint32_t k = 0; k < MANY; k++) {
        while (!bj_usb_queue_pop(&queue, &entry))
            sched_yield();
        assert_int_equal(entry, k);
    }
    pthread_join(writer, NULL);
    assert_false(bj_usb_queue_pop(&queue, &entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_back_in_order, setup),
        cmocka_unit_test_setup(counts_wrap, setup),
        cmocka_unit_test_setup(is_full_at_its_size, setup),
        cmocka_unit_test_setup(two_threads_lose_nothing, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
