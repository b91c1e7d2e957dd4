/* SPDX-License-Identifier: MIT
 *
 * A simulated Ether Dream: in memory, in virtual time, deterministic from a seed.
 *
 * Behaves as the Ether Dream 1 firmware source and captures of an Ether Dream 2 show, not
 * as the vendor's page says; docs/SIMULATORS.md lists what is known, assumed and left out.
 * It knows nothing of any driver.
 *
 * One thread at a time. Time never goes back.
 */
#ifndef SIM_ETHER_DREAM_H
#define SIM_ETHER_DREAM_H

#include "sim_host.h"

#include "sim_link.h"

#include <stdio.h>

#define SIM_ED_TCP_PORT 7765
#define SIM_ED_UDP_PORT 7654

/* ---- What is simulated
 * -------------------------------------------------------------------- */

/* A generation. Rows "ed1", "ed2", "ed3", "ed4"; copy one and change it for a variant. */
struct sim_ed_profile {
    const char *name, *title;
    uint16_t hw_revision, sw_revision; /* sw 1: no version command */
    uint16_t capacity;                 /* points, advertised and usable */
    uint32_t max_rate;
    const char *version;    /* at most 31 characters */
    uint16_t noise_bits;    /* OR-ed into the playback flags of every status */
    uint16_t batch_points;  /* takes points in batches of this, and stops without the
                               underflow flag when fewer are left; 1 = point by point */
    uint32_t window_bytes;  /* TCP receive window */
    uint32_t unread_bytes;  /* replies a client may leave unread; 0 = no limit */
    uint8_t max_clients;    /* a further one is refused; at most SIM_ED_CLIENTS */
    bool close_stops;       /* losing the client while playing stops playback */
    bool bad_opcode_resets; /* unknown opcode: reset, else an orderly end */
    bool rate_zero_reboots; /* rate 0: restarts after 20 ms, else hangs for good */
    bool keeps_one_free;    /* refuses the point that would fill the last place */
    bool says_full;         /* 'F' instead of 'I' for data that does not fit */
    bool keeps_count;       /* the point count survives the end of playback */
    bool timer_ticks;       /* rates are whole ticks of 24 MHz */
};

#define SIM_ED_CLIENTS 8

/* NULL: no such row. sim_ed_profiles() is ended by a row without a name. */
const struct sim_ed_profile *sim_ed_profile(const char *name);
const struct sim_ed_profile *sim_ed_profiles(void);

/* ---- What it reports while running
 * --------------------------------------------------------- */

/* A point at the moment the mirrors go there; raw wire values. */
struct sim_ed_point {
    int64_t time_ns;
    uint16_t control;
    int16_t x, y;
    uint16_t r, g, b, i, u1, u2;
};

/* The status of the device. */
struct sim_ed_status {
    uint8_t light_engine; /* 0 ready, 3 e-stop */
    uint8_t playback;     /* 0 idle, 1 prepared, 2 playing */
    uint8_t source;       /* 0 network, 1 SD card, 2 generator */
    uint16_t light_engine_flags, playback_flags;
    uint16_t fullness;
    uint32_t point_rate, point_count;
};

/* A command whose last byte was consumed, told before the reply leaves. */
struct sim_ed_command {
    int64_t time_ns;
    int connection;
    uint8_t opcode;
    uint8_t reply;     /* 'a', 'I', 'F', '!'; 'v' for the version text; 0 for none */
    uint32_t argument; /* rate; points of a data command */
    uint32_t stored;   /* points kept of a data command */
    struct sim_ed_status before, after;
};

struct sim_ed_counters {
    uint64_t connections, connections_refused, hang_ups;
    uint64_t bytes_in, bytes_out, broadcasts;
    uint64_t commands, data_commands, prepares, begins, begins_ignored, stops, pings;
    uint64_t rate_updates, rates_queued, rates_dropped, rates_over_max, rate_zero;
    uint64_t acks, naks_invalid, naks_full, naks_stop; /* as sent, faults included */
    uint64_t bad_opcodes, estops, clears, reboots, replies_dropped;
    uint64_t points_received, points_stored, points_refused, points_played;
    uint64_t points_dropped; /* stored, then never played */
    uint64_t underflows;     /* the device ran out of points while playing */
    uint64_t lit_received, lit_played;
    uint64_t lit_shutter_closed; /* lit points that came out while the shutter bit was 0 */
    uint64_t faults;             /* injected */
    uint32_t min_fullness;       /* while playing, seen at the start of data commands */
    uint32_t max_fullness;
    int64_t longest_data_gap_ns; /* between the ends of data commands while playing */
    int64_t played_ns;           /* time spent playing */
};

/* ---- Faults
 * ---------------------------------------------------------------------------------- */

enum sim_ed_fault {
    SIM_ED_ESTOP,     /* as if from the panel: latched, the clear command works */
    SIM_ED_INTERLOCK, /* value 1: e-stop that cannot be cleared; 0: can be again */
    SIM_ED_UNDERFLOW, /* the queue is empty from one moment to the next */
    SIM_ED_REBOOT,    /* connections reset, nothing answers for `value` ns, all forgotten */
    SIM_ED_STALL,     /* no byte moves for `value` ns; playback goes on */
    SIM_ED_CABLE, /* unplugged for `value` ns: stall, no broadcasts, e-stop until back */
    SIM_ED_RESET, /* reset all connections after `value` more replies */
    SIM_ED_CUT,   /* the next reply breaks off after `value` bytes, then a reset */
    SIM_ED_NAK_INVALID,  /* the next `value` data commands answer 'I' and keep nothing */
    SIM_ED_NAK_FULL,     /* the same with 'F' */
    SIM_ED_NAK_ALL,      /* the next `value` commands of any kind answer 'I', no effect */
    SIM_ED_GARBAGE,      /* the next `value` replies are random bytes */
    SIM_ED_STRAY,        /* `value` unasked ping replies on every connection */
    SIM_ED_SWALLOW,      /* the next `value` commands get no effect and no reply */
    SIM_ED_SOURCE,       /* value: 0 network, 1 SD card, 2 generator */
    SIM_ED_OTHER_CLIENT, /* somebody else sends the one-byte command `value` */
    SIM_ED_BROADCASTS,   /* value 0: none any more; 1: again; 2: too short; 3: foreign bytes
                          */
    SIM_ED_LISTEN,       /* value 0: connections are refused; 1: accepted again */
    SIM_ED_PLAYED,       /* its count of points played grows by `value`, modulo 2^32 */
    SIM_ED_HANG,         /* as after rate 0: accepts connections, says nothing */
    SIM_ED_FAULTS
};

/* ---- The device
 * --------------------------------------------------------------------------------- */

struct sim_ed_config {
    struct sim_ed_profile profile;
    uint8_t mac[6];
    uint16_t tcp_port;      /* 7765 */
    double skew_ppm;        /* the device's clock runs this much fast, -100000 to 100000 */
    bool timer_ticks;       /* as if the profile said so */
    uint16_t fullness_step; /* what it reports is cut to a multiple of this; 0, 1: exact */
    bool tells_before; /* replies to data tell the state before the data; default: after */
    struct sim_link_config link; /* window and unread limit of 0: the profile's */
    uint64_t seed;
    /* Both may be NULL; called from within sim_host operations, in the order of time. */
    void (*played)(void *user, const struct sim_ed_point *point);
    void (*command)(void *user, const struct sim_ed_command *command);
    void *user;
};

/* An Ether Dream 2 with the MAC 00:04:a3:11:22:33, exact clock, no faults. */
struct sim_ed_config sim_ed_defaults(void);

/* NULL: no memory. Starts at now_ns; the first broadcast comes within a second. */
struct sim_host *sim_ed_create(const struct sim_ed_config *config, int64_t now_ns);
void sim_ed_destroy(struct sim_host *host);

/* Let time pass up to now_ns; every sim_host operation does so too. */
void sim_ed_advance(struct sim_host *host, int64_t now_ns);

/* Now, or later (false: too many, 64 at most). */
void sim_ed_fault(struct sim_host *host, int64_t now_ns, enum sim_ed_fault fault,
                  int64_t value);
bool sim_ed_fault_at(struct sim_host *host, int64_t at_ns, enum sim_ed_fault fault,
                     int64_t value);

/* The device's clock and the link can change while running. */
void sim_ed_set_skew(struct sim_host *host, int64_t now_ns, double ppm);
void sim_ed_set_link(struct sim_host *host, const struct sim_link_config *link);

/* As of the last advance. */
struct sim_ed_status sim_ed_status(const struct sim_host *host);
const struct sim_ed_counters *sim_ed_counters(const struct sim_host *host);
void sim_ed_clear_min_fullness(struct sim_host *host);

/* One line of JSON without the line end. BJ_IO_ERROR: could not be written. */
enum bj_status sim_ed_write_json(const struct sim_host *host, int64_t now_ns, FILE *out);

/* "etherdream:0004a3112233" */
#define SIM_ED_ID_SIZE 32
void sim_ed_id(const struct sim_host *host, char id[SIM_ED_ID_SIZE]);

#endif
