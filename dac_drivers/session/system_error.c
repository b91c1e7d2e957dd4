/* SPDX-License-Identifier: MIT */
#include "session/system_error.h"

#include <errno.h>

enum bj_status bj_system_status(int error)
{
    switch (error) {
    case ENOMEM:
        return BJ_NO_MEMORY;
    case EMFILE:
    case ENFILE:
        return BJ_NO_HANDLES;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return BJ_NO_SPACE;
    case EACCES:
    case EPERM:
    case EROFS:
        return BJ_NO_PERMISSION;
    case ENOENT:
    case ENOTDIR:
        return BJ_NOT_FOUND;
    case EBUSY:
        return BJ_BUSY;
    default:
        return BJ_IO_ERROR;
    }
}
