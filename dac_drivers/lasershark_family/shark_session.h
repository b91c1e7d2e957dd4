/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: one connection, from looking for the device to the last "off".
 *
 * Four files share the state of shark_state.h. shark_session.c has the slots of a driver:
 * it looks, opens, asks and moves points. The others are about a device that is set up:
 * shark_sequencer.c decides which command brings it closer to what is wanted, shark_count.c
 * when to ask how much it holds, and what follows from the answer, shark_flush.c begins
 * anew.
 *
 * The output is off while the ring is filled and on while it plays. Everything unusual
 * (shutter, stop, underrun, a ring that stands still) goes the same way: output off, count
 * what is left, clear, check, fill again. The ring is never filled to where the device
 * would refuse a packet, so that no write ever waits.
 */
#ifndef SHARK_SESSION_H
#define SHARK_SESSION_H

#include "lasershark_family/shark_state.h"

/* Each as the slot of the same name; those of an `instance` are it. */
enum bj_status shark_session_connect(void *instance, int64_t now_ns, uint32_t pps,
                                     uint32_t begin_points);
enum bj_status shark_session_service(struct shark_session *session, int64_t now_ns,
                                     struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status shark_session_write(void *instance, int64_t now_ns,
                                   const struct bj_chunk *chunk, uint32_t *taken);
void shark_session_shutter(void *instance, int64_t now_ns, bool open);
void shark_session_stop(void *instance, int64_t now_ns);
void shark_session_disconnect(void *instance);

#endif
