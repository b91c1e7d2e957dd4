/* SPDX-License-Identifier: MIT */
#include "idn/idn_identity.h"

#include "session/octets.h"

#include <stdio.h>
#include <string.h>

static const char prefix[] = "idn:";
static const char address_prefix[] = "idn@";

static size_t length_of(const uint8_t unit[IDN_UNIT_SIZE])
{
    return unit[0] < IDN_UNIT_SIZE ? unit[0] : IDN_UNIT_SIZE - 1;
}

bool idn_is_nobody(const uint8_t unit[IDN_UNIT_SIZE])
{
    return length_of(unit) < 2 || !bj_octets_name_one(unit + 2, length_of(unit) - 1);
}

void idn_format_id(const uint8_t unit[IDN_UNIT_SIZE], int service, char id[IDN_ID_SIZE])
{
    size_t at = (size_t)snprintf(id, IDN_ID_SIZE, "%s", prefix);

    for (size_t k = 1; k <= length_of(unit); k++)
        at += (size_t)snprintf(id + at, IDN_ID_SIZE - at, "%02x", unit[k]);
    if (service >= 0)
        (void)snprintf(id + at, IDN_ID_SIZE - at, "-%d", service);
}

/* 1 to 255, nothing before it and nothing behind. */
static bool parse_service(const char *text, int *service)
{
    int value = 0;

    if (text[0] < '1' || text[0] > '9')
        return false;
    for (; *text >= '0' && *text <= '9' && value < 256; text++)
        value = value * 10 + *text - '0';
    *service = value;
    return *text == '\0' && value <= 255;
}

bool idn_parse_address(const char *id, int *service)
{
    const char *slash = strchr(id, '/');

    *service = -1;
    return strncmp(id, address_prefix, sizeof address_prefix - 1) == 0 &&
           (slash == NULL || parse_service(slash + 1, service));
}

bool idn_parse_id(const char *id, uint8_t unit[IDN_UNIT_SIZE], int *service)
{
    size_t length;

    if (strncmp(id, prefix, sizeof prefix - 1) != 0)
        return false;
    id += sizeof prefix - 1;
    memset(unit, 0, IDN_UNIT_SIZE);
    length = bj_octets_parse(id, unit + 1, IDN_UNIT_SIZE - 1);
    id += 2 * length;
    unit[0] = (uint8_t)length;
    *service = -1;
    if (length < 2 || idn_is_nobody(unit))
        return false;
    return *id == '\0' || (*id == '-' && parse_service(id + 1, service));
}
