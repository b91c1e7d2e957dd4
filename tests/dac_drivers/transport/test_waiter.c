/* SPDX-License-Identifier: MIT
 *
 * Waiting and waking on the real clock. A lost wake-up would hang; the test's time-out
 * notices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <beamjack/dacs.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 50000

static struct bj_waiter *waiter;

static int start(void **state)
{
    (void)state;
    waiter = bj_waiter_create();
    return waiter == NULL ? -1 : 0;
}

static int finish(void **state)
{
    (void)state;
    bj_waiter_destroy(waiter);
    return 0;
}

static void wait_until(int64_t deadline_ns)
{
    struct bj_wait wait;

    bj_wait_init(&wait);
    bj_wait_until(&wait, deadline_ns);
    bj_waiter_wait(waiter, &wait);
}

static void test_a_deadline_is_kept_and_a_past_one_is_none(void **state)
{
    int64_t from_ns = bj_clock_ns();

    (void)state;
    wait_until(from_ns - BJ_NS_PER_S);
    wait_until(from_ns + 5 * BJ_NS_PER_MS);
    assert_true(bj_clock_ns() >= from_ns + 5 * BJ_NS_PER_MS);
}

static void test_a_wake_before_the_wait_counts_once(void **state)
{
    int64_t from_ns = bj_clock_ns();

    (void)state;
    bj_waiter_wake(waiter);
    bj_waiter_wake(waiter);
    wait_until(BJ_NEVER);
    wait_until(from_ns + 20 * BJ_NS_PER_MS);
    assert_true(bj_clock_ns() >= from_ns + 20 * BJ_NS_PER_MS);
}

static void test_a_ready_handle_ends_the_wait(void **state)
{
    struct bj_wait wait;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    bj_wait_init(&wait);
    bj_wait_handle(&wait, ends[1], BJ_WAIT_WRITE);
    bj_waiter_wait(waiter, &wait);
    assert_int_equal(write(ends[1], "x", 1), 1);
    bj_wait_init(&wait);
    bj_wait_handle(&wait, ends[0], BJ_WAIT_READ);
    bj_waiter_wait(waiter, &wait);
    close(ends[0]);
    close(ends[1]);
}

/* Each side waits for the other's number. Every wake is needed: losing one hangs. */
static atomic_uint asked, answered;

static void *answer(void *user)
{
    (void)user;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        while (atomic_load(&asked) < round)
            sched_yield();
        atomic_store(&answered, round);
        bj_waiter_wake(waiter);
    }
    return NULL;
}

static void test_no_wake_is_ever_lost(void **state)
{
    pthread_t thread;

    (void)state;
    atomic_store(&asked, 0);
    atomic_store(&answered, 0);
    assert_int_equal(pthread_create(&thread, NULL, answer, NULL), 0);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        atomic_store(&asked, round);
        while (atomic_load(&answered) < round)
            wait_until(BJ_NEVER);
    }
    pthread_join(thread, NULL);
}

static void test_a_host_is_the_same_in_three_functions(void **state)
{
    const struct bj_host *host = bj_waiter_host(waiter);
    struct bj_wait wait;
    int64_t from_ns = host->now_ns(host->user);

    (void)state;
    bj_wait_init(&wait);
    host->wake(host->user);
    host->wait(host->user, &wait);
    assert_true(host->now_ns(host->user) >= from_ns);
    assert_null(bj_waiter_host(NULL));
    bj_waiter_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

/* Beyond the handles there is room for, and without a waiter, nothing happens. */
static void test_nonsense_is_no_overflow(void **state)
{
    struct bj_wait wait;

    (void)state;
    bj_wait_init(&wait);
    memset(wait.handles, 0xff, sizeof wait.handles);
    wait.deadline_ns = 0;
    wait.count = 1000;
    bj_waiter_wait(waiter, &wait);
    wait.count = -1;
    bj_waiter_wait(waiter, &wait);
    bj_waiter_wait(waiter, NULL);
    bj_waiter_wait(NULL, &wait);
    bj_waiter_wake(NULL);
    bj_waiter_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_deadline_is_kept_and_a_past_one_is_none),
        TEST(test_a_wake_before_the_wait_counts_once),
        TEST(test_nonsense_is_no_overflow),
        TEST(test_a_ready_handle_ends_the_wait),
        TEST(test_no_wake_is_ever_lost),
        TEST(test_a_host_is_the_same_in_three_functions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
