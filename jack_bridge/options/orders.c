/* SPDX-License-Identifier: MIT */
#include "options/orders.h"

#include <string.h>

const struct bj_order_row bj_order_table[] = {
    {"arm", BJ_ORDER_ARM, "let light out; clears a fault of the DAC, as the key does"},
    {"disarm", BJ_ORDER_DISARM, "dark at once"},
    {"stop", BJ_ORDER_STOP, "dark, and end the program"},
    {"status", BJ_ORDER_STATUS, "print the state, a JSON object for each DAC"},
    {NULL, BJ_ORDER_NONE, NULL},
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum bj_order bj_order_parse(const char *bytes, size_t size)
{
    while (size > 0 && is_blank(bytes[0])) {
        bytes++;
        size--;
    }
    while (size > 0 && is_blank(bytes[size - 1]))
        size--;
    for (const struct bj_order_row *row = bj_order_table; row->name; row++)
        if (strlen(row->name) == size && memcmp(row->name, bytes, size) == 0)
            return row->order;
    return BJ_ORDER_NONE;
}

const char *bj_order_name(enum bj_order order)
{
    for (const struct bj_order_row *row = bj_order_table; row->name; row++)
        if (row->order == order)
            return row->name;
    return "";
}
