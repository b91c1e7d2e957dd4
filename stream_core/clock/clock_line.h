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
    double spread; /* weighted squares of how far in time they are from t0, summed: what
                      is known of hz, be it from before the first sample */
};

double bj_clock_line_count(const struct bj_clock_line *line, double t);

/* Through this sample alone; hz and what is known of it stay. */
void bj_clock_line_begin(struct bj_clock_line *line, double t, double n);

void bj_clock_line_join(struct bj_clock_line *line, double t, double n);

/* The spread of so many samples, step_s apart. */
double bj_clock_line_spread(double samples, double step_s);

/* As if it were known from the last so many samples until t, all of them on the line. */
void bj_clock_line_forget(struct bj_clock_line *line, double t, double samples,
                          double step_s);

#endif
