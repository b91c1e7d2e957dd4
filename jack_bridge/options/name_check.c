/* SPDX-License-Identifier: MIT */
#include "options/name_check.h"

#include "options/utf8.h"

#include <stdio.h>
#include <string.h>

static bool is_printable(const char *name)
{
    for (size_t size; *name; name += size) {
        size = bj_utf8_size(name);
        if (size == 0 || (unsigned char)*name < ' ' || *name == 0x7f)
            return false;
    }
    return true;
}

static bool check(const char *name, const char *called, size_t most, char forbidden,
                  char *why, size_t why_size)
{
    size_t size = strlen(name);

    if (size == 0)
        snprintf(why, why_size, "%s is empty", called);
    else if (size > most)
        snprintf(why, why_size, "%s '%.20s...' has %zu bytes, JACK takes at most %zu",
                 called, name, size, most);
    else if (!is_printable(name))
        snprintf(why, why_size, "%s has a control character or is no UTF-8", called);
    else if (strchr(name, forbidden))
        snprintf(why, why_size, "%s '%s' has a '%c' in it, which JACK does not take",
                 called, name, forbidden);
    else
        return true;
    return false;
}

/* The first ':' of a port's full name ends the client's. */
bool bj_client_name_check(const char *name, const char *called, char *why, size_t why_size)
{
    return check(name, called, BJ_CLIENT_NAME_MOST, ':', why, why_size);
}

/* It becomes a part of the paths of sockets. */
bool bj_server_name_check(const char *name, const char *called, char *why, size_t why_size)
{
    return check(name, called, BJ_SERVER_NAME_MOST, '/', why, why_size);
}
