/* SPDX-License-Identifier: MIT
 *
 * The configuration file.
 */
#include "memory_file.h"
#include "options/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bj_options options;
    char why[BJ_WHY_SIZE] = "";

    bj_options_init(&options, BJ_COMMAND_RUN);
    if (!bj_config_read(&options, memory_file(bytes, size), why, sizeof why) &&
        why[0] == '\0')
        abort();
    if (options.arm || memchr(why, '\0', sizeof why) == NULL)
        abort(); /* light is never made by a file */
    bj_options_finish(&options);
    return 0;
}
