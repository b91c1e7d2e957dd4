/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated LaserShark family share: a device whose packets are
 * sent by hand, and everything it played.
 */
#ifndef SIM_SHARK_RIG_H
#define SIM_SHARK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_laserdock.h"
#include "sim_lasershark.h"

#define RIG_PLAYED 4096
#define RIG_REPLY_NS 400000

struct shark_rig {
    struct sim_usb *device;
    int64_t now_ns;
    struct sim_shark_sample played[RIG_PLAYED];
    int played_count;
    uint8_t reply[64]; /* the newest */
    uint16_t next_x;   /* of the next sample sent */
};

/* Selects the bulk alternate; `config` without observers. */
void shark_rig_start(struct shark_rig *rig, bool dock, struct sim_shark_config config);
void shark_rig_stop(struct shark_rig *rig);
void shark_rig_wait_ns(struct shark_rig *rig, int64_t ns);
void shark_rig_wait_ms(struct shark_rig *rig, double ms);

/* Sends a command given as hexadecimal digits and reads its reply; returns its status. */
uint8_t shark_rig_ask(struct shark_rig *rig, const char *hex);
/* The four bytes after the status of the newest reply. */
uint32_t shark_rig_value(const struct shark_rig *rig);
uint32_t shark_rig_number(struct shark_rig *rig, const char *hex); /* both */

/* A packet of samples with this first word, x counted up; what the device says. */
int shark_rig_packet(struct shark_rig *rig, int samples, uint16_t word0);
/* Packets until so many samples are in; each must be taken at once. */
void shark_rig_samples(struct shark_rig *rig, int samples, uint16_t word0);

#endif
