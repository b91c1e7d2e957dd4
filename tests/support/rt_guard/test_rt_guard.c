/* SPDX-License-Identifier: MIT
 *
 * The guard itself: every planted violation ends the program and is named; what is allowed
 * passes. argv[1] is the planting program, argv[2] the guard.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *planter, *guard;

struct outcome {
    int status;
    char said[2000];
};

static void become_planter(const char *role, const char *kind, int output)
{
    char *arguments[] = {strdup(planter), strdup(role), strdup(kind), NULL};
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    setenv("LD_PRELOAD", guard, 1);
    execv(planter, arguments);
    _exit(126);
}

static struct outcome plant(const char *role, const char *kind)
{
    struct outcome outcome = {0};
    size_t size = 0;
    ssize_t got;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become_planter(role, kind, ends[1]);
    close(ends[1]);
    while ((got = read(ends[0], outcome.said + size, sizeof outcome.said - 1 - size)) > 0)
        size += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &outcome.status, 0), child);
    return outcome;
}

static void expect_abort(const char *role, const char *kind)
{
    struct outcome outcome = plant(role, kind);
    char words[100];
    snprintf(words, sizeof words, "rt-guard: %.*s called in the %s",
             (int)strcspn(kind, " "), kind,
             strcmp(role, "jack") == 0 ? "process callback" : "engine thread");
    if (!WIFSIGNALED(outcome.status) || WTERMSIG(outcome.status) != SIGABRT ||
        !strstr(outcome.said, words))
        fail_msg("%s %s was not stopped: status %d, \"%s\"", role, kind, outcome.status,
                 outcome.said);
}

static void expect_pass(const char *role, const char *kind)
{
    struct outcome outcome = plant(role, kind);
    if (!WIFEXITED(outcome.status) || WEXITSTATUS(outcome.status) != 0)
        fail_msg("%s %s was stopped: status %d, \"%s\"", role, kind, outcome.status,
                 outcome.said);
}

static const char *const forbidden[] = {
    "malloc",
    "calloc",
    "realloc",
    "free",
    "aligned_alloc",
    "posix_memalign",
    "mmap",
    "pthread_mutex_lock",
    "pthread_rwlock_rdlock",
    "pthread_cond_timedwait",
    "sem_wait",
    "nanosleep",
    "clock_nanosleep",
    "usleep",
    "poll",
    "select",
    "printf",
    "fprintf",
    "puts",
    "fwrite",
    "open",
    "fopen",
    "write",
    "write slow",
    "read file",
    "send blocking",
    "recv blocking",
};

static void forbidden_to_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        expect_abort("jack", forbidden[i]);
        expect_abort("engine", forbidden[i]);
    }
}

static void forbidden_to_the_callback(void **state)
{
    (void)state;
    expect_abort("jack", "ppoll");
    expect_abort("jack", "snprintf");
    expect_abort("jack", "send");
    expect_abort("jack", "read");
}

static void allowed(void **state)
{
    (void)state;
    expect_pass("jack", "nothing");
    expect_pass("jack", "wakes");
    expect_pass("engine", "nothing");
    expect_pass("engine", "engine_work");
}

static void engine_is_known_by_its_name(void **state)
{
    (void)state;
    expect_pass("thread", "engine_work");
    expect_abort("thread", "malloc");
    expect_abort("thread", "nanosleep");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_to_both),
        cmocka_unit_test(forbidden_to_the_callback),
        cmocka_unit_test(allowed),
        cmocka_unit_test(engine_is_known_by_its_name),
    };
    if (argc != 3) {
        fprintf(stderr, "usage: %s PLANTER GUARD\n", argv[0]);
        return 2;
    }
    planter = argv[1];
    guard = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
