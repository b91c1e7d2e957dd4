/* SPDX-License-Identifier: MIT */
#include "sim_options_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MOST 12

char sim_options_fixture_errors[512];

bool sim_options_fixture_parse(struct sim_options *options,
                               const struct sim_command_line *line, const char *words)
{
    static char kept[256];
    char *argv[MOST + 2] = {NULL}, *rest = kept;
    char program[] = "sim";
    FILE *errors =
        fmemopen(sim_options_fixture_errors, sizeof sim_options_fixture_errors, "w");
    bool good;
    int argc = 1;

    assert_true(strlen(words) < sizeof kept);
    strcpy(kept, words);
    argv[0] = program;
    for (char *word; argc <= MOST && (word = strsep(&rest, " ")) != NULL;) {
        argv[argc] = word;
        argc += *word != '\0';
    }
    argv[argc] = NULL;
    sim_options_begin(options, line);
    good = sim_options_parse(options, "sim", argc, argv, errors);
    fclose(errors);
    return good;
}

void sim_options_fixture_wrong(struct sim_options *options,
                               const struct sim_command_line *line, const char *words,
                               const char *named)
{
    assert_false(sim_options_fixture_parse(options, line, words));
    assert_int_equal(strncmp(sim_options_fixture_errors, "sim: ", 5), 0);
    assert_non_null(strstr(sim_options_fixture_errors, named));
}

void sim_options_fixture_helps(const struct sim_command_line *line, const char *words)
{
    char text[8192] = {0};
    FILE *out = fmemopen(text, sizeof text, "w");

    sim_options_help(line, "sim", out);
    fclose(out);
    assert_non_null(strstr(text, "usage: sim [options]"));
    assert_non_null(strstr(text, words));
    for (char *rest = text, *row; (row = strsep(&rest, "\n")) != NULL;)
        assert_in_range(strlen(row), 0, 80);
}
