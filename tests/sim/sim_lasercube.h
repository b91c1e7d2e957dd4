/* SPDX-License-Identifier: MIT
 *
 * A simulated network LaserCube: in memory, in virtual time, deterministic from a seed.
 *
 * There is no published specification; it behaves as the vendor's own client and several
 * independent ones expect. What nobody has documented is an option here, and
 * docs/SIMULATORS.md lists which way is assumed. It knows nothing of any driver.
 *
 * One thread at a time. Time never goes back.
 */
#ifndef SIM_LASERCUBE_H
#define SIM_LASERCUBE_H

#include "sim_datagrams.h"

#include <stdio.h>

#define SIM_LC_ALIVE_PORT 45456
#define SIM_LC_COMMAND_PORT 45457
#define SIM_LC_DATA_PORT 45458

/* ---- What it reports while running --------------------------------------------------- */

/* A point at the moment the mirrors go there; 12 bits each. */
struct sim_lc_point {
    int64_t time_ns;
    uint16_t x, y, r, g, b; /* as sent; x 0 is right */
    uint8_t message;        /* of the packet it came with */
    bool output;            /* light may leave; else it is dark whatever r, g, b say */
};

/* A sample packet whose points are stored, and what the report will say. */
struct sim_lc_packet {
    int64_t time_ns;
    uint8_t message, frame;
    uint32_t points, stored; /* the difference found no room */
    uint32_t held_before;    /* in the ring */
    uint32_t free_points;    /* as reported */
};

/* A request on the command or alive port that was carried out. */
struct sim_lc_command {
    int64_t time_ns;
    uint16_t port;
    uint8_t opcode, status;
    uint32_t value; /* of the argument */
};

struct sim_lc_status {
    bool output, reports, interlock, too_hot, running; /* running: the ring drains */
    uint32_t rate, held, threshold;
};

struct sim_lc_counters {
    uint64_t commands, unknown_commands, forbidden_commands; /* 97: factory data */
    uint64_t infos, outputs_on, outputs_off, rates, clears;
    uint64_t packets, bad_packets, packets_missed, packets_repeated; /* by number */
    uint64_t burst_dropped; /* datagrams beyond what fits between two ticks */
    uint64_t reports, reboots, faults;
    uint64_t points_received, points_stored, points_overfull, points_played;
    uint64_t points_cleared; /* stored, then thrown away */
    uint64_t ran_dry;        /* times the ring became empty while it drained */
    uint64_t lit_played, lit_output_off;
    uint64_t datagrams_lost, datagrams_doubled, datagrams_reordered;
    uint32_t min_held; /* found by sample packets; UINT32_MAX before the first */
    uint32_t max_held;
};

/* ---- Faults -------------------------------------------------------------------------- */

enum sim_lc_fault {
    SIM_LC_STALL,        /* nothing arrives in either direction for `value` ns; a burst */
    SIM_LC_SILENCE,      /* neither hears nor says anything for `value` ns; plays on */
    SIM_LC_REBOOT,       /* the same, with everything forgotten */
    SIM_LC_LOSE,         /* the next `value` datagrams to it are lost */
    SIM_LC_LOSE_REPLIES, /* the next `value` from it */
    SIM_LC_GARBAGE,      /* its next `value` replies are random bytes */
    SIM_LC_CUT,          /* its next `value` replies have a wrong size */
    SIM_LC_STRAY,        /* `value` reports nobody asked for, with random contents */
    SIM_LC_DRY,          /* the ring is empty from one moment to the next */
    SIM_LC_OTHER_CLIENT, /* somebody adds `value` points every 10 ms; 0: no longer */
    SIM_LC_OUTPUT,       /* somebody switches the output: 0, 1 */
    SIM_LC_RATE,         /* somebody sets the rate */
    SIM_LC_REPORTS,      /* somebody switches the reports: 0, 1 */
    SIM_LC_INTERLOCK,    /* 1: open, output impossible */
    SIM_LC_TOO_HOT,      /* 1: over temperature, output impossible */
    SIM_LC_WARM,         /* 1: temperature warning */
    SIM_LC_BATTERY,      /* percent; 255: on mains */
    SIM_LC_FAULTS
};

/* ---- The device ---------------------------------------------------------------------- */

struct sim_lc_config {
    uint8_t serial[6];
    const char *model_name; /* at most 26 characters */
    uint8_t model, firmware_major, firmware_minor;
    uint8_t connection; /* 0, 2 Ethernet server, client; 1, 3 Wi-Fi */
    uint8_t battery;
    int8_t temperature;
    uint32_t own_ip; /* as it believes; 0 in client mode */
    uint32_t ring_points, max_rate;
    double skew_ppm; /* the device's clock runs this much fast, -100000 to 100000 */
    struct sim_datagrams_config to_it, from_it;
    uint64_t seed;
    uint32_t burst_limit; /* datagrams between two ticks; 0: none */
    int64_t tick_ns;      /* between two looks at what arrived; 0: at once */

    /* What is not known of real ones; false is what is assumed. */
    bool left_enabled;     /* powers on with output and reports on */
    bool stands_still_off; /* the ring does not drain while the output is off */
    bool reports_before;   /* free places as before the packet was stored */
    bool message_zero;     /* reports carry 0 instead of the message number */
    bool drops_whole;      /* a packet that does not fit is dropped whole */
    bool heeds_threshold;  /* A0: an empty ring drains only from this level on */
    bool ignores_unknown;  /* no answer to unknown commands */
    bool keeps_rate_over;  /* a rate above the maximum is ignored, not clamped */

    /* May be NULL; called from within sim_host operations, in the order of time. */
    void (*played)(void *user, const struct sim_lc_point *point);
    void (*packet)(void *user, const struct sim_lc_packet *packet);
    void (*command)(void *user, const struct sim_lc_command *command);
    void *user;
};

/* Firmware 1.24, an ordinary model, 6000 points, exact clock, no faults, a burst limit of
 * 20 in 1 ms, serial 0004A3112233. */
struct sim_lc_config sim_lc_defaults(void);

/* NULL: no memory. Powered on at now_ns. */
struct sim_host *sim_lc_create(const struct sim_lc_config *config, int64_t now_ns);
void sim_lc_destroy(struct sim_host *host);

/* Let time pass up to now_ns; every sim_host operation does so too. */
void sim_lc_advance(struct sim_host *host, int64_t now_ns);

/* Now, or later (false: too many, 64 at most). */
void sim_lc_fault(struct sim_host *host, int64_t now_ns, enum sim_lc_fault fault,
                  int64_t value);
bool sim_lc_fault_at(struct sim_host *host, int64_t at_ns, enum sim_lc_fault fault,
                     int64_t value);

/* The device's clock and its network can change while running. */
void sim_lc_set_skew(struct sim_host *host, int64_t now_ns, double ppm);
void sim_lc_set_network(struct sim_host *host, const struct sim_datagrams_config *to_it,
                        const struct sim_datagrams_config *from_it);

/* As of the last advance. */
struct sim_lc_status sim_lc_status(const struct sim_host *host);
const struct sim_lc_counters *sim_lc_counters(struct sim_host *host);
void sim_lc_clear_min_held(struct sim_host *host);

/* One line of JSON without the line end. BJ_IO_ERROR: could not be written. */
enum bj_status sim_lc_write_json(const struct sim_host *host, int64_t now_ns, FILE *out);

/* "lasercube:0004A3112233" */
#define SIM_LC_ID_SIZE 32
void sim_lc_id(const struct sim_host *host, char id[SIM_LC_ID_SIZE]);

#endif
