/* SPDX-License-Identifier: MIT */
#include "jack/jack_pipewire.h"

#include <jack/jack.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool bj_jack_is_pipewire(void)
{
    return strstr(jack_get_version_string(), "PipeWire") != NULL;
}

/* As its own library looks for it. */
static bool socket_path(char *path, size_t size)
{
    const char *remote = getenv("PIPEWIRE_REMOTE");
    const char *folder = getenv("PIPEWIRE_RUNTIME_DIR");
    int length;

    if (!folder || !folder[0])
        folder = getenv("XDG_RUNTIME_DIR");
    if (!remote || !remote[0])
        remote = "pipewire-0";
    if (remote[0] == '/')
        length = snprintf(path, size, "%s", remote);
    else if (folder && folder[0])
        length = snprintf(path, size, "%s/%s", folder, remote);
    else
        return false;
    return length < (int)size;
}

bool bj_pipewire_runs(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool runs = false;

    if (fd >= 0 && socket_path(address.sun_path, sizeof address.sun_path))
        runs = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ||
               errno == EAGAIN;
    if (fd >= 0)
        close(fd);
    return runs;
}
