/* SPDX-License-Identifier: MIT
 *
 * Bytes as a file with a path, without a disk.
 */
#ifndef MEMORY_FILE_H
#define MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The path is the same each time; valid until the next call. */
const char *memory_file(const uint8_t *bytes, size_t size);

#endif
