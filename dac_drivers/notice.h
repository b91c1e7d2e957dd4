/* SPDX-License-Identifier: MIT
 *
 * How drivers word what they tell the engine: "DEVICE: what happened; what to do".
 */
#ifndef BJ_NOTICE_H
#define BJ_NOTICE_H

#include <beamjack/driver.h>
#include <stdarg.h>

/* Engine thread. Cuts what is longer than 255 bytes. */
void bj_notice(const struct bj_dac_events *events, void *engine, const char *name,
               enum bj_status status, const char *format, va_list args);

#endif
