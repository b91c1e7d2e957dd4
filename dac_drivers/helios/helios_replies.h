/* SPDX-License-Identifier: MIT
 *
 * Helios: what the device's answers mean, and the commands that are repeated until they
 * arrive.
 */
#ifndef HELIOS_REPLIES_H
#define HELIOS_REPLIES_H

#include "helios/helios_state.h"

/* Takes in all that happened. Anything but BJ_OK: it is over, and was explained. */
enum bj_status helios_session_listen(struct helios_session *session);

/* Send stop, and the requested state of the shutter; again until they arrive. */
enum bj_status helios_session_send_stop(struct helios_session *session);
enum bj_status helios_session_send_shutter(struct helios_session *session);

/* Everything that was not played yet is lost; tells the engine. */
void helios_session_flush(struct helios_session *session);

/* All that it was given has played, since that moment; tells the engine. */
void helios_session_ran_dry(struct helios_session *session, int64_t since_ns);

/* Why the connection ends, in words. Returns `status`. */
enum bj_status helios_session_explain(struct helios_session *session,
                                      enum bj_status status);

#endif
