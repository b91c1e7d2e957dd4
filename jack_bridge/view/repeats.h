/* SPDX-License-Identifier: MIT
 *
 * Words that come again and again are counted, not repeated: "... (12 times in 10 s)".
 * Main thread.
 */
#ifndef REPEATS_H
#define REPEATS_H

#include "view/log.h"

#include <beamjack/core.h>

#define BJ_REPEATS_KEPT 8
#define BJ_REPEATS_QUIET_NS (10 * BJ_NS_PER_S) /* at first; */
#define BJ_REPEATS_LONGEST_NS                                                              \
    (600 * BJ_NS_PER_S) /* twice as long each time, up to this                             \
                         */

struct bj_repeats {
    struct bj_repeat {
        enum bj_log_level level;
        char text[BJ_LOG_WIDTH];
        int64_t told_ns, quiet_ns; /* quiet_ns 0: free */
        unsigned again;            /* since told_ns */
    } kept[BJ_REPEATS_KEPT];
};

/* Says it now, or counts it if it was said not long ago. */
void bj_repeats_say(struct bj_repeats *repeats, struct bj_log *log, int64_t now_ns,
                    enum bj_log_level level, const char *text);

/* Says what was counted long enough; call a few times in a second. */
void bj_repeats_catch_up(struct bj_repeats *repeats, struct bj_log *log, int64_t now_ns);

#endif
