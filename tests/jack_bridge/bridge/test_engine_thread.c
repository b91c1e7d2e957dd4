/* SPDX-License-Identifier: MIT */
#include "bridge/engine_thread.h"

#include "bridge/dac_choice.h"
#include "jackd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static struct bj_fill_result nothing(void *user, const struct bj_fill_request *request,
                                     struct bj_point *points)
{
    (void)user;
    (void)request;
    (void)points;
    return (struct bj_fill_result){.kind = BJ_STARVED};
}

static void priority_is_below_jack(void **state)
{
    (void)state;
    assert_int_equal(bj_engine_priority(70), 67);
    assert_int_equal(bj_engine_priority(5), 2);
    assert_int_equal(bj_engine_priority(2), 1);
    assert_true(bj_engine_priority(0) > 0);
    assert_int_equal(bj_engine_priority(-6), bj_engine_priority(0));
}

static struct bj_stream *create_stream(struct bj_waiter *waiter)
{
    struct bj_stream_config config = bj_stream_defaults();
    const struct bj_dac_config dac = {.size = sizeof(struct bj_dac_config),
                                      .id = "virtual"};
    struct bj_dac_info info;
    struct bj_stream *stream;
    char why[200];

    assert_int_equal(bj_dac_parse("virtual", &info, why, sizeof why), BJ_OK);
    config.driver = info.driver;
    config.dac = &dac;
    config.host = bj_waiter_host(waiter);
    config.fill = nothing;
    config.pps = 30000;
    assert_int_equal(bj_stream_create(&config, &stream), BJ_OK);
    return stream;
}

static void thread_says_what_it_got_and_ends_when_stopped(void **state)
{
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_stream *stream = create_stream(waiter);
    struct bj_engine_thread engine;
    int wake_fd = eventfd(0, EFD_NONBLOCK);
    char scheduler[40];
    uint64_t count;

    (void)state;
    assert_true(bj_engine_thread_start(&engine, stream, bj_engine_priority(0), wake_fd));
    WAIT_FOR(atomic_load(&engine.policy) != -1);
    bj_engine_scheduler(&engine, scheduler, sizeof scheduler);
    if (atomic_load(&engine.refusal))
        assert_string_equal(scheduler, "SCHED_OTHER");
    else
        assert_string_equal(scheduler, "SCHED_FIFO 2");
    assert_false(bj_engine_thread_join(&engine, 20 * MS));
    bj_stream_stop(stream);
    assert_true(bj_engine_thread_join(&engine, 5 * BJ_NS_PER_S));
    assert_true(atomic_load(&engine.done));
    assert_int_equal(engine.result, BJ_RUN_STOPPED);
    assert_int_equal(read(wake_fd, &count, sizeof count), sizeof count);
    bj_stream_destroy(stream);
    bj_waiter_destroy(waiter);
    close(wake_fd);
}

static void thread_without_a_priority_is_ordinary(void **state)
{
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_stream *stream = create_stream(waiter);
    struct bj_engine_thread engine;
    int wake_fd = eventfd(0, EFD_NONBLOCK);
    char scheduler[40];

    (void)state;
    assert_true(bj_engine_thread_start(&engine, stream, 0, wake_fd));
    WAIT_FOR(atomic_load(&engine.policy) != -1);
    bj_engine_scheduler(&engine, scheduler, sizeof scheduler);
    assert_string_equal(scheduler, "SCHED_OTHER");
    assert_int_equal(atomic_load(&engine.refusal), 0);
    bj_stream_stop(stream);
    assert_true(bj_engine_thread_join(&engine, 5 * BJ_NS_PER_S));
    bj_stream_destroy(stream);
    bj_waiter_destroy(waiter);
    close(wake_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(priority_is_below_jack),
        cmocka_unit_test(thread_says_what_it_got_and_ends_when_stopped),
        cmocka_unit_test(thread_without_a_priority_is_ordinary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
