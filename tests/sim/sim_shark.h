/* SPDX-License-Identifier: MIT
 *
 * A simulated device of the LaserShark family, packet by packet: what the LaserShark and
 * the LaserDock have in common. sim_lasershark.h and sim_laserdock.h make one each.
 *
 * Written from the published LaserShark firmware 2.3 and from measurements of a first
 * generation LaserCube. A ring of 768 samples plays one sample a tick while the output is
 * enabled, a FIFO of two packets stands before it, one reply waits for each command. What
 * is known of one device only is marked in the profile that has it.
 */
#ifndef SIM_SHARK_H
#define SIM_SHARK_H

#include "sim_usb.h"

#define SIM_SHARK_RING 768
#define SIM_SHARK_REPLY 64
#define SIM_SHARK_LEVELS 16 /* steps of the level histogram, of 48 samples each */

/* A sample as it leaves the converters. */
struct sim_shark_sample {
    int64_t time_ns;
    uint16_t word[4]; /* as received */
    uint16_t x, y;    /* 0 to 4095 as on the connector */
    uint16_t r, g, b; /* 0 to full_scale of the device; LaserShark: A, B, C (0 or 1) */
    bool interlock;   /* LaserShark */
    bool lit;
};

enum sim_shark_underrun {
    SIM_SHARK_GOES_DARK = 0, /* colours off, position held */
    SIM_SHARK_HOLDS_COLOUR,  /* the worst that can be: a standing beam */
};

/* How firmware revisions take packets from the FIFO, and what they call clearing. */
enum sim_shark_generation {
    SIM_SHARK_2_3 = 0,
    SIM_SHARK_2_2, /* 767 samples usable, 64 free for each packet, clear has no effect */
    SIM_SHARK_2_1, /* as 2.2; a packet that does not fit hangs it: watchdog after 110 ms */
    SIM_SHARK_1,   /* answers 0xff when asked for its version */
};

/* The values it answers with; any may be a lie. */
struct sim_shark_answers {
    uint32_t max_rate, elements, iso_samples, dac_min, dac_max, ring_size;
    uint32_t major, minor, bulk_samples;
    bool has_runner, has_bulk_samples;
};

struct sim_shark_config {
    const char *manufacturer, *product, *serial; /* NULL: none */
    struct sim_shark_answers answers;
    enum sim_shark_generation generation;
    enum sim_shark_underrun underrun;
    uint64_t seed;       /* of the little that is left to chance */
    uint32_t first_rate; /* after power-up */
    uint32_t timer_hz;   /* the tick is a whole number of its cycles; 0: exact */
    double skew_ppm;     /* of its crystal */
    int64_t reply_ns, reply_jitter_ns; /* from command to reply: plus 0 to the second */
    uint32_t most_per_second; /* samples it takes over USB, on average over 1 ms; 0: any */
    bool fifo_survives_clear;
    bool lazy; /* packets get from the FIFO into the ring with the next tick only */

    /* Observers, may be NULL. */
    void (*played)(void *user, const struct sim_shark_sample *sample);
    void (*command)(void *user, uint8_t op, const uint8_t *arguments, size_t size,
                    int64_t now_ns);
    void *user;
};

enum sim_shark_fault {
    SIM_SHARK_SILENT,        /* the next VALUE commands get no answer */
    SIM_SHARK_SLOW,          /* replies take VALUE ns from now on */
    SIM_SHARK_WRONG_OPCODE,  /* in the next VALUE replies */
    SIM_SHARK_REFUSE,        /* status 1 in the next VALUE replies */
    SIM_SHARK_SHORT,         /* the next VALUE replies have 8 bytes only */
    SIM_SHARK_GARBAGE,       /* random bytes in the next VALUE replies */
    SIM_SHARK_STRAY,         /* VALUE replies nobody asked for */
    SIM_SHARK_STALL_COMMAND, /* endpoint 0x01 halts, VALUE times */
    SIM_SHARK_STALL_REPLY,
    SIM_SHARK_STALL_DATA,
    SIM_SHARK_DEAF,       /* takes no command for VALUE ns */
    SIM_SHARK_HOLD_DATA,  /* takes no sample for VALUE ns */
    SIM_SHARK_OUTPUT_OFF, /* by itself */
    SIM_SHARK_FREEZE,     /* the ring does not move for VALUE ns, output enabled or not */
    SIM_SHARK_LEVEL_LIE,  /* the next answer about the ring is VALUE */
    SIM_SHARK_WATCHDOG,   /* as after power-up; the carrier shows it leave and come */
};

struct sim_shark_counters {
    uint64_t commands, unknown_commands, refused_commands, swallowed_commands;
    uint64_t packets, samples, played, lit_played, refused_packets;
    uint64_t underruns;        /* times the ring ran empty while enabled */
    uint64_t standing_ticks;   /* lit without a new sample: a standing beam */
    uint64_t disabled_samples; /* taken while the output was off */
    uint64_t half_samples;     /* packets that did not hold whole samples */
    uint64_t cleared_samples, overruns, left_enabled, watchdog_resets;
    uint64_t interlock_missing; /* LaserShark: coloured without the interlock bit */
    uint64_t foreign_words;     /* words that rather mean something on the other device */
    uint64_t levels[SIM_SHARK_LEVELS]; /* level at each tick while playing */
    uint32_t least_level;              /* met by a packet while enabled */
};

struct sim_shark_status {
    bool enabled;
    uint32_t rate, level, fifo_packets;
    uint16_t x, y;
    bool lit; /* right now */
};

/* What both have in common: limits, timer, replies after 0.4 ms, 2 packets that survive. */
struct sim_shark_config sim_shark_defaults(void);

/* Ticks, and with it the observers, come up to now_ns. All sim_usb_ops do so first. */
void sim_shark_advance(struct sim_usb *device, int64_t now_ns);

void sim_shark_fault(struct sim_usb *device, int64_t now_ns, enum sim_shark_fault fault,
                     int64_t value);

const struct sim_shark_counters *sim_shark_counters(const struct sim_usb *device);
struct sim_shark_status sim_shark_status(const struct sim_usb *device);
void sim_shark_clear_least_level(struct sim_usb *device);

/* The real length of a tick is 1e9 / this ns. */
double sim_shark_tick_hz(const struct sim_usb *device);

void sim_shark_destroy(struct sim_usb *device);

#endif
