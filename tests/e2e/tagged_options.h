/* SPDX-License-Identifier: MIT
 *
 * The command line shared by the writer and the checker, so that both mean the same signal.
 */
#ifndef TAGGED_OPTIONS_H
#define TAGGED_OPTIONS_H

#include "tagged_signal.h"

#define TAGGED_OPTIONS_HELP "[--rate HZ] [--lead S] [--lit S] [--tail S]"

struct tagged_options {
    struct tagged_signal signal;
    const char *word[4]; /* what is not an option */
    int words;
    double pps;                 /* --pps: true points per second, 0 = the signal's rate */
    double tolerance_counts;    /* --tolerance: of the position */
    double colour_tolerance;    /* --colour-tolerance: counts of 1/65535 */
    double blue_tolerance;      /* --blue-tolerance: of blue, where that is another */
    int64_t after_ns, until_ns; /* --after, --until: of the points' play time */
    double interruptions, lost_frames, flushed_points, lost_time; /* as counted */
};

/* False: an unknown option or an impossible value. */
bool tagged_options_parse(struct tagged_options *options, int argc, char **argv);

#endif
