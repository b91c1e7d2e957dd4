/* SPDX-License-Identifier: MIT */
#include "driver_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define FEED_NS FIXTURE_MS
#define SPIN_LIMIT 100
#define HARDLY_NS 1000
#define MAX_CHUNK 4096
#define REACH_NS (5 * BJ_NS_PER_S)

/* ---- What the device plays ----------------------------------------------------------- */

void fixture_played(struct fixture *fixture, int64_t number, bool lit)
{
    assert_true(number > fixture->last_played);
    assert_true(number < (int64_t)fixture->written);
    fixture->skipped += (uint64_t)(number - fixture->last_played - 1);
    fixture->last_played = number;
    fixture->played++;
    fixture->lit_in_the_dark += lit && !fixture->shutter_open;
}

/* ---- The engine's stand-in: what it hears -------------------------------------------- */

static void on_level(void *user, const struct bj_level_report *report)
{
    struct fixture *fixture = user;
    uint64_t accounted =
        report->played_points + report->queued_points + report->unreported_points;

    assert_true(report->sent_ns <= report->received_ns);
    assert_true(report->received_ns <= fixture->now_ns);
    assert_int_equal(accounted, fixture->written - fixture->written_at_connect -
                                    (fixture->lost - fixture->lost_at_connect));
    fixture->kind->judge_level(fixture, report);
    fixture->reports++;
    fixture->report = *report;
}

static void start_level_over(struct fixture *fixture)
{
    fixture->written_when_empty = fixture->written;
    fixture->played_when_empty = fixture->played;
}

static void on_emptied(void *user, uint32_t lost_points, bool dry)
{
    struct fixture *fixture = user;

    fixture->emptied++;
    fixture->dried += dry;
    fixture->last_lost = lost_points;
    fixture->lost += lost_points;
    start_level_over(fixture);
}

static void on_notice(void *user, enum bj_status status, const char *text)
{
    struct fixture *fixture = user;

    assert_int_not_equal(status, BJ_OK);
    fixture->notices++;
    if (fixture->told_size + strlen(text) + 2 < sizeof fixture->told)
        fixture->told_size +=
            (size_t)sprintf(fixture->told + fixture->told_size, "%s\n", text);
}

static const struct bj_dac_events events = {
    .level = on_level, .emptied = on_emptied, .notice = on_notice};

/* ---- The engine's stand-in: what it does --------------------------------------------- */

static uint32_t wanted_points(const struct fixture *fixture)
{
    int64_t held = (int64_t)(fixture->written - fixture->written_when_empty) -
                   (int64_t)(fixture->played - fixture->played_when_empty);
    int64_t wanted = (int64_t)fixture->target_points - held;

    if (fixture->target_points == 0)
        wanted = fixture->dac_status.room_points;
    if (wanted <= 0)
        return 0;
    return wanted < fixture->chunk_points ? (uint32_t)wanted : fixture->chunk_points;
}

/* False: no more now. The room last reported must hold for the first chunk, unless that is
 * of another rate. */
static bool offer(struct fixture *fixture, bool first)
{
    static struct bj_point points[MAX_CHUNK];
    uint32_t count = wanted_points(fixture), taken = 0;
    bool same = fixture->pps == fixture->offered_pps;
    uint32_t promised = first && same ? fixture->dac_status.room_points : 0;
    struct bj_chunk chunk = {.points = points, .count = count, .pps = fixture->pps};
    enum bj_status status;

    assert_true(count <= MAX_CHUNK);
    if (count == 0)
        return false;
    for (uint32_t k = 0; k < count; k++)
        points[k] = fixture->kind->numbered(fixture->written + k, fixture->lit);
    fixture->offered_pps = fixture->pps;
    fixture->written += count; /* the device may play within the call */
    status = FIXTURE_SLOT(fixture, write, fixture->now_ns, &chunk, &taken);
    fixture->written -= count - taken;
    assert_int_equal(status, taken > 0 ? BJ_OK : BJ_WOULD_BLOCK);
    assert_true(taken >= (count < promised ? count : promised));
    return status == BJ_OK && fixture->target_points > 0;
}

static void serve_once(struct fixture *fixture)
{
    bj_wait_init(&fixture->wait);
    fixture->result = FIXTURE_SLOT(fixture, service, fixture->now_ns, &fixture->dac_status,
                                   &fixture->wait);
    if (fixture->result != BJ_OK)
        fixture_disconnect(fixture);
}

/* As the engine: a driver that was told something may want to move on. */
static void serve(struct fixture *fixture)
{
    uint64_t written = fixture->written;

    bj_wait_init(&fixture->wait);
    if (!fixture->attempting)
        return;
    serve_once(fixture);
    for (bool first = true;
         fixture->attempting && fixture->feeding && offer(fixture, first);)
        first = false;
    if (fixture->attempting && fixture->written != written)
        serve_once(fixture);
}

/* ---- Time ---------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_ready(struct fixture *fixture)
{
    if (!fixture->attempting)
        return false;
    return fixture->net ? fake_net_ready(fixture->net, &fixture->wait)
                        : fake_usb_ready(fixture->usb, &fixture->wait);
}

static bool is_hungry(const struct fixture *fixture)
{
    return fixture->feeding &&
           (fixture->target_points > 0 || fixture->dac_status.room_points > 0);
}

/* Only what the driver asked for wakes it: its deadline, its handles, and the feed. */
static int64_t next_ns(struct fixture *fixture, int64_t end_ns)
{
    int64_t next = earlier(end_ns, fixture->net ? fake_net_next_event_ns(fixture->net)
                                                : fake_usb_next_event_ns(fixture->usb));

    next = earlier(next, fixture->wait.deadline_ns);
    if (is_hungry(fixture))
        next = earlier(next, fixture->now_ns + FEED_NS);
    if (is_ready(fixture))
        next = fixture->now_ns;
    return next > fixture->now_ns ? next : fixture->now_ns;
}

static void move(struct fixture *fixture, int64_t to_ns)
{
    fixture->spins = to_ns < fixture->now_ns + HARDLY_NS ? fixture->spins + 1 : 0;
    if (fixture->spins >= SPIN_LIMIT)
        fail_msg("busy loop at %lld ns, deadline %lld, told: %s",
                 (long long)fixture->now_ns, (long long)fixture->wait.deadline_ns,
                 fixture->told);
    fixture->now_ns = to_ns;
    if (fixture->kind->advance)
        fixture->kind->advance(fixture, to_ns);
    if (fixture->net)
        fake_net_advance(fixture->net, to_ns);
    else
        fake_usb_advance(fixture->usb, to_ns);
}

static bool is_woken(struct fixture *fixture, int64_t fed_ns)
{
    return fixture->now_ns >= fixture->wait.deadline_ns || is_ready(fixture) ||
           (is_hungry(fixture) && fixture->now_ns >= fed_ns + FEED_NS);
}

/* The device moves on by itself; the driver is not called until it is woken. */
static void sleep_until(struct fixture *fixture, int64_t end_ns)
{
    int64_t fed_ns = fixture->now_ns;

    do
        move(fixture, next_ns(fixture, end_ns));
    while (fixture->attempting && fixture->now_ns < end_ns && !is_woken(fixture, fed_ns));
    if (fixture->grain_ns > 0)
        move(fixture, earlier(fixture->now_ns + fixture->grain_ns, end_ns));
}

void fixture_run_ms(struct fixture *fixture, double ms)
{
    int64_t end_ns = fixture->now_ns + (int64_t)(ms * 1e6);
    bool began_connected = fixture->attempting;

    while (fixture->attempting == began_connected) {
        serve(fixture);
        if (fixture->now_ns >= end_ns && !is_ready(fixture))
            return;
        sleep_until(fixture, end_ns);
    }
}

void fixture_reach(struct fixture *fixture, enum bj_dac_state state)
{
    int64_t limit_ns = fixture->now_ns + REACH_NS;

    serve(fixture);
    while (fixture->dac_status.state != state && fixture->attempting &&
           fixture->now_ns < limit_ns) {
        sleep_until(fixture, limit_ns);
        serve(fixture);
    }
    if (fixture->dac_status.state != state)
        fail_msg("state %d, not %d, %s; told: %s", fixture->dac_status.state, state,
                 fixture->attempting ? "after 5 s" : "the connection is over",
                 fixture->told);
}

/* ---- Life ---------------------------------------------------------------------------- */

void fixture_begin(struct fixture *fixture, const struct fixture_kind *kind,
                   const struct bj_dac_driver *driver, struct bj_dac_config config)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->kind = kind;
    fixture->last_played = -1;
    fixture->notes = calloc(1, kind->notes_size);
    if (kind->on_usb)
        fixture->usb = fake_usb_create();
    else
        fixture->net = fake_net_create();
    assert_true(fixture->notes && (fixture->usb || fixture->net));
    move(fixture, epoch_ns());
    if (kind->on_usb)
        config.via.usb = fake_usb_base(fixture->usb);
    else
        config.via.net = fake_net_base(fixture->net);
    assert_int_equal(bj_dac_create(driver, &config, &events, fixture, &fixture->dac),
                     BJ_OK);
}

void fixture_let_go(struct fixture *fixture)
{
    if (fixture->attempting)
        fixture_disconnect(fixture);
    bj_dac_destroy(fixture->dac);
    fixture->dac = NULL;
}

void fixture_end(struct fixture *fixture)
{
    assert_int_equal(fixture->net ? fake_net_open_sockets(fixture->net)
                                  : fake_usb_open_handles(fixture->usb),
                     0);
    assert_int_equal(fixture->lit_in_the_dark, 0);
    if (fixture->net)
        fake_net_destroy(fixture->net);
    else
        fake_usb_destroy(fixture->usb);
    free(fixture->notes);
}

void fixture_connect(struct fixture *fixture)
{
    fixture->written_at_connect = fixture->written;
    fixture->lost_at_connect = fixture->lost;
    start_level_over(fixture);
    fixture->shutter_open = false;
    fixture->attempting = true;
    fixture->result = FIXTURE_SLOT(fixture, connect, fixture->now_ns, fixture->pps,
                                   fixture->begin_points);
    if (fixture->result != BJ_OK)
        fixture_disconnect(fixture);
}

void fixture_disconnect(struct fixture *fixture)
{
    if (fixture->shut_ns == BJ_NEVER)
        fixture->shut_ns = fixture->now_ns;
    fixture->dac->driver->disconnect(fixture->dac);
    if (fixture->kind->disconnected)
        fixture->kind->disconnected(fixture);
    fixture->attempting = false;
    fixture->dac_status = (struct bj_dac_status){.state = BJ_DAC_CONNECTING};
    bj_wait_init(&fixture->wait);
}

void fixture_shutter(struct fixture *fixture, bool open)
{
    FIXTURE_SLOT(fixture, shutter, fixture->now_ns, open);
    fixture->shutter_open = open;
    fixture->shut_ns = open ? BJ_NEVER : fixture->now_ns;
}

void fixture_play(struct fixture *fixture)
{
    if (!fixture->attempting)
        fixture_connect(fixture);
    fixture->feeding = true;
    fixture_reach(fixture, BJ_DAC_PLAYING);
    fixture_shutter(fixture, true);
    fixture->lit = true;
    fixture_run_ms(fixture, 100);
    assert_int_equal(fixture->dac_status.state, BJ_DAC_PLAYING);
}

void fixture_balance(struct fixture *fixture, uint64_t slack)
{
    uint32_t most =
        fixture->target_points > 0 ? fixture->target_points : 2 * fixture->begin_points;

    fixture->feeding = false;
    fixture_run_ms(fixture, 300 + 1000.0 * most / fixture->pps);
    assert_in_range(fixture->played + fixture->lost + slack, fixture->written,
                    fixture->written + 2 * slack);
    assert_int_equal(fixture->lit_in_the_dark, 0);
}

bool fixture_heard(const struct fixture *fixture, const char *words)
{
    return strstr(fixture->told, words) != NULL;
}
