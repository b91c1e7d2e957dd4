/* SPDX-License-Identifier: MIT */
#include "jack/jack_client.h"
#include "jack/mailbox.h"
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
static unsigned count_words(struct bj_mailbox *box)
{
    struct bj_letter letter;
    unsigned count = bj_mailbox_take_dropped(box);

    while (bj_mailbox_take(box, &letter))
        count++;
    return count;
}

static void words_are_few_and_may_be_switched_off(void **state)
{
    static struct bj_mailbox box;
    int wake_fd = eventfd(0, EFD_NONBLOCK);
    unsigned words = 0;

    (void)state;
    bj_mailbox_init(&box, wake_fd);
    bj_jack_log_to(&box);
    fail_to_open(wake_fd);
    WAIT_FOR((words += count_words(&box)) > 0);
    for (int k = 0; k < 30; k++)
        fail_to_open(wake_fd);
    words += count_words(&box);
    assert_true(words <= 20);
    bj_jack_log_to(NULL);
    count_words(&box);
    fail_to_open(wake_fd);
    assert_int_equal(count_words(&box), 0);
    close(wake_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_few_and_may_be_switched_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
