/* SPDX-License-Identifier: MIT */
#include "../../support/light_codes.h"
#include "helios/helios_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct bj_point corner = {1, 1, 1, 1, 1, 1};

/* Position from the 12-bit numbers of the published example. */
static struct bj_point example(void)
{
    return (struct bj_point){
        .x = (float)(0x123 / 2047.5 - 1),
        .y = (float)(0x456 / 2047.5 - 1),
        .r = light_of(0x1111),
        .g = light_of(0x2222),
        .b = light_of(0x3333),
        .i = light_of(0x4444),
    };
}

static void the_published_example_comes_out(void **state)
{
    static const uint8_t expected[] = {0x12, 0x34, 0x56, 0x11, 0x22, 0x33,
                                       0x44, 0x30, 0x75, 0x01, 0x00, 0x02};
    uint8_t bytes[12];
    struct bj_point point = example();

    (void)state;
    helios_encode_point(bytes, &point, false);
    helios_encode_trailer(bytes + 7, 30000, 1);
    assert_memory_equal(bytes, expected, sizeof expected);
}

static void positions_fill_the_range(void **state)
{
    static const struct {
        float v;
        unsigned code;
    } cases[] = {{-1, 0}, {1, 4095}, {0, 2048}, {-5, 0}, {5, 4095}};
    uint8_t bytes[7];

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct bj_point point = {.x = cases[k].v, .y = cases[k].v};
        helios_encode_point(bytes, &point, false);
        assert_int_equal(bytes[0] << 4 | bytes[1] >> 4, cases[k].code);
        assert_int_equal((bytes[1] & 15) << 8 | bytes[2], cases[k].code);
    }
}

/* To the nearest of the 256 steps, not to the one below. */
static void colours_are_rounded(void **state)
{
    static const struct {
        uint16_t v;
        unsigned code;
    } cases[] = {{0, 0},       {128, 0},     {129, 1},     {385, 1},
                 {386, 2},     {492, 2},     {32767, 127}, {32768, 128},
                 {65406, 254}, {65407, 255}, {65535, 255}};
    uint8_t bytes[7];

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        uint16_t v = cases[k].v;
        struct bj_point point = {
            .r = light_of(v), .g = 1, .b = light_of(v), .i = v > 0 ? light_of(v) : 1};
        helios_encode_point(bytes, &point, false);
        assert_int_equal(bytes[3], cases[k].code);
        assert_int_equal(bytes[4], 255);
        assert_int_equal(bytes[5], cases[k].code);
        assert_int_equal(bytes[6], v > 0 ? cases[k].code : 255);
    }
}

static void dark_is_dark_on_every_output(void **state)
{
    static const uint8_t none[4];
    uint8_t bytes[7];
    struct bj_point point = corner;

    (void)state;
    helios_encode_point(bytes, &point, true);
    assert_memory_equal(bytes + 3, none, 4);
    assert_int_equal(bytes[0], 0xff);
    point = (struct bj_point){.i = 1};
    helios_encode_point(bytes, &point, false);
    assert_memory_equal(bytes + 3, none, 4);
    helios_encode_point(bytes, &corner, false);
    assert_int_equal(bytes[6], 255);
}

static void rates_are_clamped(void **state)
{
    uint8_t bytes[5];

    (void)state;
    helios_encode_trailer(bytes, 1, 0x1234);
    assert_int_equal(bytes[0] | bytes[1] << 8, 7);
    assert_int_equal(bytes[2] | bytes[3] << 8, 0x1234);
    helios_encode_trailer(bytes, 70000, 1);
    assert_int_equal(bytes[0] | bytes[1] << 8, 65535);
}

/* 45, 109, 173 and so on: the only ones, and never even. */
static void lengths_that_get_lost_are_known(void **state)
{
    (void)state;
    for (uint32_t points = 1; points <= 4096; points++)
        assert_int_equal(helios_length_is_lost(points), points % 64 == 45);
}

/* The timer's cycles as the firmware computes them. */
static void the_timer_makes_other_rates(void **state)
{
    static const struct {
        uint32_t pps;
        double real;
    } cases[] = {{20000, 19996.4}, {30000, 29994.6}, {40000, 39985.7},
                 {44100, 44094.5}, {48000, 47986.3}, {65535, 65497.1}};

    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double off = helios_timer_pps(cases[k].pps) - cases[k].real;
        assert_true(off > -0.06 && off < 0.06);
    }
}

static void a_status_is_one_or_nought(void **state)
{
    bool is_free = false;

    (void)state;
    assert_int_equal(helios_decode_status((uint8_t[]){0x83, 1}, 2, &is_free), BJ_OK);
    assert_true(is_free);
    assert_int_equal(helios_decode_status((uint8_t[]){0x83, 0}, 2, &is_free), BJ_OK);
    assert_false(is_free);
    assert_int_equal(helios_decode_status((uint8_t[]){0x83, 2}, 2, &is_free), BJ_PROTOCOL);
    assert_int_equal(helios_decode_status((uint8_t[]){0x84, 1}, 2, &is_free), BJ_PROTOCOL);
    assert_int_equal(helios_decode_status((uint8_t[]){0x83}, 1, &is_free), BJ_PROTOCOL);
    assert_int_equal(helios_decode_status((uint8_t[]){0}, 0, &is_free), BJ_PROTOCOL);
}

static void a_version_has_one_byte_or_four(void **state)
{
    uint32_t version = 0;

    (void)state;
    assert_int_equal(helios_decode_firmware((uint8_t[]){0x84, 5, 0, 0, 0}, 5, &version),
                     BJ_OK);
    assert_int_equal(version, 5);
    assert_int_equal(helios_decode_firmware((uint8_t[]){0x84, 1}, 2, &version), BJ_OK);
    assert_int_equal(version, 1);
    assert_int_equal(helios_decode_firmware((uint8_t[]){0x84, 1, 2, 3, 4}, 5, &version),
                     BJ_OK);
    assert_int_equal(version, 0x04030201);
    assert_int_equal(helios_decode_firmware((uint8_t[]){0x84}, 1, &version), BJ_PROTOCOL);
    assert_int_equal(helios_decode_firmware((uint8_t[]){0x85, 5, 0, 0, 0}, 5, &version),
                     BJ_PROTOCOL);
}

static enum bj_status name_of(const char *stored, size_t size, char name[HELIOS_REPLY_SIZE])
{
    uint8_t bytes[HELIOS_REPLY_SIZE];

    memset(bytes, 0xff, sizeof bytes);
    bytes[0] = 0x85;
    memcpy(bytes + 1, stored, size);
    return helios_decode_name(bytes, sizeof bytes, name);
}

static void names_end_where_text_ends(void **state)
{
    char name[HELIOS_REPLY_SIZE];

    (void)state;
    assert_int_equal(name_of("Helios -42\0garbage", 18, name), BJ_OK);
    assert_string_equal(name, "Helios -42");
    assert_int_equal(name_of("Helios -14507081", 16, name), BJ_OK); /* no terminator */
    assert_string_equal(name, "Helios -14507081");
    assert_int_equal(name_of("  left \0", 8, name), BJ_OK);
    assert_string_equal(name, "left");
    assert_int_equal(name_of("\0", 1, name), BJ_PROTOCOL);
    assert_string_equal(name, "");
    assert_int_equal(name_of("   ", 3, name), BJ_PROTOCOL);
    assert_int_equal(name_of("0123456789012345678901234567890", 31, name), BJ_OK);
    assert_int_equal(strlen(name), 31);
    assert_int_equal(helios_decode_name((uint8_t[]){0x85, 'a'}, 2, name), BJ_OK);
    assert_string_equal(name, "a");
    assert_int_equal(helios_decode_name((uint8_t[]){0x84, 'a'}, 2, name), BJ_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_comes_out),
        cmocka_unit_test(positions_fill_the_range),
        cmocka_unit_test(colours_are_rounded),
        cmocka_unit_test(dark_is_dark_on_every_output),
        cmocka_unit_test(rates_are_clamped),
        cmocka_unit_test(lengths_that_get_lost_are_known),
        cmocka_unit_test(the_timer_makes_other_rates),
        cmocka_unit_test(a_status_is_one_or_nought),
        cmocka_unit_test(a_version_has_one_byte_or_four),
        cmocka_unit_test(names_end_where_text_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
