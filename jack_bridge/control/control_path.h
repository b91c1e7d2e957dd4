/* SPDX-License-Identifier: MIT
 *
 * Where the control sockets of running bridges are: in $XDG_RUNTIME_DIR, which belongs to
 * one user, "beamjack.NAME.sock". Bytes of a name that do not belong into a file name are
 * written as %XX.
 */
#ifndef CONTROL_PATH_H
#define CONTROL_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#define BJ_CONTROL_NAME_SIZE 256

/* The folder, checked: it is there, ours, and nobody else may write to it. False: `why`. */
bool bj_control_folder(char *path, size_t size, char *why, size_t why_size);

/* The socket of `name`, or its lock with "lock" as `kind`, in `folder`. False: too long. */
bool bj_control_path(char *path, size_t size, const char *folder, const char *name,
                     const char *kind);

/* The address of a socket. False: its path is too long for one. */
bool bj_control_address(struct sockaddr_un *address, const char *path);

/* From the name of a file to the name of a bridge. False: it is no control socket. */
bool bj_control_name(char name[BJ_CONTROL_NAME_SIZE], const char *file);

#endif
