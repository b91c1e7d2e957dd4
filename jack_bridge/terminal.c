/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <curses.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define BAR_WIDTH 40
#define LABEL_COLUMN 2
#define BAR_COLUMN 16

enum colour { PLAIN, DARK, LIT, WARN };

struct bj_terminal {
    SCREEN *screen;
    struct termios before;
};

void bj_terminal_bar(double filled, int width, char *bar)
{
    int cells = (int)lround(fmin(fmax(filled, 0), 1) * width);

    for (int k = 0; k < width; k++)
        bar[k] = k < cells ? '#' : '.';
    bar[width] = '\0';
}

static void set_up(void)
{
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    if (!has_colors())
        return;
    start_color();
    use_default_colors();
    init_pair(DARK, COLOR_GREEN, -1);
    init_pair(LIT, COLOR_RED, -1);
    init_pair(WARN, COLOR_YELLOW, -1);
}

struct bj_terminal *bj_terminal_create(void)
{
    struct bj_terminal *terminal;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return NULL;
    terminal = calloc(1, sizeof *terminal);
    if (!terminal)
        return NULL;
    tcgetattr(STDIN_FILENO, &terminal->before);
    setlocale(LC_CTYPE, "");
    terminal->screen = newterm(NULL, stdout, stdin);
    if (!terminal->screen) {
        free(terminal);
        return NULL;
    }
    set_up();
    return terminal;
}

void bj_terminal_destroy(struct bj_terminal *terminal)
{
    if (!terminal)
        return;
    endwin();
    delscreen(terminal->screen);
    free(terminal);
}

void bj_terminal_restore(void *terminal)
{
    static const char back[] = "\033[?1049l\033[?25h\033[0m\r\n";
    const struct bj_terminal *view = terminal;

    if (view && write(STDOUT_FILENO, back, sizeof back - 1) > 0)
        tcsetattr(STDIN_FILENO, TCSANOW, &view->before);
}

int bj_terminal_key(struct bj_terminal *terminal)
{
    int key = getch();

    (void)terminal;
    return key == ERR ? 0 : key;
}

/* ---- Drawing ---------------------------------------------------------------------------------- */

static void coloured(enum colour colour, bool on)
{
    attr_t attributes = COLOR_PAIR(colour) | A_BOLD;

    if (on)
        attron(attributes);
    else
        attroff(attributes);
}

static void draw_jack(const struct bj_status_report *report)
{
    if (report->jack_running)
        mvprintw(0, LABEL_COLUMN, "JACK: %s, %u Hz, %u frames%s   xruns %llu",
                 report->client, report->jack_rate_hz, report->period_frames,
                 report->freewheeling ? ", freewheeling" : "",
                 (unsigned long long)report->xruns);
    else
        mvprintw(0, LABEL_COLUMN, "JACK: waiting for the server");
}

static void draw_inputs(const struct bj_status_report *report, int row)
{
    char bar[BAR_WIDTH + 1];

    for (int c = 0; c < BJ_CHANNELS; c++) {
        bool connected = report->connected & BJ_CHANNEL_BIT(c);

        bj_terminal_bar(report->peaks[c], BAR_WIDTH, bar);
        mvprintw(row + c, LABEL_COLUMN, "%-11s", bj_port_title(c));
        mvprintw(row + c, BAR_COLUMN, "%s %s", bar,
                 connected ? "        " : (c == BJ_I ? "full    " : "no input"));
        if (report->peaks[c] > 1.0f) {
            coloured(WARN, true);
            printw(" over");
            coloured(WARN, false);
        }
    }
}

static void draw_state(const struct bj_status_report *report, int row)
{
    const struct bj_stats *stream = &report->stream;
    enum colour colour = stream->armed ? LIT : DARK;

    mvprintw(row, LABEL_COLUMN, "%s: %s, %u points/s   ", report->dac,
             bj_status_state(stream->state), stream->pps);
    coloured(colour, true);
    printw(stream->armed ? (stream->lit ? "ARMED, LIGHT" : "ARMED, dark") : "DISARMED");
    coloured(colour, false);
}

static void draw_buffer(const struct bj_status_report *report, int row)
{
    double buffered_ms = (double)bj_status_buffered_ns(report) / BJ_NS_PER_MS;
    double latency_ms = (double)report->latency_ns / BJ_NS_PER_MS;
    char bar[BAR_WIDTH + 1];

    bj_terminal_bar(latency_ms > 0 ? buffered_ms / latency_ms : 0, BAR_WIDTH, bar);
    mvprintw(row, LABEL_COLUMN, "DAC buffer");
    mvprintw(row, BAR_COLUMN, "%s %.1f ms of %.1f (error %+.3f, %.1f to spare)", bar,
             buffered_ms, latency_ms, report->feed.latency_error_ns / BJ_NS_PER_MS,
             (double)bj_status_spare_ns(report) / BJ_NS_PER_MS);
}

static void draw_clock(const struct bj_status_report *report, int row)
{
    if (report->feed.locked)
        mvprintw(row, LABEL_COLUMN, "clocks %+.1f ppm, locked for %lld s   %s",
                 report->feed.ratio_ppm,
                 (long long)(bj_status_locked_ns(report) / BJ_NS_PER_S), report->scheduler);
    else
        mvprintw(row, LABEL_COLUMN, "clocks not locked   %s", report->scheduler);
}

static void draw_losses(const struct bj_status_report *report, int row)
{
    mvprintw(row, LABEL_COLUMN,
             "underruns %llu (DAC %llu)   lost frames %llu   reconnects %llu",
             (unsigned long long)report->stream.underruns,
             (unsigned long long)report->stream.device_underruns,
             (unsigned long long)report->feed.frames_lost,
             (unsigned long long)report->stream.reconnects);
}

/* Returns the row behind it. */
static int draw_projector(const struct bj_status_report *report, int row)
{
    draw_state(report, row);
    draw_buffer(report, row + 1);
    draw_clock(report, row + 2);
    draw_losses(report, row + 3);
    return row + 5;
}

static void draw_log(const struct bj_log *log, int row)
{
    unsigned first = log->count > BJ_LOG_LINES ? log->count - BJ_LOG_LINES : 0;

    for (unsigned n = first; n < log->count; n++)
        mvaddnstr(row + (int)(n - first), LABEL_COLUMN, log->lines[n % BJ_LOG_LINES],
                  COLS - LABEL_COLUMN);
}

void bj_terminal_draw(struct bj_terminal *terminal, const struct bj_status_report *reports,
                      size_t count, const struct bj_log *log)
{
    int row = 3 + BJ_CHANNELS;

    (void)terminal;
    erase();
    draw_jack(reports);
    draw_inputs(reports, 2);
    for (size_t k = 0; k < count; k++)
        row = draw_projector(&reports[k], row);
    coloured(PLAIN, true);
    mvprintw(row, LABEL_COLUMN, "space: dark at once   a: arm   q: quit");
    coloured(PLAIN, false);
    draw_log(log, row + 2);
    refresh();
}
