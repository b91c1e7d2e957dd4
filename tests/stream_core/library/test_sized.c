/* SPDX-License-Identifier: MIT
 *
 * Structs of programs that are older or newer than the library. tests/library/older_program
 * does the same with a real library.
 */
#include <beamjack/dacs.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

struct whole {
    uint32_t size;
    int32_t first, second, third;
};

/* What a newer program has. */
struct longer {
    struct whole known;
    int32_t unknown[4];
};

static const struct whole usual = {sizeof(struct whole), 10, 20, 30};

static void a_shorter_struct_gets_defaults(void **state)
{
    (void)state;
    for (uint32_t fields = 0; fields <= 3; fields++) {
        struct whole whole = usual, given = {4 + 4 * fields, 1, 2, 3};
        assert_true(bj_sized_read(&whole, sizeof whole, &given));
        assert_int_equal(whole.size, sizeof whole);
        assert_int_equal(whole.first, fields >= 1 ? 1 : 10);
        assert_int_equal(whole.second, fields >= 2 ? 2 : 20);
        assert_int_equal(whole.third, fields >= 3 ? 3 : 30);
    }
}

static void a_longer_struct_must_end_in_zeros(void **state)
{
    (void)state;
    struct longer given = {{sizeof given, 1, 2, 3}, {0}};
    struct whole whole = usual;
    assert_true(bj_sized_read(&whole, sizeof whole, &given));
    assert_int_equal(whole.third, 3);
    for (int k = 0; k < 4; k++) {
        given.unknown[k] = 0x40000000;
        whole = usual;
        assert_false(bj_sized_read(&whole, sizeof whole, &given));
        assert_memory_equal(&whole, &usual, sizeof whole);
        given.unknown[k] = 0;
    }
}

static void an_impossible_size_is_refused(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {0, 1, 3, 4097, 1u << 31, UINT32_MAX};
    struct whole whole = usual;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct whole given = {sizes[k], 1, 2, 3};
        assert_false(bj_sized_read(&whole, sizeof whole, &given));
    }
    assert_false(bj_sized_read(&whole, sizeof whole, NULL));
    assert_memory_equal(&whole, &usual, sizeof whole);
}

static void what_is_written_fits_the_program(void **state)
{
    (void)state;
    unsigned char out[64];
    for (size_t size = 0; size <= sizeof out; size++) {
        memset(out, 0xa5, sizeof out);
        bj_sized_write(out, size, &usual, sizeof usual);
        for (size_t k = 0; k < sizeof out; k++) {
            int expected = k >= size          ? 0xa5
                           : k < sizeof usual ? ((const unsigned char *)&usual)[k]
                                              : 0;
            assert_int_equal(out[k], expected);
        }
    }
    bj_sized_write(NULL, 4, &usual, sizeof usual);
}

static void what_begins_knows_its_size(void **state)
{
    (void)state;
    struct longer out = {.unknown = {1, 1, 1, 1}};
    bj_sized_begin(&out, sizeof out, &usual, sizeof usual);
    assert_int_equal(out.known.size, sizeof out);
    assert_int_equal(out.known.third, 30);
    assert_int_equal(out.unknown[3], 0);
    memset(&out, 0xa5, sizeof out);
    bj_sized_begin(&out, 8, &usual, sizeof usual);
    assert_int_equal(out.known.size, 8);
    assert_int_equal(out.known.first, 10);
    assert_int_equal((uint32_t)out.known.second, 0xa5a5a5a5);
    bj_sized_begin(&out, 3, &usual, sizeof usual);
    assert_int_equal(out.known.size, 8);
    bj_sized_begin(NULL, 8, &usual, sizeof usual);
}

/* A new field that fell into the padding of the last one would be read from programs that
 * never set it. */
static void no_struct_of_programs_ends_in_padding(void **state)
{
    (void)state;
#define END(type, last)                                                                    \
    {                                                                                      \
#type, sizeof(struct type),                                                        \
            offsetof(struct type, last) + sizeof(((struct type *)NULL)->last)              \
    }
    static const struct {
        const char *name;
        size_t size, end;
    } rows[] = {
        END(bj_shape, gain_i),
        END(bj_safety_config, dwell_ns),
        END(bj_host, user),
        END(bj_stream_config, drain_timeout_ns),
        END(bj_feed_config, colour_shift_ns),
        END(bj_dac_config, via),
        END(bj_audio_options, offset),
        END(bj_transports, pcm),
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        if (rows[k].size != rows[k].end) {
            fail_msg("%s has %zu bytes after its last field, or a later one", rows[k].name,
                     rows[k].size - rows[k].end);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shorter_struct_gets_defaults),
        cmocka_unit_test(a_longer_struct_must_end_in_zeros),
        cmocka_unit_test(an_impossible_size_is_refused),
        cmocka_unit_test(what_is_written_fits_the_program),
        cmocka_unit_test(what_begins_knows_its_size),
        cmocka_unit_test(no_struct_of_programs_ends_in_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
