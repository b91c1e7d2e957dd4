/* SPDX-License-Identifier: MIT
 *
 * What the self-tests of the simulated LaserShark family share: a device whose packets are
 * sent by hand, and everything it played.
 */
#ifndef SIM_SHARK_FIXTURE_H
#define SIM_SHARK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "sim_laserdock.h"
#include "sim_lasershark.h"

#define FIXTURE_PLAYED 4096
#define FIXTURE_REPLY_NS 400000

struct shark_fixture {
    struct sim_usb *device;
    int64_t now_ns;
    struct sim_shark_sample played[FIXTURE_PLAYED];
    int played_count;
    uint8_t reply[64]; /* the newest */
    uint16_t next_x;   /* of the next sample sent */
};

/* Selects the bulk alternate; `config` without observers. */
void shark_fixture_start(struct shark_fixture *fixture, bool dock,
                         struct sim_shark_config config);
void shark_fixture_stop(struct shark_fixture *fixture);
void shark_fixture_wait_ns(struct shark_fixture *fixture, int64_t ns);
void shark_fixture_wait_ms(struct shark_fixture *fixture, double ms);

/* Sends a command given as hexadecimal digits and reads its reply; returns its status. */
uint8_t shark_fixture_ask(struct shark_fixture *fixture, const char *hex);
/* The four bytes after the status of the newest reply. */
uint32_t shark_fixture_value(const struct shark_fixture *fixture);
uint32_t shark_fixture_number(struct shark_fixture *fixture, const char *hex); /* both */

/* A packet of samples with this first word, x counted up; what the device says. */
int shark_fixture_packet(struct shark_fixture *fixture, int samples, uint16_t word0);
/* Packets until so many samples are in; each must be taken at once. */
void shark_fixture_samples(struct shark_fixture *fixture, int samples, uint16_t word0);

#endif
