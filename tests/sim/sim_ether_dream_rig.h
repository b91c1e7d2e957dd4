/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated Ether Dream share: a device, clients without any
 * driver, and everything that was played.
 */
#ifndef SIM_ETHER_DREAM_RIG_H
#define SIM_ETHER_DREAM_RIG_H

#include "sim_ether_dream.h"

#define RIG_PLAYED 20000
#define RIG_COMMANDS 1000

struct rig {
    struct sim_host *host;
    int64_t now_ns;
    int client; /* the connection commands go to */
    struct sim_ed_point played[RIG_PLAYED];
    int played_count;
    struct sim_ed_command commands[RIG_COMMANDS];
    int command_count;
    uint16_t next_x; /* x of the next point sent: points are numbered */
};

struct rig_reply {
    uint8_t code, opcode, light, playback, source;
    uint16_t light_flags, flags, source_flags, fullness;
    uint32_t rate, count;
};

/* Observers are set by the rig. The first client is connected and its hello read. */
void rig_start(struct rig *rig, struct sim_ed_config config);
void rig_stop(struct rig *rig);

/* The same rig as another device. */
void rig_restart_as(struct rig *rig, const char *profile);
void rig_restart_with(struct rig *rig, struct sim_ed_profile profile);

/* For cmocka: *state is a started rig with sim_ed_defaults. */
int rig_setup(void **state);
int rig_teardown(void **state);
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

/* To this time, or this much further. */
void rig_at_ms(struct rig *rig, double ms);
void rig_wait_ns(struct rig *rig, int64_t ns);

int rig_connect(struct rig *rig);
void rig_send(struct rig *rig, const void *bytes, size_t size); /* asserts that all fits */
size_t rig_collect(struct rig *rig, uint8_t *bytes, size_t size);

/* "70 3f" and so on. */
void rig_send_hex(struct rig *rig, const char *hex);

/* The header of a data command, and numbered points; or both. */
void rig_data_header(struct rig *rig, unsigned count);
void rig_points(struct rig *rig, unsigned count, uint16_t control, uint16_t green);
void rig_data(struct rig *rig, unsigned count);

/* Exactly one reply, or exactly none, is there. */
struct rig_reply rig_reply(struct rig *rig);
void rig_no_reply(struct rig *rig);

/* Sends and expects one reply. */
struct rig_reply rig_ask(struct rig *rig, const char *hex);
struct rig_reply rig_ask_data(struct rig *rig, unsigned count);
struct rig_reply rig_begin(struct rig *rig, uint32_t rate);
struct rig_reply rig_rate(struct rig *rig, char opcode, uint32_t rate);

/* Prepared, `count` points stored, playing at `rate`. */
void rig_play(struct rig *rig, unsigned count, uint32_t rate);

enum sim_link rig_link(struct rig *rig);

#endif
