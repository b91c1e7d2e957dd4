/* SPDX-License-Identifier: MIT
 *
 * What every driver must do, whatever its DAC: a table of drivers and a table of cases, and
 * each case runs on each driver. A new driver adds a row and a small adapter, no case.
 *
 * An adapter is all that a driver plays into: a simulated device and the way to it, in
 * virtual time, or in real time where the way is somebody else's. It tells every point that
 * comes out as an observer would see it.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "epoch.h"

#include <beamjack/driver.h>

#define CONFORMANCE_START_NS epoch_ns() /* when a fixture begins, in virtual time */

/* A point that comes out of the device at time_ns: x right, y up, whatever the wire does;
 * colours and intensity 0 to 1, all 0 where the device's own shutter or output switch keeps
 * the light in. A device without an intensity channel shows 1 there when any colour is on.
 */
typedef void conformance_seen(void *suite, int64_t time_ns, const struct bj_point *seen);

/* What is not as it should be about a device's clock, how it tells of it, and the way to
 * it. All 0: well. */
struct conformance_trouble {
    double skew_ppm;   /* its crystal is fast */
    int64_t jitter_ns; /* each answer, or each way of the network, takes 0 to this longer */
    uint32_t quantum;  /* its counter moves in these steps; 0, 1: by single points */
    bool mute;         /* it never answers while it plays */

    /* The way, and the device's manners; an adapter takes what its device has a place for.
     */
    int64_t latency_ns;                /* of the network, each way; 0: as ever */
    int64_t reply_ns, reply_jitter_ns; /* answers take this, and 0 to that longer */
    int64_t burst_ns;                  /* they are held, and come together */
    uint32_t fragment_bytes;           /* a stream comes in such pieces; 0: whole */
    int64_t fragment_gap_ns;
    double loss;   /* of datagrams, and a third as often doubled or overtaken */
    uint32_t kind; /* one of its models, sizes or manners; 0: the usual one */
};

struct conformance_row {
    const char *name;
    const struct bj_dac_driver *driver;

    /* The device is switched on and in reach at CONFORMANCE_START_NS. Fills in what
     * driver->init needs, valid until destroy. From then on nothing here allocates. `seen`
     * is called with `suite` in the order of time, from advance and from within slots. */
    void *(*create)(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config);
    void (*destroy)(void *adapter);

    void (*advance)(void *adapter, int64_t now_ns);
    /* In real time, where advance sleeps: what time it is, with all told that came out
     * until then. Called from everywhere on the suite's thread. NULL: time is what advance
     * said last. */
    int64_t (*now_ns)(void *adapter);
    int64_t (*next_event_ns)(void *adapter); /* BJ_NEVER: nothing by itself */
    bool (*ready)(void *adapter, const struct bj_wait *wait);

    /* Out of reach, as when cable or power goes; and back. NULL: it cannot be unplugged. */
    void (*unplug)(void *adapter);
    void (*plug)(void *adapter);

    /* From now on all it says is random bytes; plug makes it well again. NULL: it says
     * nothing. */
    void (*make_hostile)(void *adapter);

    /* From now on it refuses what it can refuse, in one of so many kinds, counted from 1;
     * 0: no longer. NULL: it refuses nothing. */
    void (*refuse)(void *adapter, int kind);
    int refusals;

    /* Sockets, USB handles, PCMs open now. NULL: there are none. */
    int (*open_handles)(const void *adapter);

    /* How exact each channel is, to half a step; 0: there is no such channel. All 0: what
     * comes out cannot be seen. */
    uint8_t bits[BJ_CHANNELS];

    uint32_t pps;    /* in most cases; 0: 30000 */
    int64_t open_ns; /* from connect to ready, at most */
    /* From closing the shutter to the last light, at most. Where the device throws its
     * queue away or has a shutter it is the way there; else what it may hold. */
    int64_t dark_ns;
    double rate_tolerance; /* of true_pps; 0: exact to a point in 0.3 s */
    /* Where packets are lost without anybody knowing: by how much level reports may be
     * wrong once it was unplugged. */
    uint32_t unsure_points;
    /* Where the device does not tell what it throws away: by how much each time puts level
     * reports off, at most; and how far nonsense that reads like an answer does. */
    uint32_t flush_unsure_points, nonsense_unsure_points;
    /* What a driver adds of its own before the queue runs dry, at most: dark points, where
     * the last one was. */
    uint32_t rest_points;

    /* In real time: so long the machine may be busy with something else; open_ns and
     * dark_ns include it. The device may run dry for that, and points may come late; but
     * none may be lost, come twice, or be lit where it is dark. */
    int64_t late_ns;
    int stride; /* one in so many of the moments that a case tries; 0: each */

    /* Times the device, by its own count, had nothing to play while it should. NULL: it
     * cannot have. */
    uint64_t (*dries)(const void *adapter);

    struct conformance_trouble trouble; /* for the adapter: in a copy of the row */
    const void *way; /* for the adapter: how its device is reached; NULL: as ever */
};

struct conformance_verdict {
    char text[512]; /* "" while all is well, else what was wrong first */
};

struct conformance_case {
    const char *name;
    void (*run)(const struct conformance_row *row, struct conformance_verdict *verdict);
};

/* Ended by a case without a name. */
extern const struct conformance_case conformance_cases[];

/* False and the first complaint, unless `good`. Returns `good`. */
__attribute__((format(printf, 3, 4))) bool
conformance_expect(struct conformance_verdict *verdict, bool good, const char *format, ...);

#endif
