/* SPDX-License-Identifier: MIT */
#include "view/terminal_sequences.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>

#include <term.h> /* its macros take many names */

static bool is_there(const char *sequence)
{
    return sequence && (intptr_t)sequence != -1;
}

/* Without the pauses that terminals of metal need: "$<5>". */
static void add(char sequence[BJ_SEQUENCE_SIZE], const char *more)
{
    size_t used = strlen(sequence);

    while (is_there(more) && *more && used + 1 < BJ_SEQUENCE_SIZE) {
        const char *end = strncmp(more, "$<", 2) == 0 ? strchr(more, '>') : NULL;

        if (end)
            more = end + 1;
        else
            sequence[used++] = *more++;
    }
    sequence[used] = '\0';
}

static void add_named(char sequence[BJ_SEQUENCE_SIZE], const char *const *names)
{
    for (; *names; names++)
        add(sequence, tigetstr(*names));
}

static void find_styles(struct bj_sequences *sequences)
{
    static const int colours[BJ_STYLES] = {[BJ_STYLE_DARK] = COLOR_GREEN,
                                           [BJ_STYLE_LIT] = COLOR_RED,
                                           [BJ_STYLE_WARNING] = COLOR_YELLOW};
    bool colourful = tigetnum("colors") >= 8 && is_there(tigetstr("setaf"));

    for (int k = 0; k < BJ_STYLES; k++) {
        add(sequences->styles[k], tigetstr("sgr0"));
        if (k != BJ_STYLE_PLAIN)
            add(sequences->styles[k], tigetstr("bold"));
        if (colourful && colours[k])
            add(sequences->styles[k], tparm(tigetstr("setaf"), colours[k]));
    }
}

bool bj_sequences_find(struct bj_sequences *sequences, const char *kind)
{
    static const char *const begin[] = {"smcup", "rmam", "civis", NULL};
    static const char *const end[] = {"sgr0", "smam", "cnorm", "rmcup", NULL};
    char name[128];
    int error;

    snprintf(name, sizeof name, "%s", kind);
    *sequences = (struct bj_sequences){0};
    if (cur_term)
        (void)del_curterm(cur_term);
    if (setupterm(name, STDOUT_FILENO, &error) != OK || !is_there(tigetstr("cup")) ||
        !is_there(tigetstr("clear")) || !is_there(tigetstr("el")))
        return false;
    add_named(sequences->begin, begin);
    add_named(sequences->end, end);
    add(sequences->end, "\r");
    add(sequences->clear, tigetstr("clear"));
    add(sequences->erase_line, tigetstr("el"));
    find_styles(sequences);
    return true;
}

void bj_sequences_place(char sequence[BJ_SEQUENCE_SIZE], int row)
{
    sequence[0] = '\0';
    add(sequence, tparm(tigetstr("cup"), row, 0));
}
