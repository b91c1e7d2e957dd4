/* SPDX-License-Identifier: MIT
 *
 * The terminal of the view: puts a screen on it, takes bytes from it, and gives it back
 * whatever happens. It is opened anew and never waited for: a terminal that is frozen, slow
 * or gone holds up nothing. That is why curses, which waits, does not draw here; the
 * control sequences are terminfo's.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "view/screen.h"

#include <sys/types.h>

struct bj_terminal;

/* NULL: stdin or stdout is no terminal, belongs to the foreground of somebody else, or
 * none that can be drawn on. The bytes typed so far are forgotten. */
struct bj_terminal *bj_terminal_create(void);

/* After bj_terminal_leave, when no other thread uses it. NULL is fine. */
void bj_terminal_destroy(struct bj_terminal *terminal);

/* Any thread. To poll for POLLIN; it hangs up when the terminal is gone. */
int bj_terminal_fd(const struct bj_terminal *terminal);

/* Any thread. What is typed is for this program: it is in the foreground. */
bool bj_terminal_listens(const struct bj_terminal *terminal);

/* Any thread. Gives the terminal back to the shell; nothing is drawn from now on. */
void bj_terminal_leave(struct bj_terminal *terminal);

/* Any thread. Takes it again, forgets what was typed and draws all anew. False: this
 * program is in the background. */
bool bj_terminal_enter(struct bj_terminal *terminal);

/* From a handler of a fatal signal: as leave, but nothing is locked. */
void bj_terminal_give_back(struct bj_terminal *terminal);

/* The thread that hears the operator. The bytes of one read, 0: none now, -1: it is gone.
 */
ssize_t bj_terminal_read(struct bj_terminal *terminal, void *bytes, size_t size);

/* Any thread. What was typed and not read is forgotten. */
void bj_terminal_forget(struct bj_terminal *terminal);

/* Main thread. The size now. */
void bj_terminal_size(const struct bj_terminal *terminal, int *columns, int *rows);

/* Main thread. Brings the terminal closer to `screen`; what it does not take now is left
 * out, and the next screen goes on from there. */
void bj_terminal_draw(struct bj_terminal *terminal, const struct bj_screen *screen);

#endif
