/* SPDX-License-Identifier: MIT
 *
 * Datagrams on their way in one direction, and what happens to them there: delay, loss,
 * doubles, overtaking, stalls. Virtual time, no I/O; chance from a seed.
 *
 * A simulated device has one for what comes in and one for what goes out. Two datagrams
 * that are due at the same time arrive as they were sent.
 */
#ifndef SIM_DATAGRAMS_H
#define SIM_DATAGRAMS_H

#include "sim_host.h"

#include "sim_random.h"

#define SIM_DATAGRAM_BYTES 1500
#define SIM_DATAGRAMS 256 /* on their way at once; what is more is lost */

struct sim_datagrams_config {
    int64_t latency_ns;              /* each way */
    int64_t jitter_ns;               /* plus 0 to this, evenly spread; order is kept */
    double loss, duplicate, reorder; /* of each datagram, 0 to 1 */
    int64_t reorder_ns; /* a reordered one is this late, and overtaken; 0: 3 ms */
};

struct sim_datagram {
    int64_t sent_ns, due_ns;
    int64_t in_order_ns; /* due_ns, had it not been overtaken */
    uint64_t number;     /* in the order of being put */
    uint16_t port;       /* the device's own */
    uint16_t size;
    struct bj_address peer;
    uint8_t bytes[SIM_DATAGRAM_BYTES];
};

struct sim_datagrams {
    struct sim_datagrams_config config;
    struct sim_random random;
    struct sim_datagram *waiting; /* in no order */
    uint32_t count;
    uint64_t numbers;
    int64_t stalled_until_ns;
    int64_t drop;                           /* the next so many are lost */
    uint64_t put, lost, doubled, reordered; /* since init */
};

/* False: no memory. */
bool sim_datagrams_init(struct sim_datagrams *way,
                        const struct sim_datagrams_config *config, uint64_t seed);
void sim_datagrams_finish(struct sim_datagrams *way);

/* For what is put from now on. */
void sim_datagrams_set(struct sim_datagrams *way,
                       const struct sim_datagrams_config *config);

/* A datagram of 1..SIM_DATAGRAM_BYTES sets out at now_ns, which may be yet to come: what is
 * put later and sets out earlier does not wait for it. A longer one is lost. */
void sim_datagrams_put(struct sim_datagrams *way, uint16_t port, struct bj_address peer,
                       const void *bytes, size_t size, int64_t now_ns);

/* When the next one arrives; BJ_NEVER: none on its way. */
int64_t sim_datagrams_due_ns(const struct sim_datagrams *way);

/* The one that arrived first; 0: none is due. Longer ones are cut to `size`. */
size_t sim_datagrams_take(struct sim_datagrams *way, uint16_t *port,
                          struct bj_address *peer, void *bytes, size_t size,
                          int64_t now_ns);

/* Nothing arrives before until_ns; then all that waited, in a burst. */
void sim_datagrams_stall(struct sim_datagrams *way, int64_t until_ns);

/* The next `count` that are put are lost. */
void sim_datagrams_drop(struct sim_datagrams *way, int64_t count);

/* All that are on their way are gone. */
void sim_datagrams_clear(struct sim_datagrams *way);

#endif
