/* SPDX-License-Identifier: MIT
 *
 * The driver and the simulated device on real sockets of this computer, for half a second.
 * Values, order and darkness; not timing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lasercube/lasercube.h"
#include "sim_lasercube.h"
#include "sim_serve.h"
#include <beamjack/dacs.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MS BJ_NS_PER_MS

static struct sim_host *device;
static struct sim_serve *serve;
static int wake_fd;
static uint64_t played, lit, wrong, backwards, made;
static int64_t newest;

/* The number is in the position: x counts up, y counts its rounds. */
static struct bj_point numbered(uint64_t number)
{
    return (struct bj_point){.x = 1 - (float)(number * 611 % 4096) / 2047.5F,
                             .y = (float)(number / 4096 % 4096) / 2047.5F - 1,
                             .r = 1,
                             .g = number & 1 ? 1 : 0,
                             .i = 1};
}

static void on_played(void *user, const struct sim_lc_point *point)
{
    const uint64_t inverse = 3915; /* of 611, modulo 4096 */
    int64_t number = (int64_t)(point->x * inverse % 4096 + point->y * 4096U);

    (void)user;
    played++;
    backwards += number <= newest;
    newest = number;
    if (point->r | point->g | point->b) {
        lit += point->output;
        wrong += point->r != 4095 || point->g != (number & 1 ? 4095 : 0);
    }
}

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    (void)user;
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = numbered(made++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void *serve_it(void *unused)
{
    (void)sim_serve_run(serve, BJ_NEVER);
    return unused;
}

static pthread_t start_device(void)
{
    struct sim_lc_config config = sim_lc_defaults();
    struct sim_serve_config where = sim_serve_defaults();
    pthread_t thread;

    config.played = on_played;
    config.burst_limit = 0; /* a busy machine looks like a burst */
    wake_fd = eventfd(0, EFD_CLOEXEC);
    where.port = SIM_SERVE_ANY_PORT;
    where.wake_fd = wake_fd;
    newest = -1;
    device = sim_lc_create(&config, sim_serve_now_ns());
    assert_int_equal(sim_serve_create(&serve, device, &where), BJ_OK);
    assert_int_equal(pthread_create(&thread, NULL, serve_it, NULL), 0);
    return thread;
}

static void stop_device(pthread_t thread)
{
    const uint64_t one = 1;

    assert_int_equal(write(wake_fd, &one, sizeof one), sizeof one);
    pthread_join(thread, NULL);
    sim_lc_advance(device, sim_serve_now_ns());
}

static struct bj_stream *start_stream(const struct bj_dac_info *dac,
                                      const struct bj_transports *via,
                                      struct bj_waiter *waiter)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .id = dac->id,
                                   .address = dac->address,
                                   .via = *via};
    struct bj_stream_config stream = bj_stream_defaults();
    struct bj_stream *made_stream;

    stream.driver = dac->driver;
    stream.dac = &config;
    stream.host = bj_waiter_host(waiter);
    stream.fill = fill;
    stream.pps = 30000;
    assert_int_equal(bj_stream_create(&stream, &made_stream), BJ_OK);
    return made_stream;
}

static enum bj_run run_ms(struct bj_stream *stream, struct bj_waiter *waiter, int64_t ms)
{
    int64_t end_ns = bj_clock_ns() + ms * MS;
    enum bj_run result = BJ_RUN_GOING;
    struct bj_wait wait;

    while (result == BJ_RUN_GOING && bj_clock_ns() < end_ns) {
        result = bj_stream_step(stream, bj_clock_ns(), &wait);
        bj_wait_until(&wait, end_ns);
        if (result == BJ_RUN_GOING)
            bj_waiter_wait(waiter, &wait);
    }
    return result;
}

static void test_on_real_sockets(void **state)
{
    pthread_t thread = start_device();
    struct bj_waiter *waiter = bj_waiter_create();
    struct bj_transports via;
    struct bj_stream *stream;
    struct bj_dac_info dac;
    char id[64], why[256];

    (void)state;
    assert_int_equal(bj_transports_create(&via), BJ_OK);
    (void)snprintf(id, sizeof id, "lasercube@127.0.0.1:%u", sim_serve_port(serve));
    assert_int_equal(bj_dac_parse(id, &dac, why, sizeof why), BJ_OK);
    stream = start_stream(&dac, &via, waiter);
    run_ms(stream, waiter, 200);
    bj_stream_arm(stream);
    run_ms(stream, waiter, 300);
    assert_int_equal(bj_stream_stats(stream).state, BJ_STREAM_STREAMING);
    assert_true(bj_stream_stats(stream).armed);
    bj_stream_stop(stream);
    assert_int_equal(run_ms(stream, waiter, 2000), BJ_RUN_STOPPED);
    bj_stream_destroy(stream);
    stop_device(thread);
    assert_true(played > 1000 && lit > 100);
    assert_int_equal(wrong + backwards, 0);
    assert_false(sim_lc_status(device).output);
    assert_true(sim_lc_status(device).held <= 1); /* the dark one at the end */
    bj_transports_destroy(&via);
    bj_waiter_destroy(waiter);
    sim_serve_destroy(serve);
    sim_lc_destroy(device);
    close(wake_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_on_real_sockets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
