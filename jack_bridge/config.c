/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

struct reading {
    struct bj_options *options;
    const char *path;
    FILE *file;
    int line;
    bool failed;
    char *why;
    size_t why_size;
};

static bool fail(struct reading *reading, int line, const char *what)
{
    if (!reading->failed)
        snprintf(reading->why, reading->why_size, "%s:%d: %s", reading->path, line, what);
    reading->failed = true;
    return false;
}

/* One line without its leading blanks: inih takes an indented line for a continuation. */
static char *next_line(char *text, int size, void *user)
{
    struct reading *reading = user;

    if (reading->failed || !fgets(text, size, reading->file))
        return NULL;
    reading->line++;
    if (!strchr(text, '\n') && !feof(reading->file)) {
        fail(reading, reading->line, "the line is too long");
        return NULL;
    }
    memmove(text, text + strspn(text, " \t"), strlen(text + strspn(text, " \t")) + 1);
    return text;
}

static int take(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    char why[BJ_WHY_SIZE];

    if (section[0] != '\0')
        return fail(
            reading, reading->line,
            "sections are not known in this version; put the keys above any [section]");
    return bj_options_set(reading->options, name, value, why, sizeof why) ||
           fail(reading, reading->line, why);
}

bool bj_config_read(struct bj_options *options, const char *path, char *why,
                    size_t why_size)
{
    struct reading reading = {
        .options = options, .path = path, .why = why, .why_size = why_size};
    int line;

    reading.file = fopen(path, "r");
    if (!reading.file) {
        snprintf(why, why_size, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    line = ini_parse_stream(next_line, &reading, take, &reading);
    if (!reading.failed && ferror(reading.file))
        fail(&reading, reading.line, "cannot be read");
    if (!reading.failed && line != 0)
        fail(&reading, line, "expected 'name = value'");
    fclose(reading.file);
    return !reading.failed;
}
