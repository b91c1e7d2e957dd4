/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_and_letters_are_unique(void **state)
{
    (void)state;
    for (const struct bj_option *a = bj_option_table; a->name; a++)
        for (const struct bj_option *b = a + 1; b->name; b++) {
            assert_string_not_equal(a->name, b->name);
            if (a->letter)
                assert_int_not_equal(a->letter, b->letter);
        }
}

static void every_row_is_complete(void **state)
{
    (void)state;
    for (const struct bj_option *option = bj_option_table; option->name; option++) {
        bool takes = option->kind != BJ_OPTION_FLAG;

        assert_memory_equal(option->name, "--", 2);
        assert_true(option->commands != 0);
        assert_non_null(option->help);
        assert_int_equal(takes, option->argument != NULL);
        if (option->kind == BJ_OPTION_TIME)
            assert_true(option->unit_ns > 0);
        if (option->kind == BJ_OPTION_CHOICE)
            assert_non_null(option->choices);
    }
}

static char *read_manual(void)
{
    FILE *file = fopen(BEAMJACK_MANUAL, "r");
    char *text = calloc(1, 200000);

    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, 199999, file) > 1000);
    fclose(file);
    return text;
}

static void option_line(const struct bj_option *option, char *line, size_t size)
{
    if (option->letter)
        snprintf(line, size, "\n.It Fl %c , Fl \\-%s", option->letter,
                 bj_option_key(option));
    else
        snprintf(line, size, "\n.It Fl \\-%s", bj_option_key(option));
}

/* Where the line of an option begins, as a whole line or followed by its argument. */
static const char *find_line(const char *text, const char *line)
{
    const char *found = strstr(text, line);

    while (found && !strchr(" \n", found[strlen(line)]))
        found = strstr(found + 1, line);
    return found;
}

static void manual_describes_every_option(void **state)
{
    char *text = read_manual(), line[120];

    (void)state;
    for (const struct bj_option *option = bj_option_table; option->name; option++) {
        const char *found;

        option_line(option, line, sizeof line);
        found = find_line(text, line);
        if (!found)
            fail_msg("the manual lacks: %s", line + 1);
        if (option->argument && found[strlen(line)] != ' ')
            fail_msg("the manual knows no argument of %s", option->name);
    }
    free(text);
}

static bool exists(const char *name, size_t length)
{
    for (const struct bj_option *option = bj_option_table; option->name; option++)
        if (strlen(bj_option_key(option)) == length &&
            !memcmp(bj_option_key(option), name, length))
            return true;
    return false;
}

/* The section on `sim` belongs to other programs. */
static void manual_describes_nothing_else(void **state)
{
    char *text = read_manual();
    char *end = strstr(text, "\n.Sh SIMULATED DACS");

    (void)state;
    if (end)
        *end = '\0';
    for (char *at = text; (at = strstr(at, "Fl \\-")) != NULL;) {
        at += strlen("Fl \\-");
        if (!exists(at, strcspn(at, " \n")))
            fail_msg("the manual invents --%.*s", (int)strcspn(at, " \n"), at);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_letters_are_unique),
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(manual_describes_every_option),
        cmocka_unit_test(manual_describes_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
