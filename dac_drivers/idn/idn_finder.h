/* SPDX-License-Identifier: MIT
 *
 * IDN: asking every network who is there. Nobody announces himself: units answer a scan
 * request, here sent twice a second from every interface to its broadcast address and to
 * 255.255.255.255.
 *
 * Discovery asks to find all units, a driver to find its own wherever it went.
 */
#ifndef IDN_FINDER_H
#define IDN_FINDER_H

#include "idn_wire.h"

#include <beamjack/driver.h>

#define IDN_FINDER_SOCKETS 6
#define IDN_FINDER_LIMIT                                                                   \
    32 /* datagrams read per step, so that it does not read for ever                       \
        */

struct idn_finder {
    struct bj_net *net;
    bool open;
    int count;
    int handles[IDN_FINDER_SOCKETS];
    struct bj_interface interfaces[IDN_FINDER_SOCKETS];
    struct bj_address also; /* asked too; ip 0 = nobody */
    uint16_t sequence;
    int64_t next_ns;
};

struct idn_sighting {
    struct bj_address from;
    int handle; /* the socket that can reach it */
    uint8_t command;
    size_t size; /* of what follows the header */
    uint8_t payload[2048];
};

/* BJ_OK, or why no socket could be opened. */
enum bj_status idn_finder_open(struct idn_finder *finder, struct bj_net *net);
void idn_finder_close(struct idn_finder *finder);

/* Asks when it is time to, and says when it is again and on what to wait. */
void idn_finder_step(struct idn_finder *finder, int64_t now_ns, struct bj_wait *wait);

/* The next answer; false: none now. At most IDN_FINDER_LIMIT times in a row. */
bool idn_finder_next(struct idn_finder *finder, struct idn_sighting *sighting);

/* Asks one unit for its services. */
void idn_finder_ask_map(struct idn_finder *finder, int handle, struct bj_address to);

#endif
