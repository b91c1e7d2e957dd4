/* SPDX-License-Identifier: MIT
 *
 * IDN: when each chunk plays, in the microseconds of the stream.
 *
 * A chunk carries a time stamp and a duration, and the receiver expects the next stamp to
 * be exactly their sum. So a chunk always begins where the one before ended, and its end is
 * rounded from the time when it shall play, never from a sum of rounded durations: the
 * stamps follow the play times for ever.
 */
#ifndef IDN_STAMPS_H
#define IDN_STAMPS_H

#include <beamjack/core.h>

struct idn_stamps {
    bool running;
    int64_t lead_ns; /* stamps are this much before the play times */
    int64_t end_us;  /* the next chunk's stamp; 32 bit of it go over the wire */
};

struct idn_span {
    int64_t begin_us;
    uint32_t duration_us;
};

/* A new connection: stamps may begin anywhere. `lead_ns` is at least the target buffer:
 * then nothing is sent before its stamp, as IDN-Hello demands, and the receiver has
 * something in hand. */
void idn_stamps_init(struct idn_stamps *stamps, int64_t lead_ns);

/* The next chunk begins a new time line on the same connection. */
void idn_stamps_break(struct idn_stamps *stamps);

/* Does a chunk that shall play at play_ns continue the time line? Small differences do:
 * they are the producer's clock, and are followed slowly. */
bool idn_stamps_continue(const struct idn_stamps *stamps, int64_t play_ns,
                         int64_t chunk_ns);

/* Where `count` points at `pps` belong, the first of them playing at play_ns. If the time
 * line was to begin anew, or had to, it does; never earlier than what was stamped before.
 */
struct idn_span idn_stamps_next(struct idn_stamps *stamps, int64_t play_ns, uint32_t count,
                                uint32_t pps);

/* How long so many points take. */
int64_t idn_points_ns(uint64_t count, uint32_t pps);

#endif
