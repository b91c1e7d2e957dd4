/* SPDX-License-Identifier: MIT
 *
 * A simulated receiver of the ILDA Digital Network: one unit with up to eight services, in
 * memory, in virtual time, deterministic from a seed.
 *
 * Behaves as the IDN-Hello draft of 2022-03-27 and the IDN-Stream specification revision
 * 002 say, and where the open receiver helios_openidn differs, as that one does, by
 * profile; docs/SIMULATORS.md lists what is known, assumed and left out. It knows nothing
 * of any driver.
 *
 * One thread at a time. Time never goes back.
 */
#ifndef SIM_IDN_H
#define SIM_IDN_H

#include "sim_datagrams.h"
#include "sim_host.h"

#include <stdio.h>

#define SIM_IDN_PORT 7255
#define SIM_IDN_SERVICES 8
#define SIM_IDN_NAME 20

/* ---- What is simulated --------------------------------------------------------------- */

enum sim_idn_playback {
    SIM_IDN_SPEED_CONTROL, /* slices one after the other, a little faster or slower to keep
                              the target in the queue */
    SIM_IDN_SCHEDULED,     /* every chunk at its stamp plus a constant; sorted by stamp */
    SIM_IDN_FREE_RUNNING,  /* a ring played at its own rate, whatever the durations say */
};

/* A kind of receiver. Rows "openidn", "spec", "simple"; copy one and change it. */
struct sim_idn_profile {
    const char *name, *title;
    uint8_t service_type;
    enum sim_idn_playback playback;
    bool answers_stream;   /* ping, acknowledge requests, close, abort, client groups */
    bool reads_dictionary; /* else every sample is X, Y, R, G, B, I in 8 octets */
    bool strict;           /* 20 samples at least; another match value voids the
                              configuration; the empty frame clears; a frame sent with the
                              Once bit is drawn once */
    bool keeps_chronology; /* the stamp expected next survives the session */
    uint32_t most_octets;  /* of a sample; a dictionary of more is refused; 0: no limit */
    uint32_t most_errors;  /* discontinuities, until the configuration is thrown away */
    bool bridges_gaps;     /* puts dark points between the ends of a gap, in no time */
    int64_t slice_ns, target_ns;
    double least_speed, most_speed; /* of durations, not of points */
    uint32_t free_pps, ring_points; /* of a free running one */
    uint32_t max_pps;               /* above, points are left out evenly; 0: no limit */
    int64_t link_timeout_ns, session_timeout_ns;
    uint32_t sessions; /* at once; at most SIM_IDN_CONNECTIONS */
};

#define SIM_IDN_CONNECTIONS 8

/* NULL: no such row. sim_idn_profiles() is ended by a row without a name. */
const struct sim_idn_profile *sim_idn_profile(const char *name);
const struct sim_idn_profile *sim_idn_profiles(void);

struct sim_idn_service_config {
    uint8_t id, type; /* type 0: the profile's */
    uint8_t relay;    /* 0: of this unit */
    bool preferred;
    char name[SIM_IDN_NAME + 1];
};

/* ---- What it reports while running --------------------------------------------------- */

/* A point at the moment the mirrors go there; 16 bit whatever the wire had. */
struct sim_idn_point {
    int64_t time_ns;
    uint8_t service;
    bool bridge; /* made up between the ends of a gap */
    int16_t x, y;
    uint16_t r, g, b, i;
};

enum sim_idn_verdict {
    SIM_IDN_TAKEN,
    SIM_IDN_NO_CONFIG,  /* missing, unreadable or thrown away */
    SIM_IDN_MISALIGNED, /* samples do not fill whole structures */
    SIM_IDN_MISMATCH,   /* another match value */
    SIM_IDN_TOO_SHORT,
    SIM_IDN_PAST, /* before the stamp expected, or too late to be played */
    SIM_IDN_VERDICTS
};

/* A wave chunk as it arrived. */
struct sim_idn_chunk {
    int64_t time_ns;
    uint8_t service;
    uint32_t timestamp_us, duration_us, samples;
    uint16_t datagram_bytes, sample_bytes;
    bool configured; /* the message carried the configuration */
    bool gap;        /* its stamp was not the one expected */
    enum sim_idn_verdict verdict;
};

struct sim_idn_counters {
    uint64_t datagrams_in, datagrams_out, unknown;
    uint64_t pings, scans, maps, groups;
    uint64_t messages, invalid_messages, voids, configs, bad_dictionaries;
    uint64_t connections, timeouts, closes, aborts, takeovers;
    uint64_t refused_busy, refused_occupied, refused_excluded;
    uint64_t sequence_errors, acks;
    uint64_t chunks[SIM_IDN_VERDICTS]; /* wave chunks by verdict */
    uint64_t gaps;                     /* chunks that did not continue the stamps */
    uint64_t configs_lost;             /* thrown away after too many errors */
    uint64_t frames, frames_shown, fragments, fragment_errors;
    uint64_t samples_received;
    uint64_t points_played, lit_played, bridge_points, points_thinned;
    uint64_t points_dropped; /* taken, then never played */
    uint64_t dries;          /* times the queue ran out within a session */
    int64_t dry_ns;          /* for so long */
    uint64_t faults;
    uint32_t largest_datagram, fewest_samples; /* of wave chunks */
    int64_t longest_config_gap_ns;             /* between two on one open channel */
    int64_t earliest_ns; /* how far ahead of its stamp a message came, the first message
                            being exactly on time */
    int64_t most_buffered_ns, least_buffered_ns; /* before a slice is begun */
};

/* ---- Faults -------------------------------------------------------------------------- */

enum sim_idn_fault {
    SIM_IDN_REBOOT,  /* everything forgotten, silent for `value` ns */
    SIM_IDN_SILENT,  /* plays on, and answers nothing for `value` ns */
    SIM_IDN_STALL,   /* nothing arrives for `value` ns, then all at once */
    SIM_IDN_DROP,    /* the next `value` datagrams to it are lost */
    SIM_IDN_FORGET,  /* all connections and sessions end */
    SIM_IDN_DISCARD, /* all configurations are thrown away */
    SIM_IDN_HIDE,    /* value 1: its services are gone, their hardware unplugged; 0: back */
    SIM_IDN_SLOW_MAP, /* the service map takes `value` ns from now on */
    SIM_IDN_STATUS,   /* ORs `value` into the status of scan answers; 0: none any more */
    SIM_IDN_RIVAL,    /* value 1: another controller plays on every free service; 0: ends */
    SIM_IDN_OCCUPY,   /* value 1: further connections are refused; 0: taken again */
    SIM_IDN_EXCLUDE,  /* value 1: client group 0 is excluded; 0: allowed again */
    SIM_IDN_GARBAGE,  /* the next `value` answers are random bytes */
    SIM_IDN_NOBODY,   /* the unit id is all zeros from now on */
    SIM_IDN_FAULTS
};

/* ---- The unit ------------------------------------------------------------------------ */

struct sim_idn_config {
    struct sim_idn_profile profile;
    uint8_t unit[16];            /* as on the wire; [0] how many octets follow */
    char host[SIM_IDN_NAME + 1]; /* may be full: no NUL on the wire then */
    struct sim_idn_service_config services[SIM_IDN_SERVICES];
    int service_count;
    char relay[SIM_IDN_NAME + 1]; /* "": none; else relay number 1 */
    double skew_ppm;              /* its clock runs this much fast */
    uint8_t quality;              /* as acknowledges tell it */
    uint32_t latency_us;
    struct sim_datagrams_config link; /* both ways */
    uint64_t seed;
    /* Both may be NULL; called from within sim_host operations, in the order of time. */
    void (*played)(void *user, const struct sim_idn_point *point);
    void (*chunk)(void *user, const struct sim_idn_chunk *chunk);
    void *user;
};

/* An open receiver "simulated" with the unit id 01-0004A3112233 and one service, 1, exact
 * clock, no faults. */
struct sim_idn_config sim_idn_defaults(void);

/* NULL: no memory. */
struct sim_host *sim_idn_create(const struct sim_idn_config *config, int64_t now_ns);
void sim_idn_destroy(struct sim_host *host);

/* Let time pass up to now_ns; every sim_host operation does so too. */
void sim_idn_advance(struct sim_host *host, int64_t now_ns);

/* Now, or later (false: too many, 64 at most). */
void sim_idn_fault(struct sim_host *host, int64_t now_ns, enum sim_idn_fault fault,
                   int64_t value);
bool sim_idn_fault_at(struct sim_host *host, int64_t at_ns, enum sim_idn_fault fault,
                      int64_t value);

/* The way to it and back can change while running. */
void sim_idn_set_link(struct sim_host *host, const struct sim_datagrams_config *link);

/* As of the last advance. */
const struct sim_idn_counters *sim_idn_counters(const struct sim_host *host);
void sim_idn_clear_counters(struct sim_host *host);
int64_t sim_idn_buffered_ns(const struct sim_host *host, uint8_t service);
int sim_idn_connections(const struct sim_host *host);
bool sim_idn_shutter_open(const struct sim_host *host, uint8_t service);

/* One line of JSON without the line end. BJ_IO_ERROR: could not be written. */
enum bj_status sim_idn_write_json(const struct sim_host *host, int64_t now_ns, FILE *out);

/* "idn:010004a3112233-1", the first service */
#define SIM_IDN_ID_SIZE 48
void sim_idn_id(const struct sim_host *host, char id[SIM_IDN_ID_SIZE]);

#endif
