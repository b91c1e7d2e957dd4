/* SPDX-License-Identifier: MIT
 *
 * The control sequences of a kind of terminal, from terminfo.
 */
#ifndef TERMINAL_SEQUENCES_H
#define TERMINAL_SEQUENCES_H

#include "view/screen.h"

#define BJ_SEQUENCE_SIZE 256
#define BJ_STYLES (BJ_STYLE_WARNING + 1)

struct bj_sequences {
    char begin[BJ_SEQUENCE_SIZE], end[BJ_SEQUENCE_SIZE]; /* of the view */
    char clear[BJ_SEQUENCE_SIZE], erase_line[BJ_SEQUENCE_SIZE];
    char styles[BJ_STYLES][BJ_SEQUENCE_SIZE];
};

/* One thread at a time. False: nothing is known of `kind`, as in $TERM, or its cursor
 * cannot be placed. */
bool bj_sequences_find(struct bj_sequences *sequences, const char *kind);

/* Where text goes next; of the kind found last. */
void bj_sequences_place(char sequence[BJ_SEQUENCE_SIZE], int row);

#endif
