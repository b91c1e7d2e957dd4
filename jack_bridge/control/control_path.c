/* SPDX-License-Identifier: MIT */
#include "control/control_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "beamjack."
#define SUFFIX ".sock"

bool bj_control_folder(char *path, size_t size, char *why, size_t why_size)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    struct stat about;

    if (!folder || folder[0] != '/') {
        snprintf(why, why_size, "XDG_RUNTIME_DIR is not set to a folder");
        return false;
    }
    if (stat(folder, &about) != 0) {
        snprintf(why, why_size, "XDG_RUNTIME_DIR is %.100s: %s", folder, strerror(errno));
        return false;
    }
    if (!S_ISDIR(about.st_mode) || (about.st_uid != geteuid() && geteuid() != 0) ||
        (about.st_mode & (S_IWGRP | S_IWOTH))) {
        snprintf(why, why_size,
                 "XDG_RUNTIME_DIR is %.100s, which is not a folder of yours alone", folder);
        return false;
    }
    return (size_t)snprintf(path, size, "%s", folder) < size;
}

static bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_';
}

static void encode(char *out, size_t size, const char *name)
{
    size_t used = 0;

    for (; *name && used + 4 < size; name++)
        used += (size_t)snprintf(out + used, size - used, is_safe(*name) ? "%c" : "%%%02X",
                                 (unsigned char)*name);
    out[used] = '\0';
}

bool bj_control_path(char *path, size_t size, const char *folder, const char *name,
                     const char *kind)
{
    char encoded[3 * BJ_CONTROL_NAME_SIZE + 1] = "";

    if (strlen(name) >= BJ_CONTROL_NAME_SIZE)
        return false;
    encode(encoded, sizeof encoded, name);
    return (size_t)snprintf(path, size, "%s/" PREFIX "%s.%s", folder, encoded, kind) < size;
}

bool bj_control_address(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path)
        return false;
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

static int digit(char c)
{
    const char *digits = "0123456789ABCDEF", *place = c ? strchr(digits, c) : NULL;

    return place ? (int)(place - digits) : -1;
}

bool bj_control_name(char name[BJ_CONTROL_NAME_SIZE], const char *file)
{
    size_t length = strlen(file), used = 0;
    const char *end = file + length - strlen(SUFFIX);

    if (length <= strlen(PREFIX) + strlen(SUFFIX) ||
        strncmp(file, PREFIX, strlen(PREFIX)) != 0 || strcmp(end, SUFFIX) != 0)
        return false;
    for (file += strlen(PREFIX); file < end; file++) {
        if (used + 1 >= BJ_CONTROL_NAME_SIZE)
            return false;
        if (*file == '%' && digit(file[1]) >= 0 && digit(file[2]) >= 0) {
            name[used++] = (char)(digit(file[1]) * 16 + digit(file[2]));
            file += 2;
        } else {
            name[used++] = *file;
        }
    }
    name[used] = '\0';
    return true;
}
