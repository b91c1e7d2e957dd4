/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated Ether Dream share: a device, clients without any
 * driver, and everything that was played.
 */
#ifndef SIM_ETHER_DREAM_FIXTURE_H
#define SIM_ETHER_DREAM_FIXTURE_H

#include "sim_ether_dream.h"

#define FIXTURE_PLAYED 20000
#define FIXTURE_COMMANDS 1000

struct fixture {
    struct sim_host *host;
    int64_t now_ns;
    int client; /* the connection commands go to */
    struct sim_ed_point played[FIXTURE_PLAYED];
    int played_count;
    struct sim_ed_command commands[FIXTURE_COMMANDS];
    int command_count;
    uint16_t next_x; /* x of the next point sent: points are numbered */
};

struct fixture_reply {
    uint8_t code, opcode, light, playback, source;
    uint16_t light_flags, flags, source_flags, fullness;
    uint32_t rate, count;
};

/* Observers are set by the fixture. The first client is connected and its hello read. */
void fixture_start(struct fixture *fixture, struct sim_ed_config config);
void fixture_stop(struct fixture *fixture);

/* The same fixture as another device. */
void fixture_restart_as(struct fixture *fixture, const char *profile);
void fixture_restart_with(struct fixture *fixture, struct sim_ed_profile profile);

/* For cmocka: *state is a started fixture with sim_ed_defaults. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(name)                                                                 \
    cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* To this time, or this much further. */
void fixture_at_ms(struct fixture *fixture, double ms);
void fixture_wait_ns(struct fixture *fixture, int64_t ns);

int fixture_connect(struct fixture *fixture);
void fixture_send(struct fixture *fixture, const void *bytes,
                  size_t size); /* asserts that all fits */
size_t fixture_collect(struct fixture *fixture, uint8_t *bytes, size_t size);

/* "70 3f" and so on. */
void fixture_send_hex(struct fixture *fixture, const char *hex);

/* The header of a data command, and numbered points; or both. */
void fixture_data_header(struct fixture *fixture, unsigned count);
void fixture_points(struct fixture *fixture, unsigned count, uint16_t control,
                    uint16_t green);
void fixture_data(struct fixture *fixture, unsigned count);

/* Exactly one reply, or exactly none, is there. */
struct fixture_reply fixture_reply(struct fixture *fixture);
void fixture_no_reply(struct fixture *fixture);

/* Sends and expects one reply. */
struct fixture_reply fixture_ask(struct fixture *fixture, const char *hex);
struct fixture_reply fixture_ask_data(struct fixture *fixture, unsigned count);
struct fixture_reply fixture_begin(struct fixture *fixture, uint32_t rate);
struct fixture_reply fixture_rate(struct fixture *fixture, char opcode, uint32_t rate);

/* Prepared, `count` points stored, playing at `rate`. */
void fixture_play(struct fixture *fixture, unsigned count, uint32_t rate);

enum sim_link fixture_link(struct fixture *fixture);

#endif
