/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BREAK_NS (20 * BJ_NS_PER_MS) /* after a longer pause the beam appears anew */
#define LONGEST_NS BJ_NS_PER_MS      /* what a stroke counts at most */
#define APPEARING_NS 10000
#define CHANNELS 4 /* r, g, b, time */
#define PIXELS_PER_BLUR 320
#define EDGE 0.2f

struct stroke {
    int64_t end_ns;
    int32_t lasts_ns;
    int16_t from_x, from_y, to_x, to_y;
    uint16_t r, g, b;
};

struct sim_picture {
    struct sim_picture_point last;
    bool started;
    uint32_t size, next, count;
    struct stroke strokes[];
};

/* ---- Remembering ------------------------------------------------------------------------- */

struct sim_picture *sim_picture_create(uint32_t strokes)
{
    struct sim_picture *picture =
        calloc(1, sizeof *picture + (size_t)strokes * sizeof(struct stroke));

    if (picture) {
        picture->size = strokes;
    }
    return picture;
}

void sim_picture_destroy(struct sim_picture *picture)
{
    free(picture);
}

static struct stroke stroke_to(const struct sim_picture *picture,
                               const struct sim_picture_point *point)
{
    struct sim_picture_point from = picture->last;
    int64_t lasts_ns = point->time_ns - from.time_ns;

    if (!picture->started || lasts_ns > BREAK_NS) {
        from = *point;
        lasts_ns = APPEARING_NS;
    } else if (lasts_ns > LONGEST_NS) {
        lasts_ns = LONGEST_NS;
    }
    return (struct stroke){.end_ns = point->time_ns,
                           .lasts_ns = (int32_t)lasts_ns,
                           .from_x = from.x,
                           .from_y = from.y,
                           .to_x = point->x,
                           .to_y = point->y,
                           .r = point->r,
                           .g = point->g,
                           .b = point->b};
}

void sim_picture_add(struct sim_picture *picture, const struct sim_picture_point *point)
{
    if (point->r || point->g || point->b) {
        picture->strokes[picture->next] = stroke_to(picture, point);
        picture->next = (picture->next + 1) % picture->size;
        picture->count += picture->count < picture->size;
    }
    picture->last = *point;
    picture->started = true;
}

/* The n-th newest. */
static const struct stroke *remembered(const struct sim_picture *picture, uint32_t n)
{
    return &picture->strokes[(picture->next + picture->size - 1 - n) % picture->size];
}

int64_t sim_picture_last_lit_ns(const struct sim_picture *picture)
{
    return picture->count > 0 ? remembered(picture, 0)->end_ns : -1;
}

/* ---- Light on the image ------------------------------------------------------------------- */

static void add_to_pixel(struct sim_image *image, int x, int y, const float light[CHANNELS],
                         float share)
{
    if (x < 0 || y < 0 || x >= (int)image->width || y >= (int)image->height) {
        return;
    }
    float *pixel = &image->light[((size_t)y * image->width + (size_t)x) * CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
        pixel[c] += light[c] * share;
    }
}

/* A place between pixels lights the four around it. */
static void add_light(struct sim_image *image, float x, float y,
                      const float light[CHANNELS])
{
    float left = floorf(x), top = floorf(y);
    float right_share = x - left, low_share = y - top;
    int px = (int)left, py = (int)top;

    add_to_pixel(image, px, py, light, (1 - right_share) * (1 - low_share));
    add_to_pixel(image, px + 1, py, light, right_share * (1 - low_share));
    add_to_pixel(image, px, py + 1, light, (1 - right_share) * low_share);
    add_to_pixel(image, px + 1, py + 1, light, right_share * low_share);
}

/* The field fills the smaller side of the image. */
static float pixels_per_count(const struct sim_image *image)
{
    uint32_t side = image->width < image->height ? image->width : image->height;

    return (float)(side - 1) / 65535.0f;
}

static void draw_stroke(struct sim_image *image, const struct stroke *stroke, float weight)
{
    float scale = pixels_per_count(image);
    float middle_x = (float)(image->width - 1) / 2,
          middle_y = (float)(image->height - 1) / 2;
    float x = middle_x + ((float)stroke->from_x + 0.5f) * scale;
    float y = middle_y - ((float)stroke->from_y + 0.5f) * scale;
    float dx = (float)(stroke->to_x - stroke->from_x) * scale;
    float dy = (float)(stroke->from_y - stroke->to_y) * scale;
    int steps = (int)ceilf(hypotf(dx, dy));
    float share = weight * (float)stroke->lasts_ns / (float)(steps > 0 ? steps : 1);
    const float light[CHANNELS] = {share * (float)stroke->r / 65535.0f,
                                   share * (float)stroke->g / 65535.0f,
                                   share * (float)stroke->b / 65535.0f, share};

    if (steps == 0) {
        add_light(image, x, y, light);
    }
    for (int s = 1; s <= steps; s++) {
        float way = (float)s / (float)steps;
        add_light(image, x + dx * way, y + dy * way, light);
    }
}

static void blur_line(float *first, size_t count, size_t stride)
{
    float before[CHANNELS] = {0};

    for (size_t n = 0; n < count; n++) {
        float *here = first + n * stride;
        for (int c = 0; c < CHANNELS; c++) {
            float old = here[c];
            float after = n + 1 < count ? here[stride + (size_t)c] : 0;
            here[c] = (before[c] + 2 * old + after) / 4;
            before[c] = old;
        }
    }
}

/* The width of the beam: a pixel on small images, more on large ones. */
static void blur(struct sim_image *image)
{
    size_t width = image->width, height = image->height;

    for (uint32_t pass = 0; pass < image->width / PIXELS_PER_BLUR; pass++) {
        for (size_t y = 0; y < height; y++) {
            blur_line(image->light + y * width * CHANNELS, width, CHANNELS);
        }
        for (size_t x = 0; x < width; x++) {
            blur_line(image->light + x * CHANNELS, height, width * CHANNELS);
        }
    }
}

/* ---- Exposure --------------------------------------------------------------------------- */

/* Of the pixels that are lit for longer than `floor`. */
static float mean_time(const struct sim_image *image, float floor)
{
    size_t pixels = (size_t)image->width * image->height, lit = 0;
    double sum = 0;

    for (size_t p = 0; p < pixels; p++) {
        float time = image->light[p * CHANNELS + CHANNELS - 1];
        if (time > floor) {
            sum += (double)time;
            lit++;
        }
    }
    return lit > 0 ? (float)(sum / (double)lit) : 1;
}

static uint8_t expose(float light)
{
    return (uint8_t)(255 * powf(1 - expf(-light), 1 / 2.2f) + 0.5f);
}

static void expose_all(struct sim_image *image)
{
    size_t pixels = (size_t)image->width * image->height;
    float rough = mean_time(image, 0); /* the faint edges of lines weigh on it */
    float sensitivity = 2 / mean_time(image, rough * EDGE);

    for (size_t p = 0; p < pixels; p++) {
        for (size_t c = 0; c < 3; c++) {
            float light = image->light[p * CHANNELS + c];
            image->rgb[p * 3 + c] = light > 0 ? expose(light * sensitivity) : 0;
        }
    }
}

void sim_picture_draw(const struct sim_picture *picture, int64_t from_ns, int64_t to_ns,
                      int64_t fade_ns, struct sim_image *image)
{
    size_t values = (size_t)image->width * image->height * CHANNELS;

    memset(image->light, 0, values * sizeof *image->light);
    for (uint32_t n = 0; n < picture->count; n++) {
        const struct stroke *stroke = remembered(picture, n);
        if (stroke->end_ns <= from_ns) {
            break;
        }
        if (stroke->end_ns <= to_ns) {
            float age = fade_ns > 0 ? (float)(to_ns - stroke->end_ns) / (float)fade_ns : 0;
            draw_stroke(image, stroke, exp2f(-age));
        }
    }
    blur(image);
    expose_all(image);
}

bool sim_image_init(struct sim_image *image, uint32_t width, uint32_t height)
{
    size_t pixels = (size_t)width * height;

    *image = (struct sim_image){.width = width, .height = height};
    image->rgb = calloc(pixels, 3);
    image->light = calloc(pixels * CHANNELS, sizeof *image->light);
    if (!image->rgb || !image->light) {
        sim_image_finish(image);
        return false;
    }
    return true;
}

void sim_image_finish(struct sim_image *image)
{
    free(image->rgb);
    free(image->light);
    *image = (struct sim_image){0};
}
