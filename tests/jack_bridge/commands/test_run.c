/* SPDX-License-Identifier: MIT */
#include "bridge/patience.h"
#include "running.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
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

static void position_without_a_colour_is_dark_and_says_the_remedy(void **state)
{
    struct fixture *f = *state;
    const char *words[] = {"run",          "virtual",        "--headless", "--server",
                           f->server.name, "--arm",          "--connect",  "x=source:out_1",
                           "--connect",    "y=source:out_2", NULL};

    if (!jackd_installed())
        skip();
    program_start(&f->program, words);
    WAIT_FOR(running_said(f, "no colour is connected: connect in_r"));
}

/* A program registers its ports before it takes part in the graph; JACK connects none of
 * them until then. */
static void connection_that_jack_refuses_is_made_when_it_can_be(void **state)
{
    struct fixture *f = *state;
    jack_client_t *late;

    if (!jackd_installed())
        skip();
    late =
        jack_client_open("late", JackNoStartServer | JackServerName, NULL, f->server.name);
    assert_non_null(late);
    assert_non_null(
        jack_port_register(late, "out [1]", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0));
    running_start(f, "--connect", "x=late:out [?]", "--connect", "y=nobody:out");
    WAIT_FOR(running_said(f, "y=nobody:out matches no port"));
    WAIT_FOR(running_said(f, "JACK refuses to connect late:out [1] to X position"));
    assert_int_equal(jack_activate(late), 0);
    WAIT_FOR(running_is(f, "connected", "\"x-----\""));
    WAIT_FOR(running_said(f, "late:out [1] is connected to X position now"));
    assert_false(running_said(f, "x=late:out [?] matches no port"));
    jack_client_close(late);
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
    fprintf(file, "gain = 0,5\n");
    fclose(file);
    program_signal(&f->program, SIGHUP);
    WAIT_FOR(running_said(f, ".conf:1: ") && running_said(f, "if 0.5 is meant"));
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

static void play_on(struct fixture *f, int port, const char *option)
{
    char dac[60];
    const char *words[] = {
        "run",           dac,         "--headless", "--server", f->server.name,
        "--status-json", "%F/status", option,       NULL};

    snprintf(dac, sizeof dac, "etherdream@127.0.0.1:%d", port);
    program_start(&f->program, words);
}

static void refused_connection_is_status_1_and_names_the_option(void **state)
{
    struct fixture *f = *state;
    int fd, port = refusing_port(&fd);
    const char *last;

    if (!jackd_installed())
        skip();
    play_on(f, port, NULL);
    assert_int_equal(program_wait(&f->program), 1);
    assert_true(running_said(f, "127.0.0.1"));
    last = program_last_line(&f->program, "err");
    assert_non_null(strstr(last, "gave up"));
    assert_non_null(strstr(last, "refused"));
    assert_non_null(strstr(last, "--wait-for-dac"));
    close(fd);
}

static void failure_is_the_last_word_and_told_once(void **state)
{
    struct fixture *f = *state;
    const char *words[] = {"run",      "record:/dev/full", "--headless",
                           "--server", f->server.name,     NULL};
    const char *first;

    if (!jackd_installed())
        skip();
    program_start(&f->program, words);
    assert_int_equal(program_wait(&f->program), 1);
    assert_non_null(strstr(program_last_line(&f->program, "err"), "no space left"));
    first = strstr(program_text(&f->program, "err"), "no space left");
    assert_null(strstr(first + 1, "no space left"));
    assert_false(running_said(f, "done"));
}

static void refused_connection_may_be_waited_for(void **state)
{
    const struct timespec longer = {.tv_sec = BJ_PATIENCE_NS / BJ_NS_PER_S + 1};
    struct fixture *f = *state;
    int fd, port = refusing_port(&fd);

    if (!jackd_installed())
        skip();
    play_on(f, port, "--wait-for-dac");
    WAIT_FOR(running_said(f, "refused"));
    nanosleep(&longer, NULL);
    assert_true(running_is(f, "state", "\"connecting\""));
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
    close(fd);
}

/* By its id, which only searching tells the address of. */
static void dac_that_is_switched_on_later_is_waited_for(void **state)
{
    const char *sim[] = {"sim",   "etherdream",        "--bind",  "127.0.0.61",
                         "--mac", "00:04:a3:5a:17:e1", "--quiet", NULL};
    struct fixture *f = *state;
    const char *run[] = {"run",
                         "etherdream:0004a35a17e1",
                         "--headless",
                         "--server",
                         f->server.name,
                         "--status-json",
                         "%F/status",
                         "--wait-for-dac",
                         NULL};
    struct program device = {0};

    if (!jackd_installed())
        skip();
    program_start(&f->program, run);
    WAIT_FOR(running_said(f, "etherdream:0004a35a17e1 was not found") &&
             running_said(f, "waiting"));
    program_start(&device, sim);
    WAIT_FOR(running_is(f, "state", "\"streaming\""));
    program_finish(&device);
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
}

static void dac_that_is_not_found_ends_with_the_option(void **state)
{
    const char *run[] = {"run", "etherdream:0004a35a17e4", "--headless", NULL};
    struct fixture *f = *state;

    program_start(&f->program, run);
    assert_int_equal(program_wait(&f->program), 1);
    assert_non_null(
        strstr(program_last_line(&f->program, "err"), "--wait-for-dac waits for it"));
}

static void two_devices_of_one_id_are_refused(void **state)
{
    const char *sim[] = {"sim",   "etherdream",        "--bind",  NULL,
                         "--mac", "00:04:a3:5a:17:e3", "--quiet", NULL};
    const char *run[] = {"run", "etherdream:0004a35a17e3", "--headless", NULL};
    struct program devices[2] = {{0}};
    struct fixture *f = *state;

    sim[3] = "127.0.0.62";
    program_start(&devices[0], sim);
    sim[3] = "127.0.0.63";
    program_start(&devices[1], sim);
    program_start(&f->program, run);
    assert_int_equal(program_wait(&f->program), 2);
    assert_true(running_said(f, "127.0.0.62") && running_said(f, "127.0.0.63"));
    assert_true(running_said(f, "etherdream@"));
    program_finish(&devices[0]);
    program_finish(&devices[1]);
}

static void waiting_for_a_dac_ends_with_one_signal(void **state)
{
    struct fixture *f = *state;
    const char *run[] = {"run", "lasercube:0004A35A17E2", "--headless", "--wait-for-dac",
                         NULL};

    program_start(&f->program, run);
    WAIT_FOR(running_said(f, "waiting"));
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
}

/* It listens, and greets only after what once was the end. */
static void silent_device_may_greet_late(void **state)
{
    static const uint8_t greeting[22] = {'a', '?', [4] = 0, [10] = 0x08, 0x07};
    const struct timespec late = {.tv_nsec = 700000000};
    struct fixture *f = *state;
    int fd, port = refusing_port(&fd), line;

    if (!jackd_installed())
        skip();
    assert_int_equal(listen(fd, 4), 0);
    play_on(f, port, NULL);
    line = accept(fd, NULL, NULL);
    assert_true(line >= 0);
    nanosleep(&late, NULL);
    assert_int_equal(write(line, greeting, sizeof greeting), sizeof greeting);
    assert_true(running_said(f, "waiting"));
    assert_true(read(line, (uint8_t[1]){0}, 1) == 1); /* it is talked to */
    assert_false(running_said(f, "gave up"));
    close(line);
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
        WITH_SERVER(position_without_a_colour_is_dark_and_says_the_remedy),
        WITH_SERVER(connection_that_jack_refuses_is_made_when_it_can_be),
        WITH_SERVER(configuration_is_read_again),
        WITH_SERVER(refused_connection_is_status_1_and_names_the_option),
        WITH_SERVER(failure_is_the_last_word_and_told_once),
        WITH_SERVER(refused_connection_may_be_waited_for),
        WITH_SERVER(dac_that_is_switched_on_later_is_waited_for),
        WITH_SERVER(dac_that_is_not_found_ends_with_the_option),
        WITH_SERVER(two_devices_of_one_id_are_refused),
        WITH_SERVER(waiting_for_a_dac_ends_with_one_signal),
        WITH_SERVER(silent_device_may_greet_late),
        WITH_SERVER(latency_that_cannot_hold_is_status_2),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
