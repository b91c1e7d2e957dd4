/* SPDX-License-Identifier: MIT
 *
 * IDN: what the unit's answers mean.
 */
#ifndef IDN_REPLIES_H
#define IDN_REPLIES_H

#include "idn/idn_state.h"

/* Takes in what the unit said. Anything but BJ_OK: it is over, and was explained.
 */
enum bj_status idn_session_hear(struct idn_session *session, int64_t now_ns);

#endif
