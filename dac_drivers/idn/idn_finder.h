/* SPDX-License-Identifier: MIT
 *
 * IDN: asking every network who is there. Nobody announces himself: units answer a scan
 * request, here sent twice a second to everybody, from every address of this computer.
 *
 * Discovery asks to find all units, a driver to find its own wherever it went.
 */
#ifndef IDN_FINDER_H
#define IDN_FINDER_H

#include "idn/idn_wire.h"

#include <beamjack/driver.h>

/* Datagrams read per step, so that reading ends. */
#define IDN_FINDER_LIMIT 32

struct idn_finder {
    struct bj_net *net;
    bool open;
    int handle;
    struct bj_address also; /* asked too; ip 0 = nobody */
    uint16_t sequence;
    int64_t next_ns;
};

struct idn_sighting {
    struct bj_address from;
    uint8_t command;
    size_t size; /* of what follows the header */
    uint8_t payload[IDN_MAP_BYTES];
};

/* BJ_OK, or why the socket could not be opened. */
enum bj_status idn_finder_open(struct idn_finder *finder, struct bj_net *net);
void idn_finder_close(struct idn_finder *finder);

/* Asks when it is time to, and says when it is again and on what to wait. */
void idn_finder_step(struct idn_finder *finder, int64_t now_ns, struct bj_wait *wait);

/* The next answer; false: none now. At most IDN_FINDER_LIMIT times in a row. */
bool idn_finder_next(struct idn_finder *finder, struct idn_sighting *sighting);

/* Asks one unit for its services. */
void idn_finder_ask_map(struct idn_finder *finder, struct bj_address to);

#endif
