/* SPDX-License-Identifier: MIT */
#include "options/config.h"

#include "options/utf8.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#define KEYS_MAX 64

struct reading {
    struct bj_options *options;
    const char *path;
    FILE *file;
    int line;
    int lines[KEYS_MAX]; /* where each option was set; 0: not yet */
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

/* The next line into `text`, without its end. False: none, or it is none of a text file. */
static bool read_line(struct reading *reading, char *text, int size)
{
    int used = 0, c = getc(reading->file);

    if (c == EOF && ferror(reading->file))
        return fail(reading, reading->line + 1, strerror(errno));
    if (c == EOF)
        return false;
    reading->line++;
    for (; c != EOF && c != '\n'; c = getc(reading->file)) {
        if (c != '\t' && c != '\r' && (c < ' ' || c == 0x7f))
            return fail(
                reading, reading->line,
                "a control character: this is no text file of 'name = value' lines");
        if (used + 2 >= size)
            return fail(reading, reading->line, "the line is too long");
        text[used++] = (char)c;
    }
    text[used] = '\0';
    return true;
}

static bool is_text(const char *text)
{
    for (size_t size; *text; text += size)
        if ((size = bj_utf8_size(text)) == 0)
            return false;
    return true;
}

/* One line without its leading blanks: inih takes an indented line for a continuation. */
static char *next_line(char *text, int size, void *user)
{
    struct reading *reading = user;
    size_t blanks;

    if (reading->failed || !read_line(reading, text, size))
        return NULL;
    if (!is_text(text)) {
        fail(reading, reading->line, "a byte that is no UTF-8: save the file as UTF-8");
        return NULL;
    }
    blanks = strspn(text, " \t");
    memmove(text, text + blanks, strlen(text + blanks) + 1);
    blanks = strlen(text);
    snprintf(text + blanks, (size_t)size - blanks, "\n");
    return text;
}

/* The line that set this key before, 0: none yet. NULL: it may be set again and again. */
static int *earlier_line(struct reading *reading, const char *name)
{
    for (size_t k = 0; k < KEYS_MAX && bj_option_table[k].name; k++)
        if (bj_option_table[k].kind != BJ_OPTION_LIST &&
            !strcmp(bj_option_key(&bj_option_table[k]), name))
            return &reading->lines[k];
    return NULL;
}

static bool take_once(struct reading *reading, const char *name)
{
    int *line = earlier_line(reading, name);
    char why[120];

    if (!line || *line == 0) {
        if (line)
            *line = reading->line;
        return true;
    }
    snprintf(why, sizeof why, "'%.40s' is set in line %d already; keep one of them", name,
             *line);
    return fail(reading, reading->line, why);
}

static int take(void *user, const char *section, const char *name, const char *value)
{
    struct reading *reading = user;
    char why[BJ_WHY_SIZE];

    if (section[0] != '\0')
        return fail(
            reading, reading->line,
            "sections are not known in this version; put the keys above any [section]");
    if (!take_once(reading, name))
        return false;
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
    if (!reading.failed && line != 0)
        fail(&reading, line, "expected 'name = value'");
    fclose(reading.file);
    return !reading.failed;
}
