/* SPDX-License-Identifier: MIT */
#include "observer.h"

#include <math.h>
#include <stdlib.h>

#define LATE_POINTS 8
#define BLIND_BITS 16
#define STRIDE 0x9e3779b1u /* odd: the walk reaches every place */
#define EPSILON 2e-7       /* what floats leave of a value */

bool observer_init(struct observer *observer, const struct conformance_row *row,
                   const struct recorder *recorder, struct conformance_verdict *verdict)
{
    *observer = (struct observer){.row = row,
                                  .recorder = recorder,
                                  .verdict = verdict,
                                  .dark_from_ns = CONFORMANCE_START_NS};
    observer->times_ns = calloc(RECORDER_POINTS, sizeof *observer->times_ns);
    return observer->times_ns != NULL;
}

void observer_finish(struct observer *observer)
{
    free(observer->times_ns);
    observer->times_ns = NULL;
}

bool observer_is_blind(const struct observer *observer)
{
    return observer->row->bits[BJ_X] == 0;
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

struct bj_point observer_tagged_point(const struct conformance_row *row, uint64_t n)
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

static bool same_place(const struct observer *observer, const struct bj_point *a,
                       const struct bj_point *b)
{
    return is_near(a->x, b->x, 2, observer->row->bits[BJ_X]) &&
           is_near(a->y, b->y, 2, observer->row->bits[BJ_Y]);
}

static bool same_colour(const struct observer *observer, const struct bj_point *a,
                        const struct bj_point *b)
{
    const uint8_t *bits = observer->row->bits;

    return is_near(a->r, b->r, 1, bits[BJ_R]) && is_near(a->g, b->g, 1, bits[BJ_G]) &&
           is_near(a->b, b->b, 1, bits[BJ_B]) && is_near(a->i, b->i, 1, bits[BJ_I]);
}

/* ---- Seeing -------------------------------------------------------------------------- */

static int64_t dark_from_ns(const struct observer *observer)
{
    const struct recorder *recorder = observer->recorder;
    int64_t closed_ns =
        recorder->open ? BJ_NEVER : recorder->closed_ns + observer->row->dark_ns;

    return closed_ns < observer->dark_from_ns ? closed_ns : observer->dark_from_ns;
}

static void judge_light(struct observer *observer, int64_t time_ns,
                        const struct bj_point *sent, const struct bj_point *seen)
{
    int64_t dark_ns = dark_from_ns(observer);

    if (!is_lit(seen)) {
        observer->darkened += is_lit(sent);
        return;
    }
    observer->lit++;
    observer->last_lit_ns = time_ns;
    conformance_expect(observer->verdict, time_ns < dark_ns,
                       "light at %.3f ms, and it had to be dark from %.3f ms on",
                       (double)time_ns / 1e6, (double)dark_ns / 1e6);
    conformance_expect(observer->verdict, is_lit(sent), "a dark point comes out lit");
    conformance_expect(observer->verdict, same_colour(observer, sent, seen),
                       "colour %.8f %.8f %.8f %.8f comes out as %.8f %.8f %.8f %.8f",
                       (double)sent->r, (double)sent->g, (double)sent->b, (double)sent->i,
                       (double)seen->r, (double)seen->g, (double)seen->b, (double)seen->i);
}

/* Before the first point and after the last, a device may rest where it likes. */
static bool is_idle(const struct recorder *recorder)
{
    return !recorder->connected || recorder->stopping ||
           recorder->offered == recorder->taken_at_connect;
}

static bool is_rest(const struct observer *observer, const struct bj_point *seen)
{
    return observer->rested < observer->row->rest_points && observer->next > 0 &&
           same_place(observer, &observer->recorder->points[observer->next - 1], seen);
}

void observer_see(void *suite, int64_t time_ns, const struct bj_point *seen)
{
    struct observer *observer = suite;
    const struct recorder *recorder = observer->recorder;
    uint64_t at = observer->next;

    observer->seen++;
    observer->seen_in_all++;
    conformance_expect(observer->verdict, time_ns >= observer->last_ns, "time goes back");
    observer->last_ns = time_ns;
    while (at < recorder->offered && !same_place(observer, &recorder->points[at], seen))
        at++;
    if (at == recorder->offered && !is_lit(seen) &&
        (is_idle(recorder) || is_rest(observer, seen))) {
        observer->idle++; /* a device may add darkness of its own */
        observer->rested++;
        return;
    }
    if (at == recorder->offered) {
        conformance_expect(observer->verdict, false,
                           "point %llu seen at (%f, %f) was never sent, or comes out of "
                           "order or again",
                           (unsigned long long)observer->seen, (double)seen->x,
                           (double)seen->y);
        return;
    }
    observer->skipped += at - observer->next;
    if (at >= recorder->taken_at_connect) {
        if (observer->next <= recorder->taken_at_connect)
            observer->count = 0;
        observer->times_ns[observer->count++] = time_ns;
    }
    observer->next = at + 1;
    observer->rested = 0;
    judge_light(observer, time_ns, &recorder->points[at], seen);
}

static uint64_t seen_until(const struct observer *observer, int64_t time_ns)
{
    uint64_t count =
        observer->next > observer->recorder->taken_at_connect ? observer->count : 0;

    while (count > 0 && observer->times_ns[count - 1] > time_ns)
        count--;
    return count;
}

static uint64_t unsure_points(const struct observer *observer)
{
    const struct conformance_row *row = observer->row;

    /* In real time a driver's own darkness cannot be told from the engine's, and the
     * device, a thread, looks at its own clock some 0.1 ms late. */
    return observer->unsure_points +
           observer->recorder->flushes * row->flush_unsure_points +
           (row->late_ns > 0 ? row->rest_points + LATE_POINTS : 0);
}

void observer_check_report(void *user, const struct bj_level_report *report)
{
    const struct observer *observer = user;
    uint64_t least, most, unsure = unsure_points(observer) + report->quantum_points;

    if (observer_is_blind(observer))
        return;
    least = seen_until(observer, report->sent_ns);
    most = seen_until(observer, report->received_ns);
    conformance_expect(observer->verdict,
                       report->played_points + unsure >= least &&
                           report->played_points <= most + unsure,
                       "%llu points are reported as played, but %llu to %llu were seen",
                       (unsigned long long)report->played_points, (unsigned long long)least,
                       (unsigned long long)most);
}
