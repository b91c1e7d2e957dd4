/* SPDX-License-Identifier: MIT */
#include "helios/helios_id.h"

#include <stdio.h>
#include <string.h>

static const char prefix[] = "helios:";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_plain(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
}

/* BUS-PORT[.PORT]... */
static bool is_port(const char *text)
{
    size_t size = strspn(text, "0123456789");

    if (size == 0 || text[size] != '-')
        return false;
    do {
        text += size + 1;
        size = strspn(text, "0123456789");
    } while (size > 0 && text[size] == '.');
    return size > 0 && text[size] == '\0';
}

bool helios_parse_id(const char *id, struct helios_id *parsed)
{
    size_t size;

    if (strncmp(id, prefix, sizeof prefix - 1) != 0)
        return false;
    id += sizeof prefix - 1;
    size = strlen(id);
    if (size == 0 || size >= BJ_USB_PORT_SIZE)
        return false;
    for (size_t k = 0; k < size; k++)
        if (!is_plain(id[k]))
            return false;
    memcpy(parsed->text, id, size + 1);
    parsed->by_port = is_port(id);
    return true;
}

void helios_name_in_id(const char *name, char text[HELIOS_ID_SIZE])
{
    size_t k = 0;

    for (; name[k] != '\0' && k < BJ_USB_PORT_SIZE - 1; k++)
        text[k] = name[k];
    text[k] = '\0';
    while (k-- > 0)
        if (!is_plain(text[k]))
            text[k] = '_';
}

void helios_format_id(const char *name_or_port, char id[HELIOS_ID_SIZE])
{
    char text[HELIOS_ID_SIZE];

    helios_name_in_id(name_or_port, text);
    (void)snprintf(id, HELIOS_ID_SIZE, "%s%.*s", prefix, BJ_USB_PORT_SIZE - 1, text);
}
