/* SPDX-License-Identifier: MIT
 *
 * The real engine and IDN driver, a simulated receiver, and a network in memory, in virtual
 * time. The producer numbers every point in its position and, where lit, in its blue; who
 * watches the mirrors checks order and value of each, and that nothing is lit when nothing
 * may be.
 */
#ifndef IDN_FIXTURE_H
#define IDN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "epoch.h"
#include "fake_net.h"
#include "idn/idn.h"
#include "sim_idn.h"

#define IDN_FIXTURE_IP 0x0a000005u
#define IDN_FIXTURE_OTHER_IP 0x0a000006u
#define IDN_FIXTURE_ID "idn:010004a3112233-1"
#define IDN_FIXTURE_PPS 30000
#define IDN_FIXTURE_CHUNKS 65536

struct idn_fixture {
    struct fake_net *net;
    struct sim_host *device;
    struct bj_stream *stream;
    int64_t now_ns;
    struct bj_wait wait;
    enum bj_run result;
    int spins;

    /* the producer; a test may change these at any time */
    bool starving, ending;
    bool may_disorder; /* the receiver's own rules let late points through */
    uint64_t produced;
    int64_t late_ns; /* the engine thread wakes so much later, once */

    /* at the mirrors */
    int64_t dark_from_ns; /* from here on nothing may be lit; BJ_NEVER: light is fine */
    uint64_t played, lit, skipped, bridges, disordered;
    int64_t last_number; /* -1: none */
    int64_t last_ns, last_lit_ns;
    int64_t longest_dark_ns; /* between two lit points, since the last clear */
    double first_delay_ns, most_delay_ns;

    /* on the wire */
    struct sim_idn_chunk chunks[IDN_FIXTURE_CHUNKS];
    size_t chunk_count;

    char told[8192];
    size_t told_size;
    enum bj_status told_status;
};

/* The fixture of most tests: a driver that knows the unit id and where it was last. */
void idn_fixture_start(struct idn_fixture *fixture, const struct sim_idn_config *device);
/* ... lit from the connection on. */
void idn_fixture_start_armed(struct idn_fixture *fixture,
                             const struct sim_idn_config *device);
void idn_fixture_start_as(struct idn_fixture *fixture, const char *profile, uint32_t pps);

/* No device yet; `id` and `address` are what the driver is told. */
void idn_fixture_start_empty(struct idn_fixture *fixture, const char *id,
                             struct bj_address address, uint32_t pps);
void idn_fixture_make_device(struct idn_fixture *fixture,
                             const struct sim_idn_config *device);

/* Destroys all; checks that no socket is left. */
void idn_fixture_stop(struct idn_fixture *fixture);

void idn_fixture_run_ms(struct idn_fixture *fixture, double ms);

/* Until the stream shows this state; fails after 10 s. */
void idn_fixture_reach(struct idn_fixture *fixture, enum bj_stream_state state);

/* Connected, armed, lit and steady; then all counts begin anew. */
void idn_fixture_light_up(struct idn_fixture *fixture);
void idn_fixture_count_anew(struct idn_fixture *fixture);

void idn_fixture_fault(struct idn_fixture *fixture, enum sim_idn_fault fault,
                       int64_t value);
void idn_fixture_link(struct idn_fixture *fixture, const struct sim_datagrams_config *link);
void idn_fixture_expect_dark(struct idn_fixture *fixture, double after_ms);

const struct sim_idn_counters *idn_fixture_counters(const struct idn_fixture *fixture);
struct bj_stats idn_fixture_stats(const struct idn_fixture *fixture);
bool idn_fixture_heard(const struct idn_fixture *fixture, const char *words);

#endif
