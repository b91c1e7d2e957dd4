/* SPDX-License-Identifier: MIT */
#include "rough_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PLAY_NS (1200 * BJ_NS_PER_MS) /* then the end comes */
#define END_NS                                                                             \
    (3700 * BJ_NS_PER_MS) /* a silence, a drain, a stop that is not confirmed              \
                           */
#define STOP_NS (600 * BJ_NS_PER_MS)
#define WINDOW_NS (100 * BJ_NS_PER_MS)
/* Steps without effect in a window: two sockets may be tried anew every millisecond. */
#define MOST_IDLE 300
#define MOST_IDLE_AT_ONCE 3
#define AT_ONCE_NS 2000
#define SOON_NS (2 * BJ_NS_PER_MS)   /* what is planned so soon is planned well */
#define WORTH_NS (10 * BJ_NS_PER_MS) /* fewer points may wait: counters move in steps */
#define MOST_FRAMES 2048

/* What a step did, as seen from outside. */
struct effects {
    uint64_t written, sent, heard;
    enum bj_stream_state state;
};

struct fixture {
    const struct rough_scenario *scenario;
    struct conformance_row row;
    struct conformance_verdict *verdict;
    struct rough_result result;
    bool loud;
    void *adapter;
    struct rough_ways ways;
    struct sim_random random;
    struct bj_dac_config dac;
    struct bj_stream *stream;
    struct bj_feed *feed;
    struct bj_wait wait;
    int64_t now_ns, step_ns, window_ns, began_ns;
    bool woken, over, ended, closed;
    bool scant; /* the producer gave less than asked for */
    bool full;  /* the buffer was half full once */
    uint64_t
        dry_before; /* times the device ran dry until then: a few points are no buffer */
    uint32_t idle_at_once, idle_lately;
    uint64_t made;
    double cycle_ns; /* when the newest cycle began */
    int64_t push_ns, control_ns, fault_ns, close_ns;
    bool unplugged;
};

static double ms(const struct fixture *fixture, int64_t ns)
{
    return (double)(ns - fixture->began_ns) / 1e6;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool happens(struct fixture *fixture, int64_t percent)
{
    return sim_random_upto(&fixture->random, 99) < percent;
}

/* ---- The producer -------------------------------------------------------------------- */

static struct bj_fill_result make(struct fixture *fixture, uint32_t count,
                                  struct bj_point *points)
{
    for (uint32_t k = 0; k < count; k++)
        points[k] = (struct bj_point){
            .x = (float)sin((double)fixture->made++ / 50), .g = 0.6F, .i = 1};
    return (struct bj_fill_result){.kind = count ? BJ_FILLED : BJ_STARVED, .points = count};
}

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct fixture *fixture = user;
    uint32_t count = request->target_points;
    struct bj_fill_result result;

    if (fixture->ended)
        return (struct bj_fill_result){.kind = BJ_END};
    if (fixture->feed) {
        result = bj_feed_fill(fixture->feed, request, points);
    } else {
        if (fixture->scenario->producer == ROUGH_SCANT &&
            (fixture->scant || happens(fixture, 30)))
            count = (uint32_t)sim_random_upto(&fixture->random, count);
        result = make(fixture, fixture->ways.calm && fixture->scant ? 0 : count, points);
    }
    if (request->target_points > 0)
        fixture->scant = result.kind != BJ_FILLED || result.points < request->target_points;
    return result;
}

static void push(struct fixture *fixture)
{
    const struct rough_scenario *scenario = fixture->scenario;
    float frames[BJ_CHANNELS][MOST_FRAMES];
    const float *channels[BJ_CHANNELS];

    for (int c = 0; c < BJ_CHANNELS; c++) {
        channels[c] = frames[c];
        for (uint32_t k = 0; k < scenario->period; k++)
            frames[c][k] = c == 0 ? sinf((float)(fixture->made + k) / 30) : 0.5F;
    }
    fixture->made += scenario->period;
    bj_feed_push(fixture->feed, channels, scenario->period, (int64_t)fixture->cycle_ns, 0);
    fixture->woken |= bj_feed_wanted(fixture->feed);
    fixture->cycle_ns += scenario->period * 1e9 / scenario->jack_rate;
    fixture->push_ns = (int64_t)fixture->cycle_ns;
    if (happens(fixture, 10))
        fixture->push_ns += sim_random_upto(&fixture->random, scenario->cycle_late_ns);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void see_nothing(void *user, int64_t time_ns, const struct bj_point *seen)
{
    (void)user, (void)time_ns, (void)seen;
}

static void on_wake(void *user)
{
    struct fixture *fixture = user;

    fixture->woken = true;
}

static void on_passed(void *user, int64_t now_ns)
{
    struct fixture *fixture = user;

    fixture->row.advance(fixture->adapter, now_ns);
}

static bool create_feed(struct fixture *fixture)
{
    const struct bj_feed_config config = {.size = sizeof(struct bj_feed_config),
                                          .rate_hz = fixture->scenario->jack_rate,
                                          .max_push_frames = MOST_FRAMES,
                                          .latency_ns = fixture->scenario->latency_ns,
                                          .max_latency_ns = fixture->scenario->latency_ns};

    fixture->push_ns = fixture->now_ns;
    fixture->cycle_ns = (double)fixture->now_ns;
    return bj_feed_create(&config, &fixture->feed) == BJ_OK;
}

/* Rates that the DAC cannot do become one that it can. */
static bool create_stream(struct fixture *fixture)
{
    struct bj_stream_config config = bj_stream_defaults();
    enum bj_status status;

    config.driver = fixture->row.driver;
    config.dac = &fixture->dac;
    config.host =
        &(struct bj_host){.size = sizeof(struct bj_host), .wake = on_wake, .user = fixture};
    config.fill = fill;
    config.fill_user = fixture;
    config.pps = fixture->scenario->pps;
    config.target_buffer_ns = fixture->scenario->target_ns;
    config.min_buffer_ns = fixture->scenario->min_ns;
    config.underrun = fixture->scenario->underrun;
    status = bj_stream_create(&config, &fixture->stream);
    if (status == BJ_BAD_ARGUMENT) {
        config.pps = fixture->row.pps ? fixture->row.pps : 30000;
        status = bj_stream_create(&config, &fixture->stream);
    }
    return status == BJ_OK;
}

static bool begin(struct fixture *fixture, const struct conformance_row *row)
{
    const struct rough_scenario *scenario = fixture->scenario;

    fixture->now_ns = fixture->began_ns = fixture->window_ns = CONFORMANCE_START_NS;
    fixture->random = (struct sim_random){~scenario->seed};
    fixture->push_ns = fixture->control_ns = fixture->fault_ns = BJ_NEVER;
    fixture->close_ns = fixture->now_ns + PLAY_NS;
    fixture->woken = true;
    bj_wait_init(&fixture->wait);
    fixture->row = *row;
    fixture->row.trouble = scenario->trouble;
    fixture->adapter =
        row->create(&fixture->row, scenario->seed, see_nothing, NULL, &fixture->dac);
    if (!fixture->adapter)
        return false;
    rough_ways_begin(&fixture->ways, &scenario->ways, scenario->seed + 1,
                     &fixture->dac.via);
    fixture->ways.passed = on_passed;
    fixture->ways.user = fixture;
    rough_ways_step(&fixture->ways, fixture->now_ns);
    if (scenario->controls)
        fixture->control_ns = fixture->now_ns + 200 * BJ_NS_PER_MS;
    if (scenario->faults && row->unplug)
        fixture->fault_ns = fixture->now_ns + 400 * BJ_NS_PER_MS;
    if (scenario->producer == ROUGH_FEED && !create_feed(fixture))
        return false;
    return create_stream(fixture);
}

static void finish(struct fixture *fixture)
{
    rough_ways_step(&fixture->ways, fixture->now_ns);
    bj_stream_destroy(fixture->stream);
    bj_feed_destroy(fixture->feed);
    if (fixture->adapter)
        fixture->row.destroy(fixture->adapter);
}

/* ---- What a step does ---------------------------------------------------------------- */

static struct effects effects(const struct fixture *fixture)
{
    struct bj_stats stats = bj_stream_stats(fixture->stream);

    return (struct effects){.written = stats.points_written,
                            .sent = fixture->ways.sent,
                            .heard = fixture->ways.heard,
                            .state = stats.state};
}

static bool did_something(const struct effects *before, const struct effects *after)
{
    return after->written != before->written || after->sent != before->sent ||
           after->state != before->state;
}

static void go_to(struct fixture *fixture, int64_t now_ns)
{
    fixture->now_ns = now_ns;
    fixture->row.advance(fixture->adapter, now_ns);
}

static bool is_due(struct fixture *fixture)
{
    struct bj_wait wait = rough_ways_wait(&fixture->ways, &fixture->wait, fixture->now_ns);

    return !fixture->over &&
           (fixture->woken || fixture->wait.deadline_ns <= fixture->now_ns ||
            (wait.count > 0 && fixture->row.ready(fixture->adapter, &wait)));
}

static void step(struct fixture *fixture)
{
    enum bj_run run;

    rough_ways_step(&fixture->ways, fixture->now_ns);
    run = bj_stream_step(fixture->stream, fixture->now_ns, &fixture->wait);
    fixture->over = run != BJ_RUN_GOING;
    go_to(fixture, fixture->ways.now_ns);
    if (fixture->loud)
        printf("%9.4f ms: %llu written, %llu sent, %llu heard, state %d, %u buffered, wait "
               "%.4f ms on %d\n",
               ms(fixture, fixture->ways.step_ns),
               (unsigned long long)bj_stream_stats(fixture->stream).points_written,
               (unsigned long long)fixture->ways.sent,
               (unsigned long long)fixture->ways.heard,
               bj_stream_stats(fixture->stream).state,
               bj_stream_stats(fixture->stream).buffered_points,
               fixture->wait.deadline_ns == BJ_NEVER
                   ? NAN
                   : (double)(fixture->wait.deadline_ns - fixture->now_ns) / 1e6,
               fixture->wait.count);
}

/* ---- Is something left? -------------------------------------------------------------- */

static void complain_of_loss(struct fixture *fixture, const struct effects *before,
                             const struct effects *after, int64_t planned_ns)
{
    conformance_expect(
        fixture->verdict, false,
        "at %.4f ms an uninvited step wrote %llu points, sent %llu, went from state %d to "
        "%d; the next one was planned for %.4f ms",
        ms(fixture, fixture->now_ns),
        (unsigned long long)(after->written - before->written),
        (unsigned long long)(after->sent - before->sent), before->state, after->state,
        planned_ns == BJ_NEVER ? NAN : ms(fixture, planned_ns));
}

/* The producer's end is heard with the question that is asked when points are due. */
static bool heard_the_end(const struct effects *before, const struct effects *after)
{
    return before->state == BJ_STREAM_STREAMING && after->state == BJ_STREAM_DRAINING;
}

/* Time has passed since the plan: a few points may wait to become more, and a look now may
 * find another level than was expected. */
static bool is_worth_it(const struct fixture *fixture, const struct effects *before,
                        const struct effects *after, int64_t planned_ns)
{
    uint64_t written = after->written - before->written;
    int64_t worth_ns = WORTH_NS + fixture->row.trouble.jitter_ns;
    double worth = (double)worth_ns / 1e9 * bj_stream_stats(fixture->stream).pps +
                   fixture->row.trouble.quantum;

    if (heard_the_end(before, after))
        return planned_ns - fixture->now_ns > worth_ns;
    return after->state != before->state || (written == 0 && after->sent != before->sent) ||
           (double)written >= worth;
}

/* The wait is kept: the run goes on as if nobody had asked. */
static void probe(struct fixture *fixture, bool at_once)
{
    struct bj_wait planned = fixture->wait;
    struct effects before = effects(fixture), after;

    fixture->ways.calm = true;
    step(fixture);
    fixture->ways.calm = false;
    after = effects(fixture);
    fixture->wait = planned;
    fixture->result.probes++;
    if (fixture->scant || !did_something(&before, &after) ||
        planned.deadline_ns - fixture->now_ns <= SOON_NS)
        return;
    if (at_once || is_worth_it(fixture, &before, &after, planned.deadline_ns))
        complain_of_loss(fixture, &before, &after, planned.deadline_ns);
}

static void probe_at_once(struct fixture *fixture, int64_t step_ns)
{
    if (!fixture->over && !fixture->scant && !is_due(fixture))
        probe(fixture, fixture->now_ns == step_ns);
}

/* Devices are looked for now and then: no bus and no network tells when one is there. */
static bool is_looking(const struct fixture *fixture)
{
    enum bj_stream_state state = bj_stream_stats(fixture->stream).state;

    return state == BJ_STREAM_CONNECTING || state == BJ_STREAM_RECONNECTING;
}

/* Between now and next_ns, when nothing is said to be due. */
static void probe_later(struct fixture *fixture, int64_t next_ns)
{
    int64_t until_ns = earlier(next_ns, fixture->wait.deadline_ns - SOON_NS);

    if (fixture->over || fixture->scant || is_looking(fixture) ||
        until_ns <= fixture->now_ns || !happens(fixture, 25))
        return;
    go_to(fixture, fixture->now_ns +
                       sim_random_upto(&fixture->random, until_ns - fixture->now_ns - 1));
    if (!is_due(fixture))
        probe(fixture, false);
}

/* ---- Is it called in vain? ----------------------------------------------------------- */

static void note_idle(struct fixture *fixture, bool idle, int64_t now_ns)
{
    if (now_ns - fixture->step_ns > AT_ONCE_NS)
        fixture->idle_at_once = 0;
    if (now_ns - fixture->window_ns > WINDOW_NS) {
        fixture->window_ns = now_ns;
        fixture->idle_lately = 0;
    }
    fixture->step_ns = now_ns;
    fixture->idle_at_once = idle ? fixture->idle_at_once + 1 : 0;
    fixture->idle_lately += idle;
    fixture->result.steps++;
    fixture->result.idle_steps += idle;
    conformance_expect(fixture->verdict, fixture->idle_at_once < MOST_IDLE_AT_ONCE,
                       "at %.4f ms it spins: %u steps at once without effect",
                       ms(fixture, now_ns), fixture->idle_at_once);
    conformance_expect(fixture->verdict, fixture->idle_lately < MOST_IDLE,
                       "at %.4f ms it spins: %u steps without effect in %.0f ms",
                       ms(fixture, now_ns), fixture->idle_lately,
                       (double)(now_ns - fixture->window_ns) / 1e6);
}

static void note_full(struct fixture *fixture)
{
    struct bj_stats stats = bj_stream_stats(fixture->stream);
    double half = (double)fixture->scenario->target_ns / 2e9 * stats.pps;

    if (fixture->full || stats.state != BJ_STREAM_STREAMING || stats.buffered_points < half)
        return;
    fixture->full = true;
    fixture->dry_before = stats.device_underruns;
}

static void act(struct fixture *fixture)
{
    struct effects before = effects(fixture), after;
    bool invited = fixture->woken;
    int64_t now_ns = fixture->now_ns;

    fixture->woken = fixture->scant = false;
    step(fixture);
    after = effects(fixture);
    note_full(fixture);
    note_idle(fixture,
              !invited && !did_something(&before, &after) && after.heard == before.heard,
              now_ns);
    probe_at_once(fixture, now_ns);
}

/* ---- What happens meanwhile ---------------------------------------------------------- */

static void control(struct fixture *fixture)
{
    switch (sim_random_upto(&fixture->random, 4)) {
    case 0:
    case 1:
        bj_stream_arm(fixture->stream);
        break;
    case 2:
        bj_stream_disarm(fixture->stream);
        break;
    case 3:
        bj_stream_disarm(fixture->stream);
        bj_stream_arm(fixture->stream);
        break;
    default:
        bj_stream_connections(fixture->stream, happens(fixture, 70), 0);
        break;
    }
    fixture->control_ns =
        fixture->now_ns + 1 + sim_random_upto(&fixture->random, 200000000);
}

static void fault(struct fixture *fixture)
{
    if (fixture->unplugged)
        fixture->row.plug(fixture->adapter);
    else
        fixture->row.unplug(fixture->adapter);
    fixture->unplugged = !fixture->unplugged;
    fixture->fault_ns = fixture->now_ns + 1 + sim_random_upto(&fixture->random, 300000000);
}

static void close_down(struct fixture *fixture)
{
    fixture->closed = true;
    if (fixture->scenario->end == ROUGH_STOP)
        bj_stream_stop(fixture->stream);
    fixture->ended = fixture->woken = true;
}

static void happen(struct fixture *fixture)
{
    if (fixture->now_ns >= fixture->push_ns)
        push(fixture);
    if (fixture->now_ns >= fixture->control_ns)
        control(fixture);
    if (fixture->now_ns >= fixture->fault_ns)
        fault(fixture);
    if (!fixture->closed && fixture->now_ns >= fixture->close_ns)
        close_down(fixture);
}

static int64_t next_ns(const struct fixture *fixture)
{
    int64_t next =
        earlier(fixture->row.next_event_ns(fixture->adapter), fixture->wait.deadline_ns);

    next = earlier(next, earlier(fixture->push_ns, fixture->control_ns));
    next = earlier(next, fixture->fault_ns);
    if (!fixture->closed)
        next = earlier(next, fixture->close_ns);
    if (fixture->ways.refused_until_ns > fixture->now_ns)
        next = earlier(next, fixture->ways.refused_until_ns);
    return next > fixture->now_ns ? next : fixture->now_ns + 1;
}

static void be_late(struct fixture *fixture)
{
    int64_t late_ns = fixture->scenario->late_ns;

    if (late_ns > 0 && !fixture->woken && happens(fixture, 20))
        go_to(fixture, fixture->now_ns + sim_random_upto(&fixture->random, late_ns));
}

static int64_t limit_ns(const struct fixture *fixture)
{
    switch (fixture->scenario->end) {
    case ROUGH_END:
        return fixture->close_ns + END_NS;
    case ROUGH_STOP:
        return fixture->close_ns + STOP_NS;
    default:
        return fixture->close_ns;
    }
}

static void run(struct fixture *fixture)
{
    int64_t limit = limit_ns(fixture);

    while (!fixture->over && fixture->now_ns < limit && fixture->verdict->text[0] == '\0') {
        if (is_due(fixture)) {
            be_late(fixture);
            act(fixture);
            continue;
        }
        probe_later(fixture, earlier(next_ns(fixture), limit));
        go_to(fixture, earlier(next_ns(fixture), limit));
        happen(fixture);
    }
}

struct rough_result rough_fixture_run(const struct conformance_row *row,
                                      const struct rough_scenario *scenario, bool loud,
                                      struct conformance_verdict *verdict)
{
    struct fixture fixture = {.scenario = scenario, .verdict = verdict, .loud = loud};
    struct bj_stats stats;

    if (!conformance_expect(verdict, begin(&fixture, row), "it does not begin")) {
        finish(&fixture);
        return fixture.result;
    }
    run(&fixture);
    stats = bj_stream_stats(fixture.stream);
    fixture.result.device_underruns = (uint32_t)stats.device_underruns;
    fixture.result.points_written = stats.points_written;
    if (scenario->end != ROUGH_DESTROY)
        conformance_expect(verdict, fixture.over,
                           "it has not ended %.0f ms after it should",
                           ms(&fixture, fixture.now_ns) - ms(&fixture, fixture.close_ns));
    if (scenario->tame)
        conformance_expect(
            verdict,
            stats.points_written > 0 && stats.device_underruns == fixture.dry_before,
            "it wrote %llu points, and ran dry %llu times",
            (unsigned long long)stats.points_written,
            (unsigned long long)(stats.device_underruns - fixture.dry_before));
    finish(&fixture);
    return fixture.result;
}
