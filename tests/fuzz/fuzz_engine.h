/* SPDX-License-Identifier: MIT
 *
 * An engine that does what the input says with a driver, in any order, and checks what it
 * hears.
 */
#ifndef FUZZ_ENGINE_H
#define FUZZ_ENGINE_H

#include "fuzz_input.h"

#include <beamjack/driver.h>

/* What the driver never goes beyond, whatever its device says. */
struct fuzz_limits {
    uint32_t pps, begin_points; /* of connect */
    bool connects;              /* connect itself never fails */
    bool balances;              /* its ledger, whatever the device says of its own */
    uint32_t queued_points;     /* as reported */
    uint32_t room_points;
    int handles;     /* waited for */
    int64_t late_ns; /* a deadline may be so far in the past */
};

/* `now_ns` and the limits are the target's to set. */
struct fuzz_engine {
    const struct fuzz_limits *limits;
    int64_t now_ns;
    struct fuzz_input input;
    struct bj_dac *dac;
    bool attempting;
    struct bj_dac_status status;
    uint64_t taken, lost; /* since connect */
};

/* A new instance, and the whole input before it. */
void fuzz_engine_begin(struct fuzz_engine *engine, const struct bj_dac_driver *driver,
                       const struct bj_dac_config *config);

/* Connects where nobody is connected, and serves. */
void fuzz_engine_serve(struct fuzz_engine *engine);

/* A chunk of at most `most` points, of `pps`, due at `play_ns`. Not BJ_OK or
 * BJ_WOULD_BLOCK: the connection was over. */
enum bj_status fuzz_engine_write(struct fuzz_engine *engine, uint32_t most, uint32_t pps,
                                 int64_t play_ns);

/* One of 16: stop, disconnect, or the shutter. */
void fuzz_engine_act(struct fuzz_engine *engine, uint8_t which);

void fuzz_engine_disconnect(struct fuzz_engine *engine);

/* After a last disconnect. */
void fuzz_engine_end(struct fuzz_engine *engine);

#endif
