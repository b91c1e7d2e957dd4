/* SPDX-License-Identifier: MIT
 *
 * The program beamjack as a child process, with what it writes in files of its own.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

struct program {
    pid_t pid; /* 0: not running */
    char folder[40];
    const char *out, *err; /* where these go instead of the folder, or NULL */
};

/* Starts it with the given words, NULL at the end. %F in a word is the folder, where `out`
 * and `err` go. */
void program_start(struct program *program, const char *const *words);

/* Waits for its end and returns the exit status; fails the test after 10 s. */
int program_wait(struct program *program);
bool program_ended(struct program *program, int *exit_status);

void program_signal(const struct program *program, int number);

/* Kills it if it still runs, and removes the folder. */
void program_finish(struct program *program);

/* The text of a file in the folder, cut to 64 KiB; valid until the next call. */
const char *program_text(const struct program *program, const char *file);

/* The last whole line of it; "" if there is none. */
const char *program_last_line(const struct program *program, const char *file);

#endif
