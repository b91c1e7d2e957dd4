/* SPDX-License-Identifier: MIT
 *
 * The real program in a terminal, judged by what a simulated DAC played.
 */
#include "view_rig.h"

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

static struct view_rig *lit_view(void **state)
{
    struct view_rig *rig = *state;

    view_start(rig, "xterm", NULL, NULL);
    view_light(rig);
    return rig;
}

static bool is_cooked(const struct view_rig *rig)
{
    struct termios mode;

    return tcgetattr(rig->master, &mode) == 0 && (mode.c_lflag & ICANON) &&
           (mode.c_lflag & ECHO);
}

static void assert_out(struct view_rig *rig, int64_t from_ns)
{
    WAIT_FOR((view_look(rig), rig->ended));
    assert_true(jackd_now_ns() - from_ns < OUT_NS);
}

/* Lit before, and dark in time after. */
static void assert_dark_after(struct view_rig *rig, int64_t from_ns)
{
    int64_t last_ns = view_last_lit_ns(rig);

    assert_true(last_ns > from_ns - 1000 * MS);
    if (last_ns > from_ns + DARK_NS)
        fail_msg("light until %lld ms after", (long long)((last_ns - from_ns) / MS));
}

/* ---- A terminal that goes ----------------------------------------------------------------------- */

/* Nobody sends a signal: the program must see it for itself. */
static void a_closed_terminal_is_dark_and_out(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    now_ns = jackd_now_ns();
    close(rig->master);
    rig->master = -1;
    assert_out(rig, now_ns);
    assert_true(WIFEXITED(rig->status));
    assert_dark_after(rig, now_ns);
}

/* As a shell passes it on when the connection is gone. */
static void a_hang_up_is_dark_and_out(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    now_ns = jackd_now_ns();
    kill(rig->program, SIGHUP);
    assert_out(rig, now_ns);
    assert_int_equal(rig->status, 0);
    assert_true(is_cooked(rig));
    assert_dark_after(rig, now_ns);
}

/* ---- A terminal that is frozen ------------------------------------------------------------------ */

/* Nobody reads, and new sizes make it draw all anew until the buffers are full. */
static void freeze(struct view_rig *rig)
{
    rig->reading = false;
    for (int k = 0; k < 40; k++) {
        const struct winsize size = {.ws_row = 80, .ws_col = (unsigned short)(200 + k)};

        ioctl(rig->master, TIOCSWINSZ, &size);
        usleep(50000);
    }
}

static void a_frozen_terminal_does_not_keep_the_light(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    freeze(rig);
    assert_true(view_is(rig, "lit", "true"));
    now_ns = jackd_now_ns();
    view_type(rig, " ", 1);
    WAIT_FOR(view_is(rig, "armed", "false"));
    kill(rig->program, SIGTERM);
    assert_out(rig, now_ns);
    assert_int_equal(rig->status, 0);
    assert_true(is_cooked(rig));
    assert_dark_after(rig, now_ns);
}

static void flow_control_does_not_keep_the_light(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    view_type(rig, "\023", 1);
    usleep(300000);
    now_ns = jackd_now_ns();
    kill(rig->program, SIGTERM);
    assert_out(rig, now_ns);
    assert_int_equal(rig->status, 0);
    assert_true(view_shows(rig, "\033[?1049l"));
    assert_dark_after(rig, now_ns);
}

/* ---- Keys --------------------------------------------------------------------------------------- */

static void what_is_no_key_does_not_arm(void **state)
{
    static const char *const foreign[] = {
        "\033[a", "\033Oa", "\033a", "\033]11;rgb:aaaa/aaaa/aaaa\033\\", "\033[M`aa", "aa"};
    struct view_rig *rig = *state;

    if (!jackd_installed())
        skip();
    view_start(rig, "xterm", NULL, NULL);
    view_type(rig, "a", 1);
    WAIT_FOR(view_shows(rig, "space: dark"));
    WAIT_FOR(view_is(rig, "state", "\"streaming\""));
    for (size_t k = 0; k < sizeof foreign / sizeof foreign[0]; k++) {
        usleep(400000);
        view_type(rig, foreign[k], strlen(foreign[k]));
    }
    usleep(700000);
    assert_true(view_is(rig, "armed", "false"));
    assert_true(view_is(rig, "dark", "\"disarmed\""));
    assert_int_equal(view_last_lit_ns(rig), 0);
}

static void panic_keys_disarm(void **state)
{
    struct view_rig *rig = *state;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    view_start(rig, "xterm", "--panic-keys", NULL);
    view_light(rig);
    now_ns = jackd_now_ns();
    view_type(rig, "x", 1);
    WAIT_FOR(view_is(rig, "armed", "false"));
    assert_dark_after(rig, now_ns);
}

/* The server hangs; what is asked for meanwhile is refused, and not remembered. */
static void an_arm_while_jack_is_away_makes_no_light(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    now_ns = jackd_now_ns();
    jackd_signal(&rig->server, SIGSTOP);
    WAIT_FOR(view_is(rig, "jack", "false") && view_is(rig, "armed", "false"));
    view_type(rig, "a", 1);
    WAIT_FOR(view_shows(rig, "not armed"));
    jackd_signal(&rig->server, SIGCONT);
    WAIT_FOR(view_is(rig, "jack", "true") && view_is(rig, "feed_running", "true"));
    usleep(700000);
    assert_true(view_is(rig, "armed", "false"));
    assert_dark_after(rig, now_ns);
}

/* ---- Ways out ------------------------------------------------------------------------------------ */

static void the_quit_key_leaves_the_terminal_whole(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    now_ns = jackd_now_ns();
    view_type(rig, "\034", 1); /* Ctrl-\ */
    assert_out(rig, now_ns);
    assert_true(WIFSIGNALED(rig->status) && WTERMSIG(rig->status) == SIGQUIT);
    assert_true(is_cooked(rig));
    assert_true(view_shows(rig, "\033[?1049l"));
    assert_dark_after(rig, now_ns);
}

static void a_crash_is_dark_and_leaves_the_terminal_whole(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    now_ns = jackd_now_ns();
    kill(rig->program, SIGSEGV);
    assert_out(rig, now_ns);
    assert_true(WIFSIGNALED(rig->status));
    assert_true(is_cooked(rig));
    assert_true(view_shows(rig, "\033[?1049l"));
    assert_dark_after(rig, now_ns);
}

static void a_stop_is_dark_and_comes_back_dark(void **state)
{
    struct view_rig *rig;
    int64_t now_ns;

    if (!jackd_installed())
        skip();
    rig = lit_view(state);
    now_ns = jackd_now_ns();
    view_type(rig, "\032", 1); /* Ctrl-Z */
    WAIT_FOR((view_look(rig), WIFSTOPPED(rig->status)));
    assert_true(is_cooked(rig));
    assert_true(view_shows(rig, "\033[?1049l"));
    usleep(1200000);
    memset(rig->seen, ' ', rig->size);
    kill(rig->program, SIGCONT);
    WAIT_FOR(view_shows(rig, "DISARMED") && view_shows(rig, "space: dark"));
    assert_false(is_cooked(rig));
    usleep(500000);
    assert_true(view_is(rig, "armed", "false"));
    assert_dark_after(rig, now_ns);
}

/* ---- Where there is no view ----------------------------------------------------------------------- */

static void a_dumb_terminal_gets_plain_lines(void **state)
{
    struct view_rig *rig = *state;

    if (!jackd_installed())
        skip();
    view_start(rig, "dumb", NULL, NULL);
    WAIT_FOR(view_shows(rig, "beamjack ctl arm"));
    view_type(rig, "a\n", 2);
    WAIT_FOR(view_is(rig, "state", "\"streaming\""));
    assert_null(strchr(rig->seen, '\033'));
    assert_true(view_is(rig, "armed", "false"));
    view_type(rig, "\003", 1);
    WAIT_FOR((view_look(rig), rig->ended));
    assert_int_equal(rig->status, 0);
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
