/* SPDX-License-Identifier: MIT
 *
 * A configuration of ALSA's own, so that tests need no sound card: "null" swallows, and
 * "caught" writes what it swallows to a file.
 */
#ifndef ALSA_RIG_H
#define ALSA_RIG_H

#include <stddef.h>
#include <stdint.h>

/* Before anything of ALSA is called; 0 or -1. Each program has a folder of its own. */
int alsa_rig_start(void);
int alsa_rig_stop(void);

/* What "caught" has caught since it was opened last; at most `size` bytes. */
size_t alsa_rig_caught(uint8_t *bytes, size_t size);

#endif
