/* SPDX-License-Identifier: MIT
 *
 * Is it PipeWire?
 */
#ifndef JACK_PIPEWIRE_H
#define JACK_PIPEWIRE_H

#include <stdbool.h>

/* Is the JACK library that was loaded PipeWire's? And does PipeWire run for this user? Asks
 * the socket, which answers at once. */
bool bj_jack_is_pipewire(void);
bool bj_pipewire_runs(void);

#endif
