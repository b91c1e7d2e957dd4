/* SPDX-License-Identifier: MIT
 *
 * Judges what a DAC played against the tagged signal.
 *
 * Every function returns true when nothing was wrong; the verdict says what was seen and
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

enum check_fault {
    CHECK_MISSING,   /* frames that were never played */
    CHECK_DOUBLED,   /* the frame before, once more */
    CHECK_HELD,      /* the frame before, once more, but dark: time without frames */
    CHECK_REORDERED, /* neighbours changed places */
    CHECK_POSITION,  /* further off than allowed */
    CHECK_COLOUR,    /* another colour than the frame's */
    CHECK_DARKENED,  /* the source is lit, the point is dark */
    CHECK_LIT,       /* the source is dark or absent, the point is lit */
    CHECK_FOREIGN,   /* no frame of the source */
    CHECK_BACKWARD,  /* the source position went back or leapt */
    CHECK_FAULTS
};

struct check_verdict {
    int64_t points; /* looked at */
    int64_t lit_points;
    int64_t matched_frames; /* of the lit range, played as they should be */
    int64_t first_frame;    /* where the signal was recognised, -1: never */
    int64_t last_frame;
    int64_t faults[CHECK_FAULTS];
    double max_error_counts; /* largest distance of a matched point */
    double frames_per_point; /* measured over the recognised stretch */
    char first[240];         /* the first fault in words, "" = none */
};

const char *check_fault_name(enum check_fault fault);

/* Equal rates: the frames of the lit range, each once, in order, within one count and with
 * exactly their colour; nothing lit before, between or after. */
bool check_equal(const struct tagged_signal *signal, const struct played_point *points,
                 size_t count, struct check_verdict *verdict);

/* Unequal rates: `frames_per_point` source frames from point to point. Away from corners
 * within `tolerance_counts` of the straight line between frames; colour between the least
 * and the greatest of the frames around; always forward. */
bool check_resampled(const struct tagged_signal *signal, double frames_per_point,
                     double tolerance_counts, const struct played_point *points,
                     size_t count, struct check_verdict *verdict);

/* Not one lit point with after_ns <= time < until_ns. */
bool check_dark(const struct played_point *points, size_t count, int64_t after_ns,
                int64_t until_ns, struct check_verdict *verdict);

#endif
