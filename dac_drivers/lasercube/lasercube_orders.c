/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_orders.h"

static const enum lc_opcode opcodes[LC_ORDERS] = {
    [LC_ORDER_OUTPUT] = LC_OUTPUT,       [LC_ORDER_CLEAR] = LC_CLEAR,
    [LC_ORDER_REPORTS] = LC_REPORTS,     [LC_ORDER_RATE] = LC_RATE,
    [LC_ORDER_THRESHOLD] = LC_THRESHOLD,
};

void lc_orders_give(struct lc_orders *orders, enum lc_order_kind kind, uint32_t value,
                    int64_t now_ns)
{
    orders->order[kind] = (struct lc_order){
        .open = true, .value = value, .given_ns = now_ns, .next_ns = now_ns};
}

bool lc_orders_next(struct lc_orders *orders, int64_t now_ns,
                    uint8_t bytes[LC_COMMAND_SIZE], size_t *size)
{
    for (int kind = 0; kind < LC_ORDERS; kind++) {
        struct lc_order *order = &orders->order[kind];
        if (!order->open || now_ns < order->next_ns)
            continue;
        order->tries++;
        order->next_ns = now_ns + LC_ORDER_REPEAT_NS;
        *size = lc_encode_command(bytes, opcodes[kind], order->value);
        return true;
    }
    return false;
}

void lc_orders_put_off(struct lc_orders *orders, enum lc_opcode opcode, int64_t until_ns)
{
    for (int kind = 0; kind < LC_ORDERS; kind++) {
        struct lc_order *order = &orders->order[kind];
        if (opcodes[kind] != opcode || !order->open)
            continue;
        order->tries--;
        order->next_ns = until_ns;
    }
}

int64_t lc_orders_due_ns(const struct lc_orders *orders)
{
    int64_t due_ns = BJ_NEVER;

    for (int kind = 0; kind < LC_ORDERS; kind++) {
        const struct lc_order *order = &orders->order[kind];
        if (order->open && order->next_ns < due_ns)
            due_ns = order->next_ns;
    }
    return due_ns;
}

void lc_orders_answered(struct lc_orders *orders, const struct lc_reply *reply)
{
    for (int kind = 0; kind < LC_ORDERS; kind++) {
        struct lc_order *order = &orders->order[kind];
        if ((uint8_t)opcodes[kind] != reply->opcode || order->tries == 0)
            continue;
        order->refused = order->open && !reply->good;
        order->open = false;
    }
}

void lc_orders_drop(struct lc_orders *orders, enum lc_order_kind kind)
{
    orders->order[kind].open = false;
}

void lc_orders_drop_all(struct lc_orders *orders)
{
    *orders = (struct lc_orders){0};
}

bool lc_orders_open(const struct lc_orders *orders)
{
    return lc_orders_due_ns(orders) != BJ_NEVER;
}

bool lc_orders_settled(const struct lc_orders *orders, enum lc_order_kind kind,
                       int64_t for_ns, int64_t now_ns)
{
    const struct lc_order *order = &orders->order[kind];

    return !order->open && now_ns - order->given_ns >= for_ns;
}
