/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: the slots of its drivers. Each driver adds its kind, see laserdock.c.
 */
#ifndef SHARK_DRIVER_H
#define SHARK_DRIVER_H

#include "shark_session.h"

struct shark_driver {
    struct shark_session session;
    struct bj_dac_caps caps;
    struct bj_dac_events events;
    char name[160];
};

enum bj_status shark_driver_init(struct shark_driver *dac, const struct shark_kind *kind,
                                 const struct bj_dac_config *config,
                                 const struct bj_dac_events *events, void *engine);

/* Each as the slot of the same name; the instance is a struct shark_driver. */
void shark_driver_finish(void *instance);
const struct bj_dac_caps *shark_driver_caps(const void *instance);
const char *shark_driver_describe(const void *instance);
double shark_driver_true_pps(const void *instance, uint32_t pps);
enum bj_status shark_driver_connect(void *instance, int64_t now_ns, uint32_t pps,
                                    uint32_t begin_points);
enum bj_status shark_driver_service(void *instance, int64_t now_ns,
                                    struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status shark_driver_write(void *instance, int64_t now_ns,
                                  const struct bj_chunk *chunk, uint32_t *taken);
void shark_driver_shutter(void *instance, int64_t now_ns, bool open);
void shark_driver_stop(void *instance, int64_t now_ns);
void shark_driver_disconnect(void *instance);

/* All slots but those that must know the kind, for a driver's table. */
#define SHARK_DRIVER_SLOTS                                                                 \
    .instance_size = sizeof(struct shark_driver), .finish = shark_driver_finish,           \
    .caps = shark_driver_caps, .describe = shark_driver_describe,                          \
    .true_pps = shark_driver_true_pps, .connect = shark_driver_connect,                    \
    .service = shark_driver_service, .write = shark_driver_write,                          \
    .shutter = shark_driver_shutter, .stop = shark_driver_stop,                            \
    .disconnect = shark_driver_disconnect

#endif
