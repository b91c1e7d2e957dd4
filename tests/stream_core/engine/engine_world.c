/* SPDX-License-Identifier: MIT */
#include "engine_world.h"

#include "../../support/light_codes.h"
#include "epoch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct bj_point tagged(uint64_t n)
{
    return (struct bj_point){
        .x = (float)(n % 200) / 100.0f - 1.0f,
        .y = (float)(n % 151) / 75.0f - 1.0f,
        .r = light_of((n & 0x7fff) + 1),
        .g = light_of((n >> 15 & 0x7fff) + 1),
        .b = 1,
        .i = 1,
    };
}

uint64_t world_tag(const struct bj_point *point)
{
    uint64_t low = code_of(point->r), high = code_of(point->g);

    return low == 0 ? 0 : (high - 1) << 15 | (low - 1);
}

static struct bj_fill_result produce(struct producer *producer, uint32_t count,
                                     struct bj_point *points)
{
    for (uint32_t k = 0; k < count; k++) {
        points[k] = tagged(++producer->made);
    }
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = count};
}

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct producer *producer = user;
    producer->last = *request;
    if (request->target_points == 0) {
        producer->idle_calls++;
        return (struct bj_fill_result){.kind = BJ_STARVED};
    }
    producer->first = producer->calls == 0 ? *request : producer->first;
    producer->calls++;
    producer->restarts += request->restarted;
    if (producer->end_after > 0 && producer->made >= producer->end_after) {
        return (struct bj_fill_result){.kind = BJ_END};
    }
    uint32_t count = request->target_points;
    struct bj_fill_result result;
    switch (producer->mode) {
    case PRODUCE_SHORT:
        return produce(producer, producer->amount < count ? producer->amount : count,
                       points);
    case PRODUCE_LONG:
        result = produce(producer, count, points);
        result.points += producer->amount;
        return result;
    case PRODUCE_NOTHING:
        return (struct bj_fill_result){.kind = BJ_FILLED, .points = 0};
    case PRODUCE_STARVED:
        return (struct bj_fill_result){.kind = BJ_STARVED};
    case PRODUCE_END:
        return (struct bj_fill_result){.kind = BJ_END};
    case PRODUCE_ALL:
        break;
    }
    return produce(producer, count, points);
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct engine_world *world = user;
    if (status == BJ_OK) {
        world->messages++;
        snprintf(world->last_message, sizeof world->last_message, "%s", text);
        return;
    }
    world->errors += !final;
    world->finals += final;
    world->last_error = status;
    snprintf(world->last_text, sizeof world->last_text, "%s", text);
}

void world_init(struct engine_world *world)
{
    memset(world, 0, sizeof *world);
    fake_dac_init(&world->dac);
    world->dac_config = (struct bj_dac_config){
        .size = sizeof(struct bj_dac_config), .id = "fake:1", .extra = &world->dac};
    world->config = bj_stream_defaults();
    world->config.driver = &fake_dac_driver;
    world->config.dac = &world->dac_config;
    world->config.fill = fill;
    world->config.fill_user = &world->producer;
    world->config.error = on_error;
    world->config.error_user = world;
    world->shape = bj_shape_neutral();
    world->safety = bj_safety_defaults();
    world->safety.start_blank_ns = 0;
    world->config.shape = &world->shape;
    world->config.safety = &world->safety;
    world->now_ns = epoch_ns();
}

void world_start(struct engine_world *world)
{
    assert_int_equal(bj_stream_create(&world->config, &world->stream), BJ_OK);
    world->wait.deadline_ns = world->now_ns;
}

void world_finish(struct engine_world *world)
{
    bj_stream_destroy(world->stream);
    assert_int_equal(world->dac.calls_when_let_go, 0);
    assert_int_equal(world->dac.connects, world->dac.disconnects);
    fake_dac_finish(&world->dac);
}

void world_step(struct engine_world *world)
{
    world->steps++;
    world->run = bj_stream_step(world->stream, world->now_ns, &world->wait);
}

void world_run_until(struct engine_world *world, int64_t until_ns)
{
    int same_moment = 0;
    while (world->run == BJ_RUN_GOING) {
        int64_t next = world->wait.deadline_ns;
        next = next == BJ_NEVER ? next : next + world->wake_delay_ns;
        if (next > until_ns) {
            break;
        }
        same_moment = next <= world->now_ns ? same_moment + 1 : 0;
        assert_true(same_moment < 100); /* a busy loop */
        world->now_ns = next > world->now_ns ? next : world->now_ns;
        world_step(world);
    }
    world->now_ns = until_ns > world->now_ns ? until_ns : world->now_ns;
    fake_dac_play(&world->dac, world->now_ns);
}

void world_run(struct engine_world *world, int64_t for_ns)
{
    world_run_until(world, world->now_ns + for_ns);
}

void world_start_lit(struct engine_world *world)
{
    world->config.arm = true;
    world_start(world);
    world_step(world);
    int64_t delay_ns = world->wake_delay_ns;
    world->wake_delay_ns = 0;
    world_run(world, 200 * BJ_NS_PER_MS);
    world->wake_delay_ns = delay_ns;
    assert_int_equal(world->run, BJ_RUN_GOING);
    assert_true(world->dac.playing);
    assert_true(world->dac.shutter_open);
    assert_true(world_stats(world).lit);
}

struct bj_stats world_stats(const struct engine_world *world)
{
    return bj_stream_stats(world->stream);
}

uint64_t world_count_lit(const struct engine_world *world, uint64_t from)
{
    uint64_t lit = 0, last = 0;
    for (uint64_t n = from; n < world->dac.taken; n++) {
        uint64_t tag = world_tag(&world->dac.log[n]);
        if (tag > 0) {
            assert_true(last == 0 || tag == last + 1);
            last = tag;
            lit++;
        }
    }
    return lit;
}
