/* SPDX-License-Identifier: MIT */
#include "rough_judge.h"

#include "record/points_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 256
#define LINE_SIZE 8192

struct watch {
    struct rough_sight *sight;
    int64_t settle_ns, disarm_ns, last_lit_ns;
};

/* Dark from the last lit point until then. */
static void note_dark(struct watch *watch, int64_t until_ns)
{
    struct rough_sight *sight = watch->sight;
    int64_t dark_ns = until_ns - watch->last_lit_ns;

    if (dark_ns <= ROUGH_DARK_NS || until_ns > watch->disarm_ns ||
        watch->last_lit_ns - sight->first_lit_ns < watch->settle_ns)
        return;
    sight->gaps++;
    sight->dark_ns += dark_ns;
    sight->longest_ns = dark_ns > sight->longest_ns ? dark_ns : sight->longest_ns;
}

static void note_lit(struct watch *watch, int64_t now_ns)
{
    struct rough_sight *sight = watch->sight;

    if (sight->lit++ == 0)
        sight->first_lit_ns = now_ns;
    else
        note_dark(watch, now_ns);
    if (now_ns > watch->disarm_ns)
        sight->afterglow_ns = now_ns - watch->disarm_ns;
    watch->last_lit_ns = now_ns;
}

enum bj_status rough_look(const char *path, int64_t settle_ns, int64_t disarm_ns,
                          struct rough_sight *sight)
{
    static struct bj_points_file file;
    struct bj_played_point points[CHUNK];
    struct watch watch = {sight, settle_ns, disarm_ns, 0};
    enum bj_status status = bj_points_file_open(&file, path);
    size_t count = 1;

    *sight = (struct rough_sight){.first_lit_ns = BJ_NEVER};
    while (status == BJ_OK && count > 0) {
        status = bj_points_file_read(&file, points, CHUNK, &count);
        for (size_t k = 0; status == BJ_OK && k < count; k++) {
            sight->played++;
            if (points[k].r | points[k].g | points[k].b)
                note_lit(&watch, points[k].time_ns);
        }
    }
    bj_points_file_close(&file);
    if (sight->lit > 0)
        note_dark(&watch, disarm_ns);
    return status != BJ_OK ? status : sight->lit > 0 ? BJ_OK : BJ_NOT_FOUND;
}

double rough_counter(const char *path, const char *name)
{
    char line[LINE_SIZE], key[64];
    double value = -1;
    FILE *file = fopen(path, "r");

    if (!file)
        return -1;
    (void)snprintf(key, sizeof key, "\"%s\":", name);
    while (fgets(line, sizeof line, file)) {
        const char *found = strstr(line, key);
        value = found ? strtod(found + strlen(key), NULL) : -1;
    }
    fclose(file);
    return value;
}
