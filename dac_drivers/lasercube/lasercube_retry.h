/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): command retry. Commands that change something are repeated until
 * the device confirms them.
 *
 * Datagrams get lost, so each goes out twice at once, and again until there is an answer.
 * All may be repeated without harm. An answer tells only the opcode, so that it may belong
 * to an earlier command of the same kind; what matters is compared with the full info
 * later.
 */
#ifndef LASERCUBE_RETRY_H
#define LASERCUBE_RETRY_H

#include "lasercube/lasercube_wire.h"

#define LC_RETRY_COPIES 2
#define LC_RETRY_NS (100 * BJ_NS_PER_MS)

/* In this order they leave: first of all the light goes out. */
enum lc_command_kind {
    LC_COMMAND_OUTPUT,
    LC_COMMAND_CLEAR,
    LC_COMMAND_REPORTS,
    LC_COMMAND_RATE,
    LC_COMMAND_THRESHOLD,
    LC_COMMANDS
};

struct lc_command {
    bool open; /* given, not confirmed */
    bool refused;
    uint32_t value, tries;
    int64_t given_ns, next_ns;
};

struct lc_retry {
    struct lc_command command[LC_COMMANDS];
};

/* Due at once; replaces an open one of the same kind. */
void lc_retry_give(struct lc_retry *retry, enum lc_command_kind kind, uint32_t value,
                   int64_t now_ns);

/* The next one to send now; false: none is due. `bytes` must then leave LC_RETRY_COPIES
 * times. */
bool lc_retry_next(struct lc_retry *retry, int64_t now_ns, uint8_t bytes[LC_COMMAND_SIZE],
                   size_t *size);
/* The one with this opcode could not be sent: it is due again then. */
void lc_retry_put_off(struct lc_retry *retry, enum lc_opcode opcode, int64_t until_ns);
int64_t lc_retry_due_ns(const struct lc_retry *retry);

/* An answer came. A refusal ends a command as well. */
void lc_retry_answered(struct lc_retry *retry, const struct lc_reply *reply);

/* No longer waited for. */
void lc_retry_drop(struct lc_retry *retry, enum lc_command_kind kind);
void lc_retry_drop_all(struct lc_retry *retry);

bool lc_retry_open(const struct lc_retry *retry);

/* Neither open nor given for this long: what the device says must agree by now. */
bool lc_retry_settled(const struct lc_retry *retry, enum lc_command_kind kind,
                      int64_t for_ns, int64_t now_ns);

#endif
