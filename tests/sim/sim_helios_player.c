/* SPDX-License-Identifier: MIT */
#include "sim_helios_player.h"

#include <math.h>
#include <string.h>

#define CLOCK_HZ 112e6
#define LOCK_NS (100 * BJ_NS_PER_MS)
#define CENTRE 0x800
#define FULL_STOP_UP_TO 4 /* until this version the end of a frame was a full stop */

void sim_helios_player_init(struct sim_helios_player *player,
                            const struct sim_helios_config *config,
                            struct sim_helios_counts *counts, const bool *shutter)
{
    memset(player, 0, sizeof *player);
    player->config = config;
    player->counts = counts;
    player->shutter = shutter;
    player->dark_since_ns = BJ_NEVER;
    player->output.x = player->output.y = CENTRE;
}

static double period_of(const struct sim_helios_player *player, uint32_t pps)
{
    uint32_t rate = pps < 7 ? 7 : pps;
    double cycles = (double)(uint32_t)(CLOCK_HZ / rate) + 1;

    return cycles / CLOCK_HZ * 1e9 / (1 + player->config->crystal_ppm / 1e6);
}

static void darken(struct sim_helios_player *player)
{
    player->output.r = player->output.g = player->output.b = player->output.i = 0;
}

static void lock(struct sim_helios_player *player, int64_t now_ns)
{
    player->playing = player->slot_full = false;
    player->lock_ns = now_ns + LOCK_NS;
    player->centring = true;
    darken(player);
}

void sim_helios_player_stop(struct sim_helios_player *player, int64_t now_ns)
{
    if (player->playing)
        player->dark_since_ns = now_ns;
    lock(player, now_ns);
}

bool sim_helios_player_locked(const struct sim_helios_player *player, int64_t now_ns)
{
    return now_ns < player->lock_ns;
}

/* ---- The timer ----------------------------------------------------------------------- */

/* Whole nanoseconds and the rest apart: exact however long the machine has been running. */
static void wait_for_tick(struct sim_helios_player *player, double for_ns)
{
    double whole_ns = floor(player->tick_rest + for_ns);

    player->tick_rest += for_ns - whole_ns;
    player->tick_ns += (int64_t)whole_ns;
}

static bool tick_is_due(const struct sim_helios_player *player, int64_t now_ns)
{
    return player->tick_ns < now_ns ||
           (player->tick_ns == now_ns && player->tick_rest <= 0);
}

static void put_out(struct sim_helios_player *player)
{
    struct sim_helios_buffer *frame = &player->buffers[player->play];
    const uint8_t *p = frame->bytes + (size_t)player->at * 7;
    struct sim_helios_point *out = &player->output;
    bool first = player->at == 0;

    *out = (struct sim_helios_point){.time_ns = player->tick_ns,
                                     .x = (uint16_t)(p[0] << 4 | p[1] >> 4),
                                     .y = (uint16_t)((p[1] & 15) << 8 | p[2]),
                                     .r = p[3],
                                     .g = p[4],
                                     .b = p[5],
                                     .i = p[6],
                                     .shutter = *player->shutter};
    player->at++;
    player->counts->points++;
    if ((out->r | out->g | out->b) != 0 && !out->shutter)
        player->counts->lit_behind_shutter++;
    if (player->config->played != NULL)
        player->config->played(player->config->user, out);
    wait_for_tick(player,
                  player->period_ns + (first ? (double)player->config->stretch_ns : 0));
}

static void begin(struct sim_helios_player *player, int64_t now_ns)
{
    int64_t gap_ns;

    player->at = 0;
    player->playing = true;
    player->period_ns = period_of(player, player->buffers[player->play].pps);
    player->tick_ns = now_ns;
    player->tick_rest = 0;
    wait_for_tick(player, player->period_ns);
    if (player->dark_since_ns == BJ_NEVER)
        return;
    gap_ns = player->tick_ns - player->dark_since_ns;
    player->counts->gaps++;
    if (gap_ns > player->counts->longest_gap_ns)
        player->counts->longest_gap_ns = gap_ns;
    player->dark_since_ns = BJ_NEVER;
}

/* The frame is over and no other waits. */
static void end(struct sim_helios_player *player)
{
    if (player->buffers[player->play].loop) {
        player->at = 0;
        player->counts->repeats++;
        put_out(player);
        return;
    }
    player->dark_since_ns = player->tick_ns;
    player->playing = false;
    darken(player);
    if (player->config->firmware <= FULL_STOP_UP_TO)
        lock(player, player->tick_ns);
}

static void tick(struct sim_helios_player *player)
{
    if (player->at < player->buffers[player->play].points) {
        put_out(player);
        return;
    }
    if (!player->slot_full) {
        end(player);
        return;
    }
    player->play = !player->play;
    player->slot_full = false;
    player->freed = true;
    player->at = 0;
    player->period_ns = period_of(player, player->buffers[player->play].pps);
    put_out(player);
}

void sim_helios_player_run(struct sim_helios_player *player, int64_t now_ns)
{
    while (player->playing && tick_is_due(player, now_ns))
        tick(player);
    if (player->centring && now_ns >= player->lock_ns) {
        player->centring = false;
        player->output.x = player->output.y = CENTRE;
    }
}

void sim_helios_player_freeze(struct sim_helios_player *player, int64_t now_ns,
                              int64_t for_ns)
{
    sim_helios_player_run(player, now_ns);
    player->tick_ns += for_ns;
}

/* ---- Frames -------------------------------------------------------------------------- */

static void note_sins(struct sim_helios_player *player, uint32_t points, uint8_t flags,
                      int64_t now_ns)
{
    uint64_t *sins = player->counts->sins;

    sins[SIM_HELIOS_CUT_SHORT] += flags & 1;
    sins[SIM_HELIOS_LOOPED] += !(flags & 2);
    sins[SIM_HELIOS_EMPTY] += points == 0;
    sins[SIM_HELIOS_FRAME_LOCKED] += sim_helios_player_locked(player, now_ns);
}

static bool fits(const uint8_t *bytes, size_t size, uint32_t *points)
{
    if (size < 5 || size > SIM_HELIOS_BYTES)
        return false;
    *points = (uint32_t)(bytes[size - 3] | bytes[size - 2] << 8);
    return *points * 7 == size - 5 && *points > 0;
}

bool sim_helios_player_take(struct sim_helios_player *player, const uint8_t *bytes,
                            size_t size, int64_t now_ns, bool *started)
{
    struct sim_helios_counts *counts = player->counts;
    uint32_t points = 0;
    bool good = fits(bytes, size, &points);

    *started = false;
    counts->sins[SIM_HELIOS_EMPTY] += size < 5;
    if (good)
        note_sins(player, points, bytes[size - 1], now_ns);
    if (sim_helios_player_locked(player, now_ns) || !good) {
        counts->dropped[good ? SIM_HELIOS_DROP_LOCKED : SIM_HELIOS_DROP_SIZE]++;
        return false;
    }
    *started = !player->playing || (bytes[size - 1] & 1);
    struct sim_helios_buffer *frame =
        &player->buffers[*started ? player->play : !player->play];
    memcpy(frame->bytes, bytes, size);
    frame->points = points;
    frame->pps = (uint32_t)(bytes[size - 5] | bytes[size - 4] << 8);
    frame->loop = !(bytes[size - 1] & 2);
    counts->frames++;
    if (*started)
        begin(player, now_ns);
    else
        player->slot_full = true;
    return true;
}
