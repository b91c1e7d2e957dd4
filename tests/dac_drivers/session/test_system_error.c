/* SPDX-License-Identifier: MIT */
#include "session/system_error.h"

#include <beamjack/dacs.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static void each_cause_has_its_word(void **state)
{
    const struct {
        int error;
        const char *word;
    } cases[] = {
        {ENOMEM, "out of memory"},       {EMFILE, "too many open files"},
        {ENFILE, "too many open files"}, {ENOSPC, "no space left"},
        {EDQUOT, "no space left"},       {EFBIG, "no space left"},
        {EACCES, "permission denied"},   {EROFS, "permission denied"},
        {ENOENT, "not found"},           {EBUSY, "in use"},
        {EIO, "input/output error"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        if (!strstr(bj_strerror(bj_system_status(cases[k].error)), cases[k].word))
            fail_msg("%s: %s", strerror(cases[k].error),
                     bj_strerror(bj_system_status(cases[k].error)));
}

static void full_disk_is_no_broken_one(void **state)
{
    const struct bj_dac_driver *const *driver = bj_drivers();
    const struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                         .id = "record:/dev/full"};
    struct bj_dac *dac;

    (void)state;
    while (strcmp((*driver)->name, "record") != 0)
        driver++;
    assert_int_equal(bj_dac_create(*driver, &config, NULL, NULL, &dac), BJ_OK);
    bj_dac_destroy(dac);
}

/* Each way to the outside, without a descriptor left. */
static void missing_descriptors_are_no_missing_memory(void **state)
{
    struct bj_net *net = bj_net_create();
    struct rlimit before, none;
    struct bj_usb *usb = NULL;
    int handle;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(net->ops->open_udp(net, (struct bj_address){0}, false, &handle),
                     BJ_NO_HANDLES);
    errno = 0;
    assert_null(bj_waiter_create());
    assert_int_equal(bj_system_status(errno), BJ_NO_HANDLES);
    assert_true(bj_usb_create(&usb) == BJ_NO_HANDLES || usb == NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    bj_net_destroy(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_has_its_word),
        cmocka_unit_test(full_disk_is_no_broken_one),
        cmocka_unit_test(missing_descriptors_are_no_missing_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
