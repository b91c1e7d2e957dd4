/* SPDX-License-Identifier: MIT */
#include "jack/message_queue.h"

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
    static struct bj_message_queue queue;

    bj_message_queue_init(&queue, eventfd(0, EFD_NONBLOCK));
    *state = &queue;
    return 0;
}

static int tear_down(void **state)
{
    struct bj_message_queue *queue = *state;

    return close(queue->wake_fd);
}

static void messages_come_in_order_and_wake(void **state)
{
    struct bj_message_queue *queue = *state;
    struct bj_message message;
    uint64_t count;

    assert_false(bj_message_queue_take(queue, &message));
    bj_message_queue_post(queue, BJ_REFUSED, false, "one");
    bj_message_queue_error(queue, BJ_UNSUPPORTED, true, "two");
    assert_int_equal(read(queue->wake_fd, &count, sizeof count), sizeof count);
    assert_true(bj_message_queue_take(queue, &message));
    assert_string_equal(message.text, "one");
    assert_int_equal(message.status, BJ_REFUSED);
    assert_false(message.final);
    assert_true(bj_message_queue_take(queue, &message));
    assert_string_equal(message.text, "two");
    assert_true(message.final);
    assert_false(bj_message_queue_take(queue, &message));
}

static void full_box_drops_and_counts(void **state)
{
    struct bj_message_queue *queue = *state;
    struct bj_message message;
    int taken = 0;

    for (int k = 0; k < BJ_MESSAGE_QUEUE_SIZE + 3; k++)
        bj_message_queue_post(queue, BJ_OK, false, "word");
    while (bj_message_queue_take(queue, &message))
        taken++;
    assert_int_equal(taken, BJ_MESSAGE_QUEUE_SIZE);
    assert_int_equal(bj_message_queue_take_dropped(queue), 3);
    assert_int_equal(bj_message_queue_take_dropped(queue), 0);
    bj_message_queue_post(queue, BJ_OK, false, "room again");
    assert_true(bj_message_queue_take(queue, &message));
}

static void counts_wrap(void **state)
{
    struct bj_message_queue *queue = *state;

    for (unsigned before = 0; before < 2 * BJ_MESSAGE_QUEUE_SIZE; before++) {
        atomic_store(&queue->posted, UINT_MAX - before);
        atomic_store(&queue->taken, UINT_MAX - before);
        messages_come_in_order_and_wake(state);
        full_box_drops_and_counts(state);
    }
}

static void long_text_is_cut(void **state)
{
    struct bj_message_queue *queue = *state;
    struct bj_message message;
    char text[2 * BJ_MESSAGE_TEXT_SIZE];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    bj_message_queue_post(queue, BJ_OK, false, text);
    assert_true(bj_message_queue_take(queue, &message));
    assert_int_equal(strlen(message.text), BJ_MESSAGE_TEXT_SIZE - 1);
}

static void busy_box_does_not_wait(void **state)
{
    struct bj_message_queue *queue = *state;
    struct bj_message message;

    atomic_flag_test_and_set(&queue->writing);
    bj_message_queue_post(queue, BJ_OK, false, "unheard");
    assert_false(bj_message_queue_take(queue, &message));
    assert_int_equal(bj_message_queue_take_dropped(queue), 1);
    atomic_flag_clear(&queue->writing);
}

#define WRITERS 4
#define MESSAGES 2000

static void *write_messages(void *queue)
{
    for (int k = 0; k < MESSAGES; k++)
        bj_message_queue_post(queue, BJ_OK, false, "the same words from everybody");
    return NULL;
}

static void many_writers_lose_nothing_uncounted(void **state)
{
    struct bj_message_queue *queue = *state;
    pthread_t threads[WRITERS];
    struct bj_message message;
    unsigned seen = 0;

    for (int k = 0; k < WRITERS; k++)
        assert_int_equal(pthread_create(&threads[k], NULL, write_messages, queue), 0);
    for (int k = 0; k < WRITERS; k++) {
        while (bj_message_queue_take(queue, &message)) {
            assert_string_equal(message.text, "the same words from everybody");
            seen++;
        }
        pthread_join(threads[k], NULL);
    }
    while (bj_message_queue_take(queue, &message))
        seen++;
    assert_int_equal(seen + bj_message_queue_take_dropped(queue), WRITERS * MESSAGES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(messages_come_in_order_and_wake, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_box_drops_and_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_text_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(busy_box_does_not_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_writers_lose_nothing_uncounted, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
