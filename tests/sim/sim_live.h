/* SPDX-License-Identifier: MIT
 *
 * The live picture of a simulator in a terminal with 24-bit colour, and a line of text.
 */
#ifndef SIM_LIVE_H
#define SIM_LIVE_H

#include "picture.h"

#define SIM_LIVE_FRAME_NS (40 * BJ_NS_PER_MS)
#define SIM_LIVE_WINDOW_NS (200 * BJ_NS_PER_MS) /* how far back a frame looks */

/* Clears the screen. False: stdout is no terminal that could show it. */
bool sim_live_begin(void);
void sim_live_end(void);

/* The terminal hung up: nobody looks any more, and nobody can end it there. */
bool sim_live_is_gone(void);

/* False: the terminal is not ready, or no memory; nothing was drawn. When true the cursor
 * is where the text belongs. */
bool sim_live_draw(const struct sim_picture *picture, int64_t now_ns);

#endif
