/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include "jackd.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void keep_terminal(void *terminal)
{
    (void)terminal;
}

static void leave_a_trace(void *terminal)
{
    if (write(*(int *)terminal, "left", 4) != 4)
        _exit(99);
}

static void each_signal_sets_its_flag_and_wakes(void **state)
{
    struct bj_signals signals;
    int wake_fd = eventfd(0, EFD_NONBLOCK);
    uint64_t count;

    (void)state;
    assert_true(bj_signals_start(&signals, wake_fd, keep_terminal));
    kill(getpid(), SIGUSR2);
    WAIT_FOR(atomic_load(&signals.disarmed));
    kill(getpid(), SIGHUP);
    WAIT_FOR(atomic_load(&signals.reread));
    assert_false(atomic_load(&signals.quit));
    kill(getpid(), SIGTERM);
    WAIT_FOR(atomic_load(&signals.quit));
    WAIT_FOR(read(wake_fd, &count, sizeof count) == sizeof count);
    bj_signals_stop(&signals);
    close(wake_fd);
}

/* The program that does not get to its end by itself. */
static void hang(int wake_fd, int *trace)
{
    struct bj_signals signals;

    if (!bj_signals_start(&signals, wake_fd, leave_a_trace))
        _exit(98);
    atomic_store(&signals.terminal, trace);
    kill(getpid(), SIGINT);
    while (!atomic_load(&signals.quit))
        usleep(1000);
    kill(getpid(), SIGINT);
    for (;;)
        pause();
}

static void second_one_ends_at_once(void **state)
{
    int wake_fd = eventfd(0, EFD_NONBLOCK), ends[2], status = 0;
    char text[8] = "";
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0)
        hang(wake_fd, &ends[1]);
    WAIT_FOR(waitpid(child, &status, WNOHANG) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_int_equal(read(ends[0], text, 4), 4);
    assert_string_equal(text, "left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_one_ends_at_once),
        cmocka_unit_test(each_signal_sets_its_flag_and_wakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
