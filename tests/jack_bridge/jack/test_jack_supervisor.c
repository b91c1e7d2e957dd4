/* SPDX-License-Identifier: MIT */
#include "jack/jack_supervisor.h"

#include "jackd.h"
#include "sink_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define MS BJ_NS_PER_MS

static struct jackd server;

struct fixture {
    struct bj_supervisor supervisor;
    struct sink_fixture sink_fixture;
    unsigned opened, lost, failed;
};

static int set_up(void **state)
{
    struct bj_jack_config config = {.name = "laser", .server = server.name};
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    sink_fixture_create(&f->sink_fixture);
    if (!jackd_installed())
        return 0;
    if (server.pid == 0)
        jackd_start(&server, 48000, 256);
    bj_jack_log_to(NULL);
    config.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_true(bj_supervisor_init(&f->supervisor, &config));
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sink_fixture_destroy(&f->sink_fixture);
    free(f);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    jackd_stop(&server);
    return 0;
}

/* One step of a main thread. */
static void step(struct fixture *f)
{
    struct bj_supervisor *supervisor = &f->supervisor;
    unsigned events = supervisor->jack ? bj_jack_events(supervisor->jack) : 0;
    int64_t deadline_ns = BJ_NEVER;
    char why[100];

    switch (bj_supervisor_step(supervisor, events, jackd_now_ns(), &deadline_ns)) {
    case BJ_SUPERVISOR_OPENED:
        f->opened++;
        bj_jack_attach(supervisor->jack, &f->sink_fixture.sinks, SINK_FIXTURE_LATENCY_NS);
        assert_true(bj_jack_start(supervisor->jack, why, sizeof why));
        break;
    case BJ_SUPERVISOR_LOST:
        f->lost++;
        break;
    case BJ_SUPERVISOR_FAILED:
        f->failed++;
        break;
    case BJ_SUPERVISOR_NOTHING:
        break;
    }
}

static bool after_step(struct fixture *f, const unsigned *count, unsigned value)
{
    step(f);
    return *count >= value;
}

static void backoff_grows_to_its_limit(void **state)
{
    int64_t wait_ns = 0;

    (void)state;
    assert_int_equal(wait_ns = bj_backoff_next_ns(wait_ns), 250 * MS);
    assert_int_equal(wait_ns = bj_backoff_next_ns(wait_ns), 500 * MS);
    for (int k = 0; k < 5; k++)
        wait_ns = bj_backoff_next_ns(wait_ns);
    assert_int_equal(wait_ns, 3000 * MS);
}

static void killed_server_comes_back_under_the_same_name(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    WAIT_FOR(after_step(f, &f->opened, 1));
    WAIT_FOR((step(f), bj_jack_view(f->supervisor.jack).cycles > 3));
    jackd_signal(&server, SIGKILL);
    WAIT_FOR(after_step(f, &f->lost, 1));
    assert_null(f->supervisor.jack);
    assert_true(strlen(f->supervisor.why) > 0);
    WAIT_FOR(after_step(f, &f->failed, 1));
    assert_non_null(strstr(f->supervisor.why, server.name));
    jackd_start(&server, 48000, 256);
    WAIT_FOR(after_step(f, &f->opened, 2));
    assert_string_equal(bj_jack_view(f->supervisor.jack).name, "laser");
    assert_int_equal(f->supervisor.returns, 1);
    assert_true(bj_supervisor_finish(&f->supervisor));
}

static void hanging_server_is_lost_and_does_not_hang_us(void **state)
{
    struct fixture *f = *state;
    int64_t begin_ns;

    if (!jackd_installed())
        skip();
    WAIT_FOR(after_step(f, &f->opened, 1));
    WAIT_FOR((step(f), bj_jack_view(f->supervisor.jack).cycles > 3));
    jackd_signal(&server, SIGSTOP);
    begin_ns = jackd_now_ns();
    WAIT_FOR(after_step(f, &f->lost, 1));
    assert_true(jackd_now_ns() - begin_ns < 4 * BJ_JACK_HANG_NS);
    assert_non_null(strstr(f->supervisor.why, "hangs"));
    begin_ns = jackd_now_ns();
    step(f);
    assert_true(jackd_now_ns() - begin_ns < BJ_JACK_HANG_NS / 2);
    jackd_signal(&server, SIGCONT);
    WAIT_FOR(after_step(f, &f->opened, 2));
    assert_string_equal(bj_jack_view(f->supervisor.jack).name, "laser");
    assert_true(bj_supervisor_finish(&f->supervisor));
}

static void finish_leaves_a_hanging_server_behind(void **state)
{
    struct fixture *f = *state;
    atomic_int *helpers;
    int64_t begin_ns;

    if (!jackd_installed())
        skip();
    WAIT_FOR(after_step(f, &f->opened, 1));
    helpers = f->supervisor.helpers;
    jackd_signal(&server, SIGSTOP);
    begin_ns = jackd_now_ns();
    assert_false(bj_supervisor_finish(&f->supervisor));
    assert_true(jackd_now_ns() - begin_ns < 5 * BJ_NS_PER_S);
    jackd_signal(&server, SIGCONT);
    WAIT_FOR(atomic_load(helpers) == 0);
    free(helpers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_grows_to_its_limit),
        cmocka_unit_test_setup_teardown(killed_server_comes_back_under_the_same_name,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(hanging_server_is_lost_and_does_not_hang_us, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(finish_leaves_a_hanging_server_behind, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, stop_server);
}
