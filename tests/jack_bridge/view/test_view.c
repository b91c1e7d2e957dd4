/* SPDX-License-Identifier: MIT
 *
 * The real program in a terminal, judged by what a simulated DAC played.
 */
#include "view_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define MS INT64_C(1000000)
#define DARK_NS (250 * MS) /* the target buffer, a wake-up, and a busy machine */
#define OUT_NS (3000 * MS) /* an end in order */

static struct view_fixture *lit_view(void **state)
{
    struct view_fixture *fixture = *state;

    view_start(fixture, "xterm", NULL, NULL);
    view_light(fixture);
    return fixture;
}

static bool is_cooked(const struct view_fixture *fixture)
{
    struct termios mode;

    return tcgetattr(fixture->master, &mode) == 0 && (mode.c_lflag & ICANON) &&
           (mode.c_lflag & ECHO);
}

static void assert_out(struct view_fixture *fixture, int64_t from_ns)
{
    WAIT_FOR((view_look(fixture), fixture->ended));
    assert_true(jackd_now_ns() - from_ns < OUT_NS);
}

/* Lit before, and dark in time after. */
static void assert_dark_after(struct view_fixture *fixture, int64_t from_ns)
{
    int64_t last_ns = view_last_lit_ns(fixture);

    assert_true(last_ns > from_ns - 1000 * MS);
    if (last_ns > from_ns + DARK_NS)
        fail_msg("light until %lld ms after", (long long)((last_ns - from_ns) / MS));
}

/* ---- A terminal that goes ------------------------------------------------------------ */

/* Nobody sends a signal: the program must see it for itself. */
static void a_closed_terminal_is_dark_and_out(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    now_ns = jackd_now_ns();
    close(fixture->master);
    fixture->master = -1;
    assert_out(fixture, now_ns);
    assert_true(WIFEXITED(fixture->status));
    assert_dark_after(fixture, now_ns);
}

/* As a shell passes it on when the connection is gone. */
static void a_hang_up_is_dark_and_out(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    now_ns = jackd_now_ns();
    kill(fixture->program, SIGHUP);
    assert_out(fixture, now_ns);
    assert_int_equal(fixture->status, 0);
    assert_true(is_cooked(fixture));
    assert_dark_after(fixture, now_ns);
}

/* ---- A terminal that is frozen ------------------------------------------------------- */

/* Nobody reads, and new sizes make it draw all anew until the buffers are full. */
static void freeze(struct view_fixture *fixture)
{
    fixture->reading = false;
    for (int k = 0; k < 40; k++) {
        const struct winsize size = {.ws_row = 80, .ws_col = (unsigned short)(200 + k)};

        ioctl(fixture->master, TIOCSWINSZ, &size);
        usleep(50000);
    }
}

static void a_frozen_terminal_does_not_keep_the_light(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    freeze(fixture);
    assert_true(view_is(fixture, "lit", "true"));
    now_ns = jackd_now_ns();
    view_type(fixture, " ", 1);
    WAIT_FOR(view_is(fixture, "armed", "false"));
    kill(fixture->program, SIGTERM);
    assert_out(fixture, now_ns);
    assert_int_equal(fixture->status, 0);
    assert_true(is_cooked(fixture));
    assert_dark_after(fixture, now_ns);
}

static void flow_control_does_not_keep_the_light(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    view_type(fixture, "\023", 1);
    usleep(300000);
    now_ns = jackd_now_ns();
    kill(fixture->program, SIGTERM);
    assert_out(fixture, now_ns);
    assert_int_equal(fixture->status, 0);
    assert_true(view_shows(fixture, "\033[?1049l"));
    assert_dark_after(fixture, now_ns);
}

/* ---- Keys ---------------------------------------------------------------------------- */

static void what_is_no_key_does_not_arm(void **state)
{
    static const char *const foreign[] = {
        "\033[a", "\033Oa", "\033a", "\033]11;rgb:aaaa/aaaa/aaaa\033\\", "\033[M`aa", "aa"};
    struct view_fixture *fixture = *state;

    if (!jackd_installed())
        skip();
    view_start(fixture, "xterm", NULL, NULL);
    view_type(fixture, "a", 1);
    WAIT_FOR(view_shows(fixture, "space: dark"));
    WAIT_FOR(view_is(fixture, "state", "\"streaming\""));
    for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++) {
        usleep(400000);
        view_type(fixture, foreign[k], strlen(foreign[k]));
    }
    usleep(700000);
    assert_true(view_is(fixture, "armed", "false"));
    assert_true(view_is(fixture, "dark", "\"disarmed\""));
    assert_int_equal(view_last_lit_ns(fixture), 0);
}

static void panic_keys_disarm(void **state)
{
    struct view_fixture *fixture = *state;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    view_start(fixture, "xterm", "--panic-keys", NULL);
    view_light(fixture);
    now_ns = jackd_now_ns();
    view_type(fixture, "x", 1);
    WAIT_FOR(view_is(fixture, "armed", "false"));
    assert_dark_after(fixture, now_ns);
}

/* The server hangs; what is asked for meanwhile is refused, and not remembered. */
static void an_arm_while_jack_is_away_makes_no_light(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    now_ns = jackd_now_ns();
    jackd_signal(&fixture->server, SIGSTOP);
    WAIT_FOR(view_is(fixture, "jack", "false") && view_is(fixture, "armed", "false"));
    view_type(fixture, "a", 1);
    WAIT_FOR(view_shows(fixture, "not armed"));
    jackd_signal(&fixture->server, SIGCONT);
    WAIT_FOR(view_is(fixture, "jack", "true") && view_is(fixture, "feed_running", "true"));
    usleep(700000);
    assert_true(view_is(fixture, "armed", "false"));
    assert_dark_after(fixture, now_ns);
}

/* ---- Ways out ------------------------------------------------------------------------ */

static void the_quit_key_leaves_the_terminal_whole(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    now_ns = jackd_now_ns();
    view_type(fixture, "\034", 1); /* Ctrl-\ */
    assert_out(fixture, now_ns);
    assert_true(WIFSIGNALED(fixture->status) && WTERMSIG(fixture->status) == SIGQUIT);
    assert_true(is_cooked(fixture));
    assert_true(view_shows(fixture, "\033[?1049l"));
    assert_dark_after(fixture, now_ns);
}

static void a_crash_is_dark_and_leaves_the_terminal_whole(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    now_ns = jackd_now_ns();
    kill(fixture->program, SIGSEGV);
    assert_out(fixture, now_ns);
    assert_true(WIFSIGNALED(fixture->status));
    assert_true(is_cooked(fixture));
    assert_true(view_shows(fixture, "\033[?1049l"));
    assert_dark_after(fixture, now_ns);
}

static void a_stop_is_dark_and_comes_back_dark(void **state)
{
    struct view_fixture *fixture;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    fixture = lit_view(state);
    now_ns = jackd_now_ns();
    view_type(fixture, "\032", 1); /* Ctrl-Z */
    WAIT_FOR((view_look(fixture), WIFSTOPPED(fixture->status)));
    assert_true(is_cooked(fixture));
    assert_true(view_shows(fixture, "\033[?1049l"));
    usleep(1200000);
    memset(fixture->seen, ' ', fixture->size);
    kill(fixture->program, SIGCONT);
    WAIT_FOR(view_shows(fixture, "DISARMED") && view_shows(fixture, "space: dark"));
    assert_false(is_cooked(fixture));
    usleep(500000);
    assert_true(view_is(fixture, "armed", "false"));
    assert_dark_after(fixture, now_ns);
}

/* ---- Where there is no view ---------------------------------------------------------- */

static void a_dumb_terminal_gets_plain_lines(void **state)
{
    struct view_fixture *fixture = *state;

    if (!jackd_installed())
        skip();
    view_start(fixture, "dumb", NULL, NULL);
    WAIT_FOR(view_shows(fixture, "beamjack ctl arm"));
    view_type(fixture, "a\n", 2);
    WAIT_FOR(view_is(fixture, "state", "\"streaming\""));
    assert_null(strchr(fixture->seen, '\033'));
    assert_true(view_is(fixture, "armed", "false"));
    view_type(fixture, "\003", 1);
    WAIT_FOR((view_look(fixture), fixture->ended));
    assert_int_equal(fixture->status, 0);
}

#define VIEWED(test) cmocka_unit_test_setup_teardown(test, view_set_up, view_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIEWED(a_closed_terminal_is_dark_and_out),
        VIEWED(a_hang_up_is_dark_and_out),
        VIEWED(a_frozen_terminal_does_not_keep_the_light),
        VIEWED(flow_control_does_not_keep_the_light),
        VIEWED(what_is_no_key_does_not_arm),
        VIEWED(panic_keys_disarm),
        VIEWED(an_arm_while_jack_is_away_makes_no_light),
        VIEWED(the_quit_key_leaves_the_terminal_whole),
        VIEWED(a_crash_is_dark_and_leaves_the_terminal_whole),
        VIEWED(a_stop_is_dark_and_comes_back_dark),
        VIEWED(a_dumb_terminal_gets_plain_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
