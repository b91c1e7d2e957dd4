/* SPDX-License-Identifier: MIT */
#include "control/control.h"

#include "control/control_path.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW_NS (1000 * BJ_NS_PER_S)

static char folder[40];

static int set_up(void **state)
{
    char why[200] = "";

    strcpy(folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("XDG_RUNTIME_DIR", folder, 1);
    *state = bj_control_create("test", why, sizeof why);
    assert_string_equal(why, "no memory"); /* nothing worse was said */
    assert_non_null(*state);
    return 0;
}

static int tear_down(void **state)
{
    char command[80];

    bj_control_destroy(*state);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void path_of(char *path, size_t size, const char *name)
{
    assert_true(bj_control_path(path, size, folder, name, "sock"));
}

static int client_of(const char *name)
{
    struct sockaddr_un address;
    char path[512];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    path_of(path, sizeof path, name);
    assert_true(bj_control_address(&address, path));
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static int client_says(const char *bytes)
{
    int fd = client_of("test");

    assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
    return fd;
}

/* Nothing yet: "". The end: "(end)". */
static const char *heard(int fd)
{
    static char text[200];
    ssize_t count = recv(fd, text, sizeof text - 1, 0);

    text[count > 0 ? count : 0] = '\0';
    if (count == 0 || (count < 0 && errno == ECONNRESET))
        strcpy(text, "(end)");
    return text;
}

static void an_order_comes_and_its_answer_goes(void **state)
{
    struct bj_control *control = *state;
    enum bj_control_command command = BJ_CONTROL_NONE;
    int fd = client_says("st"), client;

    bj_control_serve(control, NOW_NS);
    assert_int_equal(bj_control_next(control, &command), -1);
    assert_int_equal(send(fd, "atus\n", 5, 0), 5);
    bj_control_serve(control, NOW_NS);
    client = bj_control_next(control, &command);
    assert_true(client >= 0);
    assert_int_equal(command, BJ_CONTROL_STATUS);
    assert_int_equal(bj_control_find(control, BJ_CONTROL_STATUS, -1), client);
    assert_int_equal(bj_control_find(control, BJ_CONTROL_ARM, -1), -1);
    bj_control_answer(control, client, true, "{}", 2, NOW_NS);
    assert_string_equal(heard(fd), "ok\n{}\n");
    assert_string_equal(heard(fd), "(end)");
    assert_int_equal(bj_control_next(control, &command), -1);
    close(fd);
}

/* What comes whole, cut or endless is one command or none. */
static void rubbish_is_no_command(void **state)
{
    struct bj_control *control = *state;
    char endless[300];
    const char *const rubbish[] = {"\n", "armarm\n", "\xff\x1b[a\n", endless};

    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    for (size_t k = 0; k < sizeof rubbish / sizeof rubbish[0]; k++) {
        enum bj_control_command command = BJ_CONTROL_ARM;
        int fd = client_says(rubbish[k]), client;

        bj_control_serve(control, NOW_NS);
        client = bj_control_next(control, &command);
        assert_true(client >= 0);
        assert_int_equal(command, BJ_CONTROL_NONE);
        bj_control_answer(control, client, false, "what?", 5, NOW_NS);
        assert_int_equal(strncmp(heard(fd), "no\nwhat?\n", 9), 0);
        close(fd);
    }
}

static void who_goes_early_is_forgotten(void **state)
{
    struct bj_control *control = *state;
    enum bj_control_command command;

    for (int k = 0; k < 3 * BJ_CONTROL_CLIENTS; k++) {
        int fd = client_says("arm\n"), client;

        bj_control_serve(control, NOW_NS);
        client = bj_control_next(control, &command);
        close(fd);
        bj_control_answer(control, client, true, "", 0, NOW_NS);
        assert_int_equal(bj_control_next(control, &command), -1);
    }
}

/* The silent ones give way, so that a disarm gets through. */
static void a_crowd_locks_nobody_out(void **state)
{
    struct bj_control *control = *state;
    int silent[5 * BJ_CONTROL_CLIENTS], fd;
    enum bj_control_command command = BJ_CONTROL_NONE;
    struct pollfd fds[BJ_CONTROL_FDS];

    for (size_t k = 0; k < sizeof silent / sizeof silent[0]; k++) {
        silent[k] = client_says("ar");
        bj_control_serve(control, NOW_NS + (int64_t)k);
        assert_true(bj_control_fds(control, fds) <= BJ_CONTROL_FDS);
    }
    fd = client_says("disarm\n");
    bj_control_serve(control, NOW_NS + 1000);
    assert_true(bj_control_next(control, &command) >= 0);
    assert_int_equal(command, BJ_CONTROL_DISARM);
    for (size_t k = 0; k < sizeof silent / sizeof silent[0]; k++)
        close(silent[k]);
    close(fd);
}

static void who_is_too_slow_is_sent_away(void **state)
{
    struct bj_control *control = *state;
    int silent = client_says("ar"), waiting = client_says("arm\n");
    int64_t late_ns = NOW_NS + BJ_CONTROL_LIMIT_NS;
    enum bj_control_command command;

    bj_control_serve(control, NOW_NS);
    assert_int_equal(bj_control_deadline_ns(control), late_ns);
    bj_control_serve(control, late_ns - 1);
    assert_string_equal(heard(silent), "");
    bj_control_serve(control, late_ns);
    assert_string_equal(heard(silent), "(end)");
    assert_string_equal(heard(waiting), "no\nbeamjack is busy\n");
    assert_int_equal(bj_control_next(control, &command), -1);
    assert_int_equal(bj_control_deadline_ns(control), BJ_NEVER);
    close(silent);
    close(waiting);
}

static void who_is_held_keeps_waiting(void **state)
{
    struct bj_control *control = *state;
    int fd = client_says("arm\n");
    enum bj_control_command command;

    bj_control_serve(control, NOW_NS);
    bj_control_hold(control, bj_control_next(control, &command));
    bj_control_serve(control, NOW_NS + 10 * BJ_CONTROL_LIMIT_NS);
    assert_string_equal(heard(fd), "");
    close(fd);
}

static void the_socket_is_for_its_owner_alone(void **state)
{
    struct stat about;
    char path[512];

    (void)state;
    path_of(path, sizeof path, "test");
    assert_int_equal(stat(path, &about), 0);
    assert_true(S_ISSOCK(about.st_mode));
    assert_int_equal(about.st_mode & 0777, 0600);
}

static void a_second_one_takes_the_next_name(void **state)
{
    char why[200];
    struct bj_control *second = bj_control_create("test", why, sizeof why);
    int fd;

    (void)state;
    assert_non_null(second);
    assert_string_equal(bj_control_own_name(second), "test-01");
    fd = client_of("test-01");
    close(fd);
    bj_control_destroy(second);
    second = bj_control_create("test", why, sizeof why);
    assert_string_equal(bj_control_own_name(second), "test-01");
    bj_control_destroy(second);
}

static void what_a_dead_one_left_is_replaced(void **state)
{
    struct sockaddr_un address;
    char path[512], why[200];
    int left = socket(AF_UNIX, SOCK_STREAM, 0);
    struct bj_control *control;

    (void)state;
    path_of(path, sizeof path, "stale");
    assert_true(bj_control_address(&address, path));
    assert_int_equal(bind(left, (const struct sockaddr *)&address, sizeof address), 0);
    close(left);
    control = bj_control_create("stale", why, sizeof why);
    assert_non_null(control);
    assert_string_equal(bj_control_own_name(control), "stale");
    close(client_of("stale"));
    bj_control_destroy(control);
    assert_int_equal(access(path, F_OK), -1);
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(an_order_comes_and_its_answer_goes),
        SERVED(rubbish_is_no_command),
        SERVED(who_goes_early_is_forgotten),
        SERVED(a_crowd_locks_nobody_out),
        SERVED(who_is_too_slow_is_sent_away),
        SERVED(who_is_held_keeps_waiting),
        SERVED(the_socket_is_for_its_owner_alone),
        SERVED(a_second_one_takes_the_next_name),
        SERVED(what_a_dead_one_left_is_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
