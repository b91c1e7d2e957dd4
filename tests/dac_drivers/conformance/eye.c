/* SPDX-License-Identifier: MIT */
#include "eye.h"

#include <math.h>
#include <stdlib.h>

#define LATE_POINTS 8
#define BLIND_BITS 16
#define STRIDE 0x9e3779b1u /* odd: the walk reaches every place */
#define EPSILON 2e-7       /* what floats leave of a value */

bool eye_init(struct eye *eye, const struct conformance_row *row,
              const struct witness *witness, struct conformance_verdict *verdict)
{
    *eye = (struct eye){.row = row,
                        .witness = witness,
                        .verdict = verdict,
                        .dark_from_ns = CONFORMANCE_START_NS};
    eye->times_ns = calloc(WITNESS_POINTS, sizeof *eye->times_ns);
    return eye->times_ns != NULL;
}

void eye_finish(struct eye *eye)
{
    free(eye->times_ns);
    eye->times_ns = NULL;
}

bool eye_is_blind(const struct eye *eye)
{
    return eye->row->bits[BJ_X] == 0;
}

/* ---- Tagged points ------------------------------------------------------------------- */

/* Places are two of the DAC's steps apart, so that any rounding keeps them apart. */
static uint64_t places(uint8_t bits)
{
    return (uint64_t)1 << ((bits == 0 || bits > BLIND_BITS ? BLIND_BITS : bits) - 1);
}

static float place(uint64_t index, uint64_t count)
{
    return (float)((2.0 * (double)(index % count) + 1.0) / (double)count - 1.0);
}

static float light(uint64_t hash)
{
    return (float)(hash & 0xffffff) / 0xffffff;
}

static float bright(uint64_t hash)
{
    return light(hash | 0x800000);
}

struct bj_point eye_tagged_point(const struct conformance_row *row, uint64_t n)
{
    uint64_t across = places(row->bits[BJ_X]), up = places(row->bits[BJ_Y]);
    uint64_t hash = (n + 1) * 0x9e3779b97f4a7c15u;

    hash ^= hash >> 29;
    return (struct bj_point){
        .x = place(n * STRIDE, across),
        .y = place(n / across * STRIDE, up),
        .r = bright(hash),
        .g = light(hash >> 16),
        .b = light(hash >> 32),
        .i = row->bits[BJ_I] > 0 ? bright(hash >> 40) : 1,
    };
}

/* ---- Comparing ----------------------------------------------------------------------- */

static bool is_lit(const struct bj_point *point)
{
    return (point->r > 0 || point->g > 0 || point->b > 0) && point->i > 0;
}

/* To the nearest step; a switch does not flicker around half. */
static bool is_near(double a, double b, double range, uint8_t bits)
{
    double steps = bits == 1 ? 0.54 : 0.5;

    return bits == 0 ||
           fabs(a - b) <= steps * range / (double)((1u << bits) - 1) + EPSILON * range;
}

static bool same_place(const struct eye *eye, const struct bj_point *a,
                       const struct bj_point *b)
{
    return is_near(a->x, b->x, 2, eye->row->bits[BJ_X]) &&
           is_near(a->y, b->y, 2, eye->row->bits[BJ_Y]);
}

static bool same_colour(const struct eye *eye, const struct bj_point *a,
                        const struct bj_point *b)
{
    const uint8_t *bits = eye->row->bits;

    return is_near(a->r, b->r, 1, bits[BJ_R]) && is_near(a->g, b->g, 1, bits[BJ_G]) &&
           is_near(a->b, b->b, 1, bits[BJ_B]) && is_near(a->i, b->i, 1, bits[BJ_I]);
}

/* ---- Seeing -------------------------------------------------------------------------- */

static int64_t dark_from_ns(const struct eye *eye)
{
    const struct witness *witness = eye->witness;
    int64_t closed_ns = witness->open ? BJ_NEVER : witness->closed_ns + eye->row->dark_ns;

    return closed_ns < eye->dark_from_ns ? closed_ns : eye->dark_from_ns;
}

static void judge_light(struct eye *eye, int64_t time_ns, const struct bj_point *sent,
                        const struct bj_point *seen)
{
    int64_t dark_ns = dark_from_ns(eye);

    if (!is_lit(seen)) {
        eye->darkened += is_lit(sent);
        return;
    }
    eye->lit++;
    eye->last_lit_ns = time_ns;
    conformance_expect(eye->verdict, time_ns < dark_ns,
                       "light at %.3f ms, and it had to be dark from %.3f ms on",
                       (double)time_ns / 1e6, (double)dark_ns / 1e6);
    conformance_expect(eye->verdict, is_lit(sent), "a dark point comes out lit");
    conformance_expect(eye->verdict, same_colour(eye, sent, seen),
                       "colour %.8f %.8f %.8f %.8f comes out as %.8f %.8f %.8f %.8f",
                       (double)sent->r, (double)sent->g, (double)sent->b, (double)sent->i,
                       (double)seen->r, (double)seen->g, (double)seen->b, (double)seen->i);
}

/* Before the first point and after the last, a device may rest where it likes. */
static bool is_idle(const struct witness *witness)
{
    return !witness->connected || witness->stopping ||
           witness->offered == witness->taken_at_connect;
}

static bool is_rest(const struct eye *eye, const struct bj_point *seen)
{
    return eye->rested < eye->row->rest_points && eye->next > 0 &&
           same_place(eye, &eye->witness->points[eye->next - 1], seen);
}

void eye_see(void *suite, int64_t time_ns, const struct bj_point *seen)
{
    struct eye *eye = suite;
    const struct witness *witness = eye->witness;
    uint64_t at = eye->next;

    eye->seen++;
    eye->seen_in_all++;
    conformance_expect(eye->verdict, time_ns >= eye->last_ns, "time goes back");
    eye->last_ns = time_ns;
    while (at < witness->offered && !same_place(eye, &witness->points[at], seen))
        at++;
    if (at == witness->offered && !is_lit(seen) &&
        (is_idle(witness) || is_rest(eye, seen))) {
        eye->idle++; /* a device may add darkness of its own */
        eye->rested++;
        return;
    }
    if (at == witness->offered) {
        conformance_expect(eye->verdict, false,
                           "point %llu seen at (%f, %f) was never sent, or comes out of "
                           "order or again",
                           (unsigned long long)eye->seen, (double)seen->x, (double)seen->y);
        return;
    }
    eye->skipped += at - eye->next;
    if (at >= witness->taken_at_connect) {
        if (eye->next <= witness->taken_at_connect)
            eye->count = 0;
        eye->times_ns[eye->count++] = time_ns;
    }
    eye->next = at + 1;
    eye->rested = 0;
    judge_light(eye, time_ns, &witness->points[at], seen);
}

static uint64_t seen_until(const struct eye *eye, int64_t time_ns)
{
    uint64_t count = eye->next > eye->witness->taken_at_connect ? eye->count : 0;

    while (count > 0 && eye->times_ns[count - 1] > time_ns)
        count--;
    return count;
}

static uint64_t unsure_points(const struct eye *eye)
{
    const struct conformance_row *row = eye->row;

    /* In real time a driver's own darkness cannot be told from the engine's, and the
     * device, a thread, looks at its own clock some 0.1 ms late. */
    return eye->unsure_points + eye->witness->flushes * row->flush_unsure_points +
           (row->late_ns > 0 ? row->rest_points + LATE_POINTS : 0);
}

void eye_judge_report(void *user, const struct bj_level_report *report)
{
    const struct eye *eye = user;
    uint64_t least, most, unsure = unsure_points(eye) + report->quantum_points;

    if (eye_is_blind(eye))
        return;
    least = seen_until(eye, report->sent_ns);
    most = seen_until(eye, report->received_ns);
    conformance_expect(eye->verdict,
                       report->played_points + unsure >= least &&
                           report->played_points <= most + unsure,
                       "%llu points are reported as played, but %llu to %llu were seen",
                       (unsigned long long)report->played_points, (unsigned long long)least,
                       (unsigned long long)most);
}
