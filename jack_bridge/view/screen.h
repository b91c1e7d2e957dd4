/* SPDX-License-Identifier: MIT
 *
 * What the view shows: from the state and the size of the terminal to lines. Pure.
 *
 * Whether it is armed, the keys, and why it is dark are the first three lines at every
 * size; the rest follows as far as there is room. Nothing is wrapped, all is cut.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include "view/log.h"
#include "view/status_json.h"

#define BJ_SCREEN_COLUMNS_MAX 300
#define BJ_SCREEN_ROWS_MAX 100
#define BJ_SCREEN_LINE_SIZE 1400 /* bytes of UTF-8 */

enum bj_screen_style {
    BJ_STYLE_PLAIN,
    BJ_STYLE_STRONG,
    BJ_STYLE_DARK, /* no light can leave */
    BJ_STYLE_LIT,  /* it can */
    BJ_STYLE_WARNING,
};

struct bj_screen {
    int columns, rows;
    struct bj_screen_line {
        enum bj_screen_style style;
        char text[BJ_SCREEN_LINE_SIZE];
    } lines[BJ_SCREEN_ROWS_MAX];
};

struct bj_screen_state {
    const struct bj_status_report *reports; /* one for each projector, at least one */
    size_t count;
    const struct bj_log *log;
    bool help;       /* the keys explained, in place of the details */
    bool panic_keys; /* any other key disarms */
};

/* `columns` and `rows` of the terminal; what is beyond the greatest size stays empty. */
void bj_screen_layout(struct bj_screen *screen, const struct bj_screen_state *state,
                      int columns, int rows);

/* A bar of `width` cells, `filled` of 0 to 1 of it. `bar` has room for width + 1. */
void bj_screen_bar(double filled, int width, char *bar);

#endif
