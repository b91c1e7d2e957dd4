/* SPDX-License-Identifier: MIT
 *
 * Judges what a DAC played against the tagged signal.
 *
 * The functions return true when nothing was wrong; the verdict says what was seen and
 * describes the first fault in words.
 */
#ifndef E2E_CHECK_H
#define E2E_CHECK_H

#include "tagged_signal.h"

#include <stddef.h>

struct played_point {
    int64_t time_ns; /* when it left the DAC */
    int32_t x, y;    /* counts of 1/32767 */
    uint16_t r, g, b, i;
};

/* What is wrong whatever happened to the machine. */
enum check_fault {
    CHECK_POSITION, /* off the path, or too early or late on it */
    CHECK_COLOUR,   /* another colour than the frames around have */
    CHECK_DARKENED, /* the source is lit, the point is dark, and no gap is near */
    CHECK_LIT,      /* the source is dark or absent, the point is lit */
    CHECK_FOREIGN,  /* lit, and no frame of the source */
    CHECK_BACKWARD, /* something was played again: doubled, repeated, reordered */
    CHECK_ABSENT,   /* the signal was not recognised at all */
    CHECK_FAULTS
};

/* A place where the signal does not simply go on. What happens within 60 ms of play time
 * belongs to one gap. */
struct check_gap {
    size_t at;       /* the first point that is not the next of the signal */
    int64_t time_ns; /* when that point was played */
    int64_t dark;    /* points at rest or otherwise without frames, and dark */
    int64_t blanked; /* points with frames, dark though these are lit: the blank after it */
    int64_t idle_ns; /* the DAC played nothing */
    double missing;  /* frames that were never played */
};

enum { CHECK_GAPS = 64 };

struct check_verdict {
    int64_t points; /* looked at */
    int64_t lit_points;
    int64_t matched;                /* points of the lit range that are as they should be */
    double first_frame, last_frame; /* what was recognised; -1: nothing */
    int64_t faults[CHECK_FAULTS];
    int64_t gaps; /* in the lit range */
    double missing;
    struct check_gap gap[CHECK_GAPS]; /* the first of them */
    double max_error_counts; /* largest distance from the path, away from corners */
    double frames_per_point; /* measured over the longest stretch without a gap */
    int64_t longest_points;  /* of that stretch */
    char first[240];         /* the first fault in words, "" = none */
};

const char *check_fault_name(enum check_fault fault);

/* The lit range of the signal, played at `frames_per_point` source frames per point.
 *
 * Between gaps: away from corners within `limits` of the path; from point to
 * point and over 64 points as far along it as the rate says, always forward;
 * colour the average of the source over the point's time, so exact on plateaus and between
 * its neighbours at edges; the DAC never idle. Gaps: dark, except for the edges of an
 * interpolation; up to 1.5 ms after it may be dark still. They are reported, and judged by
 * check_explained. Nothing lit before, after, or where the source is dark. True: no fault.
 */
/* Rate control bends by 0.5 % at most while both clocks keep their rates; a clock that
 * loses time again and again has no rate, and is followed to 3 %. */
#define CHECK_BEND 0.006
#define CHECK_BEND_OF_LOST_TIME 0.031

struct check_limits {
    double position;  /* counts of 1/32767 off the path, away from corners */
    double colour[3]; /* counts of 1/65535 off red, green, blue: a DAC with fewer bits */
    double bend;      /* how far the step may be bent by rate control, as a share */
};

bool check_played(const struct tagged_signal *signal, double frames_per_point,
                  const struct check_limits *limits, const struct played_point *points,
                  size_t count, struct check_verdict *verdict);

/* What was counted while the signal played. */
struct check_counts {
    int64_t interruptions; /* by beamjack: underruns, of the device too, jumps, silences,
                              reconnects */
    double lost_frames;    /* by beamjack: lost or flushed */
    int64_t lost_time;     /* by others: xruns, stalls of the machine */
};

/* Does what was counted explain the gaps? Whatever the machine did, gaps were counted as
 * interruptions and missing frames as lost. If it lost no time, nothing may be interrupted
 * or lost, and the rate is right to 300 ppm. If not, why[] says so. */
bool check_explained(const struct check_verdict *verdict, const struct check_counts *counts,
                     double frames_per_point, char *why, size_t why_size);

/* Not one lit point with after_ns <= time < until_ns. */
bool check_dark(const struct played_point *points, size_t count, int64_t after_ns,
                int64_t until_ns, struct check_verdict *verdict);

#endif
