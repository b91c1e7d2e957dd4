/* SPDX-License-Identifier: MIT
 *
 * What errno says, as a status: one word for one cause, whoever met it.
 */
#ifndef BJ_SYSTEM_ERROR_H
#define BJ_SYSTEM_ERROR_H

#include <beamjack/driver.h>

/* BJ_IO_ERROR for what has no status of its own. */
enum bj_status bj_system_status(int error);

#endif
