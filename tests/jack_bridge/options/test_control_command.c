/* SPDX-License-Identifier: MIT */
#include "options/control_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void each_order_is_known_by_its_name(void **state)
{
    (void)state;
    for (const struct bj_control_command_row *row = bj_control_command_table; row->name;
         row++) {
        assert_int_equal(bj_control_command_parse(row->name, strlen(row->name)),
                         row->command);
        assert_string_equal(bj_control_command_name(row->command), row->name);
        assert_non_null(strstr(BJ_CONTROL_COMMANDS, row->name));
    }
}

static void other_bytes_are_no_command(void **state)
{
    const struct {
        const char *bytes;
        size_t size;
        enum bj_control_command command;
    } rows[] = {
        {" arm\r\n", 6, BJ_CONTROL_ARM},    {"arm", 2, BJ_CONTROL_NONE},
        {"arm\0", 4, BJ_CONTROL_NONE},      {"armed", 5, BJ_CONTROL_NONE},
        {"ARM", 3, BJ_CONTROL_NONE},        {"disarm arm", 10, BJ_CONTROL_NONE},
        {"arm\narm\n", 8, BJ_CONTROL_NONE}, {"", 0, BJ_CONTROL_NONE},
        {" \n ", 3, BJ_CONTROL_NONE},       {"\xff\x00\x1b", 3, BJ_CONTROL_NONE},
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        assert_int_equal(bj_control_command_parse(rows[k].bytes, rows[k].size),
                         rows[k].command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_order_is_known_by_its_name),
        cmocka_unit_test(other_bytes_are_no_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
