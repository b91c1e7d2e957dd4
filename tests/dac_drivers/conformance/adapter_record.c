/* SPDX-License-Identifier: MIT
 *
 * The record driver, and in the place of its file whoever watches: the linker leads the
 * calls of the points writer here (--wrap). The path holds the address of the adapter.
 */
#include "record/points_writer.h"
#include "record/record.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>

#define OPENS_NS (2 * BJ_NS_PER_MS) /* so long the disk takes to create a file */

/* The adapter is the writer. */
struct bj_points_writer {
    conformance_seen *seen;
    void *suite;
    bool wanted;
    int64_t now_ns, opened_ns, opens_ns;
    char id[64];
};

/* ---- The writer ---------------------------------------------------------------------- */

struct bj_points_writer *__wrap_bj_points_writer_create(const char *path);
void __wrap_bj_points_writer_destroy(struct bj_points_writer *writer);
void __wrap_bj_points_writer_open(struct bj_points_writer *writer, uint32_t pps);
enum bj_status __wrap_bj_points_writer_status(const struct bj_points_writer *writer);
bool __wrap_bj_points_writer_put(struct bj_points_writer *writer,
                                 const struct bj_played_point *points, uint32_t count);

struct bj_points_writer *__wrap_bj_points_writer_create(const char *path)
{
    void *adapter = NULL;

    return sscanf(path, "%p", &adapter) == 1 ? adapter : NULL;
}

void __wrap_bj_points_writer_destroy(struct bj_points_writer *writer)
{
    writer->wanted = false;
}

void __wrap_bj_points_writer_open(struct bj_points_writer *writer, uint32_t pps)
{
    (void)pps;
    if (writer->wanted)
        return;
    writer->wanted = true;
    writer->opened_ns = writer->now_ns + writer->opens_ns;
}

enum bj_status __wrap_bj_points_writer_status(const struct bj_points_writer *writer)
{
    return writer->wanted && writer->now_ns >= writer->opened_ns ? BJ_OK : BJ_WOULD_BLOCK;
}

bool __wrap_bj_points_writer_put(struct bj_points_writer *writer,
                                 const struct bj_played_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        const struct bj_point seen = {.x = (float)points[k].x / 32767.0F,
                                      .y = (float)points[k].y / 32767.0F,
                                      .r = (float)points[k].r / 65535.0F,
                                      .g = (float)points[k].g / 65535.0F,
                                      .b = (float)points[k].b / 65535.0F,
                                      .i = (float)points[k].i / 65535.0F};
        writer->seen(writer->suite, points[k].time_ns, &seen);
    }
    return true;
}

/* ---- The adapter --------------------------------------------------------------------- */

static void *create(const struct conformance_row *row, uint64_t seed,
                    conformance_seen *seen, void *suite, struct bj_dac_config *config)
{
    struct bj_points_writer *adapter = calloc(1, sizeof *adapter);

    (void)seed;
    if (!adapter)
        return NULL;
    *adapter = (struct bj_points_writer){.seen = seen,
                                         .suite = suite,
                                         .now_ns = CONFORMANCE_START_NS,
                                         .opens_ns = OPENS_NS + row->trouble.reply_ns};
    (void)snprintf(adapter->id, sizeof adapter->id, "record:%p", (void *)adapter);
    *config =
        (struct bj_dac_config){.size = sizeof(struct bj_dac_config), .id = adapter->id};
    return adapter;
}

static void advance(void *instance, int64_t now_ns)
{
    struct bj_points_writer *adapter = instance;

    adapter->now_ns = now_ns;
}

static int64_t next_event_ns(void *instance)
{
    const struct bj_points_writer *adapter = instance;

    return adapter->wanted && adapter->opened_ns > adapter->now_ns ? adapter->opened_ns
                                                                   : BJ_NEVER;
}

static bool ready(void *adapter, const struct bj_wait *wait)
{
    (void)adapter, (void)wait;
    return false;
}

const struct conformance_row conformance_record = {
    .name = "record",
    .driver = &bj_record,
    .create = create,
    .destroy = free,
    .advance = advance,
    .next_event_ns = next_event_ns,
    .ready = ready,
    .bits = {16, 16, 16, 16, 16, 16},
    .open_ns = 10 * BJ_NS_PER_MS,
};
