/* SPDX-License-Identifier: MIT
 *
 * Helios: a device that answers, from the first poll to the last stop.
 *
 * Frames are filled when the device says that its slot is free, in the time the other
 * frame plays; each is sent as one transfer and looked after at once. Here are
 * the slots of a driver; helios_replies.c has what the device's answers mean,
 * helios_sequencer.c what comes next, helios_state.h what they share.
 */
#ifndef HELIOS_SESSION_H
#define HELIOS_SESSION_H

#include "helios/helios_state.h"

void helios_session_init(struct helios_session *session, struct bj_usb *usb);

/* The channel is idle and the device of this model. */
enum bj_status helios_session_begin(struct helios_session *session,
                                    const struct helios_model *model, int64_t now_ns,
                                    uint32_t pps, uint32_t begin_points);

/* Each as the slot of the same name; those of an `instance` are it. */
enum bj_status helios_session_service(struct helios_session *session, int64_t now_ns,
                                      struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status helios_session_write(void *instance, int64_t now_ns,
                                    const struct bj_chunk *chunk, uint32_t *taken);
void helios_session_shutter(struct helios_session *session, int64_t now_ns, bool open);
void helios_session_stop(struct helios_session *session, int64_t now_ns);
void helios_session_disconnect(struct helios_session *session);

#endif
