/* SPDX-License-Identifier: MIT */
#include "helios/helios_swap.h"

#define LEARN 0.05        /* of what a bracket says about one frame */
#define MOST_DRIFT 0.0015 /* crystal, timer restarts and interrupts together */

void helios_swap_reset(struct helios_swap *swap)
{
    *swap = (struct helios_swap){.drift = swap->drift};
}

static int64_t duration_ns(const struct helios_swap *swap, const struct helios_frame *frame)
{
    return (int64_t)(frame->points / frame->pps * (1 + swap->drift) * 1e9);
}

int64_t helios_swap_end_ns(const struct helios_swap *swap)
{
    return swap->playing.points == 0 || swap->unsure
               ? BJ_NEVER
               : swap->begun_ns + duration_ns(swap, &swap->playing);
}

static uint32_t left_of(const struct helios_frame *frame, int64_t begun_ns, int64_t now_ns)
{
    double played = now_ns > begun_ns ? (double)(now_ns - begun_ns) / 1e9 * frame->pps : 0;

    return played < frame->points ? (uint32_t)(frame->points - played) : 0;
}

uint32_t helios_swap_left(const struct helios_swap *swap, int64_t now_ns)
{
    int64_t end_ns = helios_swap_end_ns(swap);
    uint32_t playing =
        swap->playing.points == 0 ? 0 : left_of(&swap->playing, swap->begun_ns, now_ns);

    return playing + left_of(&swap->waiting, end_ns, now_ns);
}

void helios_swap_begin(struct helios_swap *swap, struct helios_frame frame, int64_t at_ns)
{
    helios_swap_reset(swap);
    swap->playing = frame;
    swap->begun_ns = swap->not_free_ns = at_ns;
}

void helios_swap_queue(struct helios_swap *swap, struct helios_frame frame, int64_t at_ns)
{
    swap->waiting = frame;
    swap->not_free_ns = at_ns;
}

void helios_swap_not_free(struct helios_swap *swap, int64_t asked_ns)
{
    if (asked_ns > swap->not_free_ns)
        swap->not_free_ns = asked_ns;
}

static double clamp(double value, double most)
{
    return value > most ? most : value < -most ? -most : value;
}

/* The prediction, moved into the bracket; the distance teaches. */
static int64_t settle(struct helios_swap *swap, int64_t answered_ns)
{
    int64_t predicted_ns = helios_swap_end_ns(swap), at_ns = predicted_ns;

    if (predicted_ns == BJ_NEVER)
        return answered_ns;
    if (at_ns > answered_ns)
        at_ns = answered_ns;
    if (at_ns < swap->not_free_ns)
        at_ns = swap->not_free_ns;
    double off = (double)(at_ns - predicted_ns) / (double)duration_ns(swap, &swap->playing);
    swap->drift = clamp(swap->drift + clamp(off, MOST_DRIFT) * LEARN, MOST_DRIFT);
    return at_ns;
}

void helios_swap_free(struct helios_swap *swap, int64_t answered_ns)
{
    swap->begun_ns = settle(swap, answered_ns);
    swap->playing = swap->waiting;
    swap->waiting.points = 0;
    swap->unsure = false;
    swap->not_free_ns = swap->begun_ns;
}
