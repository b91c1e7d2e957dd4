/* SPDX-License-Identifier: MIT */
#include "beam/safety.h"
#include "beam/shape.h"
#include "circle.h"
#include "feed/convert.h"
#include "feed/sanitise.h"
#include "measure.h"

#include <stdio.h>
#include <string.h>

#define POINTS 256u    /* per block, as the engine's feed works */
#define BLOCKS_EACH 2u /* cheap stages need more of them per unit of work */

struct stages {
    float samples[BJ_CHANNELS][BJ_CONVERT_WINDOW];
    float *channels[BJ_CHANNELS];
    struct bj_point points[POINTS];
    struct bj_sanitiser sanitiser;
    struct bj_convert convert;
    double position;
    struct bj_shaper shaper;
    struct bj_safety safety;
};

static void sanitise(struct stages *s)
{
    bj_sanitise(&s->sanitiser, s->channels, POINTS);
}

static void convert(struct stages *s)
{
    bj_convert_set_position(&s->convert, s->position);
    uint64_t skip = bj_convert_window(&s->convert, POINTS).first;
    const float *in[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++)
        in[c] = s->channels[c] + skip;
    bj_convert_run(&s->convert, in, s->points, POINTS);
}

static void shape(struct stages *s)
{
    bj_shaper_run(&s->shaper, s->points, POINTS);
}

static void safety(struct stages *s)
{
    bj_safety_run(&s->safety, s->points, POINTS);
}

struct timed {
    struct stages *stages;
    void (*stage)(struct stages *);
};

static double round_of(void *user, uint32_t blocks)
{
    const struct timed *timed = user;
    int64_t begin_ns = bench_now_ns();
    for (uint32_t k = 0; k < blocks * BLOCKS_EACH; k++) {
        timed->stage(timed->stages);
        __asm__ volatile("" : : "r"(timed->stages) : "memory"); /* the result is wanted */
    }
    return (double)(bench_now_ns() - begin_ns) / blocks / BLOCKS_EACH / POINTS;
}

static void report(const char *name, struct stages *s, void (*stage)(struct stages *),
                   const struct bench_effort *effort)
{
    struct timed timed = {s, stage};
    printf("%-38s %8.2f\n", name, bench_measure(effort, round_of, &timed));
}

static void report_convert(const char *name, struct stages *s, double step, double position,
                           const struct bench_effort *effort)
{
    bj_convert_init(&s->convert, BJ_INTERPOLATE_SMOOTH);
    bj_convert_set_step(&s->convert, step);
    s->position = position;
    report(name, s, convert, effort);
}

static void report_shape(const char *name, struct stages *s, const struct bj_shape *shaped,
                         const struct bench_effort *effort)
{
    s->shaper = bj_shaper_make(shaped);
    report(name, s, shape, effort);
}

/* Lit and moving: the way of every point that is seen. */
static bool begin_safety(struct stages *s)
{
    struct bj_safety_config config = bj_safety_defaults();
    config.start_blank_ns = 0;
    bj_safety_init(&s->safety, &config, 48000);
    bj_safety_arm(&s->safety);
    return bj_safety_run(&s->safety, s->points, POINTS) == BJ_DARK_NO;
}

static void begin(struct stages *s)
{
    for (int c = 0; c < BJ_CHANNELS; c++)
        s->channels[c] = s->samples[c];
    bench_circle(s->channels, BJ_CONVERT_WINDOW);
}

bool measure_stages(const struct bench_effort *effort)
{
    static struct stages s;
    begin(&s);
    printf("one stage                              ns/point\n");
    report("sanitise (ns/frame)", &s, sanitise, effort);
    report_convert("convert 48 -> 48 kHz, on frames", &s, 1.0, 16.0, effort);
    report_convert("convert 48 -> 48 kHz, between frames", &s, 1.0, 16.5, effort);
    report_convert("convert 48 -> 30 kHz", &s, 1.6, 16.3, effort);
    report_convert("convert 96 -> 30 kHz", &s, 3.2, 16.3, effort);
    report_convert("convert 48 -> 100 kHz", &s, 0.48, 16.3, effort);

    struct bj_shape shaped = bj_shape_neutral();
    report_shape("shape, neutral", &s, &shaped, effort);
    shaped.swap_xy = shaped.flip_x = shaped.invert_colour = true;
    report_shape("shape: swap, flip, invert", &s, &shaped, effort);

    begin(&s);
    report_convert("(convert again, for lit points)", &s, 1.0, 16.0, effort);
    bool lit = begin_safety(&s);
    report("safety", &s, safety, effort);
    return lit && s.safety.dwell_darkened == 0;
}
