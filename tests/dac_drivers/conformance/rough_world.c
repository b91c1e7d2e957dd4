/* SPDX-License-Identifier: MIT */
#include "rough_world.h"

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

struct world {
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

static double ms(const struct world *world, int64_t ns)
{
    return (double)(ns - world->began_ns) / 1e6;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool happens(struct world *world, int64_t percent)
{
    return sim_random_upto(&world->random, 99) < percent;
}

/* ---- The producer -------------------------------------------------------------------- */

static struct bj_fill_result make(struct world *world, uint32_t count,
                                  struct bj_point *points)
{
    for (uint32_t k = 0; k < count; k++)
        points[k] = (struct bj_point){
            .x = (float)sin((double)world->made++ / 50), .g = 0.6F, .i = 1};
    return (struct bj_fill_result){.kind = count ? BJ_FILLED : BJ_STARVED, .points = count};
}

static struct bj_fill_result fill(void *user, const struct bj_fill_request *request,
                                  struct bj_point *points)
{
    struct world *world = user;
    uint32_t count = request->target_points;
    struct bj_fill_result result;

    if (world->ended)
        return (struct bj_fill_result){.kind = BJ_END};
    if (world->feed) {
        result = bj_feed_fill(world->feed, request, points);
    } else {
        if (world->scenario->producer == ROUGH_SCANT &&
            (world->scant || happens(world, 30)))
            count = (uint32_t)sim_random_upto(&world->random, count);
        result = make(world, world->ways.calm && world->scant ? 0 : count, points);
    }
    if (request->target_points > 0)
        world->scant = result.kind != BJ_FILLED || result.points < request->target_points;
    return result;
}

static void push(struct world *world)
{
    const struct rough_scenario *scenario = world->scenario;
    float frames[BJ_CHANNELS][MOST_FRAMES];
    const float *channels[BJ_CHANNELS];

    for (int c = 0; c < BJ_CHANNELS; c++) {
        channels[c] = frames[c];
        for (uint32_t k = 0; k < scenario->period; k++)
            frames[c][k] = c == 0 ? sinf((float)(world->made + k) / 30) : 0.5F;
    }
    world->made += scenario->period;
    bj_feed_push(world->feed, channels, scenario->period, (int64_t)world->cycle_ns, 0);
    world->woken |= bj_feed_wanted(world->feed);
    world->cycle_ns += scenario->period * 1e9 / scenario->jack_rate;
    world->push_ns = (int64_t)world->cycle_ns;
    if (happens(world, 10))
        world->push_ns += sim_random_upto(&world->random, scenario->cycle_late_ns);
}

/* ---- Life ---------------------------------------------------------------------------- */

static void see_nothing(void *user, int64_t time_ns, const struct bj_point *seen)
{
    (void)user, (void)time_ns, (void)seen;
}

static void on_wake(void *user)
{
    struct world *world = user;

    world->woken = true;
}

static void on_passed(void *user, int64_t now_ns)
{
    struct world *world = user;

    world->row.advance(world->adapter, now_ns);
}

static bool create_feed(struct world *world)
{
    const struct bj_feed_config config = {.size = sizeof(struct bj_feed_config),
                                          .rate_hz = world->scenario->jack_rate,
                                          .max_push_frames = MOST_FRAMES,
                                          .latency_ns = world->scenario->latency_ns,
                                          .max_latency_ns = world->scenario->latency_ns};

    world->push_ns = world->now_ns;
    world->cycle_ns = (double)world->now_ns;
    return bj_feed_create(&config, &world->feed) == BJ_OK;
}

/* Rates that the DAC cannot do become one that it can. */
static bool create_stream(struct world *world)
{
    struct bj_stream_config config = bj_stream_defaults();
    enum bj_status status;

    config.driver = world->row.driver;
    config.dac = &world->dac;
    config.host =
        &(struct bj_host){.size = sizeof(struct bj_host), .wake = on_wake, .user = world};
    config.fill = fill;
    config.fill_user = world;
    config.pps = world->scenario->pps;
    config.target_buffer_ns = world->scenario->target_ns;
    config.min_buffer_ns = world->scenario->min_ns;
    config.underrun = world->scenario->underrun;
    status = bj_stream_create(&config, &world->stream);
    if (status == BJ_BAD_ARGUMENT) {
        config.pps = world->row.pps ? world->row.pps : 30000;
        status = bj_stream_create(&config, &world->stream);
    }
    return status == BJ_OK;
}

static bool begin(struct world *world, const struct conformance_row *row)
{
    const struct rough_scenario *scenario = world->scenario;

    world->now_ns = world->began_ns = world->window_ns = CONFORMANCE_START_NS;
    world->random = (struct sim_random){~scenario->seed};
    world->push_ns = world->control_ns = world->fault_ns = BJ_NEVER;
    world->close_ns = world->now_ns + PLAY_NS;
    world->woken = true;
    bj_wait_init(&world->wait);
    world->row = *row;
    world->row.trouble = scenario->trouble;
    world->adapter =
        row->create(&world->row, scenario->seed, see_nothing, NULL, &world->dac);
    if (!world->adapter)
        return false;
    rough_ways_begin(&world->ways, &scenario->ways, scenario->seed + 1, &world->dac.via);
    world->ways.passed = on_passed;
    world->ways.user = world;
    rough_ways_step(&world->ways, world->now_ns);
    if (scenario->controls)
        world->control_ns = world->now_ns + 200 * BJ_NS_PER_MS;
    if (scenario->faults && row->unplug)
        world->fault_ns = world->now_ns + 400 * BJ_NS_PER_MS;
    if (scenario->producer == ROUGH_FEED && !create_feed(world))
        return false;
    return create_stream(world);
}

static void finish(struct world *world)
{
    rough_ways_step(&world->ways, world->now_ns);
    bj_stream_destroy(world->stream);
    bj_feed_destroy(world->feed);
    if (world->adapter)
        world->row.destroy(world->adapter);
}

/* ---- What a step does ---------------------------------------------------------------- */

static struct effects effects(const struct world *world)
{
    struct bj_stats stats = bj_stream_stats(world->stream);

    return (struct effects){.written = stats.points_written,
                            .sent = world->ways.sent,
                            .heard = world->ways.heard,
                            .state = stats.state};
}

static bool did_something(const struct effects *before, const struct effects *after)
{
    return after->written != before->written || after->sent != before->sent ||
           after->state != before->state;
}

static void go_to(struct world *world, int64_t now_ns)
{
    world->now_ns = now_ns;
    world->row.advance(world->adapter, now_ns);
}

static bool is_due(struct world *world)
{
    struct bj_wait wait = rough_ways_wait(&world->ways, &world->wait, world->now_ns);

    return !world->over && (world->woken || world->wait.deadline_ns <= world->now_ns ||
                            (wait.count > 0 && world->row.ready(world->adapter, &wait)));
}

static void step(struct world *world)
{
    enum bj_run run;

    rough_ways_step(&world->ways, world->now_ns);
    run = bj_stream_step(world->stream, world->now_ns, &world->wait);
    world->over = run != BJ_RUN_GOING;
    go_to(world, world->ways.now_ns);
    if (world->loud)
        printf("%9.4f ms: %llu written, %llu sent, %llu heard, state %d, %u buffered, wait "
               "%.4f ms on %d\n",
               ms(world, world->ways.step_ns),
               (unsigned long long)bj_stream_stats(world->stream).points_written,
               (unsigned long long)world->ways.sent, (unsigned long long)world->ways.heard,
               bj_stream_stats(world->stream).state,
               bj_stream_stats(world->stream).buffered_points,
               world->wait.deadline_ns == BJ_NEVER
                   ? NAN
                   : (double)(world->wait.deadline_ns - world->now_ns) / 1e6,
               world->wait.count);
}

/* ---- Is something left? -------------------------------------------------------------- */

static void complain_of_loss(struct world *world, const struct effects *before,
                             const struct effects *after, int64_t planned_ns)
{
    conformance_expect(
        world->verdict, false,
        "at %.4f ms an uninvited step wrote %llu points, sent %llu, went from state %d to "
        "%d; the next one was planned for %.4f ms",
        ms(world, world->now_ns), (unsigned long long)(after->written - before->written),
        (unsigned long long)(after->sent - before->sent), before->state, after->state,
        planned_ns == BJ_NEVER ? NAN : ms(world, planned_ns));
}

/* The producer's end is heard with the question that is asked when points are due. */
static bool heard_the_end(const struct effects *before, const struct effects *after)
{
    return before->state == BJ_STREAM_STREAMING && after->state == BJ_STREAM_DRAINING;
}

/* Time has passed since the plan: a few points may wait to become more, and a look now may
 * find another level than was expected. */
static bool is_worth_it(const struct world *world, const struct effects *before,
                        const struct effects *after, int64_t planned_ns)
{
    uint64_t written = after->written - before->written;
    int64_t worth_ns = WORTH_NS + world->row.trouble.jitter_ns;
    double worth = (double)worth_ns / 1e9 * bj_stream_stats(world->stream).pps +
                   world->row.trouble.quantum;

    if (heard_the_end(before, after))
        return planned_ns - world->now_ns > worth_ns;
    return after->state != before->state || (written == 0 && after->sent != before->sent) ||
           (double)written >= worth;
}

/* The wait is kept: the run goes on as if nobody had asked. */
static void probe(struct world *world, bool at_once)
{
    struct bj_wait planned = world->wait;
    struct effects before = effects(world), after;

    world->ways.calm = true;
    step(world);
    world->ways.calm = false;
    after = effects(world);
    world->wait = planned;
    world->result.probes++;
    if (world->scant || !did_something(&before, &after) ||
        planned.deadline_ns - world->now_ns <= SOON_NS)
        return;
    if (at_once || is_worth_it(world, &before, &after, planned.deadline_ns))
        complain_of_loss(world, &before, &after, planned.deadline_ns);
}

static void probe_at_once(struct world *world, int64_t step_ns)
{
    if (!world->over && !world->scant && !is_due(world))
        probe(world, world->now_ns == step_ns);
}

/* Devices are looked for now and then: no bus and no network tells when one is there. */
static bool is_looking(const struct world *world)
{
    enum bj_stream_state state = bj_stream_stats(world->stream).state;

    return state == BJ_STREAM_CONNECTING || state == BJ_STREAM_RECONNECTING;
}

/* Between now and next_ns, when nothing is said to be due. */
static void probe_later(struct world *world, int64_t next_ns)
{
    int64_t until_ns = earlier(next_ns, world->wait.deadline_ns - SOON_NS);

    if (world->over || world->scant || is_looking(world) || until_ns <= world->now_ns ||
        !happens(world, 25))
        return;
    go_to(world,
          world->now_ns + sim_random_upto(&world->random, until_ns - world->now_ns - 1));
    if (!is_due(world))
        probe(world, false);
}

/* ---- Is it called in vain? ----------------------------------------------------------- */

static void note_idle(struct world *world, bool idle, int64_t now_ns)
{
    if (now_ns - world->step_ns > AT_ONCE_NS)
        world->idle_at_once = 0;
    if (now_ns - world->window_ns > WINDOW_NS) {
        world->window_ns = now_ns;
        world->idle_lately = 0;
    }
    world->step_ns = now_ns;
    world->idle_at_once = idle ? world->idle_at_once + 1 : 0;
    world->idle_lately += idle;
    world->result.steps++;
    world->result.idle_steps += idle;
    conformance_expect(world->verdict, world->idle_at_once < MOST_IDLE_AT_ONCE,
                       "at %.4f ms it spins: %u steps at once without effect",
                       ms(world, now_ns), world->idle_at_once);
    conformance_expect(world->verdict, world->idle_lately < MOST_IDLE,
                       "at %.4f ms it spins: %u steps without effect in %.0f ms",
                       ms(world, now_ns), world->idle_lately,
                       (double)(now_ns - world->window_ns) / 1e6);
}

static void note_full(struct world *world)
{
    struct bj_stats stats = bj_stream_stats(world->stream);
    double half = (double)world->scenario->target_ns / 2e9 * stats.pps;

    if (world->full || stats.state != BJ_STREAM_STREAMING || stats.buffered_points < half)
        return;
    world->full = true;
    world->dry_before = stats.device_underruns;
}

static void act(struct world *world)
{
    struct effects before = effects(world), after;
    bool invited = world->woken;
    int64_t now_ns = world->now_ns;

    world->woken = world->scant = false;
    step(world);
    after = effects(world);
    note_full(world);
    note_idle(world,
              !invited && !did_something(&before, &after) && after.heard == before.heard,
              now_ns);
    probe_at_once(world, now_ns);
}

/* ---- What happens meanwhile ---------------------------------------------------------- */

static void control(struct world *world)
{
    switch (sim_random_upto(&world->random, 4)) {
    case 0:
    case 1:
        bj_stream_arm(world->stream);
        break;
    case 2:
        bj_stream_disarm(world->stream);
        break;
    case 3:
        bj_stream_disarm(world->stream);
        bj_stream_arm(world->stream);
        break;
    default:
        bj_stream_connections(world->stream, happens(world, 70), 0);
        break;
    }
    world->control_ns = world->now_ns + 1 + sim_random_upto(&world->random, 200000000);
}

static void fault(struct world *world)
{
    if (world->unplugged)
        world->row.plug(world->adapter);
    else
        world->row.unplug(world->adapter);
    world->unplugged = !world->unplugged;
    world->fault_ns = world->now_ns + 1 + sim_random_upto(&world->random, 300000000);
}

static void close_down(struct world *world)
{
    world->closed = true;
    if (world->scenario->end == ROUGH_STOP)
        bj_stream_stop(world->stream);
    world->ended = world->woken = true;
}

static void happen(struct world *world)
{
    if (world->now_ns >= world->push_ns)
        push(world);
    if (world->now_ns >= world->control_ns)
        control(world);
    if (world->now_ns >= world->fault_ns)
        fault(world);
    if (!world->closed && world->now_ns >= world->close_ns)
        close_down(world);
}

static int64_t next_ns(const struct world *world)
{
    int64_t next =
        earlier(world->row.next_event_ns(world->adapter), world->wait.deadline_ns);

    next = earlier(next, earlier(world->push_ns, world->control_ns));
    next = earlier(next, world->fault_ns);
    if (!world->closed)
        next = earlier(next, world->close_ns);
    if (world->ways.refused_until_ns > world->now_ns)
        next = earlier(next, world->ways.refused_until_ns);
    return next > world->now_ns ? next : world->now_ns + 1;
}

static void be_late(struct world *world)
{
    int64_t late_ns = world->scenario->late_ns;

    if (late_ns > 0 && !world->woken && happens(world, 20))
        go_to(world, world->now_ns + sim_random_upto(&world->random, late_ns));
}

static int64_t limit_ns(const struct world *world)
{
    switch (world->scenario->end) {
    case ROUGH_END:
        return world->close_ns + END_NS;
    case ROUGH_STOP:
        return world->close_ns + STOP_NS;
    default:
        return world->close_ns;
    }
}

static void run(struct world *world)
{
    int64_t limit = limit_ns(world);

    while (!world->over && world->now_ns < limit && world->verdict->text[0] == '\0') {
        if (is_due(world)) {
            be_late(world);
            act(world);
            continue;
        }
        probe_later(world, earlier(next_ns(world), limit));
        go_to(world, earlier(next_ns(world), limit));
        happen(world);
    }
}

struct rough_result rough_world_run(const struct conformance_row *row,
                                    const struct rough_scenario *scenario, bool loud,
                                    struct conformance_verdict *verdict)
{
    struct world world = {.scenario = scenario, .verdict = verdict, .loud = loud};
    struct bj_stats stats;

    if (!conformance_expect(verdict, begin(&world, row), "it does not begin")) {
        finish(&world);
        return world.result;
    }
    run(&world);
    stats = bj_stream_stats(world.stream);
    world.result.device_underruns = (uint32_t)stats.device_underruns;
    world.result.points_written = stats.points_written;
    if (scenario->end != ROUGH_DESTROY)
        conformance_expect(verdict, world.over, "it has not ended %.0f ms after it should",
                           ms(&world, world.now_ns) - ms(&world, world.close_ns));
    if (scenario->tame)
        conformance_expect(
            verdict, stats.points_written > 0 && stats.device_underruns == world.dry_before,
            "it wrote %llu points, and ran dry %llu times",
            (unsigned long long)stats.points_written,
            (unsigned long long)(stats.device_underruns - world.dry_before));
    finish(&world);
    return world.result;
}
