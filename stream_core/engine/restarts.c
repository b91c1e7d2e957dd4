/* SPDX-License-Identifier: MIT */
#include "engine/restarts.h"

#define SHORTEST_HOLD_NS (100 * BJ_NS_PER_MS)
#define LONGEST_HOLD_NS BJ_NS_PER_S
/* Quiet for so long beyond the hold, and the row has ended. */
#define ROW_ENDS_NS BJ_NS_PER_S
#define HOPELESS 8

void bj_restarts_expect(struct bj_restarts *restarts)
{
    restarts->expected = true;
}

static int64_t next_hold_ns(const struct bj_restarts *restarts)
{
    if (restarts->count < 2) {
        return 0;
    }
    if (restarts->empty_handed < 2 || restarts->hold_ns == 0) {
        return SHORTEST_HOLD_NS;
    }
    int64_t twice = 2 * restarts->hold_ns;
    return twice < LONGEST_HOLD_NS ? twice : LONGEST_HOLD_NS;
}

void bj_restarts_note(struct bj_restarts *restarts, int64_t now_ns, bool played)
{
    bool expected = restarts->expected;
    restarts->expected = false;
    if (expected) {
        return;
    }
    if (now_ns - restarts->newest_ns > restarts->hold_ns + ROW_ENDS_NS) {
        *restarts = (struct bj_restarts){0};
    }
    restarts->count += restarts->count < UINT32_MAX;
    restarts->empty_handed = played ? 0 : restarts->empty_handed + 1;
    restarts->newest_ns = now_ns;
    restarts->hold_ns = next_hold_ns(restarts);
    restarts->hold_until_ns = now_ns + restarts->hold_ns;
}

bool bj_restarts_hold(const struct bj_restarts *restarts, int64_t now_ns)
{
    return restarts->count > 0 && now_ns < restarts->hold_until_ns;
}

bool bj_restarts_hopeless(const struct bj_restarts *restarts)
{
    return restarts->empty_handed >= HOPELESS;
}
