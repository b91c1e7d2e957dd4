/* SPDX-License-Identifier: MIT */
#include "options/name_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void only_two_characters_are_special(void **state)
{
    const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"pd:output_1", "pd:output_1", true},
        {"pd:output_1", "pd:output_12", false},
        {"pd:output_12", "pd:output_1", false},
        {"pd:output_*", "pd:output_12", true},
        {"pd:output_*", "pd:output_", true},
        {"*:out", "a:b:out", true},
        {"*out*put*", "throughout input outputs", true},
        {"*ab", "aab", true},
        {"*a*b", "aabab", true},
        {"*a*c", "aabab", false},
        {"**", "", true},
        {"", "", true},
        {"", "a", false},
        {"?", "", false},
        {"pd:out_?", "pd:out_1", true},
        {"pd:out_?", "pd:out_12", false},
        {"??:x", "\xc3\xa4\xe2\x82\xac:x", true}, /* two characters, five bytes */
        {"?????:x", "\xc3\xa4\xe2\x82\xac:x", false},
        {"*?:x", "\xf0\x9f\x94\xa6:x", true},
        {"?:x", "\xff:x", true}, /* no UTF-8: a byte is a character */
        {"odd[1]:a", "odd[1]:a", true},
        {"odd[1]:a", "odd1:a", false},
        {"[!a]:b", "[!a]:b", true},
        {"a\\b:c", "a\\b:c", true},
        {"a\\*:c", "a\\xyz:c", true},
        {"a\\?:c", "a?:c", false},
        {"a b=(c){d},~$:'\"", "a b=(c){d},~$:'\"", true},
        {"?:*", "*:?", true},
        {"/x:y", "/x:y", true},
        {".x:y", ".x:y", true},
        {"*:y", ".x/z:y", true},
    };

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        if (bj_name_matches(cases[k].pattern, cases[k].name) != cases[k].matches)
            fail_msg("'%s' and '%s'", cases[k].pattern, cases[k].name);
}

/* Time that grows with the square of the name at most. */
static void many_stars_end_soon(void **state)
{
    char name[321], pattern[321];

    (void)state;
    for (int k = 0; k < 320; k++) {
        name[k] = 'a';
        pattern[k] = k % 2 ? 'a' : '*';
    }
    name[320] = '\0';
    pattern[319] = 'b';
    pattern[320] = '\0';
    assert_false(bj_name_matches(pattern, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_two_characters_are_special),
        cmocka_unit_test(many_stars_end_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
