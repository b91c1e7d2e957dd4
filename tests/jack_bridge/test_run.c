/* SPDX-License-Identifier: MIT */
#include "jackd.h"
#include "json.h"
#include "program.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct jackd server;
    struct source source;
    struct program program;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    if (!jackd_installed())
        return 0;
    jackd_start(&f->server, 48000, 256);
    source_open(&f->source, &f->server);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    program_finish(&f->program);
    source_close(&f->source);
    jackd_stop(&f->server);
    free(f);
    return 0;
}

/* `beamjack run virtual` on the private server, with up to four further words. */
static void start(struct fixture *f, const char *a, const char *b, const char *c,
                  const char *d)
{
    const char *words[] = {"run",
                           "virtual",
                           "--headless",
                           "--server",
                           f->server.name,
                           "--latency",
                           "40",
                           "--status-json",
                           "%F/status",
                           a,
                           b,
                           c,
                           d,
                           NULL};

    program_start(&f->program, words);
}

static bool value_is(const struct fixture *f, const char *key, const char *expected)
{
    char value[200];
    const char *line = program_last_line(&f->program, "status");

    return json_is_object(line) && json_get(line, key, value, sizeof value) &&
           !strcmp(value, expected);
}

static double number(const struct fixture *f, const char *key)
{
    const char *line = program_last_line(&f->program, "status");

    return json_is_object(line) ? json_number(line, key) : 0;
}

static bool said(const struct fixture *f, const char *words)
{
    return strstr(program_text(&f->program, "err"), words) != NULL;
}

static void connect_all(struct fixture *f)
{
    static const char *const inputs[] = {"in_x", "in_y", "in_r", "in_g", "in_b"};
    char name[40];

    for (int p = 0; p < 5; p++) {
        snprintf(name, sizeof name, "beamjack:%s", inputs[p]);
        assert_true(source_connect(&f->source, p, name));
    }
}

static void stranger_who_connects_does_not_arm(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, NULL, NULL, NULL, NULL);
    WAIT_FOR(number(f, "frames_pushed") > 0);
    connect_all(f);
    WAIT_FOR(value_is(f, "connected", "\"xyrgb-\"") &&
             number(f, "points_from_fill") > 48000);
    assert_true(value_is(f, "armed", "false"));
    assert_true(value_is(f, "lit", "false"));
    program_signal(&f->program, SIGINT);
    assert_int_equal(program_wait(&f->program), 0);
}

static void armed_and_connected_is_lit_until_disarmed(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(value_is(f, "lit", "true"));
    assert_true(value_is(f, "connected", "\"xyrgbi\""));
    assert_true(value_is(f, "latency_ms", "40.000"));
    program_signal(&f->program, SIGUSR2);
    WAIT_FOR(value_is(f, "lit", "false"));
    assert_true(value_is(f, "armed", "false"));
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
}

static void position_without_a_source_is_dark(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(value_is(f, "lit", "true"));
    assert_true(source_disconnect(&f->source, 0, "beamjack:in_x"));
    WAIT_FOR(value_is(f, "lit", "false"));
    assert_true(value_is(f, "armed", "true"));
    assert_true(value_is(f, "connected", "\"-yrgbi\""));
}

static void killed_server_comes_back_with_links_and_dark(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, "--arm", NULL, NULL, NULL);
    WAIT_FOR(number(f, "frames_pushed") > 0);
    connect_all(f);
    WAIT_FOR(value_is(f, "lit", "true"));
    source_close(&f->source);
    WAIT_FOR(value_is(f, "lit", "false"));
    source_open(&f->source, &f->server);
    connect_all(f);
    WAIT_FOR(value_is(f, "lit", "true"));

    jackd_signal(&f->server, SIGKILL);
    source_close(&f->source);
    WAIT_FOR(value_is(f, "jack", "false"));
    WAIT_FOR(value_is(f, "lit", "false"));
    jackd_start(&f->server, 44100, 128);
    source_open(&f->source, &f->server);
    WAIT_FOR(value_is(f, "jack", "true") && value_is(f, "connected", "\"xyrgb-\""));
    assert_true(value_is(f, "client", "\"beamjack\""));
    assert_true(value_is(f, "jack_rate", "44100"));
    assert_true(value_is(f, "pps", "48000"));
    assert_true(value_is(f, "armed", "false"));
}

static void stopped_server_is_dark_and_ends_with_ctrl_c(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(value_is(f, "lit", "true"));
    jackd_signal(&f->server, SIGSTOP);
    WAIT_FOR(value_is(f, "lit", "false"));
    WAIT_FOR(said(f, "hangs"));
    program_signal(&f->program, SIGINT);
    assert_int_equal(program_wait(&f->program), 0);
    jackd_signal(&f->server, SIGCONT);
}

static void server_loss_ends_the_run_if_asked(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, "--on-shutdown", "exit", NULL, NULL);
    WAIT_FOR(number(f, "frames_pushed") > 0);
    jackd_signal(&f->server, SIGKILL);
    assert_int_equal(program_wait(&f->program), 1);
    source_close(&f->source);
}

static void freewheeling_is_dark_and_passes(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(value_is(f, "lit", "true"));
    assert_int_equal(jack_set_freewheel(f->source.client, 1), 0);
    WAIT_FOR(value_is(f, "freewheel", "true") && value_is(f, "lit", "false"));
    assert_int_equal(jack_set_freewheel(f->source.client, 0), 0);
    WAIT_FOR(value_is(f, "freewheel", "false") && value_is(f, "lit", "true"));
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
    start(f, "--config", path, NULL, NULL);
    WAIT_FOR(number(f, "frames_pushed") > 0);
    program_signal(&f->program, SIGHUP);
    WAIT_FOR(said(f, "configuration read again"));
    file = fopen(path, "w");
    fprintf(file, "gain = much\n");
    fclose(file);
    program_signal(&f->program, SIGHUP);
    WAIT_FOR(said(f, ".conf:1: "));
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
    assert_true(said(f, "127.0.0.1"));
    assert_true(said(f, "refused"));
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
    assert_true(said(f, "--latency 10.6"));
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(stranger_who_connects_does_not_arm),
        WITH_SERVER(armed_and_connected_is_lit_until_disarmed),
        WITH_SERVER(position_without_a_source_is_dark),
        WITH_SERVER(killed_server_comes_back_with_links_and_dark),
        WITH_SERVER(stopped_server_is_dark_and_ends_with_ctrl_c),
        WITH_SERVER(server_loss_ends_the_run_if_asked),
        WITH_SERVER(freewheeling_is_dark_and_passes),
        WITH_SERVER(configuration_is_read_again),
        WITH_SERVER(refused_connection_is_status_1),
        WITH_SERVER(latency_that_cannot_hold_is_status_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
