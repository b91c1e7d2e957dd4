/* SPDX-License-Identifier: MIT
 *
 * The orders that a running bridge takes from elsewhere: one table for all ways by which
 * they come.
 */
#ifndef ORDERS_H
#define ORDERS_H

#include <stddef.h>

enum bj_order {
    BJ_ORDER_NONE, /* none that is known */
    BJ_ORDER_ARM,
    BJ_ORDER_DISARM,
    BJ_ORDER_STOP,
    BJ_ORDER_STATUS,
};

struct bj_order_row {
    const char *name; /* "arm" */
    enum bj_order order;
    const char *help;
};

extern const struct bj_order_row bj_order_table[]; /* ends with a NULL name */

/* A word with blanks around it; any bytes. */
enum bj_order bj_order_parse(const char *bytes, size_t size);

const char *bj_order_name(enum bj_order order);

#define BJ_ORDER_NAMES "arm, disarm, stop, status"

#endif
