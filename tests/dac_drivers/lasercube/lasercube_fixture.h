/* SPDX-License-Identifier: MIT
 *
 * The real engine and LaserCube driver, a simulated device and a network in memory, in
 * virtual time.
 *
 * Every point is lit and carries its own number in its position and colour. What the device
 * plays is compared with that: exact to 12 bits, in order, once; what is missing and how
 * long nothing was played at all is counted.
 */
#ifndef LASERCUBE_FIXTURE_H
#define LASERCUBE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "epoch.h"
#include "fake_net.h"
#include "lasercube/lasercube.h"
#include "sim_lasercube.h"

#define LCW_IP 0x0a000005u
#define LCW_ID "lasercube:0004A3112233"
#define LCW_START_NS epoch_ns()
#define LCW_MS BJ_NS_PER_MS

struct lcw_config {
    struct sim_lc_config device; /* played, packet, command and user are the fixture's */
    const char *id;
    struct bj_address address;
    uint32_t pps;
    int64_t target_buffer_ns;
    bool arm, rearm;
};

struct lcw {
    struct lcw_config config;
    struct fake_net *net;
    struct sim_host *device;
    uint32_t ip; /* where the device is */
    struct bj_stream *stream;
    struct bj_wait wait;
    int64_t now_ns;
    bool woken, over, ended; /* ended: the producer says so with the next fill */
    enum bj_run result;
    unsigned steps_at_once;
    uint64_t made; /* points by the producer */

    /* seen, since lcw_count_anew */
    uint64_t played, lit, skipped, backwards, wrong;
    uint64_t gaps; /* times nothing was played for longer than a point takes */
    int64_t gap_ns, longest_gap_ns;
    /* ever */
    int64_t newest; /* highest number played, -1 none */
    int64_t last_played_ns, last_lit_ns;

    char told[8192]; /* all notices, one per line */
    size_t told_size;
    uint32_t notices;
};

/* Known by its serial number and its address, 30000 points/s, defaults for the rest. */
struct lcw_config lcw_defaults(void);

void lcw_start(struct lcw *fixture, const struct lcw_config *config);
/* Ends the stream if that did not happen, and checks that no socket is left and that the
 * device was never asked for what must not be asked. */
void lcw_stop(struct lcw *fixture);

void lcw_run_ms(struct lcw *fixture, double ms);
void lcw_count_anew(struct lcw *fixture);

/* Until it plays; and armed, until it is lit and steady, counted anew. */
void lcw_reach_playing(struct lcw *fixture);
void lcw_light_up(struct lcw *fixture);

/* Started as lcw_defaults say, and lit. */
void lcw_begin(struct lcw *fixture);

void lcw_fault(struct lcw *fixture, enum sim_lc_fault fault, int64_t value);
const struct sim_lc_counters *lcw_counters(struct lcw *fixture);
struct sim_lc_status lcw_device(struct lcw *fixture);
struct bj_stats lcw_stats(const struct lcw *fixture);
bool lcw_heard(const struct lcw *fixture, const char *words);

/* Since counted anew: as many as the rate says, all of them, no gap. */
void lcw_expect_perfect(struct lcw *fixture, double ms);
/* No gap, no dark point, no new connection. */
void lcw_expect_undisturbed(const struct lcw *fixture);

#endif
