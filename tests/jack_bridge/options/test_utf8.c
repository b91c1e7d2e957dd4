/* SPDX-License-Identifier: MIT */
#include "options/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void characters_have_their_sizes_and_all_else_none(void **state)
{
    const struct {
        const char *text;
        size_t size;
    } cases[] = {
        {"", 0},
        {"a", 1},
        {"\x7f", 1},
        {"\xc3\xa4", 2},         /* ä */
        {"\xe2\x82\xac!", 3},    /* € */
        {"\xf0\x9f\x94\xa6", 4}, /* a torch */
        {"\xf4\x8f\xbf\xbf", 4}, /* the last one */
        {"\x80", 0},             /* begins in the middle */
        {"\xc3", 0},             /* ends too early */
        {"\xe2\x82", 0},
        {"\xf0\x9f\x94", 0},
        {"\xc0\x80", 0}, /* overlong */
        {"\xe0\x9f\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xed\xa0\x80", 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0}, /* too large */
        {"\xff\xfe", 0},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        if (bj_utf8_size(cases[k].text) != cases[k].size)
            fail_msg("case %zu: %zu", k, bj_utf8_size(cases[k].text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_have_their_sizes_and_all_else_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
