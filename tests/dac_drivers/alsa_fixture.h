/* SPDX-License-Identifier: MIT
 *
 * A configuration of ALSA's own, so that tests need no sound card: "null" swallows, and
 * "caught" writes what it swallows to a file.
 */
#ifndef ALSA_FIXTURE_H
#define ALSA_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* Before anything of ALSA is called; 0 or -1. Each program has a folder of its own. */
int alsa_fixture_start(void);
int alsa_fixture_stop(void);

/* What "caught" has caught since it was opened last; at most `size` bytes. */
size_t alsa_fixture_caught(uint8_t *bytes, size_t size);

#endif
