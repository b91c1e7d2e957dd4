/* SPDX-License-Identifier: MIT
 *
 * Bytes from a terminal, in reads of any size with any gaps: nothing arms but an `a` that
 * comes alone. The rule is written here once more, over the whole history.
 */
#include "control/keys.h"

#include <stdlib.h>
#include <string.h>

#define READS_MAX 256
#define START_NS (5 * BJ_NS_PER_S)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct history {
    int64_t now_ns, last_ns, strange_ns; /* the last byte; the last that is no key */
    int64_t lone_ns;                     /* an `a` that may arm, or BJ_NEVER */
};

static bool is_plain(uint8_t byte)
{
    return byte == ' ' || byte == 'a' || byte == 'q' || byte == '?';
}

static void remember(struct history *past, const uint8_t *bytes, size_t size)
{
    bool quiet = past->now_ns - past->last_ns >= BJ_KEY_ALONE_NS;
    bool lone = size == 1 && bytes[0] == 'a' && quiet &&
                past->now_ns - past->strange_ns >= BJ_KEY_STRANGE_NS &&
                past->now_ns - START_NS >= BJ_KEY_START_NS;

    past->lone_ns = lone ? past->now_ns : BJ_NEVER;
    past->last_ns = past->now_ns;
    for (size_t k = 0; k < size; k++)
        if (!is_plain(bytes[k]))
            past->strange_ns = past->now_ns;
}

static void judge(const struct history *past, const struct bj_keys *keys, unsigned wanted,
                  const uint8_t *bytes, size_t size)
{
    bool ripe = past->lone_ns != BJ_NEVER && size == 0 &&
                past->now_ns - past->lone_ns >= BJ_KEY_ALONE_NS;
    bool space = size > 0 && memchr(bytes, ' ', size) != NULL;

    if ((wanted & BJ_KEY_ARM) && !ripe)
        abort();
    if (space && !(wanted & BJ_KEY_DISARM))
        abort();
    if (bj_keys_deadline_ns(keys) != BJ_NEVER &&
        bj_keys_deadline_ns(keys) > past->now_ns + BJ_KEY_ALONE_NS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct history past = {START_NS, START_NS - BJ_NS_PER_S, START_NS - BJ_NS_PER_S,
                           BJ_NEVER};
    struct bj_keys keys;

    bj_keys_init(&keys, START_NS);
    for (int n = 0; n < READS_MAX && size >= 2; n++) {
        size_t length = bytes[0] % 8;
        unsigned wanted;

        past.now_ns += bytes[1] * (10 * BJ_NS_PER_MS);
        bytes += 2;
        size -= 2;
        if (length > size)
            length = size;
        wanted = bj_keys_take(&keys, bytes, length, past.now_ns);
        if (length)
            remember(&past, bytes, length);
        judge(&past, &keys, wanted, bytes, length);
        if (!length && (wanted & BJ_KEY_ARM))
            past.lone_ns = BJ_NEVER;
        bytes += length;
        size -= length;
    }
    return 0;
}
