/* SPDX-License-Identifier: MIT
 *
 * The state of a running bridge at one moment, as --status-json shows it.
 */
#ifndef STATUS_JSON_H
#define STATUS_JSON_H

#include "view/status_report.h"

#include <stdio.h>

const char *bj_status_state(enum bj_stream_state state); /* "streaming" */

int64_t
bj_status_buffered_ns(const struct bj_status_report *report); /* in the DAC, at least */

/* The least that waited in the DAC of late: L could be shorter by this, less a margin. */
int64_t bj_status_spare_ns(const struct bj_status_report *report);

/* How long L has held without a jump; 0 while it does not. */
int64_t bj_status_locked_ns(const struct bj_status_report *report);

/* One object on one line. False: could not be written. */
bool bj_status_json(FILE *out, const struct bj_status_report *report);

/* A JSON string with its quotes; what is no UTF-8 becomes U+FFFD. */
void bj_json_string(FILE *out, const char *text);

#endif
