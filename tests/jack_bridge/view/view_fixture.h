/* SPDX-License-Identifier: MIT
 *
 * `beamjack run` with its view in a terminal, on a private JACK server with a lit circle,
 * into a simulated Ether Dream. A small shell stands between the terminal and the program,
 * as in life: it hands over the foreground, tells how the program is, and dies of nothing.
 */
#ifndef VIEW_FIXTURE_H
#define VIEW_FIXTURE_H

#include "jackd.h"
#include "json.h"

#include <sys/types.h>

struct view_fixture {
    char folder[40];
    struct jackd server;
    struct source source;
    pid_t sim, shell;
    unsigned sim_port;
    int master;  /* our end of the terminal; -1: closed */
    int reports; /* from the shell: the pid, then each status of wait */
    pid_t program;
    bool reading; /* what the program draws; else it piles up */
    int status;   /* of the last wait */
    bool ended;
    char seen[8192]; /* the newest of what it drew */
    size_t size;
};

/* cmocka's; without jackd nothing is started and the tests skip. */
int view_set_up(void **state);
int view_tear_down(void **state);

/* Starts it; `kind` for TERM, up to two further words, NULL: none. */
void view_start(struct view_fixture *fixture, const char *kind, const char *a,
                const char *b);

void view_type(struct view_fixture *fixture, const char *bytes, size_t size);

/* Takes what was drawn and what the shell tells; a condition calls it again and again. */
void view_look(struct view_fixture *fixture);
bool view_shows(struct view_fixture *fixture, const char *words); /* lately */

/* The newest status. */
bool view_is(struct view_fixture *fixture, const char *key, const char *expected);

/* Types `a` until it is lit. */
void view_light(struct view_fixture *fixture);

/* Ends the simulator, and returns when it last made light, by jackd_now_ns. */
int64_t view_last_lit_ns(struct view_fixture *fixture);

#endif
