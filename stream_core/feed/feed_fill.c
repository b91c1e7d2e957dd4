/* SPDX-License-Identifier: MIT
 *
 * The engine's side of a feed: from the ring to points, each L after its capture.
 */
#include "clock/rate_match.h"
#include "feed/feed.h"

#include <math.h>

#define BLOCK_POINTS 256u
/* A latency further off than this is put right at once: a gap of a ms is seen less than the
 * seconds at a wrong pitch that it would take otherwise. What is nearer glides: at most 0.2
 * %, less than anybody hears, and 1.4 s until it is within LOCKED_NS. */
#define JUMP_NS (2.0 * BJ_NS_PER_MS)
/* While the clocks are not settled their own error may be more: 0.5 %, and 2.3 s. */
#define UNSETTLED_JUMP_NS (5.0 * BJ_NS_PER_MS)
/* Frames that pass unchanged cannot glide, and drift until then. */
#define EXACT_JUMP_NS (20.0 * BJ_NS_PER_MS)
/* Where time itself jumped, everything above this is. */
#define LEAST_JUMP_NS (0.25 * BJ_NS_PER_MS)
/* ... and where it begins in the dark anyway, everything above this. */
#define LEAST_DARK_JUMP_NS (0.05 * BJ_NS_PER_MS)
#define LOCKED_NS (0.5 * BJ_NS_PER_MS)
#define DARK_S 1e-3
#define SETTLES_WITHIN_NS (5 * BJ_NS_PER_S)
/* Enough new frames to be worth a wake-up; a short latency cannot wait so long. */
#define WORTH_A_WAKE_NS (5 * BJ_NS_PER_MS)
#define WORTH_A_WAKE_OF_LATENCY 8

static void add(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

/* Before looking at what was pushed; taken back if that is enough. */
static void want_more(struct bj_feed *feed)
{
    int64_t worth_ns = feed->latency / WORTH_A_WAKE_OF_LATENCY;
    worth_ns = worth_ns < WORTH_A_WAKE_NS ? worth_ns : WORTH_A_WAKE_NS;
    uint64_t head = bj_ring_head(&feed->ring);
    uint64_t more = (uint64_t)((double)worth_ns / 1e9 * feed->rate);
    atomic_exchange_explicit(&feed->wanted_frames, head + (more > 0 ? more : 1),
                             memory_order_acq_rel);
}

static void want_nothing(struct bj_feed *feed)
{
    atomic_store_explicit(&feed->wanted_frames, UINT64_MAX, memory_order_relaxed);
}

static void stop_running(struct bj_feed *feed)
{
    feed->running = false;
    feed->hold_points = feed->dark_points = 0;
}

/* ---- the position in the ring -------------------------------------------------------- */

static double position(const struct bj_feed *feed)
{
    return bj_convert_position(&feed->convert);
}

/* Nothing below the position's surroundings is needed any more. */
static void release_read(struct bj_feed *feed)
{
    uint32_t behind = bj_convert_behind(&feed->convert);
    uint64_t frame = feed->convert.frame;
    bj_ring_release(&feed->ring, frame > behind ? frame - behind : 0);
}

/* Each frame is played or counted here, whatever the reason. */
static void count_skipped(struct bj_feed *feed, uint64_t frames)
{
    add(feed->settled ? &feed->frames_skipped : &feed->frames_at_start, frames);
}

/* Forward only; what lies between is skipped. */
static void go_to(struct bj_feed *feed, double frame)
{
    double skipped = frame - position(feed);
    if (skipped > 0) {
        count_skipped(feed, (uint64_t)(skipped + 0.5));
        bj_convert_set_position(&feed->convert, frame);
    }
    release_read(feed);
}

static uint64_t oldest_usable(const struct bj_feed *feed)
{
    return bj_ring_tail(&feed->ring) + bj_convert_behind(&feed->convert);
}

/* While nothing runs, keep just what a start with latency L could need. */
static void release_stale(struct bj_feed *feed, int64_t now_ns)
{
    double captured_ns = (double)(now_ns - feed->latency);
    double oldest = bj_timeline_frame_at(&feed->timeline, captured_ns) -
                    bj_convert_behind(&feed->convert) - 2;
    double end = (double)bj_timeline_end(&feed->timeline);
    oldest = oldest < end ? oldest : end;
    if (oldest > 0) {
        bj_ring_release(&feed->ring, (uint64_t)oldest);
    }
}

/* ---- what was pushed ----------------------------------------------------------------- */

/* Nothing pushed until now will be played. */
static void forget(struct bj_feed *feed, uint64_t end)
{
    go_to(feed, (double)end);
    bj_ring_release(&feed->ring, end);
    bj_timeline_begin(&feed->timeline, feed->rate, end);
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
    bj_convert_set_colour_shift(&feed->convert,
                                -(double)feed->colour_shift_ns / 1e9 * feed->rate);
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

/* ---- time: which frame is due, how fast to go on ------------------------------------- */

static bool steers(const struct bj_feed *feed, const struct bj_fill_request *request)
{
    return feed->matching == BJ_MATCH_STEER && request->follows_pps;
}

/* Whole frames only, so that they pass unchanged. */
static bool passes_frames(const struct bj_feed *feed)
{
    return feed->matching != BJ_MATCH_RESAMPLE && feed->convert.step == 1ULL << 32;
}

/* By how much the frame at the position is late if it plays as point `done` of the
 * request; early: negative. */
static double error_ns(const struct bj_feed *feed, const struct bj_fill_request *request,
                       uint64_t done)
{
    double play_ns = request->play_ns + (double)done / request->play_pps * 1e9;
    double captured_ns = bj_timeline_ns(&feed->timeline, position(feed));
    return play_ns - (double)feed->latency - captured_ns;
}

/* Frames per point that keep L, as the two clocks go. */
static double matched_step(const struct bj_feed *feed,
                           const struct bj_fill_request *request, double nominal,
                           double point_hz)
{
    return bj_rate_match_step(&(struct bj_rate_match){
        .nominal = nominal,
        .frame_hz = bj_timeline_hz(&feed->timeline),
        .point_hz = point_hz,
        .error_ns = error_ns(feed, request, feed->hold_points),
        .error_sd_ns = request->play_sd_ns,
        .settled = request->play_settled && bj_timeline_settled(&feed->timeline),
    });
}

static void set_step(struct bj_feed *feed, const struct bj_fill_request *request)
{
    double nominal = feed->rate / request->true_pps, step = nominal, ratio_ppm = 0;
    bool known = request->play_known && bj_timeline_ready(&feed->timeline);
    if (known) {
        double ratio = bj_timeline_hz(&feed->timeline) / request->play_pps;
        ratio_ppm = (ratio / nominal - 1) * 1e6;
    }
    feed->wanted_pps = 0;
    if (steers(feed, request)) {
        step = feed->rate / request->pps;
        if (known && feed->running) {
            double faster = matched_step(feed, request, step, request->pps) / step;
            feed->wanted_pps = request->pps * faster;
        }
    } else if (known && feed->running && feed->matching == BJ_MATCH_RESAMPLE) {
        step = matched_step(feed, request, nominal, request->play_pps);
    }
    bj_convert_set_step(&feed->convert, step);
    atomic_store_explicit(&feed->ratio_ppm, ratio_ppm, memory_order_relaxed);
}

/* A clock is another than it was measured to be: it counts as a jump, however far. */
static void note_misfits(struct bj_feed *feed, const struct bj_fill_request *request)
{
    bool pushes = feed->timeline.misfits != feed->misfits;
    feed->remeasured = request->remeasured || pushes;
    feed->misfits = feed->timeline.misfits;
    if (feed->remeasured && feed->running) {
        feed->unsure = true;
        add(&feed->jumps, 1);
        add(&feed->remeasured_pushes, pushes);
        atomic_store_explicit(&feed->last_jump_ns, request->now_ns, memory_order_relaxed);
    } else if (request->play_settled && bj_timeline_settled(&feed->timeline)) {
        feed->unsure = false;
    }
}

/* The frame that is due if it plays as point `done` of the request; behind a gap, if that
 * is where its time lies. */
static double due_frame(const struct bj_feed *feed, const struct bj_fill_request *request,
                        uint64_t done)
{
    double play_ns = request->play_ns + (double)done / request->play_pps * 1e9;
    double due = bj_timeline_frame_at(&feed->timeline, play_ns - (double)feed->latency);
    return passes_frames(feed) ? floor(due + 0.5) : due;
}

static bool try_start(struct bj_feed *feed, const struct bj_fill_request *request)
{
    if (!bj_timeline_ready(&feed->timeline)) {
        return false;
    }
    double due = due_frame(feed, request, 0);
    if (due < (double)oldest_usable(feed) ||
        due >= (double)bj_timeline_end(&feed->timeline)) {
        release_stale(feed, request->now_ns);
        return false;
    }
    go_to(feed, due);
    (void)bj_timeline_pass(&feed->timeline, position(feed));
    feed->running = true;
    if (feed->settle_by_ns == 0) {
        feed->settle_by_ns = request->now_ns + SETTLES_WITHIN_NS;
    }
    atomic_store_explicit(&feed->last_jump_ns, request->now_ns, memory_order_relaxed);
    return true;
}

static void skip(struct bj_feed *feed, const struct bj_fill_request *request, uint32_t done)
{
    double end = (double)bj_timeline_end(&feed->timeline);
    double due = due_frame(feed, request, done);
    go_to(feed, due < end ? due : end);
}

/* Late: skip. Early, perhaps because a gap lies before the frame that is next: rest dark
 * until it is time. Never play twice. */
static void jump(struct bj_feed *feed, double late_ns,
                 const struct bj_fill_request *request, uint32_t done)
{
    if (late_ns > 0) {
        skip(feed, request, done);
        late_ns = error_ns(feed, request, done);
    }
    double early_s = late_ns < 0 ? -late_ns / 1e9 : 0;
    feed->hold_points = (uint64_t)(early_s * request->play_pps + 0.5);
}

/* Both clocks are guesses at first, and each better one moves the position. */
static void note_settled(struct bj_feed *feed, const struct bj_fill_request *request,
                         bool locked)
{
    bool in_time = request->now_ns < feed->settle_by_ns;
    feed->settled = feed->settled || (locked && request->play_settled) || !in_time;
}

static double jump_limit_ns(const struct bj_feed *feed,
                            const struct bj_fill_request *request)
{
    bool settled = request->play_settled && bj_timeline_settled(&feed->timeline);
    if (feed->matching == BJ_MATCH_EXACT) {
        return EXACT_JUMP_NS;
    }
    return settled ? JUMP_NS : UNSETTLED_JUMP_NS;
}

/* Where time jumped - the DAC's queue was emptied or resumed, JACK lost cycles, a clock was
 * measured anew - or the error is beyond what the ratio should put right. */
static void correct_latency(struct bj_feed *feed, const struct bj_fill_request *request,
                            uint32_t done)
{
    bool jumped = bj_timeline_pass(&feed->timeline, position(feed));
    double late_ns = error_ns(feed, request, done);
    double held_ns = (double)feed->hold_points / request->play_pps * 1e9;
    double off_ns = fabs(late_ns + held_ns);
    bool anew = jumped || (request->restarted && done == 0);
    atomic_store_explicit(&feed->latency_error_ns, late_ns + held_ns, memory_order_relaxed);
    bool locked = request->play_known && off_ns < LOCKED_NS && !feed->unsure;
    atomic_store_explicit(&feed->locked_now, locked, memory_order_relaxed);
    note_settled(feed, request, locked);
    double least_ns = request->restarted ? LEAST_DARK_JUMP_NS : LEAST_JUMP_NS;
    least_ns = passes_frames(feed) ? 0.5e9 / feed->rate : least_ns;
    if (off_ns <= (anew ? least_ns : jump_limit_ns(feed, request))) {
        return;
    }
    jump(feed, late_ns, request, done);
    if (jumped || !request->restarted) { /* else the engine begins dark */
        feed->dark_points = (uint64_t)(DARK_S * request->play_pps) + 1;
    }
    atomic_store_explicit(&feed->last_jump_ns, request->now_ns, memory_order_relaxed);
    if (!request->restarted && !feed->remeasured) {
        add(&feed->jumps, 1);
    }
}

/* ---- points -------------------------------------------------------------------------- */

static uint32_t emit_hold(struct bj_feed *feed, struct bj_point *points, uint32_t wanted)
{
    uint32_t count = feed->hold_points < wanted ? (uint32_t)feed->hold_points : wanted;
    for (uint32_t k = 0; k < count; k++) {
        points[k] = (struct bj_point){.x = feed->hold_x, .y = feed->hold_y};
    }
    feed->hold_points -= count;
    return count;
}

static void darken(struct bj_feed *feed, struct bj_point *points, uint32_t count)
{
    uint32_t dark = feed->dark_points < count ? (uint32_t)feed->dark_points : count;
    for (uint32_t k = 0; k < dark; k++) {
        points[k] = (struct bj_point){.x = points[k].x, .y = points[k].y};
    }
    feed->dark_points -= dark;
    count_skipped(feed, (dark * feed->convert.step) >> 32);
}

/* Points stand below the next gap, but look across it. */
static uint32_t convert_block(struct bj_feed *feed, struct bj_point *points,
                              uint32_t wanted, uint64_t gap)
{
    uint64_t end = bj_timeline_end(&feed->timeline);
    uint32_t block = wanted < BLOCK_POINTS ? wanted : BLOCK_POINTS;
    uint64_t ahead = bj_convert_ahead(&feed->convert);
    uint64_t readable = gap < end - ahead ? gap + ahead : end;
    uint32_t count = bj_convert_possible(&feed->convert, readable, block);
    if (count == 0) {
        return 0;
    }
    struct bj_convert_window window = bj_convert_window(&feed->convert, count);
    if (window.first + window.frames > end) {
        window.frames = (uint32_t)(end - window.first);
    }
    const float *in[BJ_CHANNELS];
    bj_ring_view(&feed->ring, window.first, window.frames, feed->scratch, in);
    bj_convert_run(&feed->convert, in, points, count);
    feed->hold_x = points[count - 1].x;
    feed->hold_y = points[count - 1].y;
    darken(feed, points, count);
    release_read(feed);
    return count;
}

/* Until the next gap, or as many as there are. */
static uint32_t convert_stretch(struct bj_feed *feed, struct bj_point *points,
                                uint32_t wanted)
{
    uint64_t gap = bj_timeline_next_gap(&feed->timeline, position(feed));
    uint32_t done = 0, more = 1;
    while (more > 0 && done < wanted && position(feed) < (double)gap) {
        more = convert_block(feed, points + done, wanted - done, gap);
        done += more;
    }
    return done;
}

/* Each stretch between gaps at its own time. */
static uint32_t make_points(struct bj_feed *feed, const struct bj_fill_request *request,
                            struct bj_point *points)
{
    uint32_t wanted = request->target_points, done = 0, before;
    do {
        before = done;
        correct_latency(feed, request, done);
        done += emit_hold(feed, points + done, wanted - done);
        if (feed->hold_points == 0) {
            done += convert_stretch(feed, points + done, wanted - done);
        }
    } while (done < wanted && done > before);
    return done;
}

static void publish(struct bj_feed *feed)
{
    double held =
        feed->running ? (double)bj_timeline_end(&feed->timeline) - position(feed) : 0;
    int64_t held_ns = held > 0 ? (int64_t)(held / feed->rate * 1e9) : 0;
    atomic_store_explicit(&feed->buffered_ns, held_ns, memory_order_relaxed);
    atomic_store_explicit(&feed->position, position(feed), memory_order_relaxed);
    atomic_store_explicit(&feed->running_now, feed->running, memory_order_relaxed);
}

static struct bj_fill_result starved(struct bj_feed *feed)
{
    atomic_store_explicit(&feed->locked_now, false, memory_order_relaxed);
    publish(feed);
    return (struct bj_fill_result){.kind = BJ_STARVED};
}

static bool is_sensible(const struct bj_fill_request *request)
{
    return isfinite(request->true_pps) && request->true_pps > 0 &&
           isfinite(request->play_pps) && request->play_pps > 0 &&
           isfinite(request->play_ns) && isfinite(request->play_sd_ns);
}

struct bj_fill_result bj_feed_fill(void *user, const struct bj_fill_request *request,
                                   struct bj_point *points)
{
    struct bj_feed *feed = user;
    if (!feed || !request || !is_sensible(request) || (!points && request->target_points)) {
        return (struct bj_fill_result){.kind = BJ_STARVED};
    }
    take_settings(feed);
    want_more(feed);
    take_pushes(feed);
    set_step(feed, request);
    note_misfits(feed, request);
    if (fell_silent(feed, request->now_ns)) {
        add(&feed->silences, 1);
        forget(feed, bj_timeline_end(&feed->timeline));
    }
    if (request->target_points == 0) { /* nothing can be taken: keep up with time */
        stop_running(feed);
        release_stale(feed, request->now_ns);
        return starved(feed);
    }
    if (!feed->running && !try_start(feed, request)) {
        return starved(feed);
    }
    uint32_t count = make_points(feed, request, points);
    if (count == request->target_points) {
        want_nothing(feed);
    }
    publish(feed);
    return (struct bj_fill_result){.kind = count ? BJ_FILLED : BJ_STARVED,
                                   .points = count,
                                   .wanted_pps = feed->wanted_pps};
}
