/* SPDX-License-Identifier: MIT */
#include "engine/play_time.h"

/* Of the DAC's clock, before the feed steers by it gently. */
#define SETTLED_SAMPLES 40u

static struct bj_play_time counted(const struct bj_level *level, bool reports_level)
{
    bool known = !reports_level && level->playing;
    return (struct bj_play_time){
        .ns = (double)level->at_ns + bj_level_low(level) / level->pps * 1e9,
        .pps = level->pps,
        .known = known,
        .settled = known,
    };
}

struct bj_play_time bj_play_time_of(const struct bj_level *level,
                                    const struct bj_dac_clock *clock, bool reports_level)
{
    if (!bj_dac_clock_known(clock)) {
        return counted(level, reports_level);
    }
    return (struct bj_play_time){
        .ns = bj_dac_clock_play_ns(clock, 0),
        .sd_ns = bj_clock_fit_sd_ns(&clock->fit),
        .pps = clock->fit.line.hz,
        .known = true,
        .settled = clock->fit.samples >= SETTLED_SAMPLES,
    };
}
