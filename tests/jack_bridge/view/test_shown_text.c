/* SPDX-License-Identifier: MIT */
#include "view/shown_text.h"

#include "options/utf8.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void cuts_by_columns_between_characters(void **state)
{
    const struct {
        const char *text;
        int columns;
        const char *shown;
        int used;
    } rows[] = {
        {"plain", 10, "plain", 5},
        {"plain", 3, "pla", 3},
        {"plain", 0, "", 0},
        {"B\xc3\xbchne", 3, "B\xc3\xbch", 3},               /* Bühne */
        {"\xe8\x88\x9e\xe5\x8f\xb0", 3, "\xe8\x88\x9e", 2}, /* wide: two columns each */
        {"e\xcc\x81x", 2, "e\xcc\x81x", 2},                 /* a mark takes none */
        {"a\033[2Jb", 10, "a?[2Jb", 6},                     /* no control gets through */
        {"a\tb\r\n", 10, "a?b??", 5},
        {"\xc2\x9b"
         "x",
         10, "?x", 2}, /* nor one of 8 bit */
        {"\xe2\x80\xae"
         "abc",
         10, "?abc", 4}, /* nor one that turns text */
        {"\xff\xfe"
         "x\xc3",
         10, "??x?", 4},                /* no UTF-8 */
        {"\xed\xa0\x80", 10, "???", 3}, /* nor are surrogates */
    };

    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char out[40];

        assert_int_equal(bj_text_fit(out, sizeof out, rows[k].text, rows[k].columns),
                         rows[k].used);
        assert_string_equal(out, rows[k].shown);
    }
}

static void never_writes_beyond_its_room(void **state)
{
    char text[400] = "", out[16];

    (void)state;
    for (int k = 0; k < 60; k++)
        strcat(text, "\xf0\x9f\x98\x80");
    memset(out, '!', sizeof out);
    bj_text_fit(out, 8, text, 300);
    assert_int_equal(strlen(out), 4); /* whole characters */
    assert_int_equal(out[8], '!');
    strcpy(text, "e");
    for (int k = 0; k < 60; k++)
        strcat(text, "\xcc\x81");
    assert_int_equal(bj_text_fit(out, sizeof out, text, 10), 1); /* a tower of marks */
    assert_int_equal(strlen(out), 9);
}

static void a_clean_text_is_utf8_without_controls(void **state)
{
    uint32_t chance = 1;

    (void)state;
    for (int n = 0; n < 20000; n++) {
        char text[24];

        for (size_t k = 0; k < sizeof text - 1; k++) {
            chance = chance * 1664525u + 1013904223u;
            text[k] = (char)(chance >> 24);
        }
        text[sizeof text - 1] = '\0';
        bj_text_clean(text);
        for (const char *at = text; *at; at += bj_utf8_size(at)) {
            assert_true(bj_utf8_size(at) > 0);
            assert_true((uint8_t)*at >= 0x20 && *at != 0x7f);
            assert_false((uint8_t)at[0] == 0xc2 && (uint8_t)at[1] < 0xa0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_by_columns_between_characters),
        cmocka_unit_test(never_writes_beyond_its_room),
        cmocka_unit_test(a_clean_text_is_utf8_without_controls),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
