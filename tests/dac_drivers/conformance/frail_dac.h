/* SPDX-License-Identifier: MIT
 *
 * A small DAC with its driver, right in all it does, or wrong in one way: what the suite
 * itself is tested with.
 */
#ifndef CONFORMANCE_FRAIL_DAC_H
#define CONFORMANCE_FRAIL_DAC_H

#include "conformance.h"

enum frailty {
    FRAIL_NOT_AT_ALL = 0,
    FRAIL_DOUBLES,       /* a point now and then comes out twice */
    FRAIL_LOSES,         /* one now and then does not, and nobody is told */
    FRAIL_REORDERS,      /* two now and then change places */
    FRAIL_SWAPS_COLOURS, /* red and blue */
    FRAIL_IS_COARSE,     /* colours of 8 bits where 16 were promised */
    FRAIL_MIRRORS,
    FRAIL_LIGHTS_DARK,     /* dark points come out lit */
    FRAIL_DARKENS,         /* lit points now and then come out dark */
    FRAIL_IGNORES_SHUTTER, /* the queue plays on */
    FRAIL_STAYS_SHUT,      /* once closed, for ever */
    FRAIL_STARVES_SHUT,    /* takes nothing while closed */
    FRAIL_STOPS_LIT,       /* stop leaves the queue playing */
    FRAIL_LEAVES_LIT,      /* disconnect does */
    FRAIL_NEVER_STOPPED,   /* never says so */
    FRAIL_SPINS,           /* asks for a moment in the past, always */
    FRAIL_TICKS,           /* asks to be called every microsecond */
    FRAIL_OVERSLEEPS,      /* asks for nothing, and so never gets ready */
    FRAIL_ALLOCATES,       /* in write */
    FRAIL_MISCOUNTS,       /* reports do not balance */
    FRAIL_LIES,            /* they balance and are wrong */
    FRAIL_NEVER_REPORTS,
    FRAIL_LEAKS,         /* leaves a handle open */
    FRAIL_STAYS_AWAY,    /* does not come back when plugged in */
    FRAIL_SLOW,          /* 3 % slower than it says */
    FRAIL_EARLY,         /* takes points before it is ready */
    FRAIL_PROMISES,      /* tells of more room than there is */
    FRAIL_OVERFLOWS,     /* takes points it has no room for */
    FRAIL_NO_RATES,      /* its fastest is slower than its slowest */
    FRAIL_ANY_RATE,      /* accepts rates it cannot do, and comes to no rest */
    FRAIL_ANY_ID,        /* accepts every id */
    FRAIL_TRUSTS,        /* believes whatever the device says */
    FRAIL_HANGS_UP,      /* gives up for good on nonsense */
    FRAIL_DROPS_THE_END, /* throws away the last points of the queue */
    FRAIL_HIDES_DRY,     /* goes on as if it had not run dry */
    FRAIL_HIDES_LOSS,    /* what was sent when it had gone counts as played */
    FRAIL_STORMS,        /* refused, it begins anew every millisecond */
    FRAIL_WAILS          /* says something new with each attempt */
};

/* A row for a device that has this. Valid until the next call. */
const struct conformance_row *frail_row(enum frailty frailty);

#endif
