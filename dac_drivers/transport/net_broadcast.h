/* SPDX-License-Identifier: MIT
 *
 * One datagram from every address of this computer to everybody in its network.
 */
#ifndef BJ_NET_BROADCAST_H
#define BJ_NET_BROADCAST_H

#include <stddef.h>
#include <stdint.h>

/* Sends from the UDP socket `fd`, which must be bound to no address and may broadcast, to
 * `port`: from each IPv4 address to the broadcast address of its network and, loopback
 * excepted, to 255.255.255.255. A network that takes nothing does not keep the others from
 * being asked. Never blocks, never allocates, and has no limit on how many addresses there
 * are. Returns 0 when at least one datagram left, else an errno: ENETUNREACH when there is
 * no address that can broadcast. */
int bj_net_broadcast(int fd, uint16_t port, const void *bytes, size_t size);

#endif
