/* SPDX-License-Identifier: MIT
 *
 * Bytes from a terminal to keys: space, a, q and ?. No I/O; time is an argument.
 *
 * A terminal sends more than keys: cursor keys, Alt+key, mouse reports, answers to
 * questions, pasted text, in pieces that may be cut anywhere. So `a` counts only when it
 * comes alone: the only byte of its read, with nothing shortly before or after, and nothing
 * strange within a second before. Whatever is in doubt is dark: a space disarms wherever it
 * stands.
 */
#ifndef KEYS_H
#define KEYS_H

#include <beamjack/core.h>

/* What is to be done, or-ed. */
#define BJ_KEY_ARM 1u
#define BJ_KEY_DISARM 2u
#define BJ_KEY_QUIT 4u
#define BJ_KEY_HELP 8u
#define BJ_KEY_UNKNOWN 16u /* something that is none of these keys */

#define BJ_KEY_ALONE_NS (100 * BJ_NS_PER_MS) /* around an `a` */
#define BJ_KEY_STRANGE_NS BJ_NS_PER_S        /* after anything that is no key */
#define BJ_KEY_START_NS (500 * BJ_NS_PER_MS) /* after the view has begun */

struct bj_keys {
    int state;          /* of the sequence under way, 0: none */
    int left;           /* bytes of it, where they are counted */
    int64_t last_ns;    /* the last byte */
    int64_t refused_ns; /* no `a` before */
    int64_t arm_ns;     /* an `a` counts then, BJ_NEVER: none waits */
};

/* A view begins: no key was pressed yet. */
void bj_keys_init(struct bj_keys *keys, int64_t now_ns);

/* The bytes of one read, none if only time has passed. Returns what is to be done. */
unsigned bj_keys_take(struct bj_keys *keys, const uint8_t *bytes, size_t size,
                      int64_t now_ns);

/* When it wants to be called again although no byte comes. */
int64_t bj_keys_deadline_ns(const struct bj_keys *keys);

#endif
