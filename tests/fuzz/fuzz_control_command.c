/* SPDX-License-Identifier: MIT
 *
 * What comes to the control socket, and names of files where sockets are.
 */
#include "control/control_path.h"
#include "options/control_command.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_command(const char *bytes, size_t size)
{
    enum bj_control_command command = bj_control_command_parse(bytes, size);
    const char *name = bj_control_command_name(command);

    if (command != BJ_CONTROL_NONE &&
        (size < strlen(name) || !memmem(bytes, size, name, strlen(name))))
        abort();
}

static void check_name(const char *file)
{
    char name[BJ_CONTROL_NAME_SIZE], again[BJ_CONTROL_NAME_SIZE], path[1024];

    if (!bj_control_name(name, file))
        return;
    if (!bj_control_path(path, sizeof path, "/run", name, "sock"))
        abort();
    if (strchr(path + 5, '/'))
        abort(); /* it would lie elsewhere */
    if (name[0] && (!bj_control_name(again, path + 5) || strcmp(name, again) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char file[600];

    check_command((const char *)bytes, size);
    if (size >= sizeof file)
        return 0;
    memcpy(file, bytes, size);
    file[size] = '\0';
    check_name(file);
    return 0;
}
