/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "picture.h"

#define HALF "\u2580"

static void write_to(char *text, size_t size, const struct sim_image *image)
{
    FILE *out = fmemopen(text, size, "w");

    assert_non_null(out);
    sim_image_write_terminal(image, out);
    fclose(out);
}

static void test_a_character_shows_two_pixels(void **state)
{
    uint8_t rgb[] = {255, 0, 0, 0, 7, 0, /* the row below */ 0, 0, 9, 1, 2, 3};
    struct sim_image image = {.width = 2, .height = 2, .rgb = rgb};
    char text[256] = {0};
    (void)state;
    write_to(text, sizeof text, &image);
    assert_string_equal(text, "\033[H\033[38;2;255;0;0;48;2;0;0;9m" HALF
                              "\033[38;2;0;7;0;48;2;1;2;3m" HALF "\033[0m\033[K\r\n");
}

static void test_equal_neighbours_share_the_colour(void **state)
{
    uint8_t rgb[2 * 3 * 3] = {0};
    struct sim_image image = {.width = 3, .height = 2, .rgb = rgb};
    char text[256] = {0};
    (void)state;
    write_to(text, sizeof text, &image);
    assert_string_equal(text, "\033[H\033[38;2;0;0;0;48;2;0;0;0m" HALF HALF HALF
                              "\033[0m\033[K\r\n");
}

static void test_rows_end_with_the_colour_off(void **state)
{
    uint8_t rgb[1 * 5 * 3] = {0};
    struct sim_image image = {.width = 1, .height = 5, .rgb = rgb};
    char text[256] = {0};
    int rows = 0;
    (void)state;
    write_to(text, sizeof text, &image); /* the fifth row has no partner */
    for (const char *at = text; (at = strstr(at, "\033[0m\033[K\r\n")) != NULL; at++) {
        rows++;
    }
    assert_int_equal(rows, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_character_shows_two_pixels),
        cmocka_unit_test(test_equal_neighbours_share_the_colour),
        cmocka_unit_test(test_rows_end_with_the_colour_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
