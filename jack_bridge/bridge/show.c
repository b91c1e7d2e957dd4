/* SPDX-License-Identifier: MIT */
#include "bridge/show.h"

#include <string.h>

#define VIEW_NS (BJ_NS_PER_S / 15)
#define LOOK_NS (BJ_NS_PER_S / 2) /* without a view */
#define CLOSE_NS (300 * BJ_NS_PER_MS)
#define STATUS_SIZE 32768

/* ---- Begin --------------------------------------------------------------------------------- */

bool bj_show_open(struct bj_show *show, struct bj_bridge *bridge)
{
    const struct bj_options *options = bridge->options;
    const struct bj_status_sink_config config = {
        .path = options->status_json,
        .latest = options->status_latest,
        .most_bytes = (uint64_t)options->status_size_mb << 20,
    };
    char why[BJ_WHY_SIZE];

    show->bridge = bridge;
    if (!options->status_json)
        return true;
    show->sink = bj_status_sink_create(&config, why, sizeof why);
    if (!show->sink)
        bj_log_error(bridge->log, "%s", why);
    return show->sink != NULL;
}

struct bj_terminal *bj_show_open_view(struct bj_show *show)
{
    const struct bj_options *options = show->bridge->options;
    bool to_stdout = options->status_json && strcmp(options->status_json, "-") == 0;

    if (show->terminal || options->headless || to_stdout)
        return show->terminal;
    show->terminal = bj_terminal_create();
    if (show->terminal)
        bj_log_keep(show->bridge->log);
    else
        bj_log_say(show->bridge->log, "no view: this is no terminal that can show one; "
                                      "'beamjack ctl arm' lets light out, Ctrl-C ends");
    return show->terminal;
}

/* ---- Due ------------------------------------------------------------------------------------- */

static size_t print_status(const struct bj_bridge_report *report, char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");
    long used = 0;

    if (!out)
        return 0;
    for (size_t k = 0; k < report->count; k++)
        if (bj_status_json(out, &report->items[k]))
            used = ftell(out);
    fclose(out);
    return used > 0 ? (size_t)used : 0;
}

size_t bj_show_status(struct bj_bridge *bridge, char *text, size_t size)
{
    struct bj_bridge_report report;

    bj_bridge_report(bridge, &report);
    return print_status(&report, text, size);
}

static void write_status(struct bj_show *show, const struct bj_bridge_report *report)
{
    char text[STATUS_SIZE], news[BJ_LOG_WIDTH];

    bj_status_sink_put(show->sink, text, print_status(report, text, sizeof text));
    if (bj_status_sink_news(show->sink, news, sizeof news))
        bj_log_warn(show->bridge->log, "%s", news);
}

static void tell_darkness(struct bj_show *show, const struct bj_bridge_report *report)
{
    for (size_t k = 0; k < report->count; k++) {
        const char *reason = bj_dark_reason(&report->items[k]);

        if (!bj_dark_watch_tells(&show->watches[k], reason, report->items[k].now_ns))
            continue;
        show->bridge->log->about =
            report->count > 1 ? show->bridge->projectors[k].dac.id : NULL;
        if (reason[0])
            bj_log_say(show->bridge->log, "dark because %s", reason);
        else
            bj_log_say(show->bridge->log, "light");
        show->bridge->log->about = NULL;
    }
}

static void draw(struct bj_show *show, const struct bj_bridge_report *report, bool help)
{
    const struct bj_screen_state state = {
        .reports = report->items,
        .count = report->count,
        .log = show->bridge->log,
        .help = help,
        .panic_keys = show->bridge->options->panic_keys,
    };
    int columns, rows;

    bj_terminal_size(show->terminal, &columns, &rows);
    bj_screen_layout(&show->screen, &state, columns, rows);
    bj_terminal_draw(show->terminal, &show->screen);
}

static void lower(int64_t *deadline_ns, int64_t ns)
{
    if (ns < *deadline_ns)
        *deadline_ns = ns;
}

void bj_show_step(struct bj_show *show, int64_t now_ns, bool help, int64_t *deadline_ns)
{
    bool status_due = show->sink && now_ns >= show->status_ns;
    bool look_due = now_ns >= show->look_ns;
    struct bj_bridge_report report;

    if (status_due || look_due)
        bj_bridge_report(show->bridge, &report);
    if (look_due) {
        bj_log_catch_up(show->bridge->log);
        tell_darkness(show, &report);
        if (show->terminal)
            draw(show, &report, help);
        show->look_ns = now_ns + (show->terminal ? VIEW_NS : LOOK_NS);
    }
    if (status_due) {
        write_status(show, &report);
        show->status_ns = now_ns + show->bridge->options->status_every_ns;
    }
    lower(deadline_ns, show->look_ns);
    if (show->sink)
        lower(deadline_ns, show->status_ns);
}

void bj_show_last(struct bj_show *show)
{
    struct bj_bridge_report report;

    if (!show->sink)
        return;
    bj_bridge_report(show->bridge, &report);
    write_status(show, &report);
}

/* ---- End ------------------------------------------------------------------------------------- */

void bj_show_leave_view(struct bj_show *show)
{
    if (show->terminal)
        bj_terminal_leave(show->terminal);
    if (show->bridge)
        bj_log_release(show->bridge->log);
}

bool bj_show_close(struct bj_show *show)
{
    bool closed = bj_status_sink_destroy(show->sink, CLOSE_NS);

    bj_terminal_destroy(show->terminal);
    return closed;
}
