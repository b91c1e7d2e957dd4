/* SPDX-License-Identifier: MIT
 *
 * Helios: which one? It has no serial number, but keeps a name, which the factory makes
 * from the chip's number. An id is that name, "helios:Helios_-1450708", and follows the
 * unit to any socket; or a socket, "helios:1-2.3", and means whatever unit is there.
 */
#ifndef HELIOS_ID_H
#define HELIOS_ID_H

#include "helios/helios_wire.h"

#include <beamjack/driver.h>

#define HELIOS_ID_SIZE 64

struct helios_id {
    bool by_port;
    char text[HELIOS_ID_SIZE]; /* the port; or the name as it stands in ids */
};

/* False: not "helios:" and a name or a port. */
bool helios_parse_id(const char *id, struct helios_id *parsed);

/* What stands in ids for a name: letters, digits, '.' and '-' as they are, '_' for the
 * rest. */
void helios_name_in_id(const char *name, char text[HELIOS_ID_SIZE]);

void helios_format_id(const char *name_or_port, char id[HELIOS_ID_SIZE]);

#endif
