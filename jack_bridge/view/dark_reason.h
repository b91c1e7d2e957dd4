/* SPDX-License-Identifier: MIT
 *
 * Why it is dark, in words: what the stream knows, and what only the program knows.
 */
#ifndef DARK_REASON_H
#define DARK_REASON_H

#include "view/status_report.h"

/* A sentence fragment, "disarmed"; "" while light passes. Lives for ever. */
const char *bj_dark_reason(const struct bj_status_report *report);

/* Which of the changing reasons are worth a line in the log. */
struct bj_dark_watch {
    const char *seen, *told; /* NULL: nothing so far */
    int64_t since_ns, told_ns;
};

/* True: `reason` holds since a second, was not the last one told, and others were not told
 * within the last ten seconds. */
bool bj_dark_watch_tells(struct bj_dark_watch *watch, const char *reason, int64_t now_ns);

#endif
