/* SPDX-License-Identifier: MIT */
#include "bridge/patience.h"

#include <stdio.h>
#include <string.h>

void bj_patience_init(struct bj_patience *patience, bool endless)
{
    *patience = (struct bj_patience){.endless = endless, .since_ns = BJ_NEVER};
}

void bj_patience_reached(struct bj_patience *patience)
{
    patience->reached = true;
}

void bj_patience_trouble(struct bj_patience *patience, const char *text, bool final,
                         int64_t now_ns)
{
    if (patience->reached)
        return;
    if (patience->since_ns == BJ_NEVER)
        patience->since_ns = now_ns;
    patience->hopeless = patience->hopeless || final;
    snprintf(patience->trouble, sizeof patience->trouble, "%s", text);
}

/* What is wrong, without what the driver goes on to do: "; waiting". */
static int without_plan(const char *trouble)
{
    return (int)strcspn(trouble, ";");
}

bool bj_patience_over(const struct bj_patience *patience, int64_t now_ns, char *why,
                      size_t why_size)
{
    bool over = !patience->reached && !patience->endless && patience->since_ns != BJ_NEVER;

    why[0] = '\0';
    if (over && !patience->hopeless)
        snprintf(why, why_size,
                 "gave up after %d s: %.*s; check it, or use --wait-for-dac to keep trying",
                 (int)(BJ_PATIENCE_NS / BJ_NS_PER_S), without_plan(patience->trouble),
                 patience->trouble);
    return over && (patience->hopeless || now_ns - patience->since_ns >= BJ_PATIENCE_NS);
}
