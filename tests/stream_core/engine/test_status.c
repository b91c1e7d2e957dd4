/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include <beamjack/core.h>

static const enum bj_status all[] = {
    BJ_OK,       BJ_WOULD_BLOCK,   BJ_NO_MEMORY, BJ_BAD_ARGUMENT, BJ_NOT_FOUND,
    BJ_BUSY,     BJ_NO_PERMISSION, BJ_REFUSED,   BJ_TIMED_OUT,    BJ_DISCONNECTED,
    BJ_PROTOCOL, BJ_UNSUPPORTED,   BJ_IO_ERROR,  BJ_NO_HANDLES,   BJ_NO_SPACE,
};

#define COUNT (sizeof all / sizeof all[0])

static void list_is_complete(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT; k++) {
        assert_int_equal(all[k], k);
    }
    const char *beyond = bj_strerror((enum bj_status)COUNT);
    assert_string_equal(beyond, bj_strerror((enum bj_status)(COUNT + 1)));
}

static void each_has_its_own_words(void **state)
{
    (void)state;
    const char *unknown = bj_strerror((enum bj_status)COUNT);
    for (size_t k = 0; k < COUNT; k++) {
        const char *messages = bj_strerror(all[k]);
        assert_non_null(messages);
        assert_true(strlen(messages) > 0);
        assert_string_not_equal(messages, unknown);
        for (size_t other = 0; other < k; other++) {
            assert_string_not_equal(messages, bj_strerror(all[other]));
        }
    }
}

static void ok_is_zero(void **state)
{
    (void)state;
    assert_int_equal(BJ_OK, 0);
}

/* "projector: connection lost": neither a capital nor a full stop. */
static void reads_as_a_fragment(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT; k++) {
        const char *messages = bj_strerror(all[k]);
        assert_true(messages[0] >= 'a' && messages[0] <= 'z');
        assert_true(messages[strlen(messages) - 1] != '.');
    }
}

static void each_darkness_has_its_own_words(void **state)
{
    (void)state;
    const char *unknown = bj_dark_text((enum bj_dark)(BJ_DARK_SOURCE + 1));
    for (int k = BJ_DARK_NO; k <= BJ_DARK_SOURCE; k++) {
        const char *messages = bj_dark_text((enum bj_dark)k);
        assert_true(strlen(messages) > 0 && messages[strlen(messages) - 1] != '.');
        assert_string_not_equal(messages, unknown);
        for (int other = 0; other < k; other++) {
            assert_string_not_equal(messages, bj_dark_text((enum bj_dark)other));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_is_complete),
        cmocka_unit_test(each_has_its_own_words),
        cmocka_unit_test(ok_is_zero),
        cmocka_unit_test(reads_as_a_fragment),
        cmocka_unit_test(each_darkness_has_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
