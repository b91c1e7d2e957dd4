/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: what differs between its devices, as a row of data.
 */
#ifndef SHARK_KIND_H
#define SHARK_KIND_H

#include "lasershark_family/shark_wire.h"

/* Which device it says it is. */
enum shark_identity { SHARK_UNKNOWN = 0, SHARK_LASERDOCK, SHARK_LASERSHARK };

/* Writes the samples of `count` points, dark whatever they say if `dark`. *ttl is kept
 * from call to call: whether a laser that knows only on and off is on. */
typedef void (*shark_encode_fn)(uint8_t *out, const struct bj_point *points, uint32_t count,
                                bool dark, bool *ttl);

struct shark_kind {
    const char *name;  /* "laserdock": ids begin with it */
    const char *title; /* "LaserDock" */
    enum shark_identity identity;
    uint32_t bulk_samples;             /* what it answers to SHARK_GET_BULK_SAMPLES */
    uint32_t least_major, least_minor; /* firmware */
    bool same_major;                   /* a higher one is another device */
    uint32_t timer_hz;                 /* the point clock divides it; 0: not known */
    uint32_t max_pps;                  /* what its USB link sustains */
    bool has_runner;                   /* may be left in a mode that plays its own memory */
    bool needs_dark_tail;              /* what it shows when it runs dry is not known */
    bool lists_unknown;                /* its scan shows what says neither */
    shark_encode_fn encode;
};

#endif
