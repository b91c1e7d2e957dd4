/* SPDX-License-Identifier: MIT */
#include "helios/helios_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void sockets_and_names_are_told_apart(void **state)
{
    static const struct {
        const char *id;
        bool good, by_port;
    } cases[] = {
        {"helios:1-2", true, true},
        {"helios:1-2.3", true, true},
        {"helios:12-4.1.1.2", true, true},
        {"helios:1-2.", true, false},
        {"helios:1-", true, false},
        {"helios:1.2", true, false},
        {"helios:1-2-3", true, false},
        {"helios:Helios_-42", true, false},
        {"helios:left", true, false},
        {"helios:", false, false},
        {"helios:a b", false, false},
        {"helios:a/b", false, false},
        {"Helios:1-2", false, false},
        {"helios", false, false},
        {"helios:0123456789012345678901234567890", true, false},
        {"helios:01234567890123456789012345678901", false, false},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct helios_id id;
        assert_int_equal(helios_parse_id(cases[k].id, &id), cases[k].good);
        if (!cases[k].good)
            continue;
        assert_int_equal(id.by_port, cases[k].by_port);
        assert_string_equal(id.text, cases[k].id + strlen("helios:"));
    }
}

/* What is formatted is parsed again, and means the same unit. */
static void names_become_ids(void **state)
{
    static const struct {
        const char *name, *id;
    } cases[] = {
        {"Helios -42", "helios:Helios_-42"},
        {"left/right @ 5", "helios:left_right___5"},
        {"1-2.3", "helios:1-2.3"},
        {"0123456789012345678901234567890", "helios:0123456789012345678901234567890"}};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char id[HELIOS_ID_SIZE], text[HELIOS_ID_SIZE];
        struct helios_id parsed;
        helios_format_id(cases[k].name, id);
        assert_string_equal(id, cases[k].id);
        assert_true(helios_parse_id(id, &parsed));
        helios_name_in_id(cases[k].name, text);
        assert_string_equal(parsed.text, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_and_names_are_told_apart),
        cmocka_unit_test(names_become_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
