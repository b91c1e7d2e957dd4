/* SPDX-License-Identifier: MIT
 *
 * Where --status-json goes: a file that is appended to within a bound, a file that always
 * holds the newest state, a pipe, or standard output. Written by a thread of its own, so a
 * disk that is full, a pipe that nobody reads or a file system that hangs holds up nothing.
 */
#ifndef STATUS_SINK_H
#define STATUS_SINK_H

#include <beamjack/core.h>

struct bj_status_sink_config {
    const char *path;    /* "-": standard output; lives as long as the sink */
    bool latest;         /* replace the file each time, atomically */
    uint64_t most_bytes; /* then FILE becomes FILE.1 and a new one begins; 0: no bound */
};

struct bj_status_sink;

/* Opens it, waiting a second at most for a file system that hangs. NULL: `why`. */
struct bj_status_sink *bj_status_sink_create(const struct bj_status_sink_config *config,
                                             char *why, size_t why_size);

/* One moment: one line or several. Never waits. */
void bj_status_sink_put(struct bj_status_sink *sink, const char *text, size_t size);

/* Something worth a line in the log since the last call, in `words`. */
bool bj_status_sink_news(struct bj_status_sink *sink, char *words, size_t words_size);

/* Writes what waits, limit_ns at most. False: it hangs; leave the process with _exit. */
bool bj_status_sink_destroy(struct bj_status_sink *sink, int64_t limit_ns);

#endif
