/* SPDX-License-Identifier: MIT
 *
 * Sits in front of transports that are simulated and sums up what they take of a driver's
 * time: what is left is the driver's own. Only what moves data is timed.
 */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <beamjack/driver.h>

struct bench_meter {
    struct bj_net_ops net; /* first each: the transport points here */
    const struct bj_net_ops *inner_net;
    struct bj_usb_ops usb;
    const struct bj_usb_ops *inner_usb;
    struct bj_pcm_ops pcm;
    const struct bj_pcm_ops *inner_pcm;
    int64_t spent_ns;
    uint64_t calls;
};

/* `via` must not outlive the meter. Its transports may be NULL. */
void bench_meter_attach(struct bench_meter *meter, const struct bj_transports *via);

/* The transports are as before. */
void bench_meter_detach(struct bench_meter *meter, const struct bj_transports *via);

#endif
