/* SPDX-License-Identifier: MIT */
#include "view/dark_reason.h"

#include "options/port_map.h"

#include <string.h>

#define HOLDS_NS BJ_NS_PER_S
#define BETWEEN_NS (10 * BJ_NS_PER_S)

#define COLOUR_BITS (BJ_CHANNEL_BIT(BJ_R) | BJ_CHANNEL_BIT(BJ_G) | BJ_CHANNEL_BIT(BJ_B))

const char *bj_dark_reason(const struct bj_status_report *report)
{
    enum bj_dark dark = report->stream.dark;

    if (report->searching)
        return "the DAC is still searched for";
    if (!report->jack_running)
        return "the JACK server is away";
    if (!bj_rate_is_playable(report->jack_rate_hz))
        return "JACK's sample rate cannot be played";
    if (dark <= BJ_DARK_DISARMED)
        return dark == BJ_DARK_NO ? "" : bj_dark_text(dark);
    if (report->freewheeling)
        return "JACK freewheels";
    if (dark != BJ_DARK_UNCONNECTED && !(report->connected & COLOUR_BITS))
        return "no colour is connected: connect in_r, in_g or in_b";
    return bj_dark_text(dark);
}

bool bj_dark_watch_tells(struct bj_dark_watch *watch, const char *reason, int64_t now_ns)
{
    if (!watch->seen || strcmp(watch->seen, reason) != 0) {
        watch->seen = reason;
        watch->since_ns = now_ns;
    }
    if (now_ns - watch->since_ns < HOLDS_NS)
        return false;
    if (watch->told &&
        (strcmp(watch->told, reason) == 0 || now_ns - watch->told_ns < BETWEEN_NS))
        return false;
    watch->told = reason;
    watch->told_ns = now_ns;
    return true;
}
