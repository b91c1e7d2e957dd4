/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/light_codes.h"
#include <beamjack/core.h>

#define MS BJ_NS_PER_MS
#define ORIGIN_NS (300 * BJ_NS_PER_S)
#define MOST_FRAMES 8192u
#define MOST_POINTS 4096u

/* ---- allocation, watched and made to fail ---- */

/* NOLINTBEGIN: the linker gives these names, see --wrap in CMakeLists.txt */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static int allocations, failing_allocation = -1;

static bool may_allocate(void)
{
    return allocations++ != failing_allocation;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return may_allocate() ? __real_aligned_alloc(alignment, size) : NULL;
}
/* NOLINTEND */

static struct bj_feed_config config_of(uint32_t rate_hz, int64_t latency_ns)
{
    return (struct bj_feed_config){.size = sizeof(struct bj_feed_config),
                                   .rate_hz = rate_hz,
                                   .max_push_frames = 1024,
                                   .latency_ns = latency_ns,
                                   .matching = BJ_MATCH_EXACT,
                                   .max_latency_ns = 200 * MS};
}

/* ---- a JACK that pushes numbered frames, a DAC that plays what it is given ---- */

struct fixture {
    struct bj_feed *feed;
    double rate, pps;   /* as the two clocks really go */
    double nominal_pps; /* what the engine is told */
    int64_t latency_ns;
    uint64_t pushed;       /* frames captured, lost ones included */
    int64_t line_ns;       /* when frame line_frame was captured */
    uint64_t line_frame;   /* since the last change of rate */
    uint32_t period;       /* frames per push */
    int64_t now_ns;        /* of the engine */
    double play_ns;        /* when the next point given will play */
    bool restarted;        /* the queue ran dry or was topped up */
    bool remeasured;       /* the DAC's clock is another */
    bool unsettled;        /* ... and was not seen for long */
    bool follows_pps;      /* the DAC plays as fast as the feed wants */
    uint64_t next_frame;   /* the lowest that may still come */
    uint64_t played, dark; /* points */
    double worst_ns;       /* largest deviation from L */
    uint64_t gaps;         /* times a frame number was skipped */
    double position;       /* of the feed: never goes back */
    uint64_t first_frame;  /* the first that played */
    uint64_t refused;      /* frames the feed had no room for */
    uint32_t seed;
    struct bj_point points[MOST_POINTS];
};

static uint32_t next(struct fixture *fixture)
{
    fixture->seed = fixture->seed * 1664525u + 1013904223u;
    return fixture->seed >> 8;
}

static struct fixture *make_fixture(const struct bj_feed_config *config, double pps)
{
    struct fixture *fixture = test_calloc(1, sizeof *fixture);
    assert_int_equal(bj_feed_create(config, &fixture->feed), BJ_OK);
    fixture->rate = config->rate_hz;
    fixture->pps = fixture->nominal_pps = pps;
    fixture->latency_ns = config->latency_ns;
    fixture->period = 64;
    fixture->line_ns = fixture->now_ns = ORIGIN_NS;
    fixture->play_ns = (double)ORIGIN_NS;
    fixture->seed = 1;
    return fixture;
}

static void end_fixture(struct fixture *fixture)
{
    bj_feed_destroy(fixture->feed);
    test_free(fixture);
}

static int64_t captured_ns(const struct fixture *fixture, uint64_t frame)
{
    double since = ((double)frame - (double)fixture->line_frame) / fixture->rate;
    return fixture->line_ns + (int64_t)(since * 1e9 + 0.5);
}

/* Frame n: its number in red and green, all else full; x is a ramp. */
static enum bj_status push_at(struct fixture *fixture, uint32_t frames, int64_t now_ns)
{
    static float data[BJ_CHANNELS][MOST_FRAMES];
    const float *channels[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        channels[c] = data[c];
    }
    for (uint32_t k = 0; k < frames; k++) {
        uint64_t n = fixture->pushed + k;
        data[BJ_X][k] = (float)(n & 0xffff) / 8192.0f;
        data[BJ_Y][k] = -0.5f;
        data[BJ_R][k] = (float)(n & 0xffff) / 65535.0f;
        data[BJ_G][k] = (float)(n >> 16 & 0xffff) / 65535.0f;
        data[BJ_B][k] = data[BJ_I][k] = 1.0f;
    }
    fixture->pushed += frames;
    enum bj_status status = bj_feed_push(fixture->feed, channels, frames, now_ns, 0);
    fixture->refused += status == BJ_OK ? 0 : frames;
    return status;
}

static enum bj_status push(struct fixture *fixture)
{
    return push_at(fixture, fixture->period, captured_ns(fixture, fixture->pushed));
}

static void push_until(struct fixture *fixture, int64_t now_ns)
{
    while (captured_ns(fixture, fixture->pushed) <= now_ns) {
        assert_int_equal(push(fixture), BJ_OK);
    }
}

static bool is_dark(const struct bj_point *point)
{
    return !point->r && !point->g && !point->b && !point->i;
}

/* At equal rates: which frame is it, is it new, did it leave L after its capture? */
static void check_frame(struct fixture *fixture, const struct bj_point *point,
                        double play_ns)
{
    uint64_t n = (uint64_t)code_of(point->g) << 16 | code_of(point->r);
    double off = play_ns - (double)captured_ns(fixture, n) - (double)fixture->latency_ns;
    if (n < fixture->next_frame || code_of(point->b) != 65535 ||
        code_of(point->i) != 65535 || point->y != -0.5f ||
        point->x != (float)(n & 0xffff) / 8192.0f) {
        fail_msg("frame %llu where %llu or later was due", (unsigned long long)n,
                 (unsigned long long)fixture->next_frame);
    }
    fixture->gaps += fixture->played > 0 && n != fixture->next_frame;
    fixture->first_frame = fixture->played > 0 ? fixture->first_frame : n;
    fixture->worst_ns = fmax(fixture->worst_ns, fabs(off));
    fixture->next_frame = n + 1;
    fixture->played++;
}

/* At other rates: the ramp tells the fractional frame, but for where it begins anew. */
static void check_ramp(struct fixture *fixture, const struct bj_point *point,
                       double play_ns)
{
    double since = (play_ns - (double)fixture->latency_ns - (double)fixture->line_ns) / 1e9;
    double wanted = fmod((double)fixture->line_frame + since * fixture->rate, 65536.0);
    double error = point->x * 8192.0 - wanted;
    if (wanted > 64 && wanted < 65472) {
        fixture->worst_ns = fmax(fixture->worst_ns, fabs(error) / fixture->rate * 1e9);
    }
    fixture->played++;
}

static void check_points(struct fixture *fixture, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        double play_ns = fixture->play_ns + k / fixture->pps * 1e9;
        if (is_dark(&fixture->points[k])) {
            fixture->dark++;
        } else if (fixture->rate == fixture->pps || fixture->follows_pps) {
            check_frame(fixture, &fixture->points[k], play_ns);
        } else {
            check_ramp(fixture, &fixture->points[k], play_ns);
        }
    }
}

/* Asks as the engine does; what is missing is topped up dark. Returns what came. */
static uint32_t fill(struct fixture *fixture, uint32_t wanted)
{
    if (fixture->play_ns < (double)fixture->now_ns) {
        fixture->play_ns = (double)fixture->now_ns;
        fixture->restarted = true;
    }
    struct bj_fill_request request = {
        .now_ns = fixture->now_ns,
        .pps = (uint32_t)fixture->nominal_pps,
        .true_pps = fixture->nominal_pps,
        .target_points = wanted,
        .buffered_ns = (int64_t)(fixture->play_ns - (double)fixture->now_ns + 0.5),
        .play_ns = fixture->play_ns,
        .play_pps = fixture->pps,
        .play_known = true,
        .play_settled = !fixture->unsettled,
        .follows_pps = fixture->follows_pps,
        .device_queued_points = -1,
        .restarted = fixture->restarted,
        .remeasured = fixture->remeasured,
    };
    struct bj_fill_result result = bj_feed_fill(fixture->feed, &request, fixture->points);
    uint32_t count = result.kind == BJ_FILLED ? result.points : 0;
    assert_true(result.kind == BJ_FILLED || result.kind == BJ_STARVED);
    assert_true(result.kind != BJ_FILLED || result.points > 0);
    assert_true(count <= wanted);
    double position = bj_feed_stats(fixture->feed).position_frames;
    assert_true(position >= fixture->position);
    fixture->position = position;
    fixture->restarted = count < wanted;
    fixture->remeasured = false;
    if (fixture->follows_pps && result.wanted_pps > 0) {
        fixture->pps = result.wanted_pps;
    }
    check_points(fixture, count);
    fixture->play_ns += wanted / fixture->pps * 1e9;
    return count;
}

/* Lets time pass in steps of about 2 ms, keeping `ahead_ns` queued. */
static void run(struct fixture *fixture, int64_t duration_ns, int64_t ahead_ns)
{
    int64_t end_ns = fixture->now_ns + duration_ns;
    while (fixture->now_ns < end_ns) {
        fixture->now_ns += MS + next(fixture) % (2 * MS);
        push_until(fixture, fixture->now_ns);
        double missing = ((double)(fixture->now_ns + ahead_ns) - fixture->play_ns) / 1e9;
        if (missing * fixture->pps >= 1) {
            fill(fixture, (uint32_t)(missing * fixture->pps));
        }
    }
}

static struct bj_feed_stats stats_of(const struct fixture *fixture)
{
    return bj_feed_stats(fixture->feed);
}

/* Every frame before the position was played, was skipped at the start, or is lost. */
static void check_account(const struct fixture *fixture)
{
    struct bj_feed_stats stats = stats_of(fixture);
    double passed = stats.position_frames + (double)fixture->refused;
    assert_int_equal(stats.frames_at_start, fixture->first_frame);
    assert_int_equal(fixture->played + stats.frames_at_start + stats.frames_lost,
                     (uint64_t)passed);
}

static double frame_ns(const struct fixture *fixture)
{
    return 1e9 / fixture->rate;
}

/* ---- create ---- */

static void refuses_what_cannot_be(void **state)
{
    (void)state;
    struct bj_feed *feed;
    const struct bj_feed_config good = config_of(48000, 50 * MS);
    struct bj_feed_config bad[17];
    for (int k = 0; k < 17; k++) {
        bad[k] = good;
    }
    bad[0].rate_hz = 999;
    bad[1].rate_hz = 384001;
    bad[2].max_push_frames = 0;
    bad[3].latency_ns = -1;
    bad[4].latency_ns = 11 * BJ_NS_PER_S;
    bad[5].max_latency_ns = 11 * BJ_NS_PER_S;
    bad[6].max_push_frames = 65537;
    bad[7].rate_hz = 0;
    bad[8].colour_shift_ns = BJ_COLOUR_SHIFT_LIMIT_NS + 1;
    bad[9].colour_shift_ns = -BJ_COLOUR_SHIFT_LIMIT_NS - 1;
    bad[10].latency_ns = bad[10].max_latency_ns = INT64_MAX;
    bad[11].max_latency_ns = -1;
    bad[12].max_latency_ns = bad[12].latency_ns - 1;
    bad[13].interpolation = (enum bj_interpolation)(BJ_INTERPOLATE_NEAREST + 1);
    bad[14].interpolation = (enum bj_interpolation) - 1;
    bad[15].matching = (enum bj_matching)(BJ_MATCH_STEER + 1);
    bad[16].matching = (enum bj_matching) - 1;
    for (int k = 0; k < 17; k++) {
        feed = (struct bj_feed *)&bad;
        assert_int_equal(bj_feed_create(&bad[k], &feed), BJ_BAD_ARGUMENT);
        assert_null(feed);
    }
    assert_int_equal(bj_feed_create(&good, &feed), BJ_OK);
    bj_feed_destroy(feed);
    bj_feed_destroy(NULL);
}

/* In every build: no crash, no effect. */
static void nothing_and_nonsense_are_answered(void **state)
{
    (void)state;
    const struct bj_feed_config config = config_of(48000, 50 * MS);
    const float *const channels[BJ_CHANNELS] = {NULL};
    struct bj_point points[8];
    struct bj_fill_request request = {
        .pps = 48000, .true_pps = NAN, .play_pps = 48000, .target_points = 8};
    struct bj_feed *feed;
    assert_int_equal(bj_feed_create(&config, NULL), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_create(NULL, &feed), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_create(&config, &feed), BJ_OK);
    assert_int_equal(bj_feed_push(NULL, channels, 64, 0, 0), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_push(feed, NULL, 64, 0, 0), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_push(feed, channels, 0, 0, 0), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_push(feed, channels, 64, -1, 0), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_push(feed, channels, UINT32_MAX, 0, 0), BJ_WOULD_BLOCK);
    assert_int_equal(bj_feed_set_rate(feed, 999), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_set_rate(feed, 384001), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_set_latency(feed, -1), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_set_latency(feed, 11 * BJ_NS_PER_S), BJ_BAD_ARGUMENT);
    assert_int_equal(bj_feed_fill(feed, &request, points).kind, BJ_STARVED);
    request.true_pps = 0;
    assert_int_equal(bj_feed_fill(feed, &request, points).kind, BJ_STARVED);
    assert_int_equal(bj_feed_fill(feed, &request, NULL).kind, BJ_STARVED);
    assert_int_equal(bj_feed_fill(feed, NULL, points).kind, BJ_STARVED);
    assert_int_equal(bj_feed_fill(NULL, &request, points).kind, BJ_STARVED);
    bj_feed_restart(NULL);
    assert_false(bj_feed_wanted(NULL));
    assert_int_equal(bj_feed_stats(NULL).frames_pushed, 0);
    assert_int_equal(bj_feed_stats(feed).frames_pushed, 0);
    bj_feed_destroy(feed);
}

static void each_failed_allocation_is_told_and_undone(void **state)
{
    (void)state;
    const struct bj_feed_config config = config_of(48000, 50 * MS);
    struct bj_feed *feed;
    allocations = 0;
    assert_int_equal(bj_feed_create(&config, &feed), BJ_OK);
    bj_feed_destroy(feed);
    int needed = allocations;
    assert_true(needed >= 3);
    for (int k = 0; k < needed; k++) {
        allocations = 0;
        failing_allocation = k;
        assert_int_equal(bj_feed_create(&config, &feed), BJ_NO_MEMORY);
        assert_null(feed);
    }
    failing_allocation = -1;
}

static void nothing_is_told_before_the_first_push(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    struct bj_feed_stats stats = stats_of(fixture);
    assert_int_equal(stats.last_push_ns, BJ_NEVER);
    assert_false(stats.running);
    for (int k = 0; k < 100; k++) {
        fixture->now_ns += 10 * MS;
        assert_int_equal(fill(fixture, 480), 0);
    }
    stats = stats_of(fixture);
    assert_int_equal(stats.silences, 0);
    assert_int_equal(stats.frames_pushed, 0);
    assert_int_equal(stats.frames_lost, 0);
    end_fixture(fixture);
}

/* ---- latency ---- */

/* Dark until L has passed since the first capture, then every frame exactly L later. */
static void starts_with_exactly_the_latency(void **state)
{
    (void)state;
    const int64_t latencies[] = {15 * MS, 50 * MS, 123 * MS};
    const uint32_t periods[] = {16, 64, 256, 480};
    for (int l = 0; l < 3; l++) {
        for (int p = 0; p < 4; p++) {
            struct bj_feed_config config = config_of(48000, latencies[l]);
            struct fixture *fixture = make_fixture(&config, 48000);
            fixture->period = periods[p];
            fixture->seed = (uint32_t)(l * 10 + p);
            run(fixture, BJ_NS_PER_S, 4 * MS);
            assert_true(fixture->played > 40000);
            assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
            assert_int_equal(fixture->gaps, 0);
            assert_int_equal(stats_of(fixture).frames_lost, 0);
            end_fixture(fixture);
        }
    }
}

static void late_callbacks_do_not_change_it(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    for (int k = 0; k < 4000; k++) {
        int64_t on_time = captured_ns(fixture, fixture->pushed);
        int64_t late = k == 0 || next(fixture) % 8 == 0 ? 0 : next(fixture) % (3 * MS);
        push_at(fixture, 64, on_time + late);
        fixture->now_ns =
            on_time + late > fixture->now_ns ? on_time + late : fixture->now_ns;
        double missing =
            ((double)(fixture->now_ns + 10 * MS) - fixture->play_ns) / 1e9 * 48000;
        if (missing >= 1) {
            fill(fixture, (uint32_t)missing);
        }
    }
    assert_true(fixture->played > 200000);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    assert_int_equal(fixture->gaps, 0);
    end_fixture(fixture);
}

/* An hour; periods and requests of any size. Every frame once and in order. */
static void an_hour_passes_every_frame_unchanged(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(8000, 60 * MS);
    struct fixture *fixture = make_fixture(&config, 8000);
    uint64_t asked = 0, short_of = 0;
    while (fixture->now_ns < ORIGIN_NS + 3600 * BJ_NS_PER_S) {
        fixture->now_ns += next(fixture) % (8 * MS);
        while (captured_ns(fixture, fixture->pushed) <= fixture->now_ns) {
            fixture->period = next(fixture) % 200 + 1;
            assert_int_equal(push(fixture), BJ_OK);
        }
        int64_t ahead = fixture->played ? 9 * MS + next(fixture) % (10 * MS) : 15 * MS;
        double missing =
            ((double)(fixture->now_ns + ahead) - fixture->play_ns) / 1e9 * 8000;
        if (missing >= 1) {
            uint32_t wanted = (uint32_t)missing;
            uint32_t came = fill(fixture, wanted);
            asked += fixture->played ? wanted : 0;
            short_of += fixture->played ? wanted - came : 0;
        }
    }
    assert_true(fixture->played > 3599 * 8000);
    assert_int_equal(short_of, 0);
    assert_int_equal(fixture->gaps, 0);
    assert_int_equal(fixture->played, asked);
    struct bj_feed_stats stats = stats_of(fixture);
    assert_int_equal(stats.frames_lost, 0);
    assert_int_equal(stats.jumps, 0);
    assert_int_equal(stats.silences, 0);
    assert_int_equal(stats.frames_invalid, 0);
    assert_int_equal(stats.frames_pushed, fixture->pushed);
    assert_true(stats.position_frames == (double)fixture->next_frame);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    end_fixture(fixture);
}

/* Red is the frame's number, and x says which frame is due. */
static void colour_is_shifted_by_time(void **state)
{
    (void)state;
    const int64_t shifts_us[] = {0, 250, -250, 1000, -1000};
    for (size_t k = 0; k < sizeof shifts_us / sizeof *shifts_us; k++) {
        struct bj_feed_config config = config_of(48000, 50 * MS);
        config.colour_shift_ns = shifts_us[k] * 1000;
        struct fixture *fixture = make_fixture(&config, 48003);
        run(fixture, BJ_NS_PER_S, 10 * MS);
        assert_true(fixture->played > 40000 && fixture->worst_ns < 1000);
        double off = code_of(fixture->points[0].r) - (double)fixture->points[0].x * 8192;
        assert_true(fabs(off + (double)shifts_us[k] * 0.048) < 1);
        end_fixture(fixture);
    }
}

static void other_rates_keep_the_latency(void **state)
{
    (void)state;
    const double rates[][2] = {{48000, 30000},   {48000, 48019.2}, {96000, 30000},
                               {44100, 60000.5}, {96000, 7000},    {48000, 100000}};
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct bj_feed_config config = config_of((uint32_t)rates[k][0], 50 * MS);
        struct fixture *fixture = make_fixture(&config, rates[k][1]);
        run(fixture, 20 * BJ_NS_PER_S, 10 * MS);
        assert_true(fixture->played > 19 * rates[k][1]);
        assert_true(fixture->worst_ns < 1000);
        struct bj_feed_stats stats = stats_of(fixture);
        assert_int_equal(stats.frames_lost, 0);
        assert_int_equal(stats.jumps, 0);
        assert_true(fabs(stats.latency_error_ns) < 1000);
        assert_true(stats.running);
        end_fixture(fixture);
    }
}

static void statistics_tell_where_it_is(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    run(fixture, BJ_NS_PER_S, 10 * MS);
    struct bj_feed_stats stats = stats_of(fixture);
    assert_int_equal(stats.frames_pushed, fixture->pushed);
    assert_int_equal(stats.last_push_ns, captured_ns(fixture, fixture->pushed - 64));
    double held = ((double)fixture->pushed - (double)fixture->next_frame) / 48000 * 1e9;
    assert_true(fabs((double)stats.buffered_ns - held) < 2);
    assert_true(fabs(stats.latency_error_ns) <= 0.5 * frame_ns(fixture) + 1);
    end_fixture(fixture);
}

/* ---- faults of the producer ---- */

/* JACK hangs for 40 ms and then catches up: late frames are skipped, none comes twice. */
static void starving_skips_and_keeps_the_latency(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 30 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    run(fixture, 500 * MS, 10 * MS);
    for (int k = 0; k < 20; k++) {
        fixture->now_ns += 2 * MS;
        fill(fixture, 96);
    }
    assert_true(fixture->restarted);
    run(fixture, 500 * MS, 10 * MS);
    assert_int_equal(fixture->gaps, 1);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    assert_in_range(stats_of(fixture).frames_lost, 15 * 48, 25 * 48);
    assert_int_equal(stats_of(fixture).silences, 0);
    check_account(fixture);
    end_fixture(fixture);
}

/* The engine is wanted at once until it knows better, then once 5 ms or an eighth of L are
 * new, and not at all when it got all it asked for. */
static void the_engine_is_wanted_when_it_starves(void **state)
{
    (void)state;
    const int64_t latencies[] = {50 * MS, 16 * MS};
    const uint32_t worth[] = {240, 96};
    for (int k = 0; k < 2; k++) {
        struct bj_feed_config config = config_of(48000, latencies[k]);
        struct fixture *fixture = make_fixture(&config, 48000);
        fixture->period = 48;
        push(fixture);
        assert_true(bj_feed_wanted(fixture->feed));
        run(fixture, 200 * MS, 5 * MS);
        uint32_t asked = 48;
        fixture->now_ns += MS;
        push_until(fixture, fixture->now_ns);
        fixture->play_ns = (double)fixture->now_ns;
        assert_int_equal(fill(fixture, asked), asked);
        for (int p = 0; p < 8; p++) {
            push(fixture);
            assert_false(bj_feed_wanted(fixture->feed));
        }
        fixture->now_ns += 8 * MS;
        assert_true(fill(fixture, MOST_POINTS) < MOST_POINTS);
        for (uint32_t frames = 48; frames <= 2 * worth[k]; frames += 48) {
            push(fixture);
            assert_int_equal(bj_feed_wanted(fixture->feed), frames >= worth[k]);
        }
        end_fixture(fixture);
    }
}

static void silence_goes_dark_and_forgets(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 120 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    run(fixture, 500 * MS, 10 * MS);
    int64_t last_ns = stats_of(fixture).last_push_ns;
    fixture->now_ns = last_ns + BJ_SILENCE_LIMIT_NS; /* not beyond the limit yet */
    assert_true(fill(fixture, 48) > 0);
    assert_int_equal(stats_of(fixture).silences, 0);
    fixture->now_ns++;
    assert_int_equal(fill(fixture, 48), 0);
    assert_false(stats_of(fixture).running);
    assert_int_equal(stats_of(fixture).buffered_ns, 0);
    for (int k = 0; k < 100; k++) {
        fixture->now_ns += 10 * MS;
        assert_int_equal(fill(fixture, 480), 0);
    }
    assert_int_equal(stats_of(fixture).silences, 1);
    uint64_t silent_until = fixture->pushed;
    fixture->line_frame = fixture->pushed; /* JACK is back, with numbers that go on */
    fixture->line_ns = fixture->now_ns;
    fixture->next_frame = silent_until;
    fixture->worst_ns = 0;
    uint64_t played = fixture->played;
    run(fixture, 110 * MS, 10 * MS);
    assert_int_equal(fixture->played, played); /* not before L is made up */
    run(fixture, 400 * MS, 10 * MS);
    assert_true(fixture->played > played + 10000);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    assert_int_equal(stats_of(fixture).silences, 1);
    check_account(fixture);
    end_fixture(fixture);
}

/* A producer with long periods is not silent between two of them. */
static void silence_is_four_periods_at_least(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(8000, 190 * MS);
    struct fixture *fixture = make_fixture(&config, 8000);
    fixture->period = 800; /* 100 ms */
    run(fixture, BJ_NS_PER_S, 5 * MS);
    assert_int_equal(stats_of(fixture).silences, 0);
    int64_t last_ns = stats_of(fixture).last_push_ns;
    fixture->now_ns = last_ns + 400 * MS;
    fill(fixture, 8);
    assert_int_equal(stats_of(fixture).silences, 0);
    fixture->now_ns = last_ns + 400 * MS + 1;
    fill(fixture, 8);
    assert_int_equal(stats_of(fixture).silences, 1);
    end_fixture(fixture);
}

/* Rubbish plays dark and is counted; the frames around it are as they were. */
static void rubbish_plays_dark_and_is_counted(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 15 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    float bad[64], good[64];
    for (int k = 0; k < 64; k++) {
        bad[k] = k % 2 ? NAN : 1e30f;
        good[k] = 1.0f;
    }
    run(fixture, 100 * MS, 5 * MS);
    const float *channels[BJ_CHANNELS] = {good, bad, good, good, good, good};
    bj_feed_push(fixture->feed, channels, 64, captured_ns(fixture, fixture->pushed), 0);
    fixture->pushed += 64;
    run(fixture, 100 * MS, 5 * MS);
    assert_int_equal(stats_of(fixture).frames_invalid, 64);
    assert_int_equal(fixture->dark, 64);
    assert_int_equal(fixture->gaps, 1);
    end_fixture(fixture);
}

static void without_intensity_it_is_full(void **state)
{
    (void)state;
    for (int has = 0; has < 2; has++) {
        struct bj_feed_config config = config_of(48000, 15 * MS);
        config.has_intensity = has;
        struct fixture *fixture = make_fixture(&config, 48000);
        float quarter[480];
        for (int k = 0; k < 480; k++) {
            quarter[k] = 0.25f;
        }
        const float *channels[BJ_CHANNELS] = {NULL,    NULL,    quarter,
                                              quarter, quarter, quarter};
        fill(fixture, 1); /* what came before the first look does not count */
        for (int k = 0; k < 4; k++) {
            bj_feed_push(fixture->feed, channels, 480, ORIGIN_NS + k * 10 * MS, 0);
        }
        struct bj_fill_request request = {.now_ns = ORIGIN_NS + 30 * MS,
                                          .true_pps = 48000,
                                          .play_ns = (double)(ORIGIN_NS + 30 * MS),
                                          .play_pps = 48000,
                                          .target_points = 10,
                                          .pps = 48000};
        struct bj_fill_result result =
            bj_feed_fill(fixture->feed, &request, fixture->points);
        assert_int_equal(result.points, 10);
        assert_int_equal(code_of(fixture->points[0].r), 16384);
        assert_int_equal(code_of(fixture->points[0].i), has ? 16384 : 65535);
        end_fixture(fixture);
    }
}

/* ---- faults of the consumer ---- */

/* The engine stalls until the ring is full: what had no room is counted, keeps its place in
 * time, and what comes after it has the right latency. */
static void overflow_is_counted_and_recovered_from(void **state)
{
    (void)state;
    const int64_t latencies[] = {12 * MS, 50 * MS, 190 * MS};
    for (int round = 0; round < 6; round++) {
        struct bj_feed_config config = config_of(48000, latencies[round / 2]);
        struct fixture *fixture = make_fixture(&config, 48000);
        run(fixture, 500 * MS, 5 * MS);
        while (fixture->refused < (round % 2 ? 20000 : 640)) {
            push(fixture);
        }
        assert_true(stats_of(fixture).frames_lost >= fixture->refused);
        fixture->now_ns = captured_ns(fixture, fixture->pushed);
        fixture->play_ns = (double)fixture->now_ns + 1 * MS; /* the DAC did not run dry */
        fill(fixture, 48);
        fixture->restarted = false;
        run(fixture, 500 * MS, 5 * MS);
        assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
        check_account(fixture);
        assert_true(fixture->next_frame > fixture->pushed - 48 * 200);
        end_fixture(fixture);
    }
}

/* A point as long as 100 frames reaches beyond what is there; nothing is counted twice. */
static void a_slow_dac_counts_right(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(96000, 12 * MS);
    struct fixture *fixture = make_fixture(&config, 960);
    for (int k = 0; k < 200; k++) {
        run(fixture, 150 * MS + next(fixture) % (5 * MS), 10 * MS);
        bj_feed_restart(fixture->feed);
        fill(fixture, 1);
        struct bj_feed_stats stats = stats_of(fixture);
        assert_true((double)stats.frames_lost <= stats.position_frames);
    }
    assert_true(fixture->played > 100 * 96);
    end_fixture(fixture);
}

/* Points were flushed or the DAC ran dry: late, so frames are skipped. */
static void a_restart_of_the_queue_skips_when_late(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    run(fixture, 500 * MS, 10 * MS);
    fixture->play_ns += 7 * MS; /* something else was queued before these */
    fixture->restarted = true;
    run(fixture, 100 * MS, 20 * MS);
    assert_int_equal(fixture->gaps, 1);
    assert_int_equal(stats_of(fixture).frames_lost, 7 * 48);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    assert_int_equal(stats_of(fixture).jumps, 0);
    check_account(fixture);
    end_fixture(fixture);
}

/* The queue was thrown away: early, so it rests dark and plays no frame again. */
static void a_restart_of_the_queue_waits_when_early(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    run(fixture, 500 * MS, 20 * MS);
    fixture->play_ns = (double)fixture->now_ns;
    fixture->restarted = true;
    uint64_t dark = fixture->dark;
    run(fixture, 100 * MS, 20 * MS);
    assert_int_equal(fixture->gaps, 0);
    assert_in_range(fixture->dark - dark, 48 * 16, 48 * 20);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    assert_int_equal(stats_of(fixture).frames_lost, 0);
    end_fixture(fixture);
}

/* Restarted again while it still waits: waits just as long as is still needed. */
static void a_second_restart_while_waiting_is_exact(void **state)
{
    (void)state;
    for (int gap_ms = 0; gap_ms < 30; gap_ms++) {
        struct bj_feed_config config = config_of(48000, 50 * MS);
        struct fixture *fixture = make_fixture(&config, 48000);
        run(fixture, 500 * MS, 20 * MS);
        fixture->play_ns = (double)fixture->now_ns;
        fixture->restarted = true;
        fill(fixture, 96);
        assert_false(fixture->restarted);
        fixture->play_ns += gap_ms * MS;
        fixture->restarted = true;
        run(fixture, 200 * MS, 35 * MS);
        assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
        check_account(fixture);
        end_fixture(fixture);
    }
}

/* Nobody said so, but it is far off. */
static void a_large_error_is_put_right_at_once(void **state)
{
    (void)state;
    const int64_t shifts[] = {25 * MS, -25 * MS, 15 * MS, -15 * MS}; /* frames unchanged */
    for (int k = 0; k < 4; k++) {
        struct bj_feed_config config = config_of(48000, 100 * MS);
        struct fixture *fixture = make_fixture(&config, 48000);
        run(fixture, 500 * MS, 30 * MS);
        fixture->play_ns += (double)shifts[k];
        run(fixture, 100 * MS, 60 * MS);
        bool large = k < 2;
        assert_int_equal(stats_of(fixture).jumps, large);
        double expected = large ? 0 : 15.0 * MS;
        assert_true(fabs(fixture->worst_ns - expected) <= 0.5 * frame_ns(fixture) + 1);
        check_account(fixture);
        end_fixture(fixture);
    }
}

/* 14 ms off, as after JACK's period changed: at once, in the dark. 1.5 ms: within 0.5 ms
 * after 1.5 s, at a pitch that nobody hears. Nothing takes longer. */
static void no_error_takes_seconds_to_go(void **state)
{
    (void)state;
    const double shifts[] = {14e6, -14e6, 3e6, -3e6, 1.5e6, -1.5e6};
    for (int k = 0; k < 6; k++) {
        struct bj_feed_config config = config_of(48000, 100 * MS);
        config.matching = BJ_MATCH_RESAMPLE;
        struct fixture *fixture = make_fixture(&config, 30000);
        bool large = fabs(shifts[k]) > 2e6;
        run(fixture, 15 * BJ_NS_PER_S, 30 * MS);
        fixture->play_ns += shifts[k];
        run(fixture, large ? 150 * MS : 1500 * MS, 60 * MS);
        fixture->worst_ns = 0;
        run(fixture, 100 * MS, 60 * MS);
        assert_int_equal(stats_of(fixture).jumps, large);
        assert_true(fixture->worst_ns < (large ? 0.25e6 : 0.5e6));
        assert_true(stats_of(fixture).locked);
        end_fixture(fixture);
    }
}

/* A DAC's clock that no longer fits is a jump, though what is due hardly moved; and nothing
 * is locked before it has settled again. */
static void a_clock_measured_anew_is_shown(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 60 * MS);
    config.matching = BJ_MATCH_RESAMPLE;
    struct fixture *fixture = make_fixture(&config, 30000);
    run(fixture, 15 * BJ_NS_PER_S, 40 * MS);
    assert_true(stats_of(fixture).locked);
    fixture->restarted = fixture->remeasured = true;
    fixture->unsettled = true;
    run(fixture, 500 * MS, 40 * MS);
    assert_int_equal(stats_of(fixture).jumps, 1);
    assert_false(stats_of(fixture).locked);
    fixture->unsettled = false;
    run(fixture, 100 * MS, 40 * MS);
    assert_int_equal(stats_of(fixture).jumps, 1);
    assert_int_equal(stats_of(fixture).remeasured, 0); /* not that of the pushes */
    assert_true(stats_of(fixture).locked);
    end_fixture(fixture);
}

/* That of the pushes: less than half a cycle off, and so neither lost time nor late. */
static void a_clock_of_pushes_measured_anew_is_counted(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 100 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    fixture->period = 1024;
    run(fixture, 15 * BJ_NS_PER_S, 40 * MS);
    assert_int_equal(stats_of(fixture).remeasured, 0);
    for (uint64_t k = 1; k <= 2; k++) {
        fixture->line_ns += 3 * MS;
        run(fixture, 30 * BJ_NS_PER_S, 40 * MS);
        assert_int_equal(stats_of(fixture).remeasured, k);
        assert_true(stats_of(fixture).jumps >= k);
    }
    end_fixture(fixture);
}

/* Both crystals are off, by different amounts: L holds all the same, without a jump. */
static void resampling_holds_the_latency(void **state)
{
    (void)state;
    const double rate_ppm[] = {0, 0, 100, -500, 450}, pps_ppm[] = {1, 300, -200, 500, 449};
    const double pps[] = {48000, 30000, 48000, 100000, 48000};
    for (int k = 0; k < 5; k++) {
        struct bj_feed_config config = config_of(48000, 60 * MS);
        config.matching = BJ_MATCH_RESAMPLE;
        struct fixture *fixture = make_fixture(&config, pps[k]);
        fixture->rate *= 1 + rate_ppm[k] * 1e-6;
        fixture->pps *= 1 + pps_ppm[k] * 1e-6;
        run(fixture, 20 * BJ_NS_PER_S, 40 * MS);
        fixture->worst_ns = 0;
        run(fixture, 20 * BJ_NS_PER_S, 40 * MS);
        struct bj_feed_stats stats = stats_of(fixture);
        assert_true(fixture->worst_ns < 2000);
        assert_int_equal(stats.jumps, 0);
        assert_true(stats.locked);
        double ratio = fixture->rate / 48000 / (fixture->pps / pps[k]);
        assert_true(fabs(stats.ratio_ppm - (ratio - 1) * 1e6) < 0.1);
        end_fixture(fixture);
    }
}

/* JACK loses cycles: they play dark, as long as they lasted, and nothing else moves. */
static void a_gap_plays_dark_for_its_length(void **state)
{
    (void)state;
    for (uint32_t lost = 1; lost <= 4; lost++) {
        struct bj_feed_config config = config_of(48000, 100 * MS);
        config.matching = BJ_MATCH_RESAMPLE;
        struct fixture *fixture = make_fixture(&config, 48000);
        fixture->pps *= 1 + 200e-6;
        fixture->period = 480;
        run(fixture, 10 * BJ_NS_PER_S, 40 * MS);
        fixture->dark = 0;
        fixture->worst_ns = 0;
        /* the frames after the gap keep their numbers and move in time */
        fixture->line_ns = captured_ns(fixture, fixture->pushed) + (int64_t)lost * 10 * MS;
        fixture->line_frame = fixture->pushed;
        run(fixture, 500 * MS, 40 * MS);
        /* and a millisecond, in which the beam moves on */
        assert_true(fabs((double)fixture->dark - (lost * 480 + 48) * (1 + 200e-6)) < 3);
        assert_true(stats_of(fixture).frames_lost <= 49);
        fixture->worst_ns = 0;
        run(fixture, 500 * MS, 40 * MS);
        assert_true(fixture->worst_ns < 50000);
        end_fixture(fixture);
    }
}

/* Steered, frames pass unchanged; the DAC is told how fast to play, and L holds. */
static void steering_tells_the_rate_that_holds_the_latency(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign++) {
        struct bj_feed_config config = config_of(48000, 60 * MS);
        config.matching = BJ_MATCH_STEER;
        struct fixture *fixture = make_fixture(&config, 48000);
        fixture->follows_pps = true;
        double jack_hz = 48000 * (1 + sign * 300e-6);
        fixture->rate = jack_hz;
        run(fixture, 20 * BJ_NS_PER_S, 40 * MS);
        fixture->worst_ns = 0;
        fixture->gaps = 0;
        run(fixture, 20 * BJ_NS_PER_S, 40 * MS);
        assert_true(fabs(fixture->pps / jack_hz - 1) < 1e-6);
        assert_true(fixture->worst_ns < 2000);
        assert_int_equal(fixture->gaps + stats_of(fixture).jumps, 0);
        end_fixture(fixture);
    }
}

/* Connecting, fault: nothing can be taken, for minutes; then it starts as if fresh. */
static void target_zero_keeps_up_with_time(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    for (int round = 0; round < 3; round++) {
        for (int k = 0; k < 5000; k++) {
            fixture->now_ns += 4 * MS;
            push_until(fixture, fixture->now_ns); /* has room, always */
            assert_int_equal(fill(fixture, 0), 0);
        }
        assert_false(stats_of(fixture).running);
        fixture->play_ns = (double)fixture->now_ns;
        uint64_t played = fixture->played;
        run(fixture, 200 * MS, 10 * MS);
        assert_true(fixture->played > played + 150 * 48);
        assert_int_equal(fixture->gaps, round);
        assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
        check_account(fixture);
    }
    end_fixture(fixture);
}

/* ---- control ---- */

/* Nothing pushed before a restart is played after it, read by the engine already or not. */
static void restart_forgets_what_is_held(void **state)
{
    (void)state;
    for (int fresh = 0; fresh < 2; fresh++) {
        struct bj_feed_config config = config_of(48000, 50 * MS);
        struct fixture *fixture = make_fixture(&config, 48000);
        run(fixture, 500 * MS, 10 * MS);
        if (fresh) {
            push(fixture);
        }
        bj_feed_restart(fixture->feed);
        fixture->next_frame = fixture->pushed;
        uint64_t played = fixture->played;
        assert_int_equal(fill(fixture, 48), 0);
        assert_false(stats_of(fixture).running);
        run(fixture, 35 * MS, 10 * MS);
        assert_int_equal(fixture->played, played);
        run(fixture, 200 * MS, 10 * MS);
        assert_true(fixture->played > played + 4800);
        assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
        assert_int_equal(stats_of(fixture).silences, 0);
        check_account(fixture);
        end_fixture(fixture);
    }
}

/* Long periods: the pause until the next push after a restart is no silence. */
static void restart_between_long_periods_is_no_silence(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(8000, 190 * MS);
    struct fixture *fixture = make_fixture(&config, 8000);
    fixture->period = 800;
    run(fixture, BJ_NS_PER_S, 5 * MS);
    bj_feed_restart(fixture->feed);
    run(fixture, BJ_NS_PER_S, 5 * MS);
    assert_int_equal(stats_of(fixture).silences, 0);
    assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
    end_fixture(fixture);
}

static void a_new_latency_holds_from_then_on(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    const int64_t latencies[] = {100 * MS, 20 * MS, 60 * MS};
    run(fixture, 300 * MS, 10 * MS);
    for (int k = 0; k < 3; k++) {
        bj_feed_set_latency(fixture->feed, latencies[k]);
        fixture->latency_ns = latencies[k];
        uint64_t played = fixture->played;
        run(fixture, 300 * MS, 10 * MS);
        assert_true(fixture->played > played + 150 * 48);
        assert_true(fixture->worst_ns <= 0.5 * frame_ns(fixture) + 1);
        check_account(fixture);
    }
    end_fixture(fixture);
}

static void a_new_rate_holds_from_then_on(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 48000.5);
    const uint32_t rates[] = {96000, 44100, 8000, 48000};
    run(fixture, 300 * MS, 10 * MS);
    for (int k = 0; k < 4; k++) {
        bj_feed_set_rate(fixture->feed, rates[k]);
        fixture->line_ns = captured_ns(fixture, fixture->pushed);
        fixture->line_frame = fixture->pushed;
        fixture->rate = rates[k];
        uint64_t played = fixture->played;
        run(fixture, 500 * MS, 10 * MS);
        assert_true(fixture->played > played + 400 * 48);
        assert_true(fixture->worst_ns < 1000);
    }
    end_fixture(fixture);
}

/* ---- threads ---- */

static void neither_side_allocates(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 50 * MS);
    struct fixture *fixture = make_fixture(&config, 30000);
    allocations = 0;
    run(fixture, BJ_NS_PER_S, 10 * MS);
    bj_feed_restart(fixture->feed);
    run(fixture, BJ_NS_PER_S, 10 * MS);
    assert_int_equal(allocations, 0);
    end_fixture(fixture);
}

#define STRESS_PUSHES 6000
#define STRESS_PERIOD 64

struct producer {
    struct bj_feed *feed;
    atomic_uint wakes;
    atomic_bool finished;
};

static void *push_all(void *user)
{
    struct producer *producer = user;
    struct bj_feed *feed = producer->feed;
    float data[STRESS_PERIOD];
    uint64_t n = 0;
    for (int k = 0; k < STRESS_PUSHES; k++) {
        for (int f = 0; f < STRESS_PERIOD; f++) {
            data[f] = (float)((n + (uint64_t)f) % 65536) / 65535.0f;
        }
        const float *channels[BJ_CHANNELS] = {NULL, NULL, data, data, data, NULL};
        int64_t now_ns = ORIGIN_NS + (int64_t)((double)n / 48000 * 1e9);
        while ((double)n - bj_feed_stats(feed).position_frames > 1500 ||
               bj_feed_push(feed, channels, STRESS_PERIOD, now_ns, 0) != BJ_OK) {
            sched_yield();
        }
        n += STRESS_PERIOD;
        if (k % 1500 == 1499) {
            bj_feed_restart(feed);
        }
        if (bj_feed_wanted(feed)) {
            atomic_fetch_add(&producer->wakes, 1);
        }
    }
    atomic_store(&producer->finished, true);
    return NULL;
}

static void await_wake(struct producer *producer, unsigned seen)
{
    while (atomic_load(&producer->wakes) == seen && !atomic_load(&producer->finished)) {
        sched_yield();
    }
}

/* A point is a frame: its colours agree. Frames only go up. Who starves waits until it is
 * wanted: a wake that got lost would leave both sides waiting for ever. */
static void two_threads_at_full_speed(void **state)
{
    (void)state;
    struct bj_feed_config config = config_of(48000, 20 * MS);
    struct fixture *fixture = make_fixture(&config, 48000);
    struct producer producer = {.feed = fixture->feed};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, push_all, &producer), 0);
    bool whole = true, finished = false;
    int64_t played = 0;
    while (!finished) {
        unsigned wakes = atomic_load(&producer.wakes);
        finished = atomic_load(&producer.finished);
        int64_t last_ns = stats_of(fixture).last_push_ns;
        last_ns = last_ns == BJ_NEVER ? ORIGIN_NS : last_ns;
        struct bj_fill_request request = {.now_ns = last_ns,
                                          .pps = 48000,
                                          .true_pps = 48000,
                                          .target_points = 200,
                                          .play_ns = (double)last_ns,
                                          .play_pps = 48000};
        struct bj_fill_result result =
            bj_feed_fill(fixture->feed, &request, fixture->points);
        uint32_t count = result.kind == BJ_FILLED ? result.points : 0;
        for (uint32_t k = 0; k < count; k++) {
            const struct bj_point *p = &fixture->points[k];
            whole = whole && p->r == p->g && p->g == p->b;
        }
        played += count;
        if (count < request.target_points) {
            await_wake(&producer, wakes);
        }
    }
    pthread_join(thread, NULL);
    assert_true(whole);
    assert_true(played > STRESS_PUSHES * STRESS_PERIOD / 4);
    end_fixture(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_cannot_be),
        cmocka_unit_test(nothing_and_nonsense_are_answered),
        cmocka_unit_test(each_failed_allocation_is_told_and_undone),
        cmocka_unit_test(nothing_is_told_before_the_first_push),
        cmocka_unit_test(starts_with_exactly_the_latency),
        cmocka_unit_test(late_callbacks_do_not_change_it),
        cmocka_unit_test(an_hour_passes_every_frame_unchanged),
        cmocka_unit_test(colour_is_shifted_by_time),
        cmocka_unit_test(other_rates_keep_the_latency),
        cmocka_unit_test(statistics_tell_where_it_is),
        cmocka_unit_test(starving_skips_and_keeps_the_latency),
        cmocka_unit_test(the_engine_is_wanted_when_it_starves),
        cmocka_unit_test(silence_goes_dark_and_forgets),
        cmocka_unit_test(silence_is_four_periods_at_least),
        cmocka_unit_test(rubbish_plays_dark_and_is_counted),
        cmocka_unit_test(without_intensity_it_is_full),
        cmocka_unit_test(overflow_is_counted_and_recovered_from),
        cmocka_unit_test(a_slow_dac_counts_right),
        cmocka_unit_test(a_restart_of_the_queue_skips_when_late),
        cmocka_unit_test(a_restart_of_the_queue_waits_when_early),
        cmocka_unit_test(a_second_restart_while_waiting_is_exact),
        cmocka_unit_test(a_large_error_is_put_right_at_once),
        cmocka_unit_test(no_error_takes_seconds_to_go),
        cmocka_unit_test(a_clock_measured_anew_is_shown),
        cmocka_unit_test(a_clock_of_pushes_measured_anew_is_counted),
        cmocka_unit_test(resampling_holds_the_latency),
        cmocka_unit_test(a_gap_plays_dark_for_its_length),
        cmocka_unit_test(steering_tells_the_rate_that_holds_the_latency),
        cmocka_unit_test(target_zero_keeps_up_with_time),
        cmocka_unit_test(restart_forgets_what_is_held),
        cmocka_unit_test(restart_between_long_periods_is_no_silence),
        cmocka_unit_test(a_new_latency_holds_from_then_on),
        cmocka_unit_test(a_new_rate_holds_from_then_on),
        cmocka_unit_test(neither_side_allocates),
        cmocka_unit_test(two_threads_at_full_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
