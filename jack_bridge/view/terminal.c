/* SPDX-License-Identifier: MIT */
#include "view/terminal.h"

#include "view/terminal_sequences.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define OUT_SIZE 32768 /* what one draw may send */
struct bj_terminal {
    pthread_mutex_t
        mutex; /* held while bytes are given to the terminal, which never waits */
    int fd;    /* non-blocking, not shared with anybody */
    struct termios before;
    atomic_bool away; /* left to the shell */
    bool fresh;       /* what is on it is not known */
    struct bj_sequences sequences;
    size_t out_size, out_done; /* not yet taken by the terminal */
    char out[OUT_SIZE];
    struct bj_screen shown;
};

/* ---- Opening ---------------------------------------------------------------------------------- */

static bool in_foreground(int fd)
{
    pid_t group = tcgetpgrp(fd);

    return group < 0 || group == getpgrp(); /* not of our session: nobody else's */
}

/* A file of our own, so that nobody else has to bear that it does not wait. */
static int open_anew(void)
{
    char name[256];

    if (tcgetpgrp(STDIN_FILENO) >= 0 && tcgetpgrp(STDOUT_FILENO) >= 0) /* our session's */
        return open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (ttyname_r(STDOUT_FILENO, name, sizeof name) != 0)
        return -1;
    return open(name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Only names in UTF-8 can be shown as they are. */
static void set_characters(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C");
}

static bool is_ours(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && in_foreground(STDIN_FILENO) &&
           getenv("TERM") != NULL;
}

struct bj_terminal *bj_terminal_create(void)
{
    struct bj_terminal *terminal;

    if (!is_ours())
        return NULL;
    terminal = calloc(1, sizeof *terminal);
    if (!terminal)
        return NULL;
    set_characters();
    pthread_mutex_init(&terminal->mutex, NULL);
    terminal->away = true;
    terminal->fd = open_anew();
    if (bj_sequences_find(&terminal->sequences, getenv("TERM")) && terminal->fd >= 0 &&
        tcgetattr(terminal->fd, &terminal->before) == 0 && bj_terminal_enter(terminal))
        return terminal;
    bj_terminal_destroy(terminal);
    return NULL;
}

void bj_terminal_destroy(struct bj_terminal *terminal)
{
    if (!terminal)
        return;
    if (terminal->fd >= 0)
        close(terminal->fd);
    pthread_mutex_destroy(&terminal->mutex);
    free(terminal);
}

int bj_terminal_fd(const struct bj_terminal *terminal)
{
    return terminal->fd;
}

bool bj_terminal_listens(const struct bj_terminal *terminal)
{
    return in_foreground(terminal->fd);
}

/* ---- Taking it and giving it back --------------------------------------------------------------- */

static bool set_mode(const struct bj_terminal *terminal)
{
    struct termios mode = terminal->before;

    mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    return tcsetattr(terminal->fd, TCSANOW, &mode) == 0;
}

/* As much as it takes at once. */
static void send_now(const struct bj_terminal *terminal, const char *text)
{
    if (write(terminal->fd, text, strlen(text)) < 0)
        return; /* frozen: the shell will have to */
}

void bj_terminal_give_back(struct bj_terminal *terminal)
{
    if (!in_foreground(terminal->fd))
        return;
    tcflow(terminal->fd, TCOOFF); /* both together undo a Ctrl-S */
    tcflow(terminal->fd, TCOON);
    if (terminal->out_done < terminal->out_size)
        send_now(terminal, "\030"); /* ends a sequence that was cut */
    send_now(terminal, terminal->sequences.end);
    tcsetattr(terminal->fd, TCSANOW, &terminal->before);
}

void bj_terminal_leave(struct bj_terminal *terminal)
{
    pthread_mutex_lock(&terminal->mutex);
    if (!terminal->away)
        bj_terminal_give_back(terminal);
    terminal->away = true;
    pthread_mutex_unlock(&terminal->mutex);
}

bool bj_terminal_enter(struct bj_terminal *terminal)
{
    bool entered;

    pthread_mutex_lock(&terminal->mutex);
    entered = in_foreground(terminal->fd) && set_mode(terminal);
    terminal->away = !entered;
    terminal->fresh = true;
    terminal->out_size = terminal->out_done = 0;
    pthread_mutex_unlock(&terminal->mutex);
    if (entered)
        bj_terminal_forget(terminal);
    return entered;
}

/* ---- What is typed ------------------------------------------------------------------------------ */

ssize_t bj_terminal_read(struct bj_terminal *terminal, void *bytes, size_t size)
{
    ssize_t count;

    if (!in_foreground(terminal->fd))
        return 0;
    count = read(terminal->fd, bytes, size);
    if (count > 0)
        return count;
    if (count < 0 && (errno == EAGAIN || errno == EINTR || !in_foreground(terminal->fd)))
        return 0;
    return -1;
}

void bj_terminal_forget(struct bj_terminal *terminal)
{
    tcflush(terminal->fd, TCIFLUSH);
}

/* ---- Drawing ------------------------------------------------------------------------------------ */

void bj_terminal_size(const struct bj_terminal *terminal, int *columns, int *rows)
{
    struct winsize size = {0};

    ioctl(terminal->fd, TIOCGWINSZ, &size);
    *columns = size.ws_col > 0 ? size.ws_col : 80;
    *rows = size.ws_row > 0 ? size.ws_row : 24;
}

/* False: no room for the whole of it, so nothing of it is sent. */
static bool put(struct bj_terminal *terminal, const char *text)
{
    size_t size = strlen(text);

    if (size > OUT_SIZE - terminal->out_size)
        return false;
    memcpy(terminal->out + terminal->out_size, text, size);
    terminal->out_size += size;
    return true;
}

static bool put_line(struct bj_terminal *terminal, int row,
                     const struct bj_screen_line *line)
{
    const struct bj_sequences *sequences = &terminal->sequences;
    size_t before = terminal->out_size;
    char place[BJ_SEQUENCE_SIZE];

    bj_sequences_place(place, row);
    if (put(terminal, place) && put(terminal, sequences->styles[line->style]) &&
        put(terminal, line->text) && put(terminal, sequences->styles[BJ_STYLE_PLAIN]) &&
        put(terminal, sequences->erase_line))
        return true;
    terminal->out_size = before;
    return false;
}

static bool same(const struct bj_screen_line *a, const struct bj_screen_line *b)
{
    return a->style == b->style && strcmp(a->text, b->text) == 0;
}

static void begin_anew(struct bj_terminal *terminal, const struct bj_screen *screen)
{
    put(terminal, terminal->sequences.begin);
    put(terminal, terminal->sequences.styles[BJ_STYLE_PLAIN]);
    put(terminal, terminal->sequences.clear);
    terminal->fresh = false;
    terminal->shown.columns = screen->columns;
    terminal->shown.rows = screen->rows;
    for (int k = 0; k < screen->rows; k++)
        terminal->shown.lines[k] = (struct bj_screen_line){.style = BJ_STYLE_PLAIN};
}

static void compose(struct bj_terminal *terminal, const struct bj_screen *screen)
{
    bool resized =
        screen->columns != terminal->shown.columns || screen->rows != terminal->shown.rows;

    terminal->out_size = terminal->out_done = 0;
    if (terminal->fresh || resized)
        begin_anew(terminal, screen);
    for (int k = 0; k < screen->rows; k++)
        if (!same(&screen->lines[k], &terminal->shown.lines[k]) &&
            put_line(terminal, k, &screen->lines[k]))
            terminal->shown.lines[k] = screen->lines[k];
}

/* True: all of it is gone. */
static bool flush_out(struct bj_terminal *terminal)
{
    while (terminal->out_done < terminal->out_size) {
        ssize_t written = write(terminal->fd, terminal->out + terminal->out_done,
                                terminal->out_size - terminal->out_done);

        if (written <= 0)
            return false;
        terminal->out_done += (size_t)written;
    }
    return true;
}

void bj_terminal_draw(struct bj_terminal *terminal, const struct bj_screen *screen)
{
    pthread_mutex_lock(&terminal->mutex);
    if (!terminal->away && in_foreground(terminal->fd) && flush_out(terminal)) {
        compose(terminal, screen);
        flush_out(terminal);
    }
    pthread_mutex_unlock(&terminal->mutex);
}
