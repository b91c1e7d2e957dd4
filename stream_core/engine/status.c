/* SPDX-License-Identifier: MIT */
#include <beamjack/core.h>

const char *bj_strerror(enum bj_status status)
{
    switch (status) {
    case BJ_OK:
        return "no error";
    case BJ_WOULD_BLOCK:
        return "not ready yet";
    case BJ_NO_MEMORY:
        return "out of memory";
    case BJ_BAD_ARGUMENT:
        return "value out of range";
    case BJ_NOT_FOUND:
        return "not found";
    case BJ_BUSY:
        return "in use by somebody else";
    case BJ_NO_PERMISSION:
        return "permission denied";
    case BJ_REFUSED:
        return "refused";
    case BJ_TIMED_OUT:
        return "no answer in time";
    case BJ_DISCONNECTED:
        return "connection lost";
    case BJ_PROTOCOL:
        return "unexpected answer";
    case BJ_UNSUPPORTED:
        return "not supported";
    case BJ_IO_ERROR:
        return "input/output error";
    case BJ_NO_HANDLES:
        return "too many open files; see 'ulimit -n'";
    case BJ_NO_SPACE:
        return "no space left on the disk";
    }
    return "unknown error";
}

const char *bj_dark_text(enum bj_dark dark)
{
    switch (dark) {
    case BJ_DARK_NO:
        return "light passes";
    case BJ_DARK_AWAY:
        return "no DAC is connected";
    case BJ_DARK_FAULT:
        return "the DAC reports a fault";
    case BJ_DARK_DISARMED:
        return "disarmed";
    case BJ_DARK_RESTARTING:
        return "the DAC keeps losing its points";
    case BJ_DARK_UNCONNECTED:
        return "x or y is not connected";
    case BJ_DARK_SETTLING:
        return "settling";
    case BJ_DARK_SILENCE:
        return "nothing comes from the source";
    case BJ_DARK_DWELL:
        return "the beam rests";
    case BJ_DARK_SOURCE:
        return "the source is dark";
    }
    return "unknown reason";
}
