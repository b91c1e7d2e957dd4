/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_identity.h"

#include <stdio.h>
#include <string.h>

/* ---- Strings ------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(const char *text, const char *with)
{
    while (*with != '\0')
        if (lower(*text++) != *with++)
            return false;
    return true;
}

/* Both strings count, so that one that speaks for the other device raises doubt. */
enum shark_identity shark_identify(const struct bj_usb_device *device)
{
    bool dock = begins(device->manufacturer, "wicked") ||
                begins(device->product, "laserdock") ||
                begins(device->product, "lasercube");
    bool shark =
        begins(device->manufacturer, "macpod") || begins(device->product, "lasershark");

    if (dock == shark)
        return SHARK_UNKNOWN;
    return dock ? SHARK_LASERDOCK : SHARK_LASERSHARK;
}

/* ---- Ids ----------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' ||
           c == '-' || c == '_';
}

static void make_plain(char *text, size_t size, const char *from)
{
    size_t at = 0;

    for (; from[at] != '\0' && at + 1 < size; at++)
        text[at] = (char)(is_plain(from[at]) ? from[at] : '_');
    text[at] = '\0';
}

static bool copy_plain(char *text, size_t size, const char *from, size_t count)
{
    if (count >= size)
        return false;
    for (size_t k = 0; k < count; k++)
        if (!is_plain(from[k]))
            return false;
    memcpy(text, from, count);
    text[count] = '\0';
    return true;
}

bool shark_parse_id(const struct shark_kind *kind, const char *text, struct shark_id *id)
{
    size_t name = strlen(kind->name);

    *id = (struct shark_id){.serial = ""};
    if (strncmp(text, kind->name, name) != 0 || text[name] != ':')
        return false;
    text += name + 1;
    size_t serial = strcspn(text, "@");
    const char *port = text[serial] == '@' ? text + serial + 1 : "";
    if ((text[serial] == '@' && *port == '\0') || (serial == 0 && *port == '\0'))
        return false;
    return copy_plain(id->serial, sizeof id->serial, text, serial) &&
           copy_plain(id->port, sizeof id->port, port, strlen(port));
}

static bool same_serial(const char *plain, const struct bj_usb_device *device)
{
    char serial[BJ_USB_TEXT_SIZE];

    make_plain(serial, sizeof serial, device->serial);
    return strcmp(plain, serial) == 0;
}

void shark_format_id(const struct shark_kind *kind, const struct bj_usb_device *devices,
                     size_t count, size_t which, char text[SHARK_ID_SIZE])
{
    const struct bj_usb_device *device = &devices[which];
    char serial[BJ_USB_TEXT_SIZE], port[BJ_USB_PORT_SIZE];
    bool alone = device->serial[0] != '\0';

    make_plain(serial, sizeof serial, device->serial);
    make_plain(port, sizeof port, device->port);
    for (size_t k = 0; k < count; k++)
        if (k != which && shark_identify(&devices[k]) == shark_identify(device) &&
            same_serial(serial, &devices[k]))
            alone = false;
    (void)snprintf(text, SHARK_ID_SIZE, "%s:%s%s%s", kind->name, serial, alone ? "" : "@",
                   alone ? "" : port);
}

bool shark_id_fits(const struct shark_id *id, const struct bj_usb_device *device)
{
    return (id->serial[0] == '\0' || same_serial(id->serial, device)) &&
           (id->port[0] == '\0' || strcmp(id->port, device->port) == 0);
}

enum bj_status shark_find(const struct shark_kind *kind, const struct shark_id *id,
                          const char *last_port, const struct bj_usb_device *devices,
                          size_t count, size_t *which)
{
    size_t fitting = 0, of_kind = 0;

    for (size_t k = 0; k < count; k++) {
        bool is_kind = shark_identify(&devices[k]) == kind->identity;
        if (!shark_id_fits(id, &devices[k]))
            continue;
        if (is_kind && strcmp(devices[k].port, last_port) == 0) {
            *which = k;
            return BJ_OK;
        }
        if (is_kind || of_kind == 0)
            *which = k;
        fitting++;
        of_kind += is_kind;
    }
    if (fitting == 0)
        return BJ_NOT_FOUND;
    return of_kind > 1 || (of_kind == 0 && fitting > 1) ? BJ_BUSY : BJ_OK;
}
