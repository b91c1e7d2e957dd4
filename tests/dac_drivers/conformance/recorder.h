/* SPDX-License-Identifier: MIT
 *
 * Stands between the engine and a driver: passes every call on, keeps the ledger, and
 * complains when the driver breaks its contract.
 */
#ifndef CONFORMANCE_RECORDER_H
#define CONFORMANCE_RECORDER_H

#include "conformance.h"

#define RECORDER_POINTS 500000u

struct recorder {
    const struct bj_dac_driver *driver; /* watched */
    struct bj_dac_driver table;         /* what the engine gets */
    struct bj_dac_config config;        /* what the driver gets */
    struct conformance_verdict *verdict;
    struct bj_dac *dac;  /* the driver's instance */
    struct bj_dac *seat; /* the engine's */

    struct bj_point *points; /* every point taken, in order; offered ones behind them */
    uint64_t taken, offered;
    uint64_t lost, taken_at_connect, lost_at_connect;
    uint64_t would_blocks, reports, emptied, dried, notices, stops, connects;
    uint64_t reported_played; /* in all, over all connections */

    uint64_t flushes; /* since connect: emptied, and not dry */

    bool stopping;  /* stop was called since connect */
    bool connected; /* connect was called, disconnect not yet */
    bool open;      /* what shutter, stop and disconnect asked for last */
    int64_t closed_ns;
    bool stop_confirmed; /* STOPPED was seen after stop */
    bool in_write;
    int64_t promised_points; /* room as service said it; -1: no longer */
    struct bj_dac_status status;
    struct bj_level_report report; /* newest */

    /* Of the fixture: what time it is; and a level report came. */
    int64_t (*now_ns)(void *user);
    void (*reported)(void *user, const struct bj_level_report *report);
    void *user;
};

/* `config` is what the driver gets; the caller passes `recorder` as extra and uses
 * recorder->table as the driver, and sets now_ns, reported and user. */
bool recorder_init(struct recorder *recorder, const struct bj_dac_driver *driver,
                   struct conformance_verdict *verdict);
void recorder_finish(struct recorder *recorder);

#endif
