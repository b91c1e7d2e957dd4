/* SPDX-License-Identifier: MIT */
#include "view/screen.h"

#include "view/dark_reason.h"
#include "view/shown_text.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define BAR_WIDTH_MAX 40
#define BAR_WIDTH_MIN 8
#define DETAIL_ROWS 3 /* of a projector */

struct page {
    struct bj_screen *screen;
    const struct bj_screen_state *state;
    int row; /* the next free one */
};

/* How many rows each part gets. */
struct shares {
    size_t projectors, details;
    int jack, inputs, log;
};

void bj_screen_bar(double filled, int width, char *bar)
{
    int cells = (int)lround(fmin(fmax(filled, 0), 1) * width);

    for (int k = 0; k < width; k++)
        bar[k] = k < cells ? '#' : '.';
    bar[width] = '\0';
}

__attribute__((format(printf, 3, 4))) static void
line(struct page *page, enum bj_screen_style style, const char *format, ...)
{
    struct bj_screen_line *out = &page->screen->lines[page->row];
    char text[BJ_SCREEN_LINE_SIZE];
    va_list arguments;

    if (page->row >= page->screen->rows)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    out->style = style;
    bj_text_fit(out->text, sizeof out->text, text, page->screen->columns);
    page->row++;
}

/* ---- The three lines that are always there ------------------------------------------------- */

static void count_light(const struct bj_screen_state *state, size_t *armed, size_t *lit)
{
    *armed = *lit = 0;
    for (size_t k = 0; k < state->count; k++) {
        *armed += state->reports[k].stream.armed;
        *lit += state->reports[k].stream.lit;
    }
}

static void draw_state(struct page *page)
{
    const struct bj_screen_state *state = page->state;
    size_t armed, lit;

    count_light(state, &armed, &lit);
    if (armed == 0)
        line(page, BJ_STYLE_DARK, "DISARMED");
    else if (armed == state->count)
        line(page, BJ_STYLE_LIT, lit ? "ARMED, LIGHT" : "ARMED, dark");
    else
        line(page, BJ_STYLE_LIT, "ARMED %zu of %zu, %s", armed, state->count,
             lit ? "LIGHT" : "dark");
}

static void draw_keys(struct page *page)
{
    if (page->screen->columns >= 52)
        line(page, BJ_STYLE_STRONG, "space: dark at once   a: arm   q: quit   ?: help");
    else if (page->screen->columns >= 33)
        line(page, BJ_STYLE_STRONG, "space: dark  a: arm  q: end  ?: help");
    else
        line(page, BJ_STYLE_STRONG, "spc:dark a:arm q:end");
}

static void draw_reason(struct page *page)
{
    const struct bj_screen_state *state = page->state;
    const char *reason = "";
    size_t k = 0;

    while (k < state->count && !(reason = bj_dark_reason(&state->reports[k]))[0])
        k++;
    if (!reason[0])
        line(page, BJ_STYLE_PLAIN, "light passes");
    else if (state->count == 1)
        line(page, BJ_STYLE_PLAIN, "dark because %s", reason);
    else
        line(page, BJ_STYLE_PLAIN, "dark because %s (%s)", reason, state->reports[k].dac);
}

/* ---- Parts ------------------------------------------------------------------------------------ */

static void draw_projector(struct page *page, const struct bj_status_report *report)
{
    const struct bj_stats *stream = &report->stream;
    const char *reason = bj_dark_reason(report);

    line(page, stream->armed ? BJ_STYLE_LIT : BJ_STYLE_DARK, "%s %s: %s, %u points/s%s%s",
         stream->armed ? "ARMED   " : "DISARMED", report->dac,
         bj_status_state(stream->state), stream->pps,
         reason[0] ? ", dark because " : ", LIGHT", reason);
}

static void draw_jack(struct page *page)
{
    const struct bj_status_report *report = page->state->reports;

    if (report->jack_running)
        line(page, BJ_STYLE_PLAIN, "JACK: %s, %u Hz, %u frames%s   xruns %llu",
             report->client, report->jack_rate_hz, report->period_frames,
             report->freewheeling ? ", freewheeling" : "",
             (unsigned long long)report->xruns);
    else
        line(page, BJ_STYLE_WARNING, "JACK: waiting for the server");
}

static int bar_width(const struct page *page)
{
    int width = page->screen->columns - 27;

    if (width < BAR_WIDTH_MIN)
        return BAR_WIDTH_MIN;
    return width > BAR_WIDTH_MAX ? BAR_WIDTH_MAX : width;
}

static void draw_inputs(struct page *page)
{
    const struct bj_status_report *report = page->state->reports;
    char bar[BAR_WIDTH_MAX + 1];

    for (int c = 0; c < BJ_CHANNELS; c++) {
        bool connected = report->connected & BJ_CHANNEL_BIT(c);
        bool over = report->peaks[c] > 1.0f;
        const char *word = c == BJ_I ? "full" : "no input";

        bj_screen_bar(report->peaks[c], bar_width(page), bar);
        if (over)
            word = "over";
        line(page, over ? BJ_STYLE_WARNING : BJ_STYLE_PLAIN, "%-11s %s %s",
             bj_port_title(c), bar, connected && !over ? "" : word);
    }
}

static void draw_buffer(struct page *page, const struct bj_status_report *report)
{
    double buffered_ms = (double)bj_status_buffered_ns(report) / BJ_NS_PER_MS;
    double latency_ms = (double)report->latency_ns / BJ_NS_PER_MS;
    char bar[BAR_WIDTH_MAX + 1];

    bj_screen_bar(latency_ms > 0 ? buffered_ms / latency_ms : 0, bar_width(page), bar);
    line(page, BJ_STYLE_PLAIN,
         "DAC buffer  %s %.1f ms of %.1f (error %+.3f, %.1f to spare)", bar, buffered_ms,
         latency_ms, report->feed.latency_error_ns / BJ_NS_PER_MS,
         (double)bj_status_spare_ns(report) / BJ_NS_PER_MS);
}

static void draw_clock(struct page *page, const struct bj_status_report *report)
{
    if (report->feed.locked)
        line(page, BJ_STYLE_PLAIN, "clocks %+.1f ppm, locked for %lld s   %s",
             report->feed.ratio_ppm, (long long)(bj_status_locked_ns(report) / BJ_NS_PER_S),
             report->scheduler);
    else
        line(page, BJ_STYLE_PLAIN, "clocks not locked   %s", report->scheduler);
}

static void draw_details(struct page *page, const struct bj_status_report *report)
{
    draw_buffer(page, report);
    draw_clock(page, report);
    line(page, BJ_STYLE_PLAIN,
         "underruns %llu (DAC %llu)   lost frames %llu   reconnects %llu",
         (unsigned long long)report->stream.underruns,
         (unsigned long long)report->stream.device_underruns,
         (unsigned long long)report->feed.frames_lost,
         (unsigned long long)report->stream.reconnects);
}

static void draw_log(struct page *page, int rows)
{
    const struct bj_log *log = page->state->log;
    unsigned shown = log->count < (unsigned)rows ? log->count : (unsigned)rows;

    for (unsigned n = log->count - shown; n != log->count; n++) {
        const struct bj_log_line *said = &log->lines[n % BJ_LOG_LINES];
        const char *clock = strchr(said->time, ' ');

        line(page, said->level == BJ_LOG_INFO ? BJ_STYLE_PLAIN : BJ_STYLE_WARNING,
             "%.8s %s%s", clock ? clock + 1 : said->time,
             said->level == BJ_LOG_ERROR ? "error: " : "", said->text);
    }
}

static void draw_help(struct page *page)
{
    line(page, BJ_STYLE_PLAIN, "space  dark at once: disarms all");
    line(page, BJ_STYLE_PLAIN, "a      arms, pressed alone; clears a fault");
    line(page, BJ_STYLE_PLAIN, "q      quits, dark (Ctrl-C too)");
    line(page, BJ_STYLE_PLAIN, "?      this help, and back");
    line(page, BJ_STYLE_PLAIN,
         page->state->panic_keys ? "other keys disarm" : "other keys do nothing");
    line(page, BJ_STYLE_PLAIN, "from elsewhere: beamjack ctl arm|disarm|stop|status");
}

/* ---- Together --------------------------------------------------------------------------------- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int take_rows(int *left, int wanted)
{
    int rows = *left < 0 ? 0 : least(*left, wanted);

    *left -= rows;
    return rows;
}

/* What is more important gets its rows first, wherever it stands. */
static struct shares share(const struct bj_screen_state *state, int left)
{
    int said = (int)least((int)state->log->count, BJ_LOG_LINES);
    struct shares shares = {0};

    shares.projectors = (size_t)take_rows(&left, (int)state->count);
    shares.log = take_rows(&left, least(said, 1));
    shares.jack = take_rows(&left, 1);
    if (left >= BJ_CHANNELS)
        shares.inputs = take_rows(&left, BJ_CHANNELS);
    shares.log += take_rows(&left, least(said - shares.log, 3));
    while (shares.details < state->count && left >= DETAIL_ROWS) {
        take_rows(&left, DETAIL_ROWS);
        shares.details++;
    }
    shares.log += take_rows(&left, said - shares.log);
    return shares;
}

static void draw_rest(struct page *page)
{
    const struct bj_screen_state *state = page->state;
    struct shares shares = share(state, page->screen->rows - page->row);

    for (size_t k = 0; k < shares.projectors; k++)
        draw_projector(page, &state->reports[k]);
    if (shares.jack)
        draw_jack(page);
    if (shares.inputs)
        draw_inputs(page);
    for (size_t k = 0; k < shares.details; k++)
        draw_details(page, &state->reports[k]);
    draw_log(page, shares.log);
}

void bj_screen_layout(struct bj_screen *screen, const struct bj_screen_state *state,
                      int columns, int rows)
{
    struct page page = {.screen = screen, .state = state};

    screen->columns = columns < 0 ? 0 : least(columns, BJ_SCREEN_COLUMNS_MAX);
    screen->rows = rows < 0 ? 0 : least(rows, BJ_SCREEN_ROWS_MAX);
    for (int k = 0; k < screen->rows; k++)
        screen->lines[k] = (struct bj_screen_line){.style = BJ_STYLE_PLAIN};
    draw_state(&page);
    draw_keys(&page);
    draw_reason(&page);
    if (state->help)
        draw_help(&page);
    else
        draw_rest(&page);
}
