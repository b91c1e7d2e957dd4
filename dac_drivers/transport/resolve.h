/* SPDX-License-Identifier: MIT
 *
 * The name of a host to its address. The name service may hang; who asks does not.
 */
#ifndef BJ_RESOLVE_H
#define BJ_RESOLVE_H

#include <beamjack/dacs.h>

#define BJ_RESOLVE_S 5

/* Main thread; takes BJ_RESOLVE_S seconds at most, no time for "192.168.1.20". *ip in host
 * order. BJ_OK; BJ_NOT_FOUND, BJ_TIMED_OUT, BJ_NO_MEMORY: `why`. */
enum bj_status bj_resolve(const char *host, uint32_t *ip, char *why, size_t why_size);

#endif
