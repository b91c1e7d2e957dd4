/* SPDX-License-Identifier: MIT */
#include "control/operator.h"

#include "control/control_path.h"
#include "jackd.h"
#include "sink_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* An operator's thread with a control socket, and a main thread that is this test. */
struct desk {
    struct bj_operator op;
    struct bj_control *control;
    struct sink_fixture sink_fixture;
    char folder[40];
};

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    char why[200];

    strcpy(desk->folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(desk->folder));
    setenv("XDG_RUNTIME_DIR", desk->folder, 1);
    sink_fixture_create(&desk->sink_fixture);
    desk->op.wake_fd = eventfd(0, EFD_NONBLOCK);
    assert_true(bj_operator_start(&desk->op));
    desk->control = bj_control_create("test", why, sizeof why);
    assert_non_null(desk->control);
    bj_operator_control(&desk->op, desk->control);
    bj_operator_sinks(&desk->op, &desk->sink_fixture.sinks);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    char command[80];

    bj_operator_stop(&desk->op);
    bj_control_destroy(desk->control);
    sink_fixture_destroy(&desk->sink_fixture);
    close(desk->op.wake_fd);
    snprintf(command, sizeof command, "rm -r %s", desk->folder);
    free(desk);
    return system(command);
}

static int tell(const struct desk *desk, const char *command)
{
    struct sockaddr_un address;
    char path[512];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(bj_control_path(path, sizeof path, desk->folder, "test", "sock"));
    assert_true(bj_control_address(&address, path));
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(fd, command, strlen(command), 0), strlen(command));
    return fd;
}

/* All of the answer; waits for it. */
static const char *answer(int fd)
{
    static char text[400];
    size_t size = 0;
    ssize_t count;

    while ((count = recv(fd, text + size, sizeof text - 1 - size, 0)) > 0)
        size += (size_t)count;
    text[size] = '\0';
    close(fd);
    return text;
}

static void each_signal_sets_its_flag_and_wakes(void **state)
{
    struct desk *desk = *state;
    struct bj_operator *op = &desk->op;
    uint64_t count;

    kill(getpid(), SIGUSR2);
    WAIT_FOR(atomic_load(&op->disarms) == 1);
    kill(getpid(), SIGHUP);
    WAIT_FOR(atomic_load(&op->reread));
    assert_false(atomic_load(&op->quit));
    kill(getpid(), SIGTERM);
    WAIT_FOR(atomic_load(&op->quit));
    assert_int_equal(atomic_load(&op->disarms), 2);
    WAIT_FOR(read(op->wake_fd, &count, sizeof count) == sizeof count);
}

static void darkness_needs_no_main_thread(void **state)
{
    struct desk *desk = *state;

    assert_string_equal(answer(tell(desk, "disarm\n")), "ok\n");
    assert_int_equal(atomic_load(&desk->op.disarms), 1);
    assert_string_equal(answer(tell(desk, "stop\n")), "ok\n");
    assert_true(atomic_load(&desk->op.quit));
    assert_true(atomic_load(&desk->op.disarms) >= 2);
    assert_int_equal(
        strncmp(answer(tell(desk, "dance\n")), "no\nthe control commands are: ", 19), 0);
}

static void an_arm_is_the_main_threads_to_grant(void **state)
{
    struct desk *desk = *state;
    int fd = tell(desk, "arm\n"), other;

    WAIT_FOR(bj_request_take(&desk->op.request) == BJ_CONTROL_ARM);
    other = tell(desk, "status\n");
    bj_request_answer(&desk->op.request, false, "JACK is not there", 17);
    bj_operator_answered(&desk->op);
    assert_string_equal(answer(fd), "no\nJACK is not there\n");
    WAIT_FOR(bj_request_take(&desk->op.request) == BJ_CONTROL_STATUS);
    bj_request_answer(&desk->op.request, true, "{}\n", 3);
    bj_operator_answered(&desk->op);
    assert_string_equal(answer(other), "ok\n{}\n");
}

static bool is_asked(struct bj_request *request)
{
    bool asked;

    pthread_mutex_lock(&request->mutex);
    asked = request->state == BJ_REQUEST_ASKED;
    pthread_mutex_unlock(&request->mutex);
    return asked;
}

static void an_arm_that_waits_falls_to_a_disarm(void **state)
{
    struct desk *desk = *state;
    int first = tell(desk, "arm\n"), second = tell(desk, "arm\n");

    WAIT_FOR(is_asked(&desk->op.request));
    assert_string_equal(answer(tell(desk, "disarm\n")), "ok\n");
    assert_string_equal(answer(first), "no\ndisarmed meanwhile\n");
    assert_string_equal(answer(second), "no\ndisarmed meanwhile\n");
    assert_int_equal(bj_request_take(&desk->op.request), BJ_CONTROL_NONE);
}

static void an_arm_that_nobody_hears_is_refused_for_good(void **state)
{
    struct desk *desk = *state;

    assert_string_equal(answer(tell(desk, "arm\n")), "no\nbeamjack is busy\n");
    assert_int_equal(bj_request_take(&desk->op.request), BJ_CONTROL_NONE);
}

/* ---- The hasty end ------------------------------------------------------------------- */

/* A main thread that does not get to its end. */
static void hang(void)
{
    static struct bj_operator op;

    op.wake_fd = eventfd(0, EFD_NONBLOCK);
    if (!bj_operator_start(&op))
        _exit(98);
    for (;;)
        pause();
}

static void a_second_press_ends_at_once_but_not_a_bounce(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0)
        hang();
    usleep(200000);
    kill(child, SIGINT);
    usleep(20000);
    kill(child, SIGINT);
    usleep(300000);
    assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    kill(child, SIGINT);
    WAIT_FOR(waitpid(child, &status, WNOHANG) == child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_press_ends_at_once_but_not_a_bounce),
        WITH_DESK(each_signal_sets_its_flag_and_wakes),
        WITH_DESK(darkness_needs_no_main_thread),
        WITH_DESK(an_arm_is_the_main_threads_to_grant),
        WITH_DESK(an_arm_that_waits_falls_to_a_disarm),
        WITH_DESK(an_arm_that_nobody_hears_is_refused_for_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
