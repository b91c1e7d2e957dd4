/* SPDX-License-Identifier: MIT */
#include "idn/idn_stamps.h"

#define NS_PER_US 1000
#define LEAST_TOLERANCE_NS (2 * BJ_NS_PER_MS)
/* The point rate is bent by a fiftieth at most to follow the play times. */
#define BEND 50

int64_t idn_points_ns(uint64_t count, uint32_t pps)
{
    return (int64_t)(count / pps) * BJ_NS_PER_S +
           (int64_t)(count % pps * (uint64_t)BJ_NS_PER_S / pps);
}

static int64_t to_us(int64_t ns)
{
    int64_t up = ns + NS_PER_US / 2;

    return up >= 0 ? up / NS_PER_US : -((-up + NS_PER_US - 1) / NS_PER_US);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

void idn_stamps_init(struct idn_stamps *stamps, int64_t lead_ns)
{
    *stamps = (struct idn_stamps){.lead_ns = lead_ns, .end_us = INT64_MIN};
}

void idn_stamps_break(struct idn_stamps *stamps)
{
    stamps->running = false;
}

static int64_t ahead_ns(const struct idn_stamps *stamps, int64_t play_ns)
{
    return play_ns - stamps->lead_ns - stamps->end_us * NS_PER_US;
}

bool idn_stamps_continue(const struct idn_stamps *stamps, int64_t play_ns, int64_t chunk_ns)
{
    int64_t limit_ns = chunk_ns > LEAST_TOLERANCE_NS ? chunk_ns : LEAST_TOLERANCE_NS;
    int64_t off_ns = stamps->running ? ahead_ns(stamps, play_ns) : 0;

    return stamps->running && off_ns <= limit_ns && off_ns >= -limit_ns;
}

/* A time line that would begin before the old one's end is taken to play later: stamps
 * never fall. */
static void start_over(struct idn_stamps *stamps, int64_t play_ns)
{
    int64_t begin_us = to_us(play_ns - stamps->lead_ns);

    if (begin_us < stamps->end_us)
        stamps->lead_ns = play_ns - stamps->end_us * NS_PER_US;
    else
        stamps->end_us = begin_us;
    stamps->running = true;
}

struct idn_span idn_stamps_next(struct idn_stamps *stamps, int64_t play_ns, uint32_t count,
                                uint32_t pps)
{
    int64_t length_ns = idn_points_ns(count, pps), bend_ns, end_us;
    struct idn_span span;

    if (!idn_stamps_continue(stamps, play_ns, length_ns))
        start_over(stamps, play_ns);
    bend_ns = length_ns / BEND + NS_PER_US;
    end_us = to_us(play_ns - stamps->lead_ns + length_ns);
    span.begin_us = stamps->end_us;
    end_us = clamp(end_us, to_us(span.begin_us * NS_PER_US + length_ns - bend_ns),
                   to_us(span.begin_us * NS_PER_US + length_ns + bend_ns));
    stamps->end_us = end_us > span.begin_us ? end_us : span.begin_us + 1;
    span.duration_us = (uint32_t)(stamps->end_us - span.begin_us);
    return span;
}
