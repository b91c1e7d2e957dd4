/* SPDX-License-Identifier: MIT
 *
 * A simulated device of the LaserShark family on USB, for two rows.
 */
#ifndef CONFORMANCE_ADAPTER_SHARK_H
#define CONFORMANCE_ADAPTER_SHARK_H

#include "adapter_usb.h"
#include "sim_shark.h"

/* From what is on the connector to what an observer sees. */
typedef struct bj_point adapter_shark_look(const struct sim_shark_sample *sample);

/* `make` and `config` are those of the device. */
void *adapter_shark_create(const struct conformance_row *row,
                           struct sim_usb *(*make)(const struct sim_shark_config *config),
                           struct sim_shark_config config, adapter_shark_look *look,
                           conformance_seen *seen, void *suite, struct bj_dac_config *dac);

void adapter_shark_refuse(void *instance, int kind); /* `refuse` */
#define ADAPTER_SHARK_REFUSALS 8
uint64_t adapter_shark_dries(const void *instance); /* the member `dries` of a row */

#endif
