/* SPDX-License-Identifier: MIT */
#include "control/signals.h"

#include "jackd.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void each_has_its_meaning(void **state)
{
    const struct {
        int number;
        enum bj_signal meaning;
    } rows[] = {
        {SIGINT, BJ_SIGNAL_END},      {SIGTERM, BJ_SIGNAL_END},
        {SIGUSR1, BJ_SIGNAL_END},     {SIGXCPU, BJ_SIGNAL_END},
        {SIGRTMIN, BJ_SIGNAL_END},    {SIGQUIT, BJ_SIGNAL_ABORT},
        {SIGUSR2, BJ_SIGNAL_DISARM},  {SIGHUP, BJ_SIGNAL_HANG_UP},
        {SIGTSTP, BJ_SIGNAL_SUSPEND}, {SIGCONT, BJ_SIGNAL_RESUME},
        {SIGTTOU, BJ_SIGNAL_NONE},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        assert_int_equal(bj_signals_meaning(rows[k].number), rows[k].meaning);
}

/* The status of a child that does this. */
static int in_child(void (*act)(void))
{
    const struct rlimit no_core = {0, 0};
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        act();
        _exit(90);
    }
    WAIT_FOR(waitpid(child, &status, WNOHANG) == child);
    return status;
}

/* No signal that can be caught ends it; each can be read instead. */
static void catch_all(void)
{
    int fd = bj_signals_open(), read_back = 0, sent = 0;

    for (int number = 1; number <= SIGRTMAX; number++) {
        if (number == SIGKILL || number == SIGSTOP || number == SIGSEGV ||
            number == SIGBUS || number == SIGFPE || number == SIGILL || number == SIGABRT ||
            number == SIGSYS || number == SIGTRAP || number == SIGCHLD ||
            number == SIGWINCH || number == SIGURG || number == SIGPIPE ||
            number == SIGXFSZ || (number > SIGSYS && number < SIGRTMIN))
            continue;
        kill(getpid(), number);
        sent++;
        while (bj_signals_next(fd))
            read_back++;
    }
    _exit(read_back == sent ? 0 : 91);
}

static void none_ends_it_by_itself(void **state)
{
    (void)state;
    assert_int_equal(in_child(catch_all), 0);
}

static void write_in_vain(void)
{
    const struct rlimit small = {10, 10};
    char path[] = "/tmp/beamjack-test-XXXXXX", bytes[20] = "";
    int fd = mkstemp(path), ends[2];

    bj_signals_open();
    unlink(path);
    setrlimit(RLIMIT_FSIZE, &small);
    if (write(fd, bytes, 20) != 10 || write(fd, bytes, 20) != -1 || errno != EFBIG)
        _exit(92);
    if (pipe(ends) != 0 || close(ends[0]) != 0 || write(ends[1], bytes, 1) != -1 ||
        errno != EPIPE)
        _exit(93);
    _exit(0);
}

static void a_write_in_vain_is_an_error_only(void **state)
{
    (void)state;
    assert_int_equal(in_child(write_in_vain), 0);
}

static int trace[2];

static void leave_a_trace(void *user)
{
    if (write(trace[1], user, 4) != 4)
        _exit(94);
}

static void crash(void)
{
    char word[] = "left";

    bj_signals_open();
    bj_signals_before_crash(leave_a_trace, word);
    raise(SIGSEGV);
}

static void crash_in_the_crash(void *user)
{
    leave_a_trace(user);
    raise(SIGSEGV);
}

static void crash_twice(void)
{
    char word[] = "left";

    bj_signals_before_crash(crash_in_the_crash, word);
    abort();
}

static void a_crash_cleans_up_and_stays_a_crash(void **state)
{
    char text[5] = "";
    int status;

    (void)state;
    assert_int_equal(pipe(trace), 0);
    status = in_child(crash);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_int_equal(read(trace[0], text, 4), 4);
    assert_string_equal(text, "left");
    assert_true(WIFSIGNALED(in_child(crash_twice)));
}

static void die_by_quit(void)
{
    bj_signals_open();
    bj_signals_die_by(SIGQUIT);
}

static void it_can_die_by_a_blocked_one(void **state)
{
    int status;

    (void)state;
    status = in_child(die_by_quit);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_meaning),
        cmocka_unit_test(none_ends_it_by_itself),
        cmocka_unit_test(a_write_in_vain_is_an_error_only),
        cmocka_unit_test(a_crash_cleans_up_and_stays_a_crash),
        cmocka_unit_test(it_can_die_by_a_blocked_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
