/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"
#include "jack/message_queue.h"
#include "jackd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* Each failure makes libjack say several lines. */
static void fail_to_open(int wake_fd)
{
    const struct bj_jack_config config = {
        .name = "laser", .server = "beamjack-nowhere", .wake_fd = wake_fd};
    char why[400];

    assert_null(bj_jack_open(&config, why, sizeof why));
}

/* libjack may speak from a thread of its own, a little later. */
static unsigned count_messages(struct bj_message_queue *queue)
{
    struct bj_message message;
    unsigned count = bj_message_queue_take_dropped(queue);

    while (bj_message_queue_take(queue, &message))
        count++;
    return count;
}

static void messages_are_few_and_may_be_switched_off(void **state)
{
    static struct bj_message_queue queue;
    int wake_fd = eventfd(0, EFD_NONBLOCK);
    unsigned messages = 0;

    (void)state;
    bj_message_queue_init(&queue, wake_fd);
    bj_jack_log_to(&queue);
    fail_to_open(wake_fd);
    WAIT_FOR((messages += count_messages(&queue)) > 0);
    for (int k = 0; k < 30; k++)
        fail_to_open(wake_fd);
    messages += count_messages(&queue);
    assert_true(messages <= 20);
    bj_jack_log_to(NULL);
    count_messages(&queue);
    fail_to_open(wake_fd);
    assert_int_equal(count_messages(&queue), 0);
    close(wake_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_few_and_may_be_switched_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
