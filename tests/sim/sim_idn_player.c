/* SPDX-License-Identifier: MIT */
#include "sim_idn_player.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BRIDGE_SHARE 0.9
#define JOIN_NS 2000 /* stamps are whole microseconds */

/* ---- Slices -------------------------------------------------------------------------- */

static struct sim_idn_slice *slice_create(uint32_t room)
{
    struct sim_idn_slice *slice = calloc(1, sizeof *slice);

    if (!slice) {
        return NULL;
    }
    slice->room = room;
    slice->points = calloc(room, sizeof *slice->points);
    if (!slice->points) {
        free(slice);
        return NULL;
    }
    return slice;
}

static void slice_destroy(struct sim_idn_slice *slice)
{
    free(slice->points);
    free(slice);
}

static void keep_spare(struct sim_idn_player *player, struct sim_idn_slice *slice)
{
    if (slice) {
        slice->next_spare = player->spare;
        player->spare = slice;
    }
}

/* An empty one; NULL: no memory. */
static struct sim_idn_slice *slice_take(struct sim_idn_player *player)
{
    struct sim_idn_slice *slice = player->spare;

    if (!slice) {
        return slice_create(SIM_IDN_SLICE_POINTS);
    }
    player->spare = slice->next_spare;
    *slice = (struct sim_idn_slice){.room = slice->room, .points = slice->points};
    return slice;
}

static void slice_add(struct sim_idn_slice *slice, const struct sim_idn_queued *point)
{
    if (slice->count == slice->room) {
        struct sim_idn_queued *more =
            realloc(slice->points, 2 * slice->room * sizeof *more);
        if (!more) {
            return;
        }
        slice->points = more;
        slice->room *= 2;
    }
    slice->points[slice->count++] = *point;
    slice->duration_ns += point->duration_ns;
}

static struct sim_idn_slice **place(struct sim_idn_player *player, uint32_t k)
{
    return &player->queue[(player->first + k) % SIM_IDN_SLICES];
}

static void drop(struct sim_idn_player *player, struct sim_idn_slice *slice)
{
    if (slice) {
        player->counters->points_dropped += slice->count;
    }
    keep_spare(player, slice);
}

static void push(struct sim_idn_player *player, struct sim_idn_slice *slice)
{
    if (player->count == SIM_IDN_SLICES) {
        drop(player, slice);
        return;
    }
    *place(player, player->count++) = slice;
}

/* Before those that are due later. */
static void push_sorted(struct sim_idn_player *player, struct sim_idn_slice *slice)
{
    uint32_t at = player->count;

    if (player->count == SIM_IDN_SLICES) {
        drop(player, slice);
        return;
    }
    for (player->count++; at > 0 && (*place(player, at - 1))->due_ns > slice->due_ns;
         at--) {
        *place(player, at) = *place(player, at - 1);
    }
    *place(player, at) = slice;
}

static struct sim_idn_slice *pop(struct sim_idn_player *player)
{
    struct sim_idn_slice *slice = *place(player, 0);

    player->first = (player->first + 1) % SIM_IDN_SLICES;
    player->count--;
    return slice;
}

static void drop_all(struct sim_idn_player *player)
{
    while (player->count > 0) {
        drop(player, pop(player));
    }
    drop(player, player->building);
    keep_spare(player, player->next_frame);
    if (player->playing && !player->frames) {
        player->counters->points_dropped += player->playing->count - player->at;
    }
    keep_spare(player, player->playing);
    player->building = player->next_frame = player->playing = NULL;
}

/* ---- Life ---------------------------------------------------------------------------- */

bool sim_idn_player_init(struct sim_idn_player *player, const struct sim_idn_config *config,
                         struct sim_idn_counters *counters, uint8_t service, int64_t now_ns)
{
    memset(player, 0, sizeof *player);
    player->config = config;
    player->counters = counters;
    player->service = service;
    player->speed = 1;
    player->free_ns = now_ns;
    for (int k = 0; k < SIM_IDN_SPARE_SLICES; k++) {
        struct sim_idn_slice *slice = slice_create(SIM_IDN_SLICE_POINTS);
        if (!slice) {
            return false;
        }
        keep_spare(player, slice);
    }
    return true;
}

void sim_idn_player_finish(struct sim_idn_player *player)
{
    drop_all(player);
    while (player->spare) {
        struct sim_idn_slice *slice = player->spare;
        player->spare = slice->next_spare;
        slice_destroy(slice);
    }
}

static void note_dry(struct sim_idn_player *player, int64_t until_ns)
{
    if (player->dry && until_ns > player->dry_since_ns) {
        player->counters->dry_ns += until_ns - player->dry_since_ns;
    }
    player->dry = false;
}

void sim_idn_player_begin(struct sim_idn_player *player, bool frames, int64_t now_ns)
{
    sim_idn_player_advance(player, now_ns);
    if (player->active && player->frames == frames) {
        return;
    }
    drop_all(player);
    player->active = true;
    player->frames = frames;
    player->speed = 1;
    player->based = player->placed = player->ran = player->dry = false;
    player->thin = 0;
    player->free_ns = now_ns;
}

void sim_idn_player_end(struct sim_idn_player *player, bool play_out, int64_t now_ns)
{
    sim_idn_player_advance(player, now_ns);
    note_dry(player, now_ns);
    player->active = false;
    if (!play_out || player->frames) {
        drop_all(player);
    } else if (player->building) {
        push(player, player->building);
        player->building = NULL;
    }
}

/* ---- What comes in ------------------------------------------------------------------- */

/* The rate limit of the hardware: every so often a point is left out. */
static bool is_left_out(struct sim_idn_player *player, double duration_ns)
{
    uint32_t limit = player->config->profile.max_pps;
    double share = limit ? duration_ns * limit / 1e9 : 1;

    if (share >= 1) {
        return false;
    }
    player->thin += 1 - share;
    if (player->thin < 1) {
        return false;
    }
    player->thin -= 1;
    player->counters->points_thinned++;
    return true;
}

static void add(struct sim_idn_player *player, struct sim_idn_slice *slice,
                const struct sim_idn_sample *sample, double duration_ns, bool bridge)
{
    const struct sim_idn_queued point = {*sample, bridge, duration_ns};

    if (is_left_out(player, duration_ns) && slice->count > 0) {
        slice->points[slice->count - 1].duration_ns += duration_ns;
        slice->duration_ns += duration_ns;
        return;
    }
    slice_add(slice, &point);
}

/* How many dark points lie between the old end and the new beginning. */
static uint32_t bridge_points(const struct sim_idn_player *player,
                              const struct sim_idn_sample *first, uint32_t count, bool gap)
{
    bool apart = first->x != player->last.x && first->y != player->last.y;

    return gap && apart && player->placed && player->config->profile.bridges_gaps
               ? (uint32_t)(BRIDGE_SHARE * count)
               : 0;
}

static struct sim_idn_sample between(const struct sim_idn_sample *from,
                                     const struct sim_idn_sample *to, double share)
{
    return (struct sim_idn_sample){.x = (int16_t)(from->x + share * (to->x - from->x)),
                                   .y = (int16_t)(from->y + share * (to->y - from->y))};
}

static struct sim_idn_slice *cut(struct sim_idn_player *player,
                                 const struct sim_idn_sample *samples, uint32_t count,
                                 uint32_t duration_us, bool gap)
{
    uint32_t bridge = bridge_points(player, samples, count, gap);
    double each_ns = duration_us * 1e3 / (count + bridge);
    struct sim_idn_slice *slice = slice_take(player);

    for (uint32_t k = 0; slice && k < bridge; k++) {
        struct sim_idn_sample dark =
            between(&player->last, samples, (k + 1.0) / (bridge + 1.0));
        add(player, slice, &dark, each_ns, true);
    }
    for (uint32_t k = 0; slice && k < count; k++) {
        add(player, slice, &samples[k], each_ns, false);
    }
    player->last = samples[count - 1];
    player->placed = true;
    return slice;
}

/* The open receiver cuts anew: chunks are joined until a slice is long enough. */
static void build(struct sim_idn_player *player, struct sim_idn_slice *chunk)
{
    double enough_ns = (double)player->config->profile.slice_ns;

    for (uint32_t k = 0; k < chunk->count; k++) {
        if (!player->building) {
            player->building = slice_take(player);
        }
        if (!player->building) {
            break;
        }
        slice_add(player->building, &chunk->points[k]);
        if (player->building->duration_ns >= enough_ns - 1) {
            push(player, player->building);
            player->building = NULL;
        }
    }
    keep_spare(player, chunk);
}

/* A datagram that came twice. */
static bool is_queued(const struct sim_idn_player *player, int64_t due_ns)
{
    for (uint32_t k = 0; k < player->count; k++) {
        if (player->queue[(player->first + k) % SIM_IDN_SLICES]->due_ns == due_ns) {
            return true;
        }
    }
    return false;
}

static bool schedule(struct sim_idn_player *player, struct sim_idn_slice *chunk,
                     uint32_t timestamp_us, int64_t now_ns)
{
    if (!player->based) {
        player->based = true;
        player->stamp_us = timestamp_us;
        player->base_ns =
            now_ns + player->config->profile.target_ns - player->stamp_us * 1000;
    }
    player->stamp_us += (int32_t)(timestamp_us - (uint32_t)player->stamp_us);
    chunk->due_ns = player->base_ns + player->stamp_us * 1000;
    if (chunk->due_ns < now_ns || is_queued(player, chunk->due_ns)) {
        keep_spare(player, chunk);
        return false;
    }
    push_sorted(player, chunk);
    return true;
}

/* A ring of so many points; the tail of what does not fit is lost. */
static void fill_ring(struct sim_idn_player *player, struct sim_idn_slice *chunk)
{
    const struct sim_idn_profile *profile = &player->config->profile;
    uint32_t held = player->playing ? player->playing->count - player->at : 0, room;

    for (uint32_t k = 0; k < player->count; k++) {
        held += (*place(player, k))->count;
    }
    room = held < profile->ring_points ? profile->ring_points - held : 0;
    if (chunk->count > room) {
        player->counters->points_dropped += chunk->count - room;
        chunk->count = room;
    }
    chunk->duration_ns = 0;
    for (uint32_t k = 0; k < chunk->count; k++) {
        chunk->points[k].duration_ns = 1e9 / profile->free_pps;
        chunk->duration_ns += chunk->points[k].duration_ns;
    }
    if (chunk->count > 0) {
        push(player, chunk);
    } else {
        keep_spare(player, chunk);
    }
}

bool sim_idn_player_wave(struct sim_idn_player *player,
                         const struct sim_idn_sample *samples, uint32_t count,
                         uint32_t timestamp_us, uint32_t duration_us, bool gap,
                         int64_t now_ns)
{
    struct sim_idn_slice *chunk;

    sim_idn_player_advance(player, now_ns);
    player->arrived_ns = now_ns;
    chunk = cut(player, samples, count, duration_us, gap);
    if (!chunk) {
        return true;
    }
    switch (player->config->profile.playback) {
    case SIM_IDN_SCHEDULED:
        return schedule(player, chunk, timestamp_us, now_ns);
    case SIM_IDN_FREE_RUNNING:
        fill_ring(player, chunk);
        break;
    case SIM_IDN_SPEED_CONTROL:
        build(player, chunk);
        break;
    }
    return true;
}

void sim_idn_player_frame(struct sim_idn_player *player,
                          const struct sim_idn_sample *samples, uint32_t count,
                          uint32_t duration_us, bool once, int64_t now_ns)
{
    struct sim_idn_slice *frame = count ? slice_take(player) : NULL;

    sim_idn_player_advance(player, now_ns);
    keep_spare(player, player->next_frame);
    player->next_frame = NULL;
    if (count == 0) {
        keep_spare(player, player->playing);
        player->playing = NULL;
        return;
    }
    for (uint32_t k = 0; frame && k < count; k++) {
        add(player, frame, &samples[k], k ? duration_us * 1e3 / (count - 1) : 0, false);
    }
    if (frame) {
        frame->once = once && player->config->profile.strict;
    }
    player->next_frame = frame;
}

/* ---- What plays ---------------------------------------------------------------------- */

static double clock_rate(const struct sim_idn_player *player)
{
    return 1 + player->config->skew_ppm / 1e6;
}

/* Too little in the queue: slower; too much: faster. Both gently. */
static void control_speed(struct sim_idn_player *player)
{
    const struct sim_idn_profile *profile = &player->config->profile;
    double front_ms = (*place(player, 0))->duration_ns / 1e6;
    double missing_ms = (double)profile->target_ns / 1e6 - player->count * front_ms;
    double raw = 1 + 5e-6 * missing_ms * missing_ms * missing_ms;

    player->speed = (raw + 5 * player->speed) / 6;
    if (player->speed < profile->least_speed) {
        player->speed = profile->least_speed;
    }
    if (player->speed > profile->most_speed) {
        player->speed = profile->most_speed;
    }
}

static void note_level(struct sim_idn_player *player)
{
    int64_t level_ns = sim_idn_player_buffered_ns(player);
    struct sim_idn_counters *counters = player->counters;

    if (level_ns > counters->most_buffered_ns) {
        counters->most_buffered_ns = level_ns;
    }
    if (level_ns < counters->least_buffered_ns) {
        counters->least_buffered_ns = level_ns;
    }
}

static void begin_slice(struct sim_idn_player *player, struct sim_idn_slice *slice,
                        int64_t at_ns)
{
    if (player->ran && !player->dry && at_ns > player->ended_ns + JOIN_NS) {
        player->dry = true;
        player->dry_since_ns = player->ended_ns;
        player->counters->dries++;
    }
    note_dry(player, at_ns);
    player->ran = player->active;
    player->playing = slice;
    player->at = 0;
    player->elapsed_ns = 0;
    player->begun_ns = at_ns;
}

/* Nothing more came to make a whole slice of it. */
static void hand_on_rest(struct sim_idn_player *player, int64_t now_ns)
{
    int64_t at_ns = player->arrived_ns + player->config->profile.slice_ns;

    if (player->building && player->count == 0 && now_ns >= at_ns) {
        player->free_ns = player->free_ns > at_ns ? player->free_ns : at_ns;
        push(player, player->building);
        player->building = NULL;
    }
}

/* The next one, if there is one and it is time. */
static bool fetch(struct sim_idn_player *player, int64_t now_ns)
{
    int64_t from_ns;

    hand_on_rest(player, now_ns);
    from_ns = player->free_ns;
    if (player->frames && player->next_frame) {
        begin_slice(player, player->next_frame, from_ns);
        player->next_frame = NULL;
        player->counters->frames_shown++;
        return true;
    }
    if (player->count == 0) {
        return false;
    }
    if (player->config->profile.playback == SIM_IDN_SCHEDULED) {
        if ((*place(player, 0))->due_ns > from_ns) {
            from_ns = (*place(player, 0))->due_ns;
        }
        player->speed = 1;
    } else if (player->config->profile.playback == SIM_IDN_SPEED_CONTROL) {
        control_speed(player);
    }
    if (from_ns > now_ns) {
        return false;
    }
    note_level(player);
    begin_slice(player, pop(player), from_ns);
    return true;
}

static void emit(struct sim_idn_player *player, const struct sim_idn_queued *point,
                 int64_t time_ns)
{
    struct sim_idn_counters *counters = player->counters;
    const struct sim_idn_sample *sample = &point->sample;
    const struct sim_idn_point played = {.time_ns = time_ns,
                                         .service = player->service,
                                         .bridge = point->bridge,
                                         .x = sample->x,
                                         .y = sample->y,
                                         .r = sample->r,
                                         .g = sample->g,
                                         .b = sample->b,
                                         .i = sample->i};

    counters->points_played++;
    counters->bridge_points += point->bridge;
    counters->lit_played += (sample->r | sample->g | sample->b) != 0;
    if (player->config->played) {
        player->config->played(player->config->user, &played);
    }
}

static double scale(const struct sim_idn_player *player)
{
    return player->speed / clock_rate(player);
}

static int64_t time_of(const struct sim_idn_player *player, double elapsed_ns)
{
    return player->begun_ns + llround(elapsed_ns * scale(player));
}

/* False: the slice goes on beyond now. */
static bool play_slice(struct sim_idn_player *player, int64_t now_ns)
{
    struct sim_idn_slice *slice = player->playing;

    while (player->at < slice->count) {
        const struct sim_idn_queued *point = &slice->points[player->at];
        int64_t time_ns = time_of(player, player->elapsed_ns);
        if (time_ns > now_ns) {
            return false;
        }
        emit(player, point, time_ns);
        player->elapsed_ns += point->duration_ns;
        player->at++;
    }
    return time_of(player, player->elapsed_ns) <= now_ns;
}

static void end_slice(struct sim_idn_player *player)
{
    int64_t end_ns = time_of(player, player->elapsed_ns);
    struct sim_idn_slice *slice = player->playing;
    bool again = player->frames && player->active && !player->next_frame && !slice->once;

    player->free_ns = player->ended_ns = end_ns;
    if (again) {
        begin_slice(player, slice, end_ns);
        return;
    }
    keep_spare(player, slice);
    player->playing = NULL;
    hand_on_rest(player, end_ns);
    if (player->active && !player->frames && player->count == 0) {
        player->dry = true;
        player->dry_since_ns = end_ns;
        player->counters->dries++;
    }
}

void sim_idn_player_advance(struct sim_idn_player *player, int64_t now_ns)
{
    for (;;) {
        if (player->playing) {
            if (!play_slice(player, now_ns)) {
                return;
            }
            end_slice(player);
        } else if (!fetch(player, now_ns)) {
            if (player->free_ns < now_ns) {
                player->free_ns = now_ns;
            }
            return;
        }
    }
}

int64_t sim_idn_player_next_ns(const struct sim_idn_player *player)
{
    if (player->playing) {
        return time_of(player, player->playing->duration_ns);
    }
    if (player->count > 0 && player->config->profile.playback == SIM_IDN_SCHEDULED) {
        return player->queue[player->first]->due_ns;
    }
    if (player->count > 0 || player->next_frame) {
        return player->free_ns;
    }
    return player->building ? player->arrived_ns + player->config->profile.slice_ns
                            : BJ_NEVER;
}

int64_t sim_idn_player_buffered_ns(const struct sim_idn_player *player)
{
    double total_ns = 0;

    for (uint32_t k = 0; k < player->count; k++) {
        total_ns += player->queue[(player->first + k) % SIM_IDN_SLICES]->duration_ns;
    }
    if (player->building) {
        total_ns += player->building->duration_ns;
    }
    if (player->playing) {
        total_ns += player->playing->duration_ns - player->elapsed_ns;
    }
    return llround(total_ns);
}
