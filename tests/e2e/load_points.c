/* SPDX-License-Identifier: MIT */
#include "load_points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE = 16, RECORD_SIZE = 24 };

static uint64_t little(const unsigned char *from, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | from[i];
    return value;
}

static struct played_point decode(const unsigned char *from)
{
    return (struct played_point){
        .time_ns = (int64_t)little(from, 8),
        .x = (int16_t)little(from + 8, 2),
        .y = (int16_t)little(from + 10, 2),
        .r = (uint16_t)little(from + 12, 2),
        .g = (uint16_t)little(from + 14, 2),
        .b = (uint16_t)little(from + 16, 2),
        .i = (uint16_t)little(from + 18, 2),
    };
}

static const char *read_records(FILE *file, struct played_point **points, size_t *count)
{
    unsigned char bytes[HEADER_SIZE + RECORD_SIZE];
    size_t room = 0;
    if (fread(bytes, HEADER_SIZE, 1, file) != 1 || memcmp(bytes, "BJPOINTS", 8) != 0)
        return "not a file of played points";
    if (little(bytes + 8, 2) != 1 || little(bytes + 10, 2) != RECORD_SIZE)
        return "a version this reader does not know";
    while (fread(bytes, RECORD_SIZE, 1, file) == 1) {
        if (*count == room) {
            room = room == 0 ? 65536 : 2 * room;
            struct played_point *more = realloc(*points, room * sizeof *more);
            if (!more)
                return "too large for the memory";
            *points = more;
        }
        (*points)[(*count)++] = decode(bytes);
    }
    return ferror(file) ? "cannot be read" : NULL;
}

const char *load_points(const char *path, struct played_point **points, size_t *count)
{
    *points = NULL;
    *count = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return "cannot be opened";
    const char *problem = read_records(file, points, count);
    fclose(file);
    return problem;
}
