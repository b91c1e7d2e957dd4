/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): one connection, from the first question to the last darkness.
 *
 * Five files share the state of lasercube_state.h. lasercube_session.c has the slots of a
 * driver and decides what is due, lasercube_flow_control.c how many points may leave now,
 * lasercube_send.c sends it, lasercube_replies.c hears the answers, and
 * lasercube_validate.c compares them with what is wanted. Samples are sent as they are
 * taken, so nothing of ours ever waits here; what is wanted of the device are commands,
 * repeated until confirmed and compared with the full info once a second.
 */
#ifndef LASERCUBE_SESSION_H
#define LASERCUBE_SESSION_H

#include "lasercube/lasercube_state.h"

void lc_session_init(struct lc_session *session, struct bj_net *net);

/* Each as the slot of the same name; those of an `instance` are it. The address is
 * known. */
enum bj_status lc_session_connect(struct lc_session *session, struct bj_address to,
                                  int64_t now_ns, uint32_t pps, uint32_t begin_points);
enum bj_status lc_session_service(struct lc_session *session, int64_t now_ns,
                                  struct bj_dac_status *status, struct bj_wait *wait);
enum bj_status lc_session_write(void *instance, int64_t now_ns,
                                const struct bj_chunk *chunk, uint32_t *taken);
void lc_session_shutter(void *instance, int64_t now_ns, bool open);
void lc_session_stop(struct lc_session *session, int64_t now_ns);
void lc_session_disconnect(struct lc_session *session);

/* The rate the device makes of it, as far as known. */
double lc_session_true_pps(const void *instance, uint32_t pps);

#endif
