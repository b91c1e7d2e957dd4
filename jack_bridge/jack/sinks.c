/* SPDX-License-Identifier: MIT */
#include "jack/sinks.h"

void bj_sinks_push(const struct bj_sinks *sinks, const float *const channels[BJ_CHANNELS],
                   uint32_t frames, int64_t now_ns, int64_t late_ns)
{
    for (size_t k = 0; k < sinks->count; k++) {
        bj_feed_push(sinks->items[k].feed, channels, frames, now_ns, late_ns);
        if (bj_feed_wanted(sinks->items[k].feed))
            bj_stream_wake(sinks->items[k].stream);
    }
}

void bj_sinks_restart(const struct bj_sinks *sinks)
{
    for (size_t k = 0; k < sinks->count; k++)
        bj_feed_restart(sinks->items[k].feed);
}

void bj_sinks_disarm(const struct bj_sinks *sinks)
{
    for (size_t k = 0; k < sinks->count; k++)
        bj_stream_disarm(sinks->items[k].stream);
}

void bj_sinks_lose(const struct bj_sinks *sinks)
{
    if (!sinks->rearm)
        bj_sinks_disarm(sinks);
}

void bj_sinks_stop(const struct bj_sinks *sinks)
{
    for (size_t k = 0; k < sinks->count; k++)
        bj_stream_stop(sinks->items[k].stream);
}
