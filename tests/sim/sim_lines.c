/* SPDX-License-Identifier: MIT */
#include "sim_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define ANYBODY 0666

bool sim_lines_open(struct sim_lines *lines, const char *path)
{
    bool to_stdout = strcmp(path, "-") == 0;
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC;

    *lines = (struct sim_lines){
        .fd = to_stdout ? STDOUT_FILENO : open(path, flags, ANYBODY),
    };
    return lines->fd >= 0;
}

void sim_lines_close(struct sim_lines *lines)
{
    if (lines->fd > STDERR_FILENO) {
        close(lines->fd);
    }
    lines->fd = -1;
}

bool sim_lines_ready(int fd)
{
    struct pollfd out = {.fd = fd, .events = POLLOUT};

    return poll(&out, 1, 0) > 0;
}

bool sim_lines_write(struct sim_lines *lines, const char *text, unsigned size)
{
    ssize_t written;

    if (size > SIM_LINE_MOST || !sim_lines_ready(lines->fd)) {
        lines->dropped++;
        return true;
    }
    written = write(lines->fd, text, size);
    if (written < 0 && errno != EAGAIN && errno != EINTR) {
        return false;
    }
    if (written < 0) {
        lines->dropped++;
        return true;
    }
    errno = ENOSPC; /* a file that takes a part takes no more */
    return (unsigned)written == size;
}
