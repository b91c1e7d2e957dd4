/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

static bool write_image(const struct sim_image *image, FILE *file)
{
    png_image png;
    bool written;

    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    png.width = image->width;
    png.height = image->height;
    png.format = PNG_FORMAT_RGB;
    written = png_image_write_to_stdio(&png, file, 0, image->rgb, 0, NULL) != 0;
    png_image_free(&png);
    return written;
}

static enum bj_status write_file(const struct sim_image *image, const char *path)
{
    FILE *file = fopen(path, "wbe");
    bool written;

    if (!file) {
        return errno == ENOENT ? BJ_NOT_FOUND
                               : (errno == EACCES ? BJ_NO_PERMISSION : BJ_IO_ERROR);
    }
    written = write_image(image, file);
    return fclose(file) == 0 && written ? BJ_OK : BJ_IO_ERROR;
}

enum bj_status sim_image_write_png(const struct sim_image *image, const char *path)
{
    size_t size = strlen(path) + sizeof ".part";
    char *part = malloc(size);
    enum bj_status status;

    if (!part) {
        return BJ_NO_MEMORY;
    }
    snprintf(part, size, "%s.part", path);
    status = write_file(image, part);
    if (status == BJ_OK && rename(part, path) != 0) {
        status = BJ_IO_ERROR;
    }
    if (status != BJ_OK) {
        remove(part);
    }
    free(part);
    return status;
}
