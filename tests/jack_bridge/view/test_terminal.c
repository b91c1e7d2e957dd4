/* SPDX-License-Identifier: MIT */
#include "view/terminal.h"

#include "jackd.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* A terminal whose other end is this test; the program in it is `act` of a child. */
struct window {
    int master;
    pid_t child;
    char seen[65536];
    size_t size;
};

static void window_open(struct window *window, const char *kind, void (*act)(void))
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};

    memset(window, 0, sizeof *window);
    window->child = forkpty(&window->master, NULL, NULL, &size);
    assert_true(window->child >= 0);
    if (window->child == 0) {
        setenv("TERM", kind, 1);
        alarm(20);
        act();
        _exit(0);
    }
}

static bool sees(struct window *window, const char *words)
{
    struct pollfd look = {.fd = window->master, .events = POLLIN};

    while (poll(&look, 1, 0) > 0 && (look.revents & POLLIN) &&
           window->size < sizeof window->seen - 1) {
        ssize_t count = read(window->master, window->seen + window->size,
                             sizeof window->seen - 1 - window->size);

        if (count <= 0)
            break;
        window->size += (size_t)count;
    }
    return strstr(window->seen, words) != NULL;
}

static int window_status(struct window *window)
{
    int status = 0;

    WAIT_FOR((sees(window, ""), waitpid(window->child, &status, WNOHANG) == window->child));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool is_cooked(const struct window *window)
{
    struct termios mode;

    return tcgetattr(window->master, &mode) == 0 && (mode.c_lflag & ICANON) &&
           (mode.c_lflag & ECHO);
}

static void draw(struct bj_terminal *terminal, const char *words)
{
    static struct bj_screen screen;

    bj_terminal_size(terminal, &screen.columns, &screen.rows);
    for (int k = 0; k < screen.rows; k++)
        snprintf(screen.lines[k].text, sizeof screen.lines[k].text, "%s, row %d", words, k);
    bj_terminal_draw(terminal, &screen);
}

/* ---- In the window ---------------------------------------------------------------------------- */

static struct bj_terminal *take_it(void)
{
    struct bj_terminal *terminal = bj_terminal_create();

    if (!terminal)
        _exit(70);
    return terminal;
}

/* Draws, waits for a byte, draws again, and goes. */
static void draw_and_go(void)
{
    struct bj_terminal *terminal = take_it();
    char byte = 0;

    draw(terminal, "first");
    while (bj_terminal_read(terminal, &byte, 1) == 0)
        usleep(1000);
    draw(terminal, "second");
    bj_terminal_leave(terminal);
    draw(terminal, "never");
    bj_terminal_destroy(terminal);
    _exit(byte == 'x' ? 0 : 71);
}

/* Nobody reads: none of it may take long. */
static void draw_in_vain(void)
{
    struct bj_terminal *terminal = take_it();
    int64_t begin_ns = jackd_now_ns();

    for (int k = 0; k < 2000; k++)
        draw(terminal, k & 1 ? "odd" : "even");
    bj_terminal_leave(terminal);
    _exit(jackd_now_ns() - begin_ns < 3 * BJ_NS_PER_S ? 0 : 72);
}

static void wait_for_its_end(void)
{
    struct bj_terminal *terminal;
    char byte;

    signal(SIGHUP, SIG_IGN);
    terminal = take_it();
    draw(terminal, "there");
    while (bj_terminal_read(terminal, &byte, 1) == 0) {
        draw(terminal, "still there");
        usleep(1000);
    }
    bj_terminal_leave(terminal);
    _exit(73);
}

static void crash(void)
{
    struct bj_terminal *terminal = take_it();

    draw(terminal, "there");
    usleep(100000);
    bj_terminal_give_back(terminal);
    _exit(74);
}

static void refuse_it(void)
{
    _exit(bj_terminal_create() ? 75 : 0);
}

/* ---- From outside ------------------------------------------------------------------------------- */

static void it_is_taken_drawn_on_and_given_back(void **state)
{
    static struct window window;

    (void)state;
    window_open(&window, "xterm", draw_and_go);
    WAIT_FOR(sees(&window, "first, row 23"));
    assert_true(sees(&window, "\033[?1049h"));
    assert_false(is_cooked(&window));
    assert_int_equal(write(window.master, "x", 1), 1);
    assert_int_equal(window_status(&window), 0);
    assert_true(sees(&window, "second, row 23"));
    assert_true(sees(&window, "\033[?1049l"));
    assert_false(sees(&window, "never"));
    assert_true(is_cooked(&window));
    close(window.master);
}

static void a_frozen_one_holds_up_nothing(void **state)
{
    static struct window window;
    int status = 0;

    (void)state;
    window_open(&window, "xterm", draw_in_vain);
    WAIT_FOR(waitpid(window.child, &status, WNOHANG) == window.child);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(is_cooked(&window));
    close(window.master);
}

static void a_stopped_one_is_given_back_whole(void **state)
{
    static struct window window;

    (void)state;
    window_open(&window, "xterm", draw_and_go);
    WAIT_FOR(sees(&window, "first, row 23"));
    assert_int_equal(write(window.master, "\023", 1), 1); /* Ctrl-S */
    assert_int_equal(write(window.master, "x", 1), 1);
    assert_int_equal(window_status(&window), 0);
    assert_true(sees(&window, "\033[?1049l"));
    assert_true(is_cooked(&window));
    close(window.master);
}

static void one_that_is_gone_says_so(void **state)
{
    static struct window window;
    int status = 0;

    (void)state;
    window_open(&window, "xterm", wait_for_its_end);
    WAIT_FOR(sees(&window, "there"));
    close(window.master);
    WAIT_FOR(waitpid(window.child, &status, WNOHANG) == window.child);
    assert_int_equal(WEXITSTATUS(status), 73);
}

static void a_crash_gives_it_back(void **state)
{
    static struct window window;

    (void)state;
    window_open(&window, "xterm", crash);
    assert_int_equal(window_status(&window), 74);
    assert_true(sees(&window, "\033[?1049l"));
    assert_true(is_cooked(&window));
    close(window.master);
}

static void one_that_cannot_be_drawn_on_is_refused(void **state)
{
    const char *const kinds[] = {"dumb", "beamjack-nonsense", ""};

    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        static struct window window;

        window_open(&window, kinds[k], refuse_it);
        assert_int_equal(window_status(&window), 0);
        assert_false(sees(&window, "\033"));
        assert_true(is_cooked(&window));
        close(window.master);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_taken_drawn_on_and_given_back),
        cmocka_unit_test(a_frozen_one_holds_up_nothing),
        cmocka_unit_test(a_stopped_one_is_given_back_whole),
        cmocka_unit_test(one_that_is_gone_says_so),
        cmocka_unit_test(a_crash_gives_it_back),
        cmocka_unit_test(one_that_cannot_be_drawn_on_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
