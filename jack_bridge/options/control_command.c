/* SPDX-License-Identifier: MIT */
#include "options/control_command.h"

#include <string.h>

const struct bj_control_command_row bj_control_command_table[] = {
    {"arm", BJ_CONTROL_ARM, "let light out; clears a fault of the DAC, as the key does"},
    {"disarm", BJ_CONTROL_DISARM, "dark at once"},
    {"stop", BJ_CONTROL_STOP, "dark, and end the program"},
    {"status", BJ_CONTROL_STATUS, "print the state, a JSON object for each DAC"},
    {NULL, BJ_CONTROL_NONE, NULL},
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum bj_control_command bj_control_command_parse(const char *bytes, size_t size)
{
    while (size > 0 && is_blank(bytes[0])) {
        bytes++;
        size--;
    }
    while (size > 0 && is_blank(bytes[size - 1]))
        size--;
    for (const struct bj_control_command_row *row = bj_control_command_table; row->name;
         row++)
        if (strlen(row->name) == size && memcmp(row->name, bytes, size) == 0)
            return row->command;
    return BJ_CONTROL_NONE;
}

const char *bj_control_command_name(enum bj_control_command command)
{
    for (const struct bj_control_command_row *row = bj_control_command_table; row->name;
         row++)
        if (row->command == command)
            return row->name;
    return "";
}
