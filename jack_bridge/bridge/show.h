/* SPDX-License-Identifier: MIT
 *
 * What a running bridge lets people see: the view in the terminal, the status, and in the
 * log why it is dark. Main thread; never waits.
 */
#ifndef SHOW_H
#define SHOW_H

#include "bridge/bridge.h"
#include "view/dark_reason.h"
#include "view/status_sink.h"
#include "view/terminal.h"

struct bj_show {
    struct bj_bridge *bridge;
    struct bj_terminal *terminal; /* NULL: no view */
    struct bj_status_sink *sink;  /* NULL: no status is wanted */
    int64_t status_ns, look_ns;   /* when next */
    struct bj_dark_watch watches[BJ_DACS_MAX];
    struct bj_screen screen;
};

/* Opens the status if one is wanted. False: said why. */
bool bj_show_open(struct bj_show *show, struct bj_bridge *bridge);

/* Opens the view, where there can be one. Returns its terminal, or NULL. */
struct bj_terminal *bj_show_open_view(struct bj_show *show);

/* Shows what is due; lowers *deadline_ns to when it wants to be called again. `help`: the
 * view explains the keys. */
void bj_show_step(struct bj_show *show, int64_t now_ns, bool help, int64_t *deadline_ns);

/* The last status, when the bridge has stopped. */
void bj_show_last(struct bj_show *show);

/* The status as --status-json has it: a line for each projector, in at most `size` bytes.
 * Returns how many. */
size_t bj_show_status(struct bj_bridge *bridge, char *text, size_t size);

/* Gives the terminal back. It is freed by bj_show_close. */
void bj_show_leave_view(struct bj_show *show);

/* When no other thread uses the terminal. False: the status hangs; leave with _exit. */
bool bj_show_close(struct bj_show *show);

#endif
