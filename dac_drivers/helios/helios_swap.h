/* SPDX-License-Identifier: MIT
 *
 * Helios: what plays and what waits, though the device tells one bit only.
 *
 * Two frames: one plays, one waits. The one that waits begins in the very tick in which
 * the other ends. When that is, follows from the length and the rate; the answers "slot
 * full" and "slot free" before and after bracket it, and correct the rate slowly.
 */
#ifndef HELIOS_SWAP_H
#define HELIOS_SWAP_H

#include <beamjack/core.h>

struct helios_frame {
    uint32_t points; /* 0: there is none */
    double pps;      /* true */
};

struct helios_swap {
    struct helios_frame playing, waiting;
    bool unsure;         /* something plays, or played, that we know nothing about */
    int64_t begun_ns;    /* the best estimate of when `playing` began */
    int64_t not_free_ns; /* the swap was not before this */
    double drift;        /* how much longer frames take than computed, a fraction */
};

/* Nothing plays, nothing waits; what was learned about the rate stays. */
void helios_swap_reset(struct helios_swap *swap);

/* When the playing frame ends; BJ_NEVER: nothing plays, or unsure. */
int64_t helios_swap_end_ns(const struct helios_swap *swap);

/* Points that have not been played yet, at this moment. */
uint32_t helios_swap_left(const struct helios_swap *swap, int64_t now_ns);

/* A frame arrived in an idle device and begins at once. */
void helios_swap_begin(struct helios_swap *swap, struct helios_frame frame, int64_t at_ns);

/* A frame arrived while another one plays. */
void helios_swap_queue(struct helios_swap *swap, struct helios_frame frame, int64_t at_ns);

/* The slot was still full when the device answered a question asked at this time. */
void helios_swap_not_free(struct helios_swap *swap, int64_t asked_ns);

/* The slot was free when it answered, at this time the latest: the waiting frame plays. */
void helios_swap_free(struct helios_swap *swap, int64_t answered_ns);

#endif
