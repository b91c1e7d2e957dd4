/* SPDX-License-Identifier: MIT
 *
 * A bridge without a view, told from outside.
 */
#include "running.h"

#include "json.h"

#include <beamjack/core.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[40];

static int set_up(void **state)
{
    strcpy(folder, "/tmp/beamjack-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("XDG_RUNTIME_DIR", folder, 1);
    return running_set_up(state);
}

static int tear_down(void **state)
{
    char command[80];

    (void)running_tear_down(state);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

struct reply {
    int status;
    char out[8192], err[1024];
};

/* What `beamjack ctl` with these words says. */
static struct reply ctl(const char *a, const char *b, const char *c)
{
    const char *words[] = {"ctl", a, b, c, NULL};
    struct program program = {0};
    struct reply reply;

    program_start(&program, words);
    reply.status = program_wait(&program);
    snprintf(reply.out, sizeof reply.out, "%s", program_text(&program, "out"));
    snprintf(reply.err, sizeof reply.err, "%s", program_text(&program, "err"));
    program_finish(&program);
    return reply;
}

static bool says(const struct reply *reply, int status, const char *words)
{
    return reply->status == status && strstr(reply->err, words);
}

static void a_service_is_armed_and_disarmed_from_outside(void **state)
{
    struct fixture *f = *state;
    struct reply reply;
    char value[40];

    if (!jackd_installed())
        skip();
    running_start(f, "--connect", "source:out_*", NULL, NULL);
    WAIT_FOR(running_is(f, "state", "\"streaming\"") &&
             running_is(f, "connected", "\"xyrgbi\""));
    assert_true(running_is(f, "armed", "false"));
    assert_int_equal(ctl("arm", NULL, NULL).status, 0);
    WAIT_FOR(running_is(f, "lit", "true"));
    reply = ctl("status", "--name", "beamjack");
    assert_int_equal(reply.status, 0);
    assert_true(json_is_object(reply.out));
    assert_true(json_get(reply.out, "armed", value, sizeof value));
    assert_string_equal(value, "true");
    assert_int_equal(ctl("disarm", NULL, NULL).status, 0);
    reply = ctl("status", NULL, NULL);
    assert_true(json_get(reply.out, "armed", value, sizeof value));
    assert_string_equal(value, "false");
    WAIT_FOR(running_is(f, "lit", "false"));
    assert_int_equal(ctl("stop", NULL, NULL).status, 0);
    assert_int_equal(program_wait(&f->program), 0);
}

/* A simulated Ether Dream that is in emergency stop; its address. */
static const char *stopped_dac(struct program *sim)
{
    static const char *const words[] = {"sim",   "etherdream", "--port",  "0", "--fault",
                                        "estop", "--json",     "%F/json", NULL};
    static char dac[60];
    const char *line;

    program_start(sim, words);
    WAIT_FOR(strchr(line = program_text(sim, "out"), '\n') && strrchr(line, ':'));
    snprintf(dac, sizeof dac, "etherdream@127.0.0.1:%d", atoi(strrchr(line, ':') + 1));
    return dac;
}

static double sim_number(struct program *sim, const char *key)
{
    return json_number(program_last_line(sim, "json"), key);
}

static void end_both(struct fixture *f, struct program *sim)
{
    assert_int_equal(ctl("stop", NULL, NULL).status, 0);
    assert_int_equal(program_wait(&f->program), 0);
    program_signal(sim, SIGTERM);
    assert_int_equal(program_wait(sim), 0);
}

static void a_service_brings_a_stopped_dac_back(void **state)
{
    struct fixture *f = *state;
    struct program sim = {0};

    if (!jackd_installed())
        skip();
    running_start_on(f, stopped_dac(&sim), "--connect", "source:out_*", NULL, NULL);
    WAIT_FOR(running_is(f, "state", "\"fault\""));
    assert_true(running_is(f, "armed", "false"));
    WAIT_FOR(running_is(f, "connected", "\"xyrgbi\""));
    assert_true(sim_number(&sim, "clears") == 0);
    assert_int_equal(ctl("arm", NULL, NULL).status, 0);
    WAIT_FOR(running_is(f, "lit", "true"));
    end_both(f, &sim);
    assert_true(sim_number(&sim, "clears") >= 1);
    assert_true(sim_number(&sim, "lit_played") > 0);
    program_finish(&sim);
}

static void armed_from_the_start_it_comes_back_by_itself(void **state)
{
    struct fixture *f = *state;
    struct program sim = {0};

    if (!jackd_installed())
        skip();
    running_start_on(f, stopped_dac(&sim), "--connect", "source:out_*", "--wait-for-dac",
                     "--arm");
    WAIT_FOR(running_is(f, "lit", "true"));
    end_both(f, &sim);
    assert_true(sim_number(&sim, "clears") >= 1);
    assert_true(sim_number(&sim, "lit_played") > 0);
    program_finish(&sim);
}

static void an_arm_without_jack_is_refused_with_the_reason(void **state)
{
    struct fixture *f = *state;
    struct reply reply;

    if (!jackd_installed())
        skip();
    running_start(f, NULL, NULL, NULL, NULL);
    WAIT_FOR(running_is(f, "state", "\"streaming\""));
    jackd_signal(&f->server, SIGKILL);
    WAIT_FOR(running_is(f, "jack", "false"));
    reply = ctl("arm", NULL, NULL);
    assert_true(says(&reply, 1, "JACK"));
    WAIT_FOR(running_is(f, "dark", "\"the JACK server is away\""));
    assert_true(running_is(f, "armed", "false"));
    assert_int_equal(ctl("stop", NULL, NULL).status, 0);
    assert_int_equal(program_wait(&f->program), 0);
}

/* An id that nobody has: it is searched for 5 s, and again and again. */
static void while_it_searches_it_says_so(void **state)
{
    static const char *const words[] = {
        "run", "etherdream:00000000dead", "--headless", "--wait-for-dac", "--arm", NULL};
    struct fixture *f = *state;
    struct reply reply;
    char value[80];

    program_start(&f->program, words);
    WAIT_FOR(running_said(f, "takes control commands"));
    reply = ctl("status", NULL, NULL);
    assert_int_equal(reply.status, 0);
    assert_true(json_is_object(reply.out));
    assert_true(json_get(reply.out, "state", value, sizeof value));
    assert_string_equal(value, "\"searching\"");
    assert_true(json_get(reply.out, "dac", value, sizeof value));
    assert_string_equal(value, "\"etherdream:00000000dead\"");
    reply = ctl("arm", NULL, NULL);
    assert_true(says(&reply, 1, "not armed: searching for etherdream:00000000dead"));
    assert_int_equal(ctl("disarm", NULL, NULL).status, 0);
    WAIT_FOR(running_said(f, "waiting"));
    reply = ctl("status", NULL, NULL);
    assert_true(json_get(reply.out, "dark", value, sizeof value));
    assert_string_equal(value, "\"the DAC is still searched for\"");
    assert_int_equal(ctl("stop", NULL, NULL).status, 0);
    assert_int_equal(program_wait(&f->program), 0);
}

/* A bridge that hangs is told from one that is not there. */
static void one_that_hangs_is_given_up(void **state)
{
    struct fixture *f = *state;
    struct reply reply;

    if (!jackd_installed())
        skip();
    running_start(f, NULL, NULL, NULL, NULL);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    program_signal(&f->program, SIGSTOP);
    reply = ctl("disarm", NULL, NULL);
    assert_true(says(&reply, 1, "hang"));
    program_signal(&f->program, SIGKILL);
    assert_int_equal(program_wait(&f->program), 128 + SIGKILL);
    reply = ctl("disarm", NULL, NULL); /* its socket is still there */
    assert_true(says(&reply, 1, "no beamjack runs"));
    reply = ctl("disarm", "--name", "beamjack");
    assert_true(says(&reply, 1, "refused"));
}

static void of_several_one_must_be_named(void **state)
{
    struct fixture *f = *state, other = *f;
    struct reply reply;

    if (!jackd_installed())
        skip();
    running_start(f, NULL, NULL, NULL, NULL);
    WAIT_FOR(running_number(f, "frames_pushed") > 0);
    running_start(&other, "--client-name", "B\xc3\xbchne links", NULL, NULL);
    WAIT_FOR(running_number(&other, "frames_pushed") > 0);
    reply = ctl("stop", NULL, NULL);
    assert_true(says(&reply, 2, "B\xc3\xbchne links"));
    assert_int_equal(ctl("stop", "--name", "B\xc3\xbchne links").status, 0);
    assert_int_equal(program_wait(&other.program), 0);
    program_finish(&other.program);
    assert_int_equal(ctl("stop", NULL, NULL).status, 0);
    assert_int_equal(program_wait(&f->program), 0);
}

/* ---- A pipe that nobody reads -------------------------------------------------------- */

static int full_pipe(char path[60])
{
    static const char byte[4096];
    int fd;

    snprintf(path, 60, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_NONBLOCK);
    assert_true(fd >= 0);
    while (write(fd, byte, sizeof byte) > 0 || write(fd, byte, 1) > 0)
        continue;
    return fd;
}

static void a_full_stderr_holds_up_nothing(void **state)
{
    struct fixture *f = *state;
    char path[60];
    int fd = full_pipe(path);
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    f->program.err = path;
    running_start(f, "--connect", "source:out_*", NULL, NULL);
    WAIT_FOR(running_is(f, "connected", "\"xyrgbi\""));
    assert_int_equal(ctl("arm", NULL, NULL).status, 0);
    WAIT_FOR(running_is(f, "lit", "true"));
    now_ns = jackd_now_ns();
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
    assert_true(jackd_now_ns() - now_ns < 3 * BJ_NS_PER_S);
    assert_true(running_is(f, "lit", "false"));
    assert_true(running_is(f, "armed", "false"));
    assert_true(running_is(f, "state", "\"done\""));
    close(fd);
}

static void a_full_stdout_holds_up_nothing(void **state)
{
    struct fixture *f = *state;
    char path[60];
    int fd = full_pipe(path);
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    f->program.out = path;
    running_start(f, "--connect", "source:out_*", "--status-json", "-");
    WAIT_FOR(running_said(f, "no view") || running_said(f, "streaming"));
    WAIT_FOR(ctl("arm", NULL, NULL).status == 0);
    assert_int_equal(ctl("disarm", NULL, NULL).status, 0);
    now_ns = jackd_now_ns();
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
    assert_true(jackd_now_ns() - now_ns < 3 * BJ_NS_PER_S);
    close(fd);
}

static void a_configuration_that_hangs_holds_up_nothing(void **state)
{
    struct fixture *f = *state;
    char path[60];
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    snprintf(path, sizeof path, "%s/conf", folder);
    fclose(fopen(path, "w"));
    running_start(f, "--connect", "source:out_*", "--config", path);
    WAIT_FOR(running_is(f, "state", "\"streaming\"") &&
             running_is(f, "connected", "\"xyrgbi\""));
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes to it */
    program_signal(&f->program, SIGHUP);
    assert_int_equal(ctl("disarm", NULL, NULL).status, 0);
    assert_int_equal(ctl("arm", NULL, NULL).status, 0);
    assert_int_equal(ctl("status", NULL, NULL).status, 0);
    WAIT_FOR(running_is(f, "lit", "true"));
    now_ns = jackd_now_ns();
    program_signal(&f->program, SIGTERM);
    assert_int_equal(program_wait(&f->program), 0);
    assert_true(jackd_now_ns() - now_ns < 3 * BJ_NS_PER_S);
}

/* ---- Strangers ----------------------------------------------------------------------- */

static int stranger(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/beamjack.beamjack.sock",
             folder);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void strangers_harm_nothing(void **state)
{
    struct fixture *f = *state;
    static char rubbish[100000];
    int fds[200];

    if (!jackd_installed())
        skip();
    running_start(f, "--connect", "source:out_*", "--arm", NULL);
    WAIT_FOR(running_is(f, "lit", "true"));
    memset(rubbish, 'a', sizeof rubbish);
    for (size_t k = 0; k < sizeof fds / sizeof fds[0]; k++) {
        fds[k] = stranger();
        if (fds[k] >= 0 && k % 3 &&
            send(fds[k], rubbish, k % 3 == 1 ? 5 : sizeof rubbish,
                 MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            close(fds[k]), fds[k] = -1;
    }
    assert_true(running_is(f, "lit", "true"));
    assert_int_equal(ctl("disarm", NULL, NULL).status, 0);
    WAIT_FOR(running_is(f, "armed", "false"));
    for (size_t k = 0; k < sizeof fds / sizeof fds[0]; k++)
        close(fds[k]);
    assert_int_equal(ctl("stop", NULL, NULL).status, 0);
    assert_int_equal(program_wait(&f->program), 0);
}

static void wrong_usage_is_status_2(void **state)
{
    struct reply reply = ctl(NULL, NULL, NULL);

    (void)state;
    assert_true(says(&reply, 2, "arm, disarm, stop, status"));
    reply = ctl("dance", NULL, NULL);
    assert_true(says(&reply, 2, "arm, disarm, stop, status"));
    reply = ctl("arm", "arm", NULL);
    assert_true(says(&reply, 2, "one word too many"));
    reply = ctl("arm", "--name", "nobody");
    assert_true(says(&reply, 1, "nobody"));
    reply = ctl("--help", NULL, NULL);
    assert_int_equal(reply.status, 0);
    assert_non_null(strstr(reply.out, "disarm"));
    unsetenv("XDG_RUNTIME_DIR");
    reply = ctl("arm", NULL, NULL);
    assert_true(says(&reply, 1, "XDG_RUNTIME_DIR"));
}

#define TOLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOLD(a_service_is_armed_and_disarmed_from_outside),
        TOLD(a_service_brings_a_stopped_dac_back),
        TOLD(armed_from_the_start_it_comes_back_by_itself),
        TOLD(an_arm_without_jack_is_refused_with_the_reason),
        TOLD(while_it_searches_it_says_so),
        TOLD(one_that_hangs_is_given_up),
        TOLD(of_several_one_must_be_named),
        TOLD(strangers_harm_nothing),
        TOLD(wrong_usage_is_status_2),
        TOLD(a_full_stderr_holds_up_nothing),
        TOLD(a_full_stdout_holds_up_nothing),
        TOLD(a_configuration_that_hangs_holds_up_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
