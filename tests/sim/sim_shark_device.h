/* SPDX-License-Identifier: MIT
 *
 * The inside of a simulated device of the LaserShark family; shared by its files only.
 */
#ifndef SIM_SHARK_DEVICE_H
#define SIM_SHARK_DEVICE_H

#include "sim_random.h"
#include "sim_shark.h"

#define SIM_SHARK_COMMAND_OUT 0x01
#define SIM_SHARK_REPLY_IN 0x81
#define SIM_SHARK_BULK_OUT 0x03
#define SIM_SHARK_ISO_OUT 0x04
#define SIM_SHARK_SLOTS (SIM_SHARK_RING + 1)
#define SIM_SHARK_FIFO 2
#define SIM_SHARK_REPLIES 8

/* What differs: the meaning of the four words. */
typedef void (*sim_shark_decode_fn)(struct sim_shark_sample *sample);

struct sim_shark_packet {
    uint8_t bytes[64];
    size_t size;
};

struct sim_shark_reply {
    uint8_t bytes[SIM_SHARK_REPLY];
    size_t size;
    int64_t ready_ns;
};

struct sim_shark {
    struct sim_usb base;
    struct sim_usb_descriptor descriptor;
    struct sim_shark_config config;
    sim_shark_decode_fn decode;
    bool (*is_foreign)(const uint16_t word[4]);
    struct sim_shark_counters counters;
    int64_t now_ns;
    uint8_t alternate; /* of interface 1 */

    /* playback */
    bool enabled, starved;
    uint32_t rate;
    int64_t base_ns; /* when tick 0 was */
    uint64_t ticks;  /* done since then */
    int64_t frozen_until_ns;
    struct sim_shark_sample output; /* what is on the connector */

    /* the ring and what waits before it */
    uint16_t ring[SIM_SHARK_SLOTS][4];
    uint32_t head, level; /* head: the next to be played */
    struct sim_shark_packet fifo[SIM_SHARK_FIFO];
    uint32_t fifo_count;
    bool refused; /* the first of the FIFO was looked at, and did not fit */
    int64_t refused_ns;
    int64_t next_packet_ns, held_until_ns;

    /* commands */
    uint8_t reply_buffer[SIM_SHARK_REPLY]; /* static in the device: old bytes stay */
    struct sim_shark_reply replies[SIM_SHARK_REPLIES];
    uint32_t reply_count;
    int64_t deaf_until_ns;

    /* faults still to come */
    struct sim_random random;
    int64_t garbage, silent, wrong_opcode, refuse, shorten, stall[3], level_lie;
    bool lies, halted[3]; /* command, reply, data */
};

struct sim_usb *sim_shark_create(const struct sim_shark_config *config,
                                 const struct sim_usb_descriptor *descriptor,
                                 sim_shark_decode_fn decode,
                                 bool (*is_foreign)(const uint16_t word[4]));
void sim_shark_power_up(struct sim_shark *shark, int64_t now_ns);

/* sim_shark_ring.c */
void sim_shark_ring_advance(struct sim_shark *shark, int64_t now_ns);
int sim_shark_ring_out(struct sim_shark *shark, const uint8_t *bytes, size_t size);
void sim_shark_ring_iso(struct sim_shark *shark, const uint8_t *bytes, size_t size);
void sim_shark_ring_clear(struct sim_shark *shark);
void sim_shark_ring_enable(struct sim_shark *shark, bool enabled);
void sim_shark_ring_set_rate(struct sim_shark *shark, uint32_t rate);
uint32_t sim_shark_ring_free(const struct sim_shark *shark); /* as reported */
int64_t sim_shark_ring_next_ns(const struct sim_shark *shark);
double sim_shark_ring_hz(const struct sim_shark *shark);

/* sim_shark_commands.c */
int sim_shark_command_out(struct sim_shark *shark, const uint8_t *bytes, size_t size);
int sim_shark_reply_in(struct sim_shark *shark, uint8_t *bytes, size_t size);
void sim_shark_stray(struct sim_shark *shark, int64_t count);
int64_t sim_shark_reply_ns(const struct sim_shark *shark);

#endif
