/* SPDX-License-Identifier: MIT
 *
 * Helios: what comes next, from where the device is to what is wanted.
 */
#ifndef HELIOS_SEQUENCER_H
#define HELIOS_SEQUENCER_H

#include "helios/helios_state.h"

/* Does what is due, and says when to look again. */
enum bj_status helios_sequencer_step(struct helios_session *session);
void helios_sequencer_waits(const struct helios_session *session, struct bj_wait *wait);

#endif
