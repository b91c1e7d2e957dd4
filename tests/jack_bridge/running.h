/* SPDX-License-Identifier: MIT
 *
 * `beamjack run virtual` on a private JACK server with a source, seen through its status.
 * cmocka's set-up and tear-down; without jackd nothing is started and the tests skip.
 */
#ifndef RUNNING_H
#define RUNNING_H

#include "jackd.h"
#include "program.h"

struct fixture {
    struct jackd server;
    struct source source;
    struct program program;
};

int running_set_up(void **state);
int running_tear_down(void **state);

/* Starts the program with up to four further words, NULL: none. */
void running_start(struct fixture *f, const char *a, const char *b, const char *c,
                   const char *d);

/* The same on another DAC. */
void running_start_on(struct fixture *f, const char *dac, const char *a, const char *b,
                      const char *c, const char *d);

/* The newest status: is `key` written so; its number, 0 if there is none yet. */
bool running_is(const struct fixture *f, const char *key, const char *expected);
double running_number(const struct fixture *f, const char *key);

/* Has it said this on stderr? */
bool running_said(const struct fixture *f, const char *words);

/* Connects x y r g b, as a patchbay would. */
void running_connect_all(struct fixture *f);

#endif
