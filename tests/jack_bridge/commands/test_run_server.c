/* SPDX-License-Identifier: MIT */
#include "running.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

static void killed_server_comes_back_with_connections_and_dark(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--arm", NULL, NULL, NULL);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    running_connect_all(f);
    WAIT_FOR(running_is(f, "lit", "true"));
    source_close(&f->source);
    WAIT_FOR(running_is(f, "lit", "false"));
    source_open(&f->source, &f->server);
    running_connect_all(f);
    WAIT_FOR(running_is(f, "lit", "true"));

    jackd_signal(&f->server, SIGKILL);
    source_close(&f->source);
    WAIT_FOR(running_is(f, "jack", "false"));
    WAIT_FOR(running_is(f, "lit", "false"));
    jackd_start(&f->server, 44100, 128);
    source_open(&f->source, &f->server);
    WAIT_FOR(running_is(f, "jack", "true") && running_is(f, "connected", "\"xyrgb-\""));
    assert_true(running_is(f, "client", "\"beamjack\""));
    assert_true(running_is(f, "jack_rate", "44100"));
    assert_true(running_is(f, "pps", "48000"));
    assert_true(running_is(f, "armed", "false"));
}

static void a_rate_that_cannot_be_played_is_dark_and_disarmed(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(running_is(f, "lit", "true"));
    jackd_signal(&f->server, SIGKILL);
    source_close(&f->source);
    WAIT_FOR(running_is(f, "jack", "false"));
    jackd_start(&f->server, 400000, 4096);
    source_open(&f->source, &f->server);
    WAIT_FOR(running_is(f, "jack_rate", "400000"));
    WAIT_FOR(running_is(f, "connected", "\"xyrgbi\""));
    assert_true(running_is(f, "armed", "false"));
    assert_true(running_is(f, "dark", "\"JACK's sample rate cannot be played\""));
    assert_true(running_said(f, "400000 Hz, which cannot be played: dark and disarmed"));
    jackd_signal(&f->server, SIGKILL);
    source_close(&f->source);
    WAIT_FOR(running_is(f, "jack", "false"));
    jackd_start(&f->server, 44100, 256);
    source_open(&f->source, &f->server);
    WAIT_FOR(running_is(f, "feed_running", "true"));
    assert_true(running_is(f, "armed", "false"));
    assert_true(running_is(f, "dark", "\"disarmed\""));
}

/* A server that begins with it is refused in words. */
static void a_start_at_such_a_rate_is_refused(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    source_close(&f->source);
    jackd_signal(&f->server, SIGKILL);
    jackd_start(&f->server, 400000, 4096);
    running_start(f, NULL, NULL, NULL, NULL);
    assert_int_equal(program_wait(&f->program), 1);
    assert_true(running_said(
        f, "400000 Hz, which cannot be played; start it at 1000 to 384000 Hz"));
}

static void stopped_server_is_dark_and_ends_with_ctrl_c(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(running_is(f, "lit", "true"));
    jackd_signal(&f->server, SIGSTOP);
    WAIT_FOR(running_is(f, "lit", "false"));
    WAIT_FOR(running_said(f, "hangs"));
    program_signal(&f->program, SIGINT);
    assert_int_equal(program_wait(&f->program), 0);
    jackd_signal(&f->server, SIGCONT);
}

/* It is asked again and again, and then does not answer any more. */
static void question_that_hangs_holds_up_nothing(void **state)
{
    struct fixture *f = *state;
    jack_client_t *late;

    if (!jackd_installed())
        skip();
    late =
        jack_client_open("late", JackNoStartServer | JackServerName, NULL, f->server.name);
    assert_non_null(late);
    assert_non_null(
        jack_port_register(late, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0));
    running_start(f, "--connect", "x=late:out", NULL, NULL);
    WAIT_FOR(running_said(f, "JACK refuses to connect late:out"));
    jackd_signal(&f->server, SIGSTOP);
    WAIT_FOR(running_said(f, "hangs"));
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
    jackd_signal(&f->server, SIGCONT);
    jack_client_close(late);
}

static void hung_server_ends_the_start_in_words(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    jackd_signal(&f->server, SIGSTOP);
    running_start(f, NULL, NULL, NULL, NULL);
    assert_int_equal(program_wait(&f->program), 1);
    assert_true(running_said(f, f->server.name));
    assert_true(running_said(f, "does not answer"));
    jackd_signal(&f->server, SIGCONT);
}

static void hung_server_may_be_waited_for(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    jackd_signal(&f->server, SIGSTOP);
    running_start(f, "--wait-for-jack", NULL, NULL, NULL);
    WAIT_FOR(running_said(f, "does not answer"));
    jackd_signal(&f->server, SIGCONT);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
}

static void server_loss_ends_the_run_if_asked(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--on-shutdown", "exit", NULL, NULL);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    jackd_signal(&f->server, SIGKILL);
    assert_int_equal(program_wait(&f->program), 1);
    source_close(&f->source);
}

static void freewheeling_disarms(void **state)
{
    struct fixture *f = *state;

    if (!jackd_installed())
        skip();
    running_start(f, "--arm", "--connect", "source:out_*", NULL);
    WAIT_FOR(running_is(f, "lit", "true"));
    assert_int_equal(jack_set_freewheel(f->source.client, 1), 0);
    WAIT_FOR(running_is(f, "freewheel", "true") && running_is(f, "armed", "false"));
    assert_true(running_is(f, "lit", "false"));
    assert_int_equal(jack_set_freewheel(f->source.client, 0), 0);
    WAIT_FOR(running_is(f, "freewheel", "false") && running_is(f, "feed_running", "true"));
    assert_true(running_is(f, "armed", "false"));
    assert_true(running_is(f, "lit", "false"));
}

#define WITH_SERVER(test)                                                                  \
    cmocka_unit_test_setup_teardown(test, running_set_up, running_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(killed_server_comes_back_with_connections_and_dark),
        WITH_SERVER(a_rate_that_cannot_be_played_is_dark_and_disarmed),
        WITH_SERVER(a_start_at_such_a_rate_is_refused),
        WITH_SERVER(stopped_server_is_dark_and_ends_with_ctrl_c),
        WITH_SERVER(question_that_hangs_holds_up_nothing),
        WITH_SERVER(hung_server_ends_the_start_in_words),
        WITH_SERVER(hung_server_may_be_waited_for),
        WITH_SERVER(server_loss_ends_the_run_if_asked),
        WITH_SERVER(freewheeling_disarms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
