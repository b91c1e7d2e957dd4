/* SPDX-License-Identifier: MIT */
#include <beamjack/dacs.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void what_is_created_works_and_can_be_destroyed_twice(void **state)
{
    struct bj_transports via;
    int handle;

    (void)state;
    assert_int_equal(bj_transports_create(&via), BJ_OK);
    assert_int_equal(via.net->ops->open_udp(via.net, (struct bj_address){.ip = BJ_LOOPBACK},
                                            false, &handle),
                     BJ_OK);
    via.net->ops->close(via.net, handle);
#ifdef BJ_WITH_ALSA
    assert_non_null(via.pcm);
#else
    assert_null(via.pcm);
#endif
    bj_transports_destroy(&via);
    assert_null(via.net);
    assert_null(via.pcm);
    bj_transports_destroy(&via);
}

/* With libusb or without: either there is USB, or it is said that there is none. */
static void usb_is_there_or_said_to_be_missing(void **state)
{
    struct bj_usb_device device;
    struct bj_usb *usb;
    enum bj_status status = bj_usb_create(&usb);

    (void)state;
    if (status == BJ_UNSUPPORTED) {
        assert_null(usb);
        bj_usb_destroy(usb);
        return;
    }
    assert_int_equal(status, BJ_OK);
    assert_int_equal(usb->ops->list(usb, 0xfffe, 0xfffe, &device, 1), 0);
    bj_usb_destroy(usb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_created_works_and_can_be_destroyed_twice),
        cmocka_unit_test(usb_is_there_or_said_to_be_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
