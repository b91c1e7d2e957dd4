/* SPDX-License-Identifier: MIT */
#include "idn_fixture.h"
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
    struct idn_fixture *fixture = user;

    if (fixture->ending)
        return (struct bj_fill_result){.kind = BJ_END};
    if (fixture->starving || request->target_points == 0)
        return (struct bj_fill_result){.kind = BJ_STARVED};
    for (uint32_t k = 0; k < request->target_points; k++)
        points[k] = numbered(fixture->produced++);
    return (struct bj_fill_result){.kind = BJ_FILLED, .points = request->target_points};
}

static void on_error(void *user, enum bj_status status, bool final, const char *text)
{
    struct idn_fixture *fixture = user;

    (void) final;
    fixture->told_status = status;
    if (fixture->told_size + strlen(text) + 2 < sizeof fixture->told)
        fixture->told_size +=
            (size_t)sprintf(fixture->told + fixture->told_size, "%s\n", text);
}

/* ---- The mirrors --------------------------------------------------------------------- */

static void see_light(struct idn_fixture *fixture, const struct sim_idn_point *point,
                      int64_t number)
{
    int64_t dark_ns = point->time_ns - fixture->last_lit_ns;

    fixture->lit++;
    assert_true(point->time_ns < fixture->dark_from_ns);
    if (number <= fixture->last_number && fixture->may_disorder) {
        fixture->disordered++;
        return;
    }
    assert_true(number > fixture->last_number);
    assert_true(number < (int64_t)fixture->produced);
    assert_int_equal(point->r, 65535);
    assert_int_equal(point->g, 0);
    assert_true(point->b == (number & 0xffff) || point->b == (number >> 8 & 0xff) * 257 ||
                point->b == ((number & 0xffff) * 255 + 32767) / 65535 * 257);
    if (fixture->last_lit_ns >= 0 && dark_ns > fixture->longest_dark_ns)
        fixture->longest_dark_ns = dark_ns;
    fixture->last_lit_ns = point->time_ns;
    if (fixture->last_number >= 0)
        fixture->skipped += (uint64_t)(number - fixture->last_number - 1);
    fixture->last_number = number;
}

static void on_played(void *user, const struct sim_idn_point *point)
{
    struct idn_fixture *fixture = user;
    int64_t number = (point->y + 32767) * (int64_t)NUMBERS_PER_ROW + point->x + 32767;

    assert_true(point->time_ns >= fixture->last_ns);
    fixture->last_ns = point->time_ns;
    fixture->played++;
    fixture->bridges += point->bridge;
    if (!point->bridge && (point->r | point->g | point->b))
        see_light(fixture, point, number);
    if (point->bridge)
        assert_int_equal(point->r | point->g | point->b, 0);
}

static void on_chunk(void *user, const struct sim_idn_chunk *chunk)
{
    struct idn_fixture *fixture = user;

    if (fixture->chunk_count < IDN_FIXTURE_CHUNKS)
        fixture->chunks[fixture->chunk_count++] = *chunk;
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void step(struct idn_fixture *fixture)
{
    enum bj_run result = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);

    fixture->result = result;
    if (result != BJ_RUN_GOING)
        bj_wait_init(&fixture->wait);
}

/* When the engine runs next: at its deadline, or when a handle is ready. */
static int64_t wake_ns(struct idn_fixture *fixture)
{
    int64_t wake = fixture->wait.deadline_ns;

    if (fake_net_ready(fixture->net, &fixture->wait))
        wake = fixture->now_ns;
    if (wake != BJ_NEVER && wake < fixture->now_ns)
        wake = fixture->now_ns;
    return wake == BJ_NEVER ? wake : wake + fixture->late_ns;
}

void idn_fixture_run_ms(struct idn_fixture *fixture, double ms)
{
    int64_t end_ns = fixture->now_ns + (int64_t)(ms * 1e6);

    for (;;) {
        int64_t wake = wake_ns(fixture);
        int64_t next = earlier(earlier(end_ns, fake_net_next_event_ns(fixture->net)), wake);
        next = next > fixture->now_ns ? next : fixture->now_ns;
        fixture->spins = next == fixture->now_ns ? fixture->spins + 1 : 0;
        if (fixture->spins > SPIN_LIMIT)
            fail_msg("busy loop at %lld", (long long)fixture->now_ns);
        fixture->now_ns = next;
        fake_net_advance(fixture->net, next);
        if (fixture->result == BJ_RUN_GOING && next >= wake) {
            fixture->late_ns = 0;
            step(fixture);
        } else if (next >= end_ns) {
            return;
        }
    }
}

void idn_fixture_reach(struct idn_fixture *fixture, enum bj_stream_state state)
{
    for (int k = 0; k < 10000 && idn_fixture_stats(fixture).state != state; k++)
        idn_fixture_run_ms(fixture, 1);
    assert_int_equal(idn_fixture_stats(fixture).state, state);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void start_stream(struct idn_fixture *fixture, const char *id,
                         struct bj_address address, uint32_t pps, bool arm)
{
    struct bj_stream_config config = bj_stream_defaults();
    struct bj_safety_config safety = bj_safety_defaults();
    struct bj_dac_config dac = {
        .size = sizeof(struct bj_dac_config), .id = id, .address = address};

    memset(fixture, 0, sizeof *fixture);
    fixture->net = fake_net_create();
    assert_non_null(fixture->net);
    fixture->now_ns = epoch_ns();
    fake_net_advance(fixture->net, fixture->now_ns);
    fixture->last_number = fixture->last_lit_ns = -1;
    fixture->dark_from_ns = 0;
    dac.via.net = fake_net_base(fixture->net);
    config.driver = &bj_idn;
    config.dac = &dac;
    config.fill = fill;
    config.fill_user = config.error_user = fixture;
    config.error = on_error;
    config.pps = pps;
    safety.dwell_ns = 0; /* numbers creep */
    config.safety = &safety;
    config.arm = arm;
    assert_int_equal(bj_stream_create(&config, &fixture->stream), BJ_OK);
    bj_wait_init(&fixture->wait);
    bj_wait_until(&fixture->wait, fixture->now_ns);
}

void idn_fixture_start_empty(struct idn_fixture *fixture, const char *id,
                             struct bj_address address, uint32_t pps)
{
    start_stream(fixture, id, address, pps, false);
}

void idn_fixture_make_device(struct idn_fixture *fixture,
                             const struct sim_idn_config *device)
{
    struct sim_idn_config config = *device;

    config.played = on_played;
    config.chunk = on_chunk;
    config.user = fixture;
    fixture->device = sim_idn_create(&config, fixture->now_ns);
    assert_non_null(fixture->device);
    fake_net_add(fixture->net, IDN_FIXTURE_IP, fixture->device);
}

void idn_fixture_start(struct idn_fixture *fixture, const struct sim_idn_config *device)
{
    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID,
                            (struct bj_address){.ip = IDN_FIXTURE_IP}, IDN_FIXTURE_PPS);
    idn_fixture_make_device(fixture, device);
}

void idn_fixture_start_armed(struct idn_fixture *fixture,
                             const struct sim_idn_config *device)
{
    start_stream(fixture, IDN_FIXTURE_ID, (struct bj_address){.ip = IDN_FIXTURE_IP},
                 IDN_FIXTURE_PPS, true);
    idn_fixture_make_device(fixture, device);
    fixture->dark_from_ns = BJ_NEVER;
}

void idn_fixture_start_as(struct idn_fixture *fixture, const char *profile, uint32_t pps)
{
    struct sim_idn_config config = sim_idn_defaults();

    config.profile = *sim_idn_profile(profile);
    config.services[0].type = 0x80;
    idn_fixture_start_empty(fixture, IDN_FIXTURE_ID,
                            (struct bj_address){.ip = IDN_FIXTURE_IP}, pps);
    idn_fixture_make_device(fixture, &config);
}

void idn_fixture_stop(struct idn_fixture *fixture)
{
    bj_stream_destroy(fixture->stream);
    assert_int_equal(fake_net_open_sockets(fixture->net), 0);
    fake_net_destroy(fixture->net);
    sim_idn_destroy(fixture->device);
}

/* ---- What tests do ------------------------------------------------------------------- */

void idn_fixture_count_anew(struct idn_fixture *fixture)
{
    sim_idn_advance(fixture->device, fixture->now_ns);
    sim_idn_clear_counters(fixture->device);
    fixture->played = fixture->lit = fixture->skipped = fixture->bridges = 0;
    fixture->disordered = 0;
    fixture->longest_dark_ns = 0;
    fixture->chunk_count = 0;
}

void idn_fixture_light_up(struct idn_fixture *fixture)
{
    idn_fixture_reach(fixture, BJ_STREAM_STREAMING);
    idn_fixture_run_ms(fixture, 300);
    fixture->dark_from_ns = BJ_NEVER;
    bj_stream_arm(fixture->stream);
    bj_wait_until(&fixture->wait, fixture->now_ns);
    idn_fixture_run_ms(fixture, 1000);
    assert_true(fixture->lit > idn_fixture_stats(fixture).pps / 2);
    idn_fixture_count_anew(fixture);
}

void idn_fixture_fault(struct idn_fixture *fixture, enum sim_idn_fault fault, int64_t value)
{
    sim_idn_fault(fixture->device, fixture->now_ns, fault, value);
}

void idn_fixture_link(struct idn_fixture *fixture, const struct sim_datagrams_config *link)
{
    sim_idn_advance(fixture->device, fixture->now_ns);
    sim_idn_set_link(fixture->device, link);
}

void idn_fixture_expect_dark(struct idn_fixture *fixture, double after_ms)
{
    fixture->dark_from_ns = fixture->now_ns + (int64_t)(after_ms * 1e6);
}

const struct sim_idn_counters *idn_fixture_counters(const struct idn_fixture *fixture)
{
    return sim_idn_counters(fixture->device);
}

struct bj_stats idn_fixture_stats(const struct idn_fixture *fixture)
{
    return bj_stream_stats(fixture->stream);
}

bool idn_fixture_heard(const struct idn_fixture *fixture, const char *words)
{
    return strstr(fixture->told, words) != NULL;
}
