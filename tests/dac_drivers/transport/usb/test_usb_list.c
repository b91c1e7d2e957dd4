/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_list.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct bj_usb_list *list;

static int setup(void **state)
{
    (void)state;
    list = calloc(1, sizeof *list);
    return list == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(list);
    return 0;
}

static void publish(uint16_t vendor_id, size_t count, uint16_t release)
{
    struct bj_usb_edition *edition = bj_usb_list_begin(list);

    assert_non_null(edition);
    for (size_t k = 0; k < count; k++)
        edition->devices[k] = (struct bj_usb_device){.vendor_id = vendor_id,
                                                     .product_id = (uint16_t)(1 + k % 2),
                                                     .release = release};
    edition->count = count;
    bj_usb_list_publish(list, edition);
}

static void shows_the_newest_of_a_kind(void **state)
{
    struct bj_usb_device devices[BJ_USB_DEVICES];

    (void)state;
    assert_int_equal(bj_usb_list_read(list, 7, 1, devices, 4), 0);
    publish(7, 5, 1);
    assert_int_equal(bj_usb_list_read(list, 7, 1, devices, BJ_USB_DEVICES), 3);
    assert_int_equal(bj_usb_list_read(list, 7, 1, devices, 2), 2);
    assert_int_equal(bj_usb_list_read(list, 7, 2, devices, BJ_USB_DEVICES), 2);
    assert_int_equal(bj_usb_list_read(list, 8, 1, devices, BJ_USB_DEVICES), 0);
    publish(7, 1, 2);
    assert_int_equal(bj_usb_list_read(list, 7, 1, devices, BJ_USB_DEVICES), 1);
    assert_int_equal(devices[0].release, 2);
}

static void remembers_what_was_asked_for(void **state)
{
    struct bj_usb_device device;

    (void)state;
    assert_false(bj_usb_list_wants(list, 7, 1));
    bj_usb_list_read(list, 7, 1, &device, 1);
    assert_true(bj_usb_list_wants(list, 7, 1));
    assert_true(atomic_exchange(&list->fresh, false));
    bj_usb_list_read(list, 7, 1, &device, 1);
    assert_false(atomic_load(&list->fresh)); /* known already */
    for (uint16_t k = 0; k < 2 * BJ_USB_KINDS; k++)
        bj_usb_list_read(list, 100, k, &device, 1);
    assert_true(bj_usb_list_wants(list, 7, 1));
    assert_true(bj_usb_list_wants(list, 100, BJ_USB_KINDS - 2));
    assert_false(bj_usb_list_wants(list, 100, BJ_USB_KINDS - 1)); /* no room: left out */
}

/* An edition somebody reads is not written again. */
static void waits_for_readers(void **state)
{
    struct bj_usb_edition *edition;

    (void)state;
    for (int k = 0; k < BJ_USB_EDITIONS; k++)
        atomic_fetch_add(&list->editions[k].readers, 1);
    assert_null(bj_usb_list_begin(list));
    atomic_fetch_sub(&list->editions[3].readers, 1);
    edition = bj_usb_list_begin(list);
    assert_ptr_equal(edition, &list->editions[3]);
    bj_usb_list_publish(list, edition);
    assert_null(bj_usb_list_begin(list)); /* nor is the newest */
}

static _Atomic bool ending;

static void *read_on(void *user)
{
    struct bj_usb_device devices[BJ_USB_DEVICES];
    long torn = 0;

    (void)user;
    while (!atomic_load(&ending)) {
        size_t count = bj_usb_list_read(list, 9, 1, devices, BJ_USB_DEVICES);
        for (size_t k = 1; k < count; k++)
            torn += devices[k].release != devices[0].release;
    }
    return (void *)torn;
}

static void readers_see_whole_editions(void **state)
{
    pthread_t readers[3];

    (void)state;
    atomic_store(&ending, false);
    for (int k = 0; k < 3; k++)
        assert_int_equal(pthread_create(&readers[k], NULL, read_on, NULL), 0);
    for (int k = 0; k < 3000; k++) {
        struct bj_usb_edition *edition = bj_usb_list_begin(list);
        for (size_t i = 0; edition != NULL && i < BJ_USB_DEVICES; i++)
            edition->devices[i] = (struct bj_usb_device){
                .vendor_id = 9, .product_id = 1, .release = (uint16_t)k};
        if (edition == NULL)
            continue;
        edition->count = BJ_USB_DEVICES;
        bj_usb_list_publish(list, edition);
    }
    atomic_store(&ending, true);
    for (int k = 0; k < 3; k++) {
        void *torn;
        pthread_join(readers[k], &torn);
        assert_null(torn);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_the_newest_of_a_kind),
        TEST(remembers_what_was_asked_for),
        TEST(waits_for_readers),
        TEST(readers_see_whole_editions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
