/* SPDX-License-Identifier: MIT
 *
 * From the chosen DACs to engines that run. Main thread.
 */
#ifndef BRIDGE_BUILD_H
#define BRIDGE_BUILD_H

#include "bridge/bridge_state.h"

/* The DACs are chosen: fills in plays_on. */
void bj_bridge_name_dacs(struct bj_bridge *bridge);

/* JACK is there for the first time: plans the latency and starts the engines. False: said
 * why. */
bool bj_bridge_build(struct bj_bridge *bridge, const struct bj_jack_view *jack);

#endif
