/* SPDX-License-Identifier: MIT
 *
 * LaserCube (network): asking everybody, and knowing them again. Asks by broadcast on every
 * interface once a second; whoever has the right to be one answers with the full info.
 */
#ifndef LASERCUBE_SEARCH_H
#define LASERCUBE_SEARCH_H

#include "lasercube/lasercube_wire.h"
#include <beamjack/driver.h>

#define LC_ID_SIZE 23    /* "lasercube:0004A3112233" and the 0 */
#define LC_HEAR_LIMIT 64 /* datagrams per step */

/* "lasercube:0004A3112233"; parsing takes small letters too. */
void lc_format_id(const uint8_t serial[LC_SERIAL_SIZE], char id[LC_ID_SIZE]);
bool lc_parse_id(const char *id, uint8_t serial[LC_SERIAL_SIZE]);
bool lc_has_serial(const struct lc_info *info);

/* Asks everybody. Zeroed = closed. */
struct lc_search {
    struct bj_net *net;
    int handle;
    bool open;
    int64_t next_ns; /* when to ask again */
    uint32_t asked;  /* times */
};

enum bj_status lc_search_open(struct lc_search *search, struct bj_net *net);
void lc_search_close(struct lc_search *search);

/* Asks when it is time to. */
void lc_search_ask(struct lc_search *search, int64_t now_ns);

/* The next answer, made sane; false: none now. */
bool lc_search_next(struct lc_search *search, struct lc_info *info,
                    struct bj_address *from);

#endif
