/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_player.h"

#include <stdlib.h>
#include <string.h>

#define TIMER_HZ 24000000u
#define BILLION 1000000000u

/* ---- The point clock
 * ------------------------------------------------------------------------- */

/* A tick lasts numerator / den ns. The crystal is off by ppb, so 1e9 of its ns are 1e9 +
 * ppb. */
static void clock_set_rate(struct sim_ed_clock *clock, const struct sim_ed_config *config,
                           uint32_t rate)
{
    uint64_t crystal = (uint64_t)(BILLION + (int64_t)(config->skew_ppm * 1000.0));
    uint64_t numerator;

    if (config->timer_ticks || config->profile.timer_ticks) {
        numerator = (uint64_t)(TIMER_HZ / rate) * 500u * BILLION; /* ticks * 1e18 / 24e6 */
        clock->den = 12 * crystal;                                /* both divided by 2e6 */
    } else {
        numerator = (uint64_t)BILLION * BILLION;
        clock->den = rate * crystal;
    }
    clock->step_ns = (int64_t)(numerator / clock->den);
    clock->step_rest = numerator % clock->den;
}

static void clock_next(struct sim_ed_clock *clock, int64_t whole_ns)
{
    clock->rest += clock->step_rest;
    whole_ns += clock->step_ns;
    if (clock->rest >= clock->den) {
        clock->rest -= clock->den;
        whole_ns++;
    }
    clock->next_ns = whole_ns;
}

static void clock_start(struct sim_ed_clock *clock, int64_t start_ns)
{
    clock->last_ns = start_ns;
    clock->rest = 0;
    clock_next(clock, start_ns);
}

/* next_ns is rounded down; a tick with a rest is not over before the following ns. */
static int64_t clock_tick_ns(const struct sim_ed_clock *clock)
{
    return clock->next_ns + (clock->rest > 0);
}

/* ---- Life
 * ----------------------------------------------------------------------------------------
 */

bool sim_ed_player_init(struct sim_ed_player *player, const struct sim_ed_config *config,
                        struct sim_ed_counters *counters, int64_t now_ns)
{
    memset(player, 0, sizeof *player);
    player->config = config;
    player->counters = counters;
    player->now_ns = now_ns;
    player->noise_bits = config->profile.noise_bits;
    player->ring_size = (uint32_t)config->profile.capacity + config->profile.batch_points;
    player->ring = calloc(player->ring_size, sizeof *player->ring);
    return player->ring != NULL;
}

void sim_ed_player_finish(struct sim_ed_player *player)
{
    free(player->ring);
    player->ring = NULL;
}

static void drop_points(struct sim_ed_player *player, uint32_t count)
{
    player->counters->points_dropped += count;
    player->first = (player->first + count) % player->ring_size;
    player->held -= count;
}

/* Outputs to zero, shutter closed; what is queued stays and is still reported. */
static void go_idle(struct sim_ed_player *player, uint16_t why)
{
    if (player->playback == SIM_ED_PLAYING) {
        player->counters->played_ns += player->now_ns - player->playing_since_ns;
    }
    drop_points(player, player->batch_left);
    player->batch_left = 0;
    player->playback = SIM_ED_IDLE;
    player->flags = (uint16_t)((player->flags & ~SIM_ED_FLAG_SHUTTER) | why);
    if (!player->config->profile.keeps_count) {
        player->count = 0;
    }
}

void sim_ed_player_reset(struct sim_ed_player *player)
{
    go_idle(player, 0);
    drop_points(player, player->held);
    player->flags = 0;
    player->causes &= SIM_ED_CAUSE_INPUT;
    player->source = 0;
    player->rate = player->count = player->rate_count = 0;
    player->dead = false;
}

/* ---- Playing
 * ------------------------------------------------------------------------------------ */

static void restart_clock(struct sim_ed_player *player)
{
    clock_set_rate(&player->clock, player->config, player->rate);
    clock_start(&player->clock, player->clock.last_ns);
    if (player->clock.next_ns < player->now_ns) { /* the shorter tick is already over */
        player->clock.next_ns = player->now_ns;
        player->clock.rest = 0;
    }
}

static void pop_rate(struct sim_ed_player *player)
{
    uint32_t rate;

    if (player->rate_count == 0) {
        return;
    }
    rate = player->rates[player->first_rate];
    player->first_rate = (player->first_rate + 1) % SIM_ED_RATES;
    player->rate_count--;
    sim_ed_player_set_rate(player, rate);
}

static void emit(struct sim_ed_player *player, struct sim_ed_point *point)
{
    struct sim_ed_counters *counters = player->counters;

    point->time_ns = player->now_ns;
    counters->points_played++;
    if (point->r || point->g || point->b || point->i) {
        counters->lit_played++;
        counters->lit_shutter_closed += !(player->flags & SIM_ED_FLAG_SHUTTER);
    }
    if (player->config->played) {
        player->config->played(player->config->user, point);
    }
}

static void play_point(struct sim_ed_player *player)
{
    struct sim_ed_point point = player->ring[player->first];

    player->first = (player->first + 1) % player->ring_size;
    player->held--;
    player->batch_left--;
    player->count++;
    emit(player, &point);
    if (point.control & 0x8000) {
        pop_rate(player);
    }
}

static void tick(struct sim_ed_player *player)
{
    uint32_t batch = player->config->profile.batch_points;

    player->clock.last_ns = player->now_ns;
    clock_next(&player->clock, player->clock.next_ns);
    if (player->batch_left == 0 && player->held < batch) {
        player->counters->underflows++;
        go_idle(player, batch > 1 ? 0 : SIM_ED_FLAG_UNDERFLOW);
        return;
    }
    if (player->batch_left == 0) {
        player->batch_left = batch;
    }
    play_point(player);
}

void sim_ed_player_advance(struct sim_ed_player *player, int64_t now_ns)
{
    while (player->playback == SIM_ED_PLAYING && !player->dead &&
           clock_tick_ns(&player->clock) <= now_ns) {
        player->now_ns = clock_tick_ns(&player->clock);
        tick(player);
    }
    if (now_ns > player->now_ns) {
        player->now_ns = now_ns;
    }
}

/* ---- What can be done to it
 * ------------------------------------------------------------------ */

bool sim_ed_player_prepare(struct sim_ed_player *player)
{
    if (player->causes || player->source != 0 || player->playback != SIM_ED_IDLE) {
        return false;
    }
    drop_points(player, player->held);
    player->rate_count = 0;
    player->flags &=
        (uint16_t) ~(SIM_ED_FLAG_UNDERFLOW | SIM_ED_FLAG_ESTOP | SIM_ED_FLAG_SOURCE);
    player->playback = SIM_ED_PREPARED;
    return true;
}

void sim_ed_player_begin(struct sim_ed_player *player, uint32_t rate)
{
    if (player->playback == SIM_ED_PLAYING) {
        sim_ed_player_set_rate(player, rate);
        return;
    }
    if (player->playback != SIM_ED_PREPARED) {
        return;
    }
    player->playback = SIM_ED_PLAYING;
    player->flags |= SIM_ED_FLAG_SHUTTER;
    player->count = 0;
    player->playing_since_ns = player->now_ns;
    player->rate = rate;
    clock_set_rate(&player->clock, player->config, rate);
    clock_start(&player->clock, player->now_ns);
}

void sim_ed_player_set_rate(struct sim_ed_player *player, uint32_t rate)
{
    if (rate == 0) {
        player->dead = true;
        return;
    }
    if (rate != player->rate) {
        player->rate = rate;
        sim_ed_player_set_clock(player);
    }
}

void sim_ed_player_set_clock(struct sim_ed_player *player)
{
    if (player->playback == SIM_ED_PLAYING) {
        restart_clock(player);
    }
}

bool sim_ed_player_queue_rate(struct sim_ed_player *player, uint32_t rate)
{
    if (player->playback == SIM_ED_IDLE || player->rate_count == SIM_ED_RATES - 1) {
        return false;
    }
    player->rates[(player->first_rate + player->rate_count++) % SIM_ED_RATES] = rate;
    return true;
}

bool sim_ed_player_store(struct sim_ed_player *player, const struct sim_ed_point *point)
{
    uint32_t usable =
        player->config->profile.capacity - player->config->profile.keeps_one_free;

    if (player->playback == SIM_ED_IDLE || player->held - player->batch_left >= usable) {
        return false;
    }
    player->ring[(player->first + player->held++) % player->ring_size] = *point;
    return true;
}

bool sim_ed_player_stop(struct sim_ed_player *player)
{
    if (player->playback == SIM_ED_IDLE) {
        return false;
    }
    go_idle(player, 0);
    return true;
}

void sim_ed_player_estop(struct sim_ed_player *player, enum sim_ed_cause cause)
{
    player->causes |= (uint8_t)cause;
    go_idle(player, SIM_ED_FLAG_ESTOP);
}

bool sim_ed_player_clear(struct sim_ed_player *player, uint8_t causes)
{
    player->causes &= (uint8_t)~causes;
    return player->causes == 0;
}

void sim_ed_player_run_dry(struct sim_ed_player *player)
{
    if (player->playback == SIM_ED_PLAYING) {
        player->counters->underflows++;
        go_idle(player, SIM_ED_FLAG_UNDERFLOW);
        drop_points(player, player->held);
    }
}

void sim_ed_player_set_source(struct sim_ed_player *player, uint8_t source)
{
    player->source = source;
    if (source != 0 && player->playback != SIM_ED_IDLE) {
        go_idle(player, SIM_ED_FLAG_SOURCE);
    }
}

struct sim_ed_status sim_ed_player_status(const struct sim_ed_player *player)
{
    uint8_t light = player->causes ? SIM_ED_STOPPED_BY_LIGHT : SIM_ED_READY;
    bool playing = player->playback == SIM_ED_PLAYING;

    return (struct sim_ed_status){
        .light_engine = light,
        .playback = player->playback,
        .source = player->source,
        .light_engine_flags = light, /* meant as cause bits, sent as the state number */
        .playback_flags = player->flags | player->noise_bits,
        .fullness = (uint16_t)(player->held - player->batch_left),
        .point_rate = playing ? player->rate : 0,
        .point_count = player->count,
    };
}
