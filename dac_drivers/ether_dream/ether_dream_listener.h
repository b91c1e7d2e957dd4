/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: hearing the devices announce themselves, once a second, on UDP port 7654.
 *
 * Discovery listens to find them; a driver listens to its own device, to learn what it can
 * and to follow it to another address.
 */
#ifndef ETHER_DREAM_LISTENER_H
#define ETHER_DREAM_LISTENER_H

#include "ether_dream/ether_dream_wire.h"
#include <beamjack/driver.h>

struct ed_listener {
    struct bj_net *net;
    bool open;
    int handle;
};

/* BJ_OK, or why not: BJ_BUSY when another program holds the port for itself alone. */
enum bj_status ed_listener_open(struct ed_listener *listener, struct bj_net *net);
void ed_listener_close(struct ed_listener *listener);

/* The next announcement; false: none now. What is too short is skipped; the capacity and
 * rate of *broadcast are made sane. Call at most ED_LISTEN_LIMIT times in a row. */
#define ED_LISTEN_LIMIT 32
bool ed_listener_next(struct ed_listener *listener, struct ed_broadcast *broadcast,
                      struct bj_address *from);

#define ED_ID_SIZE sizeof "etherdream:001122334455"
void ed_format_id(const uint8_t mac[6], char id[ED_ID_SIZE]);

/* False: not "etherdream:" and twelve hexadecimal digits. */
bool ed_parse_id(const char *id, uint8_t mac[6]);

#endif
