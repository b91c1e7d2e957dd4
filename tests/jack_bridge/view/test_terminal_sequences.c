/* SPDX-License-Identifier: MIT */
#include "view/terminal_sequences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_usual_terminal_is_known(void **state)
{
    const char *const kinds[] = {"xterm", "linux", "vt100"};
    struct bj_sequences sequences;
    char place[BJ_SEQUENCE_SIZE];

    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        assert_true(bj_sequences_find(&sequences, kinds[k]));
        assert_int_equal(sequences.clear[0], '\033');
        assert_null(strstr(sequences.clear, "$<")); /* no pauses */
        bj_sequences_place(place, 4);
        assert_int_equal(strncmp(place, "\033[5", 3), 0);
        assert_null(strstr(place, "$<"));
    }
    assert_true(bj_sequences_find(&sequences, "xterm"));
    assert_non_null(strstr(sequences.begin, "\033[?1049h"));
    assert_non_null(strstr(sequences.end, "\033[?1049l"));
    assert_string_not_equal(sequences.styles[BJ_STYLE_LIT],
                            sequences.styles[BJ_STYLE_DARK]);
}

static void what_cannot_place_its_cursor_is_refused(void **state)
{
    const char *const kinds[] = {"dumb", "beamjack-nonsense", "", "../../etc/passwd"};
    struct bj_sequences sequences;

    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        assert_false(bj_sequences_find(&sequences, kinds[k]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_usual_terminal_is_known),
        cmocka_unit_test(what_cannot_place_its_cursor_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
