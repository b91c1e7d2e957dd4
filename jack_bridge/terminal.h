/* SPDX-License-Identifier: MIT
 *
 * The live view of a running bridge in a terminal, and its keys.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "log.h"
#include "status_json.h"

struct bj_terminal;

/* NULL: stdin or stdout is no terminal, or none that can be drawn on. */
struct bj_terminal *bj_terminal_create(void);
void bj_terminal_destroy(struct bj_terminal *terminal);

/* One report for each projector, at least one. */
void bj_terminal_draw(struct bj_terminal *terminal, const struct bj_status_report *reports,
                      size_t count, const struct bj_log *log);

/* The next key waiting, 0 if none. */
int bj_terminal_key(struct bj_terminal *terminal);

/* Another thread, on a hasty exit: gives the terminal back to the shell. */
void bj_terminal_restore(void *terminal);

/* A bar of `width` cells, `filled` of 0 to 1 of it, for tests and the view. `bar` has room
 * for width + 1. */
void bj_terminal_bar(double filled, int width, char *bar);

#endif
