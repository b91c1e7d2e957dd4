/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): commands that change something, until the device confirms them.
 *
 * Datagrams get lost, so each goes out twice at once, and again until there is an answer.
 * All may be repeated without harm. An answer tells only the opcode, so that it may belong
 * to an earlier order of the same kind; what matters is compared with the full info later.
 */
#ifndef LASERCUBE_ORDERS_H
#define LASERCUBE_ORDERS_H

#include "lasercube/lasercube_wire.h"

#define LC_ORDER_COPIES 2
#define LC_ORDER_REPEAT_NS (100 * BJ_NS_PER_MS)

/* In this order they leave: first of all the light goes out. */
enum lc_order_kind {
    LC_ORDER_OUTPUT,
    LC_ORDER_CLEAR,
    LC_ORDER_REPORTS,
    LC_ORDER_RATE,
    LC_ORDER_THRESHOLD,
    LC_ORDERS
};

struct lc_order {
    bool open; /* given, not confirmed */
    bool refused;
    uint32_t value, tries;
    int64_t given_ns, next_ns;
};

struct lc_orders {
    struct lc_order order[LC_ORDERS];
};

/* Due at once; replaces an open one of the same kind. */
void lc_orders_give(struct lc_orders *orders, enum lc_order_kind kind, uint32_t value,
                    int64_t now_ns);

/* The next one to send now; false: none is due. `bytes` must then leave LC_ORDER_COPIES
 * times. */
bool lc_orders_next(struct lc_orders *orders, int64_t now_ns,
                    uint8_t bytes[LC_COMMAND_SIZE], size_t *size);
/* The one with this opcode could not be sent: it is due again then. */
void lc_orders_put_off(struct lc_orders *orders, enum lc_opcode opcode, int64_t until_ns);
int64_t lc_orders_due_ns(const struct lc_orders *orders);

/* An answer came. A refusal ends an order as well. */
void lc_orders_answered(struct lc_orders *orders, const struct lc_reply *reply);

/* No longer waited for. */
void lc_orders_drop(struct lc_orders *orders, enum lc_order_kind kind);
void lc_orders_drop_all(struct lc_orders *orders);

bool lc_orders_open(const struct lc_orders *orders);

/* Neither open nor given for this long: what the device says must agree by now. */
bool lc_orders_settled(const struct lc_orders *orders, enum lc_order_kind kind,
                       int64_t for_ns, int64_t now_ns);

#endif
