/* SPDX-License-Identifier: MIT
 *
 * IDN: "idn:UNITID[-SERVICE]", the name of one output of one unit, wherever it is.
 *
 * UNITID is the unit's own, in hexadecimal, category first: "idn:010004a3112233-1".
 */
#ifndef IDN_IDENTITY_H
#define IDN_IDENTITY_H

#include "idn/idn_wire.h"

/* "idn:", 15 octets, "-255" */
#define IDN_ID_SIZE 48

/* A unit id that tells nobody apart: empty, or nothing but 00 or ff behind the category. */
bool idn_is_nobody(const uint8_t unit[IDN_UNIT_SIZE]);

/* `service` -1: none. */
void idn_format_id(const uint8_t unit[IDN_UNIT_SIZE], int service, char id[IDN_ID_SIZE]);

/* False: no "idn@…". *service is -1 if it names none. */
bool idn_parse_address(const char *id, int *service);

/* False: not such an id. *service is -1 if it names none. */
bool idn_parse_id(const char *id, uint8_t unit[IDN_UNIT_SIZE], int *service);

#endif
