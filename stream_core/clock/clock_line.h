/* SPDX-License-Identifier: MIT
 *
 * A count over time as a straight line: least squares over samples, one at a time. They
 * weigh alike until they are many; then older ones fade.
 *
 * Pure arithmetic; one thread, BJ_RT.
 */
#ifndef BJ_CLOCK_LINE_H
#define BJ_CLOCK_LINE_H

/* n = n0 + hz (t - t0), times in seconds, through the mean of all samples. */
struct bj_clock_line {
    double t0, n0, hz;
    double weight; /* of all samples, 1 each and fading */
    double spread; /* sum of the weighted squares of the times from t0: how well hz is
                      known, also from before the first sample */
};

double bj_clock_line_count(const struct bj_clock_line *line, double t);

/* Begins a line through this sample alone; hz and the spread stay. */
void bj_clock_line_begin(struct bj_clock_line *line, double t, double n);

void bj_clock_line_join(struct bj_clock_line *line, double t, double n);

/* Returns the spread of `samples` samples, step_s apart. */
double bj_clock_line_spread(double samples, double step_s);

/* Keeps the line as if it were known from the last `samples` samples until t alone. */
void bj_clock_line_forget(struct bj_clock_line *line, double t, double samples,
                          double step_s);

#endif
