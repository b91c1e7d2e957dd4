/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: the slots of its drivers, whose instance is a session. Each driver
 * adds its kind, see laserdock.c.
 */
#ifndef SHARK_DRIVER_H
#define SHARK_DRIVER_H

#include "lasershark_family/shark_sequencer.h"
#include "lasershark_family/shark_session.h"

enum bj_status shark_driver_init(struct shark_session *session,
                                 const struct shark_kind *kind,
                                 const struct bj_dac_config *config);

/* The slot: what the session does, and what is known of the device since. */
enum bj_status shark_driver_service(void *instance, int64_t now_ns,
                                    struct bj_dac_status *status, struct bj_wait *wait);

/* All slots but those that must know the kind, for a driver's table. */
#define SHARK_DRIVER_SLOTS                                                                 \
    .instance_size = sizeof(struct shark_session), .true_pps = shark_session_hz,           \
    .connect = shark_session_connect, .service = shark_driver_service,                     \
    .write = shark_session_write, .shutter = shark_session_shutter,                        \
    .stop = shark_session_stop, .disconnect = shark_session_disconnect

#endif
