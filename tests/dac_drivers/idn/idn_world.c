/* SPDX-License-Identifier: MIT */
#include "idn_world.h"
#include "../../support/light_codes.h"

#include <stdio.h>

#define SPIN_LIMIT 100
#define NUMBERS_PER_ROW 65535

/* ---- The producer -------------------------------------------------------------------- */

static struct bj_point numbered(uint64_t number)
{
    return (struct bj_point){
        .x = (float)((int)(number % NUMBERS_PER_ROW) - 32767) / 32767.0F,
        .y = (float)((int)(number / NUMBERS_PER_ROW) - 32767) / 32767.0F,
        .r = 1,
        .g = 0,
        .b = light_of(number & 0xffff),
        .i = 1,
    };
}

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct idn_world *world = user;

    if (world->ending)
        return (struct bj_fill_result){.kind = BJ_END};
    if (world->starving || request->target_points == 0)
        return (struct bj_fill_result){.kind = BJ_STARVED};
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = numbered(world->produced++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct idn_world *world = user;

    (void) final;
    world->told_status = status;
    if (world->told_size + strlen(text) + 2 < sizeof world->told)
        world->told_size += (size_t)sprintf(world->told + world->told_size, "%s\n", text);
}

/* ---- The mirrors --------------------------------------------------------------------- */

static void see_light(struct idn_world *world, const struct sim_idn_point *point,
                      int64_t number)
{
    int64_t dark_ns = point->time_ns - world->last_lit_ns;

    world->lit++;
    assert_true(point->time_ns < world->dark_from_ns);
    if (number <= world->last_number && world->may_disorder) {
        world->disordered++;
        return;
    }
    assert_true(number > world->last_number);
    assert_true(number < (int64_t)world->produced);
    assert_int_equal(point->r, 65535);
    assert_int_equal(point->g, 0);
    assert_true(point->b == (number & 0xffff) || point->b == (number >> 8 & 0xff) * 257 ||
                point->b == ((number & 0xffff) * 255 + 32767) / 65535 * 257);
    if (world->last_lit_ns >= 0 && dark_ns > world->longest_dark_ns)
        world->longest_dark_ns = dark_ns;
    world->last_lit_ns = point->time_ns;
    if (world->last_number >= 0)
        world->skipped += (uint64_t)(number - world->last_number - 1);
    world->last_number = number;
}

static void on_played(void *user, const struct sim_idn_point *point)
{
    struct idn_world *world = user;
    int64_t number = (point->y + 32767) * (int64_t)NUMBERS_PER_ROW + point->x + 32767;

    assert_true(point->time_ns >= world->last_ns);
    world->last_ns = point->time_ns;
    world->played++;
    world->bridges += point->bridge;
    if (!point->bridge && (point->r | point->g | point->b))
        see_light(world, point, number);
    if (point->bridge)
        assert_int_equal(point->r | point->g | point->b, 0);
}

static void on_chunk(void *user, const struct sim_idn_chunk *chunk)
{
    struct idn_world *world = user;

    if (world->chunk_count < IDN_WORLD_CHUNKS)
        world->chunks[world->chunk_count++] = *chunk;
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void step(struct idn_world *world)
{
    enum bj_run result = bj_stream_step(world->stream, world->now_ns, &world->wait);

    world->result = result;
    if (result != BJ_RUN_GOING)
        bj_wait_init(&world->wait);
}

/* When the engine runs next: at its deadline, or when a handle is ready. */
static int64_t wake_ns(struct idn_world *world)
{
    int64_t wake = world->wait.deadline_ns;

    if (fake_net_ready(world->net, &world->wait))
        wake = world->now_ns;
    if (wake != BJ_NEVER && wake < world->now_ns)
        wake = world->now_ns;
    return wake == BJ_NEVER ? wake : wake + world->late_ns;
}

void idn_world_run_ms(struct idn_world *world, double ms)
{
    int64_t end_ns = world->now_ns + (int64_t)(ms * 1e6);

    for (;;) {
        int64_t wake = wake_ns(world);
        int64_t next = earlier(earlier(end_ns, fake_net_next_event_ns(world->net)), wake);
        next = next > world->now_ns ? next : world->now_ns;
        world->spins = next == world->now_ns ? world->spins + 1 : 0;
        if (world->spins > SPIN_LIMIT)
            fail_msg("busy loop at %lld", (long long)world->now_ns);
        world->now_ns = next;
        fake_net_advance(world->net, next);
        if (world->result == BJ_RUN_GOING && next >= wake) {
            world->late_ns = 0;
            step(world);
        } else if (next >= end_ns) {
            return;
        }
    }
}

void idn_world_reach(struct idn_world *world, enum bj_stream_state state)
{
    for (int k = 0; k < 10000 && idn_world_stats(world).state != state; k++)
        idn_world_run_ms(world, 1);
    assert_int_equal(idn_world_stats(world).state, state);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void start_stream(struct idn_world *world, const char *id, struct bj_address address,
                         uint32_t pps, bool arm)
{
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_safety_config safety = bj_safety_defaults();
    struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = id, .address = address};

    memset(world, 0, sizeof *world);
    world->net = fake_net_create();
    assert_non_null(world->net);
    world->now_ns = epoch_ns();
    fake_net_advance(world->net, world->now_ns);
    world->last_number = world->last_lit_ns = -1;
    world->dark_from_ns = 0;
    dac.via.net = fake_net_base(world->net);
    config.driver = &bj_idn;
    config.dac = &dac;
    config.fill = fill;
    config.fill_user = config.error_user = world;
    config.error = on_error;
    config.pps = pps;
    safety.dwell_ns = 0; /* numbers creep */
    config.safety = &safety;
    config.arm = arm;
    assert_int_equal(bj_stream_create(&config, &world->stream), BJ_OK);
    bj_wait_init(&world->wait);
    bj_wait_until(&world->wait, world->now_ns);
}

void idn_world_start_empty(struct idn_world *world, const char *id,
                           struct bj_address address, uint32_t pps)
{
    start_stream(world, id, address, pps, false);
}

void idn_world_make_device(struct idn_world *world, const struct sim_idn_config *device)
{
    struct sim_idn_config config = *device;

    config.played = on_played;
    config.chunk = on_chunk;
    config.user = world;
    world->device = sim_idn_create(&config, world->now_ns);
    assert_non_null(world->device);
    fake_net_add(world->net, IDN_WORLD_IP, world->device);
}

void idn_world_start(struct idn_world *world, const struct sim_idn_config *device)
{
    idn_world_start_empty(world, IDN_WORLD_ID, (struct bj_address){.ip = IDN_WORLD_IP},
                          IDN_WORLD_PPS);
    idn_world_make_device(world, device);
}

void idn_world_start_armed(struct idn_world *world, const struct sim_idn_config *device)
{
    start_stream(world, IDN_WORLD_ID, (struct bj_address){.ip = IDN_WORLD_IP},
                 IDN_WORLD_PPS, true);
    idn_world_make_device(world, device);
    world->dark_from_ns = BJ_NEVER;
}

void idn_world_start_as(struct idn_world *world, const char *profile, uint32_t pps)
{
    struct sim_idn_config config = sim_idn_defaults();

    config.profile = *sim_idn_profile(profile);
    config.services[0].type = 0x80;
    idn_world_start_empty(world, IDN_WORLD_ID, (struct bj_address){.ip = IDN_WORLD_IP},
                          pps);
    idn_world_make_device(world, &config);
}

void idn_world_stop(struct idn_world *world)
{
    bj_stream_destroy(world->stream);
    assert_int_equal(fake_net_open_sockets(world->net), 0);
    fake_net_destroy(world->net);
    sim_idn_destroy(world->device);
}

/* ---- What tests do ------------------------------------------------------------------- */

void idn_world_count_anew(struct idn_world *world)
{
    sim_idn_advance(world->device, world->now_ns);
    sim_idn_clear_counters(world->device);
    world->played = world->lit = world->skipped = world->bridges = 0;
    world->disordered = 0;
    world->longest_dark_ns = 0;
    world->chunk_count = 0;
}

void idn_world_light_up(struct idn_world *world)
{
    idn_world_reach(world, BJ_STREAM_STREAMING);
    idn_world_run_ms(world, 300);
    world->dark_from_ns = BJ_NEVER;
    bj_stream_arm(world->stream);
    bj_wait_until(&world->wait, world->now_ns);
    idn_world_run_ms(world, 1000);
    assert_true(world->lit > idn_world_stats(world).pps / 2);
    idn_world_count_anew(world);
}

void idn_world_fault(struct idn_world *world, enum sim_idn_fault fault, int64_t value)
{
    sim_idn_fault(world->device, world->now_ns, fault, value);
}

void idn_world_link(struct idn_world *world, const struct sim_datagrams_config *link)
{
    sim_idn_advance(world->device, world->now_ns);
    sim_idn_set_link(world->device, link);
}

void idn_world_expect_dark(struct idn_world *world, double after_ms)
{
    world->dark_from_ns = world->now_ns + (int64_t)(after_ms * 1e6);
}

const struct sim_idn_counters *idn_world_counters(const struct idn_world *world)
{
    return sim_idn_counters(world->device);
}

struct bj_stats idn_world_stats(const struct idn_world *world)
{
    return bj_stream_stats(world->stream);
}

bool idn_world_heard(const struct idn_world *world, const char *words)
{
    return strstr(world->told, words) != NULL;
}
