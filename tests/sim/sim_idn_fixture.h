/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated IDN receiver share: a unit, clients that send bytes
 * put together by hand, its answers, and everything that was played.
 */
#ifndef SIM_IDN_FIXTURE_H
#define SIM_IDN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_idn.h"

#define IDN_FIXTURE_PLAYED 65536
#define IDN_FIXTURE_CLIENT 0x0a000001u
#define IDN_FIXTURE_MS BJ_NS_PER_MS

struct idn_fixture {
    struct sim_host *host;
    int64_t now_ns;
    struct bj_address client; /* packets come from here */
    uint8_t group;
    uint16_t sequence;
    uint32_t stamp_us; /* of the next chunk */
    uint8_t match;
    struct sim_idn_point played[IDN_FIXTURE_PLAYED];
    int played_count;
    struct sim_idn_chunk chunk; /* the newest */
    int chunk_count;
};

struct idn_fixture_answer {
    uint8_t bytes[2048];
    size_t size; /* 0: none */
};

struct idn_fixture_ack {
    bool came;
    uint8_t result, status;
    uint16_t input, pipeline;
};

/* Observers are set by the fixture. */
void idn_fixture_start(struct idn_fixture *fixture, const struct sim_idn_config *config);
void idn_fixture_start_as(struct idn_fixture *fixture, const char *profile);
void idn_fixture_stop(struct idn_fixture *fixture);

void idn_fixture_wait_ms(struct idn_fixture *fixture, double ms);

/* A packet with the next sequence number. */
void idn_fixture_send(struct idn_fixture *fixture, uint8_t command, const void *payload,
                      size_t size);
void idn_fixture_send_raw(struct idn_fixture *fixture, const void *bytes, size_t size);
struct idn_fixture_answer idn_fixture_hear(struct idn_fixture *fixture);
struct idn_fixture_answer idn_fixture_ask(struct idn_fixture *fixture, uint8_t command);

/* Configuration of channel 0: X, Y, R, G, B, I in 8 octets, wave or frame mode. */
size_t idn_fixture_config(const struct idn_fixture *fixture, uint8_t service, uint8_t mode,
                          uint8_t *to);

/* A channel message; with a configuration if `service` >= 0. */
void idn_fixture_message(struct idn_fixture *fixture, uint8_t command, uint8_t chunk,
                         int service, uint8_t mode, const void *body, size_t size);

/* `count` samples of X = first, first + 1 ...; Y = 0, red full; they take duration_us and
 * join what came before. */
void idn_fixture_wave(struct idn_fixture *fixture, int service, int first, uint32_t count,
                      uint32_t duration_us);

/* A void message that asks for an acknowledge, and what it says. */
struct idn_fixture_ack idn_fixture_acknowledge(struct idn_fixture *fixture);
struct idn_fixture_ack idn_fixture_read_ack(struct idn_fixture *fixture);

const struct sim_idn_counters *idn_fixture_counters(const struct idn_fixture *fixture);

#endif
