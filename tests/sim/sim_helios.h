/* SPDX-License-Identifier: MIT
 *
 * A simulated Helios: firmware 1 to 6, packet by packet, in any time.
 *
 * Written from the published firmware's behaviour and its USB stack. The point clock runs
 * on by itself and is caught up with whenever something looks; every point is told with
 * its time. What a host should not do is counted, not forbidden.
 */
#ifndef SIM_HELIOS_H
#define SIM_HELIOS_H

#include "sim_usb.h"

#define SIM_HELIOS_COMMANDS 0x06
#define SIM_HELIOS_REPLIES 0x83
#define SIM_HELIOS_FRAMES 0x02
#define SIM_HELIOS_NAME_SIZE 31

struct sim_helios_point {
    int64_t time_ns;
    uint16_t x, y; /* 0..4095 */
    uint8_t r, g, b, i;
    bool shutter; /* open */
};

struct sim_helios_command {
    int64_t time_ns;
    uint8_t opcode, argument;
    bool free; /* what a status command was answered, if it was */
};

enum sim_helios_drop {
    SIM_HELIOS_DROP_LOCKED, /* within 100 ms after a stop */
    SIM_HELIOS_DROP_SIZE,   /* its length does not fit its trailer */
    SIM_HELIOS_DROP_FAULT,  /* on demand */
    SIM_HELIOS_DROPS,
};

/* What a good host never does. */
enum sim_helios_sin {
    SIM_HELIOS_UNASKED,       /* a packet of a frame without a "free" before */
    SIM_HELIOS_POLL_IN_FRAME, /* a poll while a frame is on its way */
    SIM_HELIOS_FULL_PACKET,   /* a frame whose end cannot be seen */
    SIM_HELIOS_FRAME_LOCKED,  /* a frame within the lock-out */
    SIM_HELIOS_ERASE,         /* the command that erases the firmware */
    SIM_HELIOS_NAMED_PLAYING, /* a name written while it plays */
    SIM_HELIOS_LEFT_OPEN,     /* released with the shutter open */
    SIM_HELIOS_CUT_SHORT,     /* "start immediately" */
    SIM_HELIOS_LOOPED,        /* a frame to be repeated */
    SIM_HELIOS_EMPTY,         /* no points, or fewer bytes than a trailer */
    SIM_HELIOS_SHORT_COMMAND, /* without its argument */
    SIM_HELIOS_SINS,
};

struct sim_helios_counts {
    uint64_t points, frames, repeats;
    uint64_t gaps; /* the timer stopped between two frames, and went on */
    int64_t longest_gap_ns;
    uint64_t dropped[SIM_HELIOS_DROPS], sins[SIM_HELIOS_SINS];
    uint64_t commands[256];
    uint64_t lit_behind_shutter; /* lit points while the shutter was closed */
    uint64_t shutter_edges;
};

struct sim_helios_config {
    uint32_t firmware;                      /* 1 to 6 */
    uint8_t name[SIM_HELIOS_NAME_SIZE + 1]; /* as stored, whatever is in it */
    int64_t reply_ns, reply_jitter_ns;      /* from a command to its reply */
    uint32_t packets_per_ms;                /* on the bus; 0: no limit */
    double crystal_ppm;
    int64_t stretch_ns; /* the period after the first point of a frame is longer */
    uint64_t seed;
    void (*played)(void *user, const struct sim_helios_point *point); /* may be NULL */
    void (*command)(void *user, const struct sim_helios_command *command);
    void *user;
};

/* Firmware 5 with a factory name, 1.5 ms per reply, 19 packets per ms, 3 us of stretch. */
struct sim_helios_config sim_helios_defaults(void);

struct sim_usb *sim_helios_create(const struct sim_helios_config *config);
void sim_helios_destroy(struct sim_usb *device); /* NULL is fine */

/* Catches up with the point clock. */
void sim_helios_run(struct sim_usb *device, int64_t now_ns);

const struct sim_helios_counts *sim_helios_counts(const struct sim_usb *device);
bool sim_helios_shutter(const struct sim_usb *device);
bool sim_helios_is_lit(const struct sim_usb *device); /* its outputs, now */

enum sim_helios_fault {
    SIM_HELIOS_LOSE_REPLIES,  /* the next N replies are never given */
    SIM_HELIOS_LATE_REPLY,    /* the next reply comes N ns later */
    SIM_HELIOS_WRONG_REPLY,   /* the next reply begins with byte N */
    SIM_HELIOS_STALE_REPLY,   /* "free" lies in the channel, unasked */
    SIM_HELIOS_SWALLOW,       /* the next N frames vanish */
    SIM_HELIOS_DEAF_COMMANDS, /* takes no commands for N ns */
    SIM_HELIOS_DEAF_FRAMES,   /* takes no packets of frames for N ns */
    SIM_HELIOS_STALL,         /* endpoint N stalls */
    SIM_HELIOS_FREEZE,        /* the point clock stands still for N ns */
};
void sim_helios_fault(struct sim_usb *device, int64_t now_ns, enum sim_helios_fault fault,
                      int64_t value);

#endif
