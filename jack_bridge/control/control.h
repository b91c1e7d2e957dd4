/* SPDX-License-Identifier: MIT
 *
 * The control socket of a running bridge: takes control commands from programs of the same
 * user. A client sends one line, a command; the answer begins with "ok" or "no", and the
 * connection ends. Nothing here waits; what a client sends and how long it may take is
 * bounded, and one that stays silent gives way to the next.
 *
 * One thread, the one that hears the operator.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "control/request.h"
#include "options/control_command.h"

#include <beamjack/core.h>
#include <poll.h>

#define BJ_CONTROL_CLIENTS 8
#define BJ_CONTROL_FDS (BJ_CONTROL_CLIENTS + 1)
#define BJ_CONTROL_LINE 64                    /* bytes of a command at most */
#define BJ_CONTROL_LIMIT_NS (3 * BJ_NS_PER_S) /* a client may take from begin to end */

struct bj_control;

/* Main thread. Listens under `name`, or NAME-01 and so on if another bridge has it; what a
 * dead one left is replaced. NULL: `why`. */
struct bj_control *bj_control_create(const char *name, char *why, size_t why_size);
void bj_control_destroy(struct bj_control *control);

/* The name it is found under. */
const char *bj_control_own_name(const struct bj_control *control);

/* What to poll for; returns how many of `fds` are filled in. NULL: none. */
nfds_t bj_control_fds(const struct bj_control *control, struct pollfd *fds);

/* Whoever waits longest and whose answer is due; BJ_NEVER: nobody. */
int64_t bj_control_deadline_ns(const struct bj_control *control);

/* Takes and sends whatever is possible. */
void bj_control_serve(struct bj_control *control, int64_t now_ns);

/* The next command that nobody answered: its client, or -1. It may be asked for again until
 * it is answered. */
int bj_control_next(const struct bj_control *control, enum bj_control_command *command);

/* It will be answered in any case, however long that takes. */
void bj_control_hold(struct bj_control *control, int client);

/* The next client whose command is the given one, behind `after` (-1: from the first). */
int bj_control_find(const struct bj_control *control, enum bj_control_command command,
                    int after);

/* "ok" or "no", then the text: for status, lines; else the reason or nothing. */
void bj_control_answer(struct bj_control *control, int client, bool granted,
                       const char *text, size_t size, int64_t now_ns);

#endif
