/* SPDX-License-Identifier: MIT */
#include "convert.h"
#include "ring.h"
#include "sanitise.h"
#include "timeline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PUSHES 4096u
#define MAX_RATE_HZ 384000u
#define BLOCK_POINTS 256u
/* Enough new frames to be worth a wake-up; a short latency cannot wait so long. */
#define WORTH_A_WAKE_NS (5 * BJ_NS_PER_MS)
#define WORTH_A_WAKE_OF_LATENCY 8
/* A latency further off than this is put right at once instead of kept. */
#define JUMP_NS (20 * BJ_NS_PER_MS)

struct bj_feed {
    struct bj_ring ring;
    bool has_intensity;

    /* settings: written by control, taken by the engine when `restarts` moves */
    _Atomic uint32_t rate_hz;
    _Atomic int64_t latency_ns;
    _Atomic unsigned restarts;

    /* engine thread */
    struct bj_convert convert;
    struct bj_timeline timeline;
    struct bj_sanitiser sanitiser;
    unsigned restarts_seen;
    double rate;
    int64_t latency;
    bool started; /* once: from then on every frame is played or counted as lost */
    bool running; /* position is set and points come from frames */
    bool gap;     /* the position was moved past lost frames and is to be timed anew */
    uint64_t hold_points; /* dark points due before the next frame */
    float hold_x, hold_y;
    float *scratch[BJ_CHANNELS];
    float *scratch_block;

    /* engine -> JACK thread: from so many frames pushed on, wake the engine */
    _Atomic uint64_t wanted_frames;

    /* engine writes, any thread reads */
    _Atomic uint64_t frames_invalid, frames_skipped, jumps, silences;
    _Atomic int64_t buffered_ns, last_push_ns;
    _Atomic double position, latency_error_ns;
    _Atomic bool running_now;
};

static uint32_t ring_frames(const struct bj_feed_config *config)
{
    int64_t latency = config->max_latency_ns > config->latency_ns ? config->max_latency_ns
                                                                  : config->latency_ns;
    double held = (double)latency * MAX_RATE_HZ / BJ_NS_PER_S;
    return (uint32_t)held + 4 * config->max_push_frames + 2 * BJ_CONVERT_WINDOW;
}

static bool config_is_sane(const struct bj_feed_config *config)
{
    return config->rate_hz >= 1000 && config->rate_hz <= MAX_RATE_HZ &&
           config->max_push_frames >= 1 && config->max_push_frames <= 65536 &&
           config->latency_ns >= 0 && config->latency_ns <= 10 * BJ_NS_PER_S &&
           config->max_latency_ns <= 10 * BJ_NS_PER_S;
}

enum bj_status bj_feed_create(const struct bj_feed_config *config, struct bj_feed **out)
{
    *out = NULL;
    if (!config_is_sane(config)) {
        return BJ_BAD_ARGUMENT;
    }
    struct bj_feed *feed = aligned_alloc(_Alignof(struct bj_feed), sizeof *feed);
    if (!feed) {
        return BJ_NO_MEMORY;
    }
    memset(feed, 0, sizeof *feed);
    size_t window = BJ_CONVERT_WINDOW;
    feed->scratch_block = calloc(window * BJ_CHANNELS, sizeof(float));
    if (!feed->scratch_block ||
        bj_ring_init(&feed->ring, ring_frames(config), MAX_PUSHES) != BJ_OK) {
        free(feed->scratch_block);
        free(feed);
        return BJ_NO_MEMORY;
    }
    for (int c = 0; c < BJ_CHANNELS; c++) {
        feed->scratch[c] = feed->scratch_block + c * window;
    }
    feed->has_intensity = config->has_intensity;
    atomic_init(&feed->rate_hz, config->rate_hz);
    atomic_init(&feed->latency_ns, config->latency_ns);
    atomic_init(&feed->restarts, 1);
    atomic_init(&feed->last_push_ns, BJ_NEVER);
    bj_convert_init(&feed->convert, config->interpolation);
    *out = feed;
    return BJ_OK;
}

void bj_feed_destroy(struct bj_feed *feed)
{
    if (feed) {
        bj_ring_finish(&feed->ring);
        free(feed->scratch_block);
        free(feed);
    }
}

enum bj_status bj_feed_push(struct bj_feed *feed, const float *const channels[BJ_CHANNELS],
                            uint32_t frames, int64_t now_ns)
{
    atomic_store_explicit(&feed->last_push_ns, now_ns, memory_order_relaxed);
    if (feed->has_intensity) {
        return bj_ring_push(&feed->ring, channels, frames, now_ns);
    }
    const float *with_full[BJ_CHANNELS];
    memcpy(with_full, channels, sizeof with_full);
    with_full[BJ_I] = NULL;
    return bj_ring_push(&feed->ring, with_full, frames, now_ns);
}

/* Two exchanges of one variable have an order: either this one sees the wish of want_more,
 * or the look at the ring that follows there sees what was pushed before this. */
bool bj_feed_wanted(struct bj_feed *feed)
{
    uint64_t wanted =
        atomic_fetch_add_explicit(&feed->wanted_frames, 0, memory_order_acq_rel);
    return atomic_load_explicit(&feed->ring.head, memory_order_relaxed) >= wanted;
}

void bj_feed_restart(struct bj_feed *feed)
{
    atomic_fetch_add_explicit(&feed->restarts, 1, memory_order_release);
}

void bj_feed_set_rate(struct bj_feed *feed, uint32_t rate_hz)
{
    assert(rate_hz >= 1000 && rate_hz <= MAX_RATE_HZ);
    atomic_store_explicit(&feed->rate_hz, rate_hz, memory_order_relaxed);
    bj_feed_restart(feed);
}

void bj_feed_set_latency(struct bj_feed *feed, int64_t latency_ns)
{
    atomic_store_explicit(&feed->latency_ns, latency_ns, memory_order_relaxed);
    bj_feed_restart(feed);
}

/* ---- engine thread
 * ------------------------------------------------------------------------ */

/* Before looking at what was pushed; taken back if that is enough. */
static void want_more(struct bj_feed *feed)
{
    int64_t worth_ns = feed->latency / WORTH_A_WAKE_OF_LATENCY;
    worth_ns = worth_ns < WORTH_A_WAKE_NS ? worth_ns : WORTH_A_WAKE_NS;
    uint64_t head = atomic_load_explicit(&feed->ring.head, memory_order_relaxed);
    uint64_t more = (uint64_t)((double)worth_ns / 1e9 * feed->rate);
    atomic_exchange_explicit(&feed->wanted_frames, head + (more > 0 ? more : 1),
                             memory_order_acq_rel);
}

static void want_nothing(struct bj_feed *feed)
{
    atomic_store_explicit(&feed->wanted_frames, UINT64_MAX, memory_order_relaxed);
}

static void add(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static void stop_running(struct bj_feed *feed)
{
    feed->running = false;
    feed->gap = false;
    feed->hold_points = 0;
}

/* Nothing below the position's surroundings is needed any more. */
static void release_read(struct bj_feed *feed)
{
    uint32_t behind = bj_convert_behind(&feed->convert);
    uint64_t frame = feed->convert.frame;
    bj_ring_release(&feed->ring, frame > behind ? frame - behind : 0);
}

/* Forward only; what lies between is lost. */
static void go_to(struct bj_feed *feed, double frame)
{
    double skipped = frame - bj_convert_position(&feed->convert);
    if (skipped > 0) {
        add(&feed->frames_skipped, feed->started ? (uint64_t)(skipped + 0.5) : 0);
        bj_convert_set_position(&feed->convert, frame);
    }
    release_read(feed);
}

/* Nothing pushed until now will be played. */
static void forget(struct bj_feed *feed, uint64_t end)
{
    go_to(feed, (double)end);
    bj_ring_release(&feed->ring, end);
    bj_timeline_init(&feed->timeline, feed->rate, end);
    stop_running(feed);
}

/* A restart drops what was pushed before it, at the rate that held before it. */
static void take_settings(struct bj_feed *feed)
{
    unsigned restarts = atomic_load_explicit(&feed->restarts, memory_order_acquire);
    if (restarts == feed->restarts_seen) {
        return;
    }
    feed->restarts_seen = restarts;
    feed->rate = atomic_load_explicit(&feed->rate_hz, memory_order_relaxed);
    feed->latency = atomic_load_explicit(&feed->latency_ns, memory_order_relaxed);
    struct bj_stamp stamp;
    uint64_t end = bj_timeline_end(&feed->timeline);
    while (bj_ring_pop_stamp(&feed->ring, &stamp)) {
        end = stamp.first_frame + stamp.frames;
    }
    forget(feed, end);
}

static void sanitise_push(struct bj_feed *feed, const struct bj_stamp *stamp)
{
    for (uint32_t done = 0; done < stamp->frames;) {
        float *channels[BJ_CHANNELS];
        uint32_t frames = bj_ring_span(&feed->ring, stamp->first_frame + done,
                                       stamp->frames - done, channels);
        add(&feed->frames_invalid, bj_sanitise(&feed->sanitiser, channels, frames));
        done += frames;
    }
}

static void take_pushes(struct bj_feed *feed)
{
    struct bj_stamp stamp;
    while (bj_ring_pop_stamp(&feed->ring, &stamp)) {
        sanitise_push(feed, &stamp);
        bj_timeline_push(&feed->timeline, &stamp);
        if (stamp.lost_before > 0) { /* what is older is far too late */
            go_to(feed, (double)stamp.first_frame);
            feed->gap = feed->running;
        }
    }
}

/* JACK has stopped calling: server stopped, killed or hung. */
static bool fell_silent(const struct bj_feed *feed, int64_t now_ns)
{
    int64_t last = atomic_load_explicit(&feed->last_push_ns, memory_order_relaxed);
    int64_t periods = bj_timeline_push_ns(&feed->timeline) * 4;
    int64_t limit = periods > BJ_SILENCE_LIMIT_NS ? periods : BJ_SILENCE_LIMIT_NS;
    return bj_timeline_ready(&feed->timeline) && now_ns - last > limit;
}

static uint64_t oldest_usable(const struct bj_feed *feed)
{
    return bj_ring_tail(&feed->ring) + bj_convert_behind(&feed->convert);
}

/* While nothing runs, keep just what a start with latency L could need. */
static void release_stale(struct bj_feed *feed, int64_t now_ns)
{
    double oldest = bj_timeline_frame_at(&feed->timeline, now_ns - feed->latency) -
                    bj_convert_behind(&feed->convert) - 2;
    double end = (double)bj_timeline_end(&feed->timeline);
    oldest = oldest < end ? oldest : end;
    if (oldest > 0) {
        bj_ring_release(&feed->ring, (uint64_t)oldest);
    }
}

static int64_t play_ns(const struct bj_fill_request *request)
{
    return request->now_ns + request->buffered_ns;
}

/* The frame that is due L after its capture when the request's first point plays. At equal
 * rates it is a whole one, so that frames pass unchanged. */
static double due_frame(const struct bj_feed *feed, const struct bj_fill_request *request)
{
    double frame = bj_timeline_frame_at(&feed->timeline, play_ns(request) - feed->latency);
    return feed->convert.step == 1ULL << 32 ? floor(frame + 0.5) : frame;
}

static bool try_start(struct bj_feed *feed, const struct bj_fill_request *request)
{
    if (!bj_timeline_ready(&feed->timeline)) {
        return false;
    }
    double due = due_frame(feed, request);
    if (due < (double)oldest_usable(feed) ||
        due >= (double)bj_timeline_end(&feed->timeline)) {
        release_stale(feed, request->now_ns);
        return false;
    }
    go_to(feed, due);
    (void)bj_timeline_take_step(&feed->timeline);
    feed->started = feed->running = true;
    return true;
}

/* Playing too late: skip frames. Too early: rest dark until it is time; never play twice.
 */
static void set_latency(struct bj_feed *feed, double late_frames,
                        const struct bj_fill_request *request)
{
    feed->hold_points = 0;
    if (late_frames < 0) {
        double early_s = -late_frames / feed->rate;
        feed->hold_points = (uint64_t)(early_s * request->true_pps + 0.5);
        return;
    }
    double end = (double)bj_timeline_end(&feed->timeline);
    double due = bj_convert_position(&feed->convert) + late_frames;
    go_to(feed, due < end ? due : end);
}

/* Off by much, by whatever cause; or by as much as JACK's own time line moved: a cycle it
 * lost. The estimate of the DAC's level is not trusted with less. */
static void correct_latency(struct bj_feed *feed, const struct bj_fill_request *request)
{
    double late_frames = due_frame(feed, request) - bj_convert_position(&feed->convert);
    double held_frames = (double)feed->hold_points / request->true_pps * feed->rate;
    double error_ns = (late_frames + held_frames) / feed->rate * 1e9;
    double step_ns = bj_timeline_take_step(&feed->timeline);
    atomic_store_explicit(&feed->latency_error_ns, error_ns, memory_order_relaxed);
    bool anew = request->restarted || feed->gap || fabs(error_ns) > JUMP_NS;
    feed->gap = false;
    if (!anew && step_ns == 0) {
        return;
    }
    if (!anew) {
        late_frames = -step_ns / 1e9 * feed->rate - held_frames;
    }
    set_latency(feed, late_frames, request);
    if (!request->restarted) {
        add(&feed->jumps, 1);
    }
}

static uint32_t emit_hold(struct bj_feed *feed, struct bj_point *points, uint32_t wanted)
{
    uint32_t count = feed->hold_points < wanted ? (uint32_t)feed->hold_points : wanted;
    for (uint32_t k = 0; k < count; k++) {
        points[k] = (struct bj_point){.x = feed->hold_x, .y = feed->hold_y};
    }
    feed->hold_points -= count;
    return count;
}

static uint32_t convert_block(struct bj_feed *feed, struct bj_point *points,
                              uint32_t wanted)
{
    uint64_t end = bj_timeline_end(&feed->timeline);
    uint32_t block = wanted < BLOCK_POINTS ? wanted : BLOCK_POINTS;
    uint32_t count = bj_convert_possible(&feed->convert, end, block);
    if (count == 0) {
        return 0;
    }
    struct bj_convert_window window = bj_convert_window(&feed->convert, count);
    if (window.first + window.frames > end) {
        window.frames = (uint32_t)(end - window.first);
    }
    bj_ring_read(&feed->ring, window.first, window.frames, feed->scratch);
    const float *in[BJ_CHANNELS];
    for (int c = 0; c < BJ_CHANNELS; c++) {
        in[c] = feed->scratch[c];
    }
    bj_convert_run(&feed->convert, in, points, count);
    feed->hold_x = points[count - 1].x;
    feed->hold_y = points[count - 1].y;
    release_read(feed);
    return count;
}

static uint32_t convert(struct bj_feed *feed, struct bj_point *points, uint32_t wanted)
{
    uint32_t done = emit_hold(feed, points, wanted);
    while (done < wanted) {
        uint32_t count = convert_block(feed, points + done, wanted - done);
        if (count == 0) {
            break;
        }
        done += count;
    }
    return done;
}

static void publish(struct bj_feed *feed)
{
    double held = feed->running ? (double)bj_timeline_end(&feed->timeline) -
                                      bj_convert_position(&feed->convert)
                                : 0;
    int64_t held_ns = held > 0 ? (int64_t)(held / feed->rate * 1e9) : 0;
    atomic_store_explicit(&feed->buffered_ns, held_ns, memory_order_relaxed);
    atomic_store_explicit(&feed->position, bj_convert_position(&feed->convert),
                          memory_order_relaxed);
    atomic_store_explicit(&feed->running_now, feed->running, memory_order_relaxed);
}

static struct bj_fill_result starved(struct bj_feed *feed)
{
    publish(feed);
    return (struct bj_fill_result){.kind = BJ_STARVED};
}

struct bj_fill_result bj_feed_fill(void *user, const struct bj_fill_request *request,
                                   struct bj_point *points)
{
    struct bj_feed *feed = user;
    take_settings(feed);
    want_more(feed);
    take_pushes(feed);
    bj_convert_set_step(&feed->convert, feed->rate / request->true_pps);
    if (fell_silent(feed, request->now_ns)) {
        add(&feed->silences, 1);
        forget(feed, bj_timeline_end(&feed->timeline));
    }
    if (request->target_points == 0) { /* nothing can be taken: keep up with time */
        stop_running(feed);
        release_stale(feed, request->now_ns);
        return starved(feed);
    }
    if (feed->running) {
        correct_latency(feed, request);
    } else if (!try_start(feed, request)) {
        return starved(feed);
    }
    uint32_t count = convert(feed, points, request->target_points);
    if (count == request->target_points) {
        want_nothing(feed);
    }
    publish(feed);
    return (struct bj_fill_result){.kind = count ? BJ_FILLED : BJ_STARVED, .points = count};
}

struct bj_feed_stats bj_feed_stats(const struct bj_feed *feed)
{
    return (struct bj_feed_stats){
        .frames_pushed = atomic_load_explicit(&feed->ring.head, memory_order_relaxed),
        .frames_lost = atomic_load_explicit(&feed->ring.lost_frames, memory_order_relaxed) +
                       atomic_load_explicit(&feed->frames_skipped, memory_order_relaxed),
        .frames_invalid = atomic_load_explicit(&feed->frames_invalid, memory_order_relaxed),
        .jumps = atomic_load_explicit(&feed->jumps, memory_order_relaxed),
        .silences = atomic_load_explicit(&feed->silences, memory_order_relaxed),
        .buffered_ns = atomic_load_explicit(&feed->buffered_ns, memory_order_relaxed),
        .last_push_ns = atomic_load_explicit(&feed->last_push_ns, memory_order_relaxed),
        .position_frames = atomic_load_explicit(&feed->position, memory_order_relaxed),
        .latency_error_ns =
            atomic_load_explicit(&feed->latency_error_ns, memory_order_relaxed),
        .running = atomic_load_explicit(&feed->running_now, memory_order_relaxed),
    };
}
