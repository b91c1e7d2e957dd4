/* SPDX-License-Identifier: MIT */
#include "running.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void stranger_who_connects_does_not_arm(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, NULL, NULL, NULL, NULL);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    running_connect_all(f);
    WAIT_FOR(running_is(f, "connected", "\"xyrgb-\"") &&
             running_number(f, "points_from_fill") > 48000);
    assert_true(running_is(f, "armed", "false"));
    assert_true(running_is(f, "lit", "false"));
    program_signal(&f->program, SIGINT);
    assert_int_equal(program_wait(&f->program), 0);
}

static void armed_and_connected_is_lit_until_disarmed(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(running_is(f, "lit", "true"));
    assert_true(running_is(f, "connected", "\"xyrgbi\""));
    assert_true(running_is(f, "latency_ms", "40.000"));
    program_signal(&f->program, SIGUSR2);
    WAIT_FOR(running_is(f, "armed", "false") && running_is(f, "lit", "false"));
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
}

static void position_without_a_source_is_dark(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(running_is(f, "lit", "true"));
    assert_true(source_disconnect(&f->source, 0, "beamjack:in_x"));
    WAIT_FOR(running_is(f, "connected", "\"-yrgbi\"") && running_is(f, "lit", "false"));
    assert_true(running_is(f, "armed", "true"));
}

static void configuration_is_read_again(void **state)
{
    struct fixture *f = *state;
    char path[60];
    FILE *file;

    if (!jackd_installed())
        skip();
    snprintf(path, sizeof path, "/tmp/beamjack-test-%d.conf", (int)getpid());
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "gain = 0.5\n");
    fclose(file);
    running_start(f, "--config", path, NULL, NULL);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    program_signal(&f->program, SIGHUP);
    WAIT_FOR(running_said(f, "configuration read again"));
    file = fopen(path, "w");
    fprintf(file, "gain = much\n");
    fclose(file);
    program_signal(&f->program, SIGHUP);
    WAIT_FOR(running_said(f, ".conf:1: "));
    unlink(path);
    program_signal(&f->program, SIGINT);
    assert_int_equal(program_wait(&f->program), 0);
}

/* A port that is bound and not listened on refuses. */
static int refusing_port(int *fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    *fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(*fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static void refused_connection_is_status_1(void **state)
{
    struct fixture *f = *state;
    char dac[60];
    const char *words[] = {"run", dac, "--headless", "--server", f->server.name, NULL};
    int fd, port = refusing_port(&fd);

    if (!jackd_installed())
        skip();
    snprintf(dac, sizeof dac, "etherdream@127.0.0.1:%d", port);
    program_start(&f->program, words);
    assert_int_equal(program_wait(&f->program), 1);
    assert_true(running_said(f, "127.0.0.1"));
    assert_true(running_said(f, "refused"));
    close(fd);
}

static void latency_that_cannot_hold_is_status_2(void **state)
{
    struct fixture *f = *state;
    const char *words[] = {"run",       "virtual", "--server", f->server.name,
                           "--latency", "3",       NULL};

    if (!jackd_installed())
        skip();
    program_start(&f->program, words);
    assert_int_equal(program_wait(&f->program), 2);
    assert_true(running_said(f, "--latency 10.6"));
}

#define WITH_SERVER(test)                                                                  \
    cmocka_unit_test_setup_teardown(test, running_set_up, running_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(stranger_who_connects_does_not_arm),
        WITH_SERVER(armed_and_connected_is_lit_until_disarmed),
        WITH_SERVER(position_without_a_source_is_dark),
        WITH_SERVER(configuration_is_read_again),
        WITH_SERVER(refused_connection_is_status_1),
        WITH_SERVER(latency_that_cannot_hold_is_status_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
