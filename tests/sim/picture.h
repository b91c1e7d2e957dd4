/* SPDX-License-Identifier: MIT
 *
 * What the audience of a simulated laser sees: the strokes of a moving beam, remembered for
 * a while and drawn when somebody looks.
 *
 * The beam moves in a straight line from point to point, in the colour of the point it
 * moves to. Where it moves slowly or comes by often it is brighter; light adds up.
 */
#ifndef SIM_PICTURE_H
#define SIM_PICTURE_H

#include <beamjack/core.h>

#include <stdio.h>

struct sim_picture_point {
    int64_t time_ns; /* never going back */
    int16_t x, y;    /* -32768 left or bottom */
    uint16_t r, g, b;
};

struct sim_picture;

/* Remembers the newest `strokes` lit ones. NULL: no memory. */
struct sim_picture *sim_picture_create(uint32_t strokes);
void sim_picture_destroy(struct sim_picture *picture);

/* Cheap; drawing happens elsewhere. */
void sim_picture_add(struct sim_picture *picture, const struct sim_picture_point *point);

/* When light was last seen; -1: never. */
int64_t sim_picture_last_lit_ns(const struct sim_picture *picture);

struct sim_image {
    uint32_t width, height;
    uint8_t *rgb; /* rows from the top */
    float *light; /* while drawing: r, g, b and time, per pixel */
};

/* False: no memory. */
bool sim_image_init(struct sim_image *image, uint32_t width, uint32_t height);
void sim_image_finish(struct sim_image *image);

/* Draws the light after from_ns up to to_ns. With fade_ns > 0 it fades: half as bright per
 * fade_ns of age. The exposure follows how long the beam stays on a lit pixel on average,
 * so a picture is well visible at any point rate while dim colours stay dim. */
void sim_picture_draw(const struct sim_picture *picture, int64_t from_ns, int64_t to_ns,
                      int64_t fade_ns, struct sim_image *image);

/* Replaces the file in one step. BJ_NOT_FOUND (no such directory),
 * BJ_NO_PERMISSION, BJ_IO_ERROR, BJ_NO_MEMORY. */
enum bj_status sim_image_write_png(const struct sim_image *image, const char *path);

/* For a terminal with 24-bit colour: a character shows two pixels, one above the other.
 * From the upper left corner on, height / 2 rows. */
void sim_image_write_terminal(const struct sim_image *image, FILE *out);

#endif
