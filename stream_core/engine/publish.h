/* SPDX-License-Identifier: MIT
 *
 * Publishes the state of a stream to other threads.
 */
#ifndef BJ_PUBLISH_H
#define BJ_PUBLISH_H

#include "engine/stream_state.h"

void bj_engine_publish(struct bj_stream *stream);

#endif
