/* SPDX-License-Identifier: MIT
 *
 * What the files of the simulated LaserCube share; nobody else includes this.
 */
#ifndef SIM_LASERCUBE_DEVICE_H
#define SIM_LASERCUBE_DEVICE_H

#include "sim_lasercube.h"
#include "sim_schedule.h"

#define SIM_LC_INBOX 32

/* Ticks of the point clock, free-running, in ns and 2^-32 ns. */
struct sim_lc_clock {
    int64_t next_ns;
    uint32_t next_fraction;
    int64_t step_ns;
    uint32_t step_fraction;
};

struct sim_lc_ring {
    const struct sim_lc_config *config;
    struct sim_lc_counters *counters;
    struct sim_lc_clock clock;
    struct sim_lc_point *points;
    uint32_t size, first, held;
    uint32_t rate, threshold;
    bool output, blocked; /* blocked: output is impossible, whatever was asked for */
    bool filling;         /* waits for the threshold */
    int64_t now_ns;
};

bool sim_lc_ring_init(struct sim_lc_ring *ring, const struct sim_lc_config *config,
                      struct sim_lc_counters *counters, int64_t now_ns);
void sim_lc_ring_finish(struct sim_lc_ring *ring);

/* Plays every point whose tick is not after now_ns. */
void sim_lc_ring_advance(struct sim_lc_ring *ring, int64_t now_ns);

/* At the time of the last advance. */
void sim_lc_ring_set_clock(struct sim_lc_ring *ring); /* the skew changed */
void sim_lc_ring_set_rate(struct sim_lc_ring *ring, uint32_t rate);
bool sim_lc_ring_store(struct sim_lc_ring *ring, const struct sim_lc_point *point);
void sim_lc_ring_clear(struct sim_lc_ring *ring);
bool sim_lc_ring_runs(const struct sim_lc_ring *ring);

struct sim_lc_device {
    struct sim_host host; /* first: a host is a device */
    struct sim_lc_config config;
    struct sim_lc_counters counters;
    struct sim_lc_ring ring;
    struct sim_datagrams to_it, from_it;
    struct sim_random random;
    struct sim_datagram inbox[SIM_LC_INBOX]; /* arrived, waiting for the tick */
    uint32_t inbox_count;
    int64_t now_ns, start_ns, silent_until_ns;
    bool forgetting; /* the silence is a reboot */
    bool reports, warm, interlock, too_hot, seen_message;
    uint8_t battery, errors, last_message;
    struct bj_address client; /* who sent samples last; port 0: nobody yet */
    int64_t garbage, cut;     /* replies to spoil */
    int64_t intruder_points, intruder_ns;
    struct sim_schedule schedule; /* of faults */
};

static inline struct sim_lc_device *sim_lc_device(struct sim_host *host)
{
    return (struct sim_lc_device *)host;
}

/* Handles one datagram that arrived at `port`. */
void sim_lc_handle(struct sim_lc_device *device, uint16_t port, struct bj_address from,
                   const uint8_t *bytes, size_t size);

/* Sends a reply through the faults that may spoil it. */
void sim_lc_send(struct sim_lc_device *device, uint16_t port, struct bj_address to,
                 const uint8_t *bytes, size_t size);

/* Everything as after switching on. */
void sim_lc_power_on(struct sim_lc_device *device);

void sim_lc_set_output(struct sim_lc_device *device, bool on);

void sim_lc_apply_scheduled(struct sim_lc_device *device);

/* Adds the points of another client that are due. */
void sim_lc_intrude(struct sim_lc_device *device);

#endif
