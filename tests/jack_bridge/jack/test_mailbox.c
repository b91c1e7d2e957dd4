/* SPDX-License-Identifier: MIT */
#include "jack/mailbox.h"

#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static int set_up(void **state)
{
    static struct bj_mailbox box;

    bj_mailbox_init(&box, eventfd(0, EFD_NONBLOCK));
    *state = &box;
    return 0;
}

static int tear_down(void **state)
{
    struct bj_mailbox *box = *state;

    return close(box->wake_fd);
}

static void letters_come_in_order_and_wake(void **state)
{
    struct bj_mailbox *box = *state;
    struct bj_letter letter;
    uint64_t count;

    assert_false(bj_mailbox_take(box, &letter));
    bj_mailbox_post(box, BJ_REFUSED, false, "one");
    bj_mailbox_error(box, BJ_UNSUPPORTED, true, "two");
    assert_int_equal(read(box->wake_fd, &count, sizeof count), sizeof count);
    assert_true(bj_mailbox_take(box, &letter));
    assert_string_equal(letter.text, "one");
    assert_int_equal(letter.status, BJ_REFUSED);
    assert_false(letter.final);
    assert_true(bj_mailbox_take(box, &letter));
    assert_string_equal(letter.text, "two");
    assert_true(letter.final);
    assert_false(bj_mailbox_take(box, &letter));
}

static void full_box_drops_and_counts(void **state)
{
    struct bj_mailbox *box = *state;
    struct bj_letter letter;
    int taken = 0;

    for (int k = 0; k < BJ_MAILBOX_ROOM + 3; k++)
        bj_mailbox_post(box, BJ_OK, false, "word");
    while (bj_mailbox_take(box, &letter))
        taken++;
    assert_int_equal(taken, BJ_MAILBOX_ROOM);
    assert_int_equal(bj_mailbox_take_dropped(box), 3);
    assert_int_equal(bj_mailbox_take_dropped(box), 0);
    bj_mailbox_post(box, BJ_OK, false, "room again");
    assert_true(bj_mailbox_take(box, &letter));
}

static void counts_wrap(void **state)
{
    struct bj_mailbox *box = *state;

    for (unsigned before = 0; before < 2 * BJ_MAILBOX_ROOM; before++) {
        atomic_store(&box->posted, UINT_MAX - before);
        atomic_store(&box->taken, UINT_MAX - before);
        letters_come_in_order_and_wake(state);
        full_box_drops_and_counts(state);
    }
}

static void long_text_is_cut(void **state)
{
    struct bj_mailbox *box = *state;
    struct bj_letter letter;
    char text[2 * BJ_MAILBOX_TEXT];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    bj_mailbox_post(box, BJ_OK, false, text);
    assert_true(bj_mailbox_take(box, &letter));
    assert_int_equal(strlen(letter.text), BJ_MAILBOX_TEXT - 1);
}

static void busy_box_does_not_wait(void **state)
{
    struct bj_mailbox *box = *state;
    struct bj_letter letter;

    atomic_flag_test_and_set(&box->writing);
    bj_mailbox_post(box, BJ_OK, false, "unheard");
    assert_false(bj_mailbox_take(box, &letter));
    assert_int_equal(bj_mailbox_take_dropped(box), 1);
    atomic_flag_clear(&box->writing);
}

#define WRITERS 4
#define WORDS 2000

static void *write_words(void *box)
{
    for (int k = 0; k < WORDS; k++)
        bj_mailbox_post(box, BJ_OK, false, "the same words from everybody");
    return NULL;
}

static void many_writers_lose_nothing_uncounted(void **state)
{
    struct bj_mailbox *box = *state;
    pthread_t threads[WRITERS];
    struct bj_letter letter;
    unsigned seen = 0;

    for (int k = 0; k < WRITERS; k++)
        assert_int_equal(pthread_create(&threads[k], NULL, write_words, box), 0);
    for (int k = 0; k < WRITERS; k++) {
        while (bj_mailbox_take(box, &letter)) {
            assert_string_equal(letter.text, "the same words from everybody");
            seen++;
        }
        pthread_join(threads[k], NULL);
    }
    while (bj_mailbox_take(box, &letter))
        seen++;
    assert_int_equal(seen + bj_mailbox_take_dropped(box), WRITERS * WORDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(letters_come_in_order_and_wake, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_box_drops_and_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_text_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(busy_box_does_not_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_writers_lose_nothing_uncounted, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
