/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

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

uint64_t fixture_tag(const struct bj_point *point)
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
    struct engine_fixture *fixture = user;
    if (status == BJ_OK) {
        fixture->messages++;
        snprintf(fixture->last_message, sizeof fixture->last_message, "%s", text);
        return;
    }
    fixture->errors += !final;
    fixture->finals += final;
    fixture->last_error = status;
    snprintf(fixture->last_text, sizeof fixture->last_text, "%s", text);
}

void fixture_init(struct engine_fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fake_dac_init(&fixture->dac);
    fixture->dac_config = (struct bj_dac_config){
        .size = sizeof(struct bj_dac_config), .id = "fake:1", .extra = &fixture->dac};
    fixture->config = bj_stream_defaults();
    fixture->config.driver = &fake_dac_driver;
    fixture->config.dac = &fixture->dac_config;
    fixture->config.fill = fill;
    fixture->config.fill_user = &fixture->producer;
    fixture->config.error = on_error;
    fixture->config.error_user = fixture;
    fixture->shape = bj_shape_neutral();
    fixture->safety = bj_safety_defaults();
    fixture->safety.start_blank_ns = 0;
    fixture->config.shape = &fixture->shape;
    fixture->config.safety = &fixture->safety;
    fixture->now_ns = epoch_ns();
}

void fixture_start(struct engine_fixture *fixture)
{
    assert_int_equal(bj_stream_create(&fixture->config, &fixture->stream), BJ_OK);
    fixture->wait.deadline_ns = fixture->now_ns;
}

void fixture_finish(struct engine_fixture *fixture)
{
    bj_stream_destroy(fixture->stream);
    assert_int_equal(fixture->dac.calls_when_let_go, 0);
    assert_int_equal(fixture->dac.connects, fixture->dac.disconnects);
    fake_dac_finish(&fixture->dac);
}

void fixture_step(struct engine_fixture *fixture)
{
    fixture->steps++;
    fixture->run = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);
}

void fixture_run_until(struct engine_fixture *fixture, int64_t until_ns)
{
    int same_moment = 0;
    while (fixture->run == BJ_RUN_GOING) {
        int64_t next = fixture->wait.deadline_ns;
        next = next == BJ_NEVER ? next : next + fixture->wake_delay_ns;
        if (next > until_ns) {
            break;
        }
        same_moment = next <= fixture->now_ns ? same_moment + 1 : 0;
        assert_true(same_moment < 100); /* a busy loop */
        fixture->now_ns = next > fixture->now_ns ? next : fixture->now_ns;
        fixture_step(fixture);
    }
    fixture->now_ns = until_ns > fixture->now_ns ? until_ns : fixture->now_ns;
    fake_dac_play(&fixture->dac, fixture->now_ns);
}

void fixture_run(struct engine_fixture *fixture, int64_t for_ns)
{
    fixture_run_until(fixture, fixture->now_ns + for_ns);
}

void fixture_start_lit(struct engine_fixture *fixture)
{
    fixture->config.arm = true;
    fixture_start(fixture);
    fixture_step(fixture);
    int64_t delay_ns = fixture->wake_delay_ns;
    fixture->wake_delay_ns = 0;
    fixture_run(fixture, 200 * BJ_NS_PER_MS);
    fixture->wake_delay_ns = delay_ns;
    assert_int_equal(fixture->run, BJ_RUN_GOING);
    assert_true(fixture->dac.playing);
    assert_true(fixture->dac.shutter_open);
    assert_true(fixture_stats(fixture).lit);
}

struct bj_stats fixture_stats(const struct engine_fixture *fixture)
{
    return bj_stream_stats(fixture->stream);
}

uint64_t fixture_count_lit(const struct engine_fixture *fixture, uint64_t from)
{
    uint64_t lit = 0, last = 0;
    for (uint64_t n = from; n < fixture->dac.taken; n++) {
        uint64_t tag = fixture_tag(&fixture->dac.log[n]);
        if (tag > 0) {
            assert_true(last == 0 || tag == last + 1);
            last = tag;
            lit++;
        }
    }
    return lit;
}
