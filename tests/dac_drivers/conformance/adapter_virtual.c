/* SPDX-License-Identifier: MIT
 *
 * The virtual DAC has no device: nothing comes out, and nothing happens by itself.
 */
#include "rows.h"
#include "virtual/virtual.h"

static struct nothing {
    char unused;
} nothing;

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    (void)row, (void)seed, (void)seen, (void)suite;
    *config = (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = "virtual"};
    return &nothing;
}

static void destroy(void *adapter)
{
    (void)adapter;
}

static void advance(void *adapter, int64_t now_ns)
{
    (void)adapter, (void)now_ns;
}

static int64_t next_event_ns(void *adapter)
{
    (void)adapter;
    return BJ_NEVER;
}

static bool ready(void *adapter, const struct bj_wait *wait)
{
    (void)adapter, (void)wait;
    return false;
}

const struct conformance_row conformance_virtual = {
    .name = "virtual",
    .driver = &bj_virtual,
    .create = create,
    .destroy = destroy,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
};
