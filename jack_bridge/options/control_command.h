/* SPDX-License-Identifier: MIT
 *
 * The commands that a running bridge takes while it runs: one table for all ways by which
 * they come.
 */
#ifndef CONTROL_COMMAND_H
#define CONTROL_COMMAND_H

#include <stddef.h>

enum bj_control_command {
    BJ_CONTROL_NONE, /* none that is known */
    BJ_CONTROL_ARM,
    BJ_CONTROL_DISARM,
    BJ_CONTROL_STOP,
    BJ_CONTROL_STATUS,
};

struct bj_control_command_row {
    const char *name; /* "arm" */
    enum bj_control_command command;
    const char *help;
};

extern const struct bj_control_command_row
    bj_control_command_table[]; /* ends with a NULL name */

/* A word with blanks around it; any bytes. */
enum bj_control_command bj_control_command_parse(const char *bytes, size_t size);

const char *bj_control_command_name(enum bj_control_command command);

#define BJ_CONTROL_COMMANDS "arm, disarm, stop, status"

#endif
