/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <string.h>

/* Two pixels: the upper half of the character, and its background. */
static void write_pair(FILE *out, const uint8_t *upper, const uint8_t *lower)
{
    fprintf(out, "\033[38;2;%u;%u;%u;48;2;%u;%u;%um\u2580", upper[0], upper[1], upper[2],
            lower[0], lower[1], lower[2]);
}

static void write_row(FILE *out, const uint8_t *upper, const uint8_t *lower, uint32_t width)
{
    for (uint32_t x = 0; x < width; x++) {
        bool same = x > 0 && memcmp(upper + 3 * x, upper + 3 * x - 3, 3) == 0 &&
                    memcmp(lower + 3 * x, lower + 3 * x - 3, 3) == 0;
        if (same) {
            fputs("\u2580", out);
        } else {
            write_pair(out, upper + 3 * x, lower + 3 * x);
        }
    }
    fputs("\033[0m\033[K\r\n", out);
}

void sim_image_write_terminal(const struct sim_image *image, FILE *out)
{
    size_t row = (size_t)image->width * 3;

    fputs("\033[H", out);
    for (uint32_t y = 0; y + 1 < image->height; y += 2) {
        write_row(out, image->rgb + y * row, image->rgb + (y + 1) * row, image->width);
    }
}
