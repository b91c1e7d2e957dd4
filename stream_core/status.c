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
    }
    return "unknown error";
}
