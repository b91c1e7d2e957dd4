/* SPDX-License-Identifier: MIT
 *
 * A simulated device of the LaserShark family on USB in memory, for two rows.
 */
#ifndef CONFORMANCE_RIG_SHARK_H
#define CONFORMANCE_RIG_SHARK_H

#include "conformance.h"
#include "sim_shark.h"

/* From what is on the connector to what an eye sees. */
typedef struct bj_point rig_shark_look(const struct sim_shark_sample *sample);

/* `make` and `config` are those of the device; its driver ends with so many dark samples of
 * its own. */
void *rig_shark_create(struct sim_usb *(*make)(const struct sim_shark_config *config),
                       struct sim_shark_config config, uint32_t rest_points,
                       rig_shark_look *look, conformance_seen *seen, void *suite,
                       struct bj_dac_config *dac);

/* Each as the member of the same name of a row. */
void rig_shark_destroy(void *rig);
void rig_shark_advance(void *rig, int64_t now_ns);
int64_t rig_shark_next_event_ns(void *rig);
bool rig_shark_ready(void *rig, const struct bj_wait *wait);
void rig_shark_unplug(void *rig);
void rig_shark_plug(void *rig);
void rig_shark_make_hostile(void *rig);
int rig_shark_open_handles(const void *rig);

#endif
