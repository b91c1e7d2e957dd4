/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated IDN receiver share: a unit, clients that send bytes
 * put together by hand, its answers, and everything that was played.
 */
#ifndef SIM_IDN_RIG_H
#define SIM_IDN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_idn.h"

#define IDN_RIG_PLAYED 65536
#define IDN_RIG_CLIENT 0x0a000001u
#define IDN_RIG_MS BJ_NS_PER_MS

struct idn_rig {
    struct sim_host *host;
    int64_t now_ns;
    struct bj_address client; /* packets come from here */
    uint8_t group;
    uint16_t sequence;
    uint32_t stamp_us; /* of the next chunk */
    uint8_t match;
    struct sim_idn_point played[IDN_RIG_PLAYED];
    int played_count;
    struct sim_idn_chunk chunk; /* the newest */
    int chunk_count;
};

struct idn_rig_answer {
    uint8_t bytes[2048];
    size_t size; /* 0: none */
};

struct idn_rig_ack {
    bool came;
    uint8_t result, status;
    uint16_t input, pipeline;
};

/* Observers are set by the rig. */
void idn_rig_start(struct idn_rig *rig, const struct sim_idn_config *config);
void idn_rig_start_as(struct idn_rig *rig, const char *profile);
void idn_rig_stop(struct idn_rig *rig);

void idn_rig_wait_ms(struct idn_rig *rig, double ms);

/* A packet with the next sequence number. */
void idn_rig_send(struct idn_rig *rig, uint8_t command, const void *payload, size_t size);
void idn_rig_send_raw(struct idn_rig *rig, const void *bytes, size_t size);
struct idn_rig_answer idn_rig_hear(struct idn_rig *rig);
struct idn_rig_answer idn_rig_ask(struct idn_rig *rig, uint8_t command);

/* Configuration of channel 0: X, Y, R, G, B, I in 8 octets, wave or frame mode. */
size_t idn_rig_config(const struct idn_rig *rig, uint8_t service, uint8_t mode,
                      uint8_t *to);

/* A channel message; with a configuration if `service` >= 0. */
void idn_rig_message(struct idn_rig *rig, uint8_t command, uint8_t chunk, int service,
                     uint8_t mode, const void *body, size_t size);

/* `count` samples of X = first, first + 1 ...; Y = 0, red full; they take duration_us and
 * join what came before. */
void idn_rig_wave(struct idn_rig *rig, int service, int first, uint32_t count,
                  uint32_t duration_us);

/* A void message that asks for an acknowledge, and what it says. */
struct idn_rig_ack idn_rig_acknowledge(struct idn_rig *rig);
struct idn_rig_ack idn_rig_read_ack(struct idn_rig *rig);

const struct sim_idn_counters *idn_rig_counters(const struct idn_rig *rig);

#endif
