/* SPDX-License-Identifier: MIT
 *
 * The one table of options, from which come the parser, the keys of the configuration file,
 * --help and the check of the manual page.
 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "options/port_map.h"
#include <beamjack/dacs.h>

enum bj_command {
    BJ_COMMAND_RUN = 1,
    BJ_COMMAND_LIST = 2,
    BJ_COMMAND_DOCTOR = 4,
    BJ_COMMAND_CTL = 8,
};

enum bj_on_shutdown { BJ_RECONNECT, BJ_EXIT };

#define BJ_LIST_MAX 32
#define BJ_DACS_MAX 8 /* that play in one program */

struct bj_text_list {
    char *items[BJ_LIST_MAX];
    size_t count;
};

struct bj_underrun_option {
    enum bj_underrun_policy policy;
    float x, y;
};

/* A number for some of an audio interface's signals. */
struct bj_audio_values {
    bool given[BJ_AUDIO_SIGNALS];
    float value[BJ_AUDIO_SIGNALS];
};

/* Values as used by the program; 0 or NULL where the default depends on what is found. */
struct bj_options {
    enum bj_command command;
    struct bj_text_list dacs; /* as typed; none: the first one found */
    bool help, version;

    char *client_name, *server;
    bool exact_name, start_server, wait_for_jack, wait_for_dac;
    int port_style; /* enum bj_port_style */
    bool physical, cv;
    struct bj_text_list connect;
    bool connect_once;
    int on_shutdown;    /* enum bj_on_shutdown */
    uint32_t max_tries; /* 0: for ever */

    bool arm, rearm, no_reconnect;
    uint32_t pps;
    int64_t latency_ns, target_buffer_ns, min_buffer_ns, drain_ns;
    struct bj_underrun_option underrun;
    int interpolation; /* enum bj_interpolation */
    int64_t colour_shift_ns;
    int matching; /* enum bj_matching */

    bool flip_x, flip_y, swap_xy, invert_colour;
    float gain[2], offset[2], colour_gain[3];
    int intensity; /* enum bj_intensity */
    int64_t dwell_ns, settle_ns, start_blank_ns;

    struct bj_audio_values audio_channels, audio_gain, audio_offset, audio_invert;

    bool headless, panic_keys;
    char *status_json, *config;
    bool status_latest;
    int64_t status_every_ns;
    uint32_t status_size_mb; /* 0: no bound */

    bool json;
    int64_t wait_ns;

    char *control_command, *bridge_name; /* ctl */
};

enum bj_option_kind {
    BJ_OPTION_FLAG,     /* bool */
    BJ_OPTION_NUMBER,   /* uint32_t */
    BJ_OPTION_TIME,     /* int64_t nanoseconds, written in units of `unit_ns` */
    BJ_OPTION_TEXT,     /* char *, owned */
    BJ_OPTION_LIST,     /* struct bj_text_list, every use adds one */
    BJ_OPTION_CHOICE,   /* int, the place in `choices` */
    BJ_OPTION_FLOATS,   /* float[values]; a single one repeats, or by name from `choices` */
    BJ_OPTION_UNDERRUN, /* struct bj_underrun_option */
    BJ_OPTION_SIGNALS,  /* struct bj_audio_values, NAME=NUMBER or, with no `values`, NAME
                           alone;  the names are `choices` */
};

struct bj_option {
    const char *name; /* "--pps" */
    char letter;      /* 0: none */
    enum bj_option_kind kind;
    unsigned commands;    /* enum bj_command, or-ed */
    size_t offset;        /* in struct bj_options */
    const char *argument; /* NULL: takes none */
    const char *choices;  /* "named|numbered" */
    double least, most;   /* of a number, in the unit the user writes */
    int64_t unit_ns;
    int values, values_least; /* floats */
    double apart;             /* floats: at least so far from 0 */
    bool whole;               /* signals: no fractions */
    bool not_in_file;
    const char *help;
};

/* Floats that are named (x=0,y=5) may be so large, and 0. */
#define BJ_NAMED_MOST 100

/* Ends with a NULL name. */
extern const struct bj_option bj_option_table[];

const char *bj_option_key(const struct bj_option *option); /* "pps" */

#define BJ_WHY_SIZE 400 /* of what is said about a refusal */

#endif
