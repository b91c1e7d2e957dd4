/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture.h"

#include <png.h>
#include <unistd.h>

struct fixture {
    char folder[64], path[96];
    struct sim_image image;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/beamjack-png.XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/picture.png", fixture->folder);
    assert_true(sim_image_init(&fixture->image, 3, 2));
    for (int n = 0; n < 18; n++) {
        fixture->image.rgb[n] = (uint8_t)(n * 10);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0); /* no part of a file stays behind */
    sim_image_finish(&fixture->image);
    free(fixture);
    return 0;
}

static void test_comes_back_as_it_was(void **state)
{
    struct fixture *fixture = *state;
    png_image png = {.version = PNG_IMAGE_VERSION};
    uint8_t rgb[18] = {0};
    assert_int_equal(sim_image_write_png(&fixture->image, fixture->path), BJ_OK);
    assert_true(png_image_begin_read_from_file(&png, fixture->path));
    assert_int_equal(png.width, 3);
    assert_int_equal(png.height, 2);
    png.format = PNG_FORMAT_RGB;
    assert_true(png_image_finish_read(&png, NULL, rgb, 0, NULL));
    assert_memory_equal(rgb, fixture->image.rgb, sizeof rgb);
}

static void test_no_such_folder(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/none/picture.png", fixture->folder);
    assert_int_equal(sim_image_write_png(&fixture->image, path), BJ_NOT_FOUND);
}

static void test_a_full_disk(void **state)
{
    struct fixture *fixture = *state;
    if (symlink("/dev/full", strcat(strcpy(fixture->path, fixture->folder), "/p.part")) ==
        0) {
        char path[96];
        snprintf(path, sizeof path, "%s/p", fixture->folder);
        assert_int_equal(sim_image_write_png(&fixture->image, path), BJ_IO_ERROR);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_comes_back_as_it_was),
        TEST(test_no_such_folder),
        TEST(test_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
