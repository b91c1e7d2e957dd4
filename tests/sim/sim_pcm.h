/* SPDX-License-Identifier: MIT
 *
 * A simulated sound card behind bj_pcm: in memory, in virtual time, deterministic from a
 * seed. One card, one handle. It knows nothing of any driver: it decodes samples by itself.
 *
 * What the real transport does on its thread happens here `hop_ns` after it was asked for.
 */
#ifndef SIM_PCM_H
#define SIM_PCM_H

#include <beamjack/driver.h>

#define SIM_PCM_CHANNELS 64
#define SIM_PCM_RATES 8

struct sim_pcm;

struct sim_pcm_config {
    const char *name;              /* what it is opened as */
    uint32_t rates[SIM_PCM_RATES]; /* ended by 0; none: any from 1000 to 768000 */
    uint32_t channels;             /* the card's; exactly these are opened */
    enum bj_pcm_format format;
    uint32_t most_buffer_frames;
    uint32_t fifo_frames;    /* on the way to the connector after the counted buffer */
    uint32_t quantum_frames; /* its counter moves in these steps */
    double skew_ppm;
    int64_t open_ns, hop_ns;
    int64_t snapshot_jitter_ns; /* a snapshot begins 0 to this long before the counter is
                                   read */
    int64_t ahead_ns; /* its snapshots are taken so long after the time of the caller */
    uint64_t seed;
    /* A frame at the connector, -1 to +1 for each channel. `own`: not written but the dark
     * frame of close. In the order of time. */
    void (*heard)(void *user, int64_t time_ns, const double *samples, bool own);
    void *user;
};

/* 8 channels of 24 bits at 44100 to 192000 Hz, 200 ms, exact clock. */
struct sim_pcm_config sim_pcm_defaults(void);

struct sim_pcm_counters {
    uint64_t frames_written, frames_heard, frames_dropped, frames_own;
    uint32_t opens, closes, starts, drops, dries;
    uint32_t overruns; /* more was written than fits: cannot happen with a right driver */
};

/* NULL: no memory. */
struct sim_pcm *sim_pcm_create(const struct sim_pcm_config *config, int64_t now_ns);
void sim_pcm_destroy(struct sim_pcm *sim);
struct bj_pcm *sim_pcm_base(struct sim_pcm *sim);

void sim_pcm_advance(struct sim_pcm *sim, int64_t now_ns);
int64_t sim_pcm_next_event_ns(const struct sim_pcm *sim);
bool sim_pcm_ready(const struct sim_pcm *sim, const struct bj_wait *wait);

int sim_pcm_handles(const struct sim_pcm *sim); /* created, not destroyed */
bool sim_pcm_is_open(const struct sim_pcm *sim);
struct sim_pcm_counters sim_pcm_counters(const struct sim_pcm *sim);
struct bj_pcm_actual sim_pcm_actual(const struct sim_pcm *sim);

/* Faults, from now on. */
void sim_pcm_unplug(struct sim_pcm *sim);
void sim_pcm_plug(struct sim_pcm *sim); /* also ends the other faults */
void sim_pcm_refuse(struct sim_pcm *sim, enum bj_status status); /* opening fails so */
void sim_pcm_suspend(struct sim_pcm *sim);                       /* the queue is gone */
void sim_pcm_hang(struct sim_pcm *sim); /* it says that it runs, and nothing moves */
void sim_pcm_lie(struct sim_pcm *sim);  /* its counters are random */

#endif
