/* SPDX-License-Identifier: MIT */
#include "sim_ether_dream_device.h"

#include <inttypes.h>

static const struct sim_ed_device *look(const struct sim_host *host)
{
    return (const struct sim_ed_device *)host;
}

struct sim_ed_status sim_ed_status(const struct sim_host *host)
{
    return sim_ed_player_status(&look(host)->player);
}

const struct sim_ed_counters *sim_ed_counters(const struct sim_host *host)
{
    return &look(host)->counters;
}

void sim_ed_clear_min_fullness(struct sim_host *host)
{
    sim_ed_device(host)->counters.min_fullness = UINT32_MAX;
}

void sim_ed_id(const struct sim_host *host, char id[SIM_ED_ID_SIZE])
{
    const uint8_t *mac = look(host)->config.mac;

    snprintf(id, SIM_ED_ID_SIZE, "etherdream:%02x%02x%02x%02x%02x%02x", mac[0], mac[1],
             mac[2], mac[3], mac[4], mac[5]);
}

static void write_status(FILE *out, const struct sim_ed_status *status)
{
    static const char *const playback[] = {"idle", "prepared", "playing"};

    fprintf(
        out,
        "\"light_engine\":\"%s\",\"playback\":\"%s\",\"source\":%u,\"playback_flags\":%u,"
        "\"fullness\":%u,\"point_rate\":%" PRIu32 ",\"point_count\":%" PRIu32,
        status->light_engine == 0 ? "ready" : "estop", playback[status->playback],
        status->source, status->playback_flags, status->fullness, status->point_rate,
        status->point_count);
}

static void write_counters(FILE *out, const struct sim_ed_counters *c)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"connections", c->connections},
        {"connections_refused", c->connections_refused},
        {"hang_ups", c->hang_ups},
        {"bytes_in", c->bytes_in},
        {"bytes_out", c->bytes_out},
        {"broadcasts", c->broadcasts},
        {"commands", c->commands},
        {"data_commands", c->data_commands},
        {"prepares", c->prepares},
        {"begins", c->begins},
        {"begins_ignored", c->begins_ignored},
        {"stops", c->stops},
        {"pings", c->pings},
        {"rate_updates", c->rate_updates},
        {"rates_queued", c->rates_queued},
        {"rates_dropped", c->rates_dropped},
        {"rates_over_max", c->rates_over_max},
        {"rate_zero", c->rate_zero},
        {"acks", c->acks},
        {"naks_invalid", c->naks_invalid},
        {"naks_full", c->naks_full},
        {"naks_stop", c->naks_stop},
        {"bad_opcodes", c->bad_opcodes},
        {"estops", c->estops},
        {"clears", c->clears},
        {"reboots", c->reboots},
        {"replies_dropped", c->replies_dropped},
        {"points_received", c->points_received},
        {"points_stored", c->points_stored},
        {"points_refused", c->points_refused},
        {"points_played", c->points_played},
        {"points_dropped", c->points_dropped},
        {"underflows", c->underflows},
        {"lit_received", c->lit_received},
        {"lit_played", c->lit_played},
        {"lit_shutter_closed", c->lit_shutter_closed},
        {"faults", c->faults},
        {"max_fullness", c->max_fullness},
    };

    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        fprintf(out, ",\"%s\":%" PRIu64, rows[n].name, rows[n].value);
    }
    if (c->min_fullness == UINT32_MAX) {
        fputs(",\"min_fullness\":null", out);
    } else {
        fprintf(out, ",\"min_fullness\":%" PRIu32, c->min_fullness);
    }
    fprintf(out, ",\"longest_data_gap_ms\":%.3f,\"played_s\":%.6f",
            (double)c->longest_data_gap_ns / 1e6, (double)c->played_ns / 1e9);
}

enum bj_status sim_ed_write_json(const struct sim_host *host, int64_t now_ns, FILE *out)
{
    struct sim_ed_status status = sim_ed_status(host);
    char id[SIM_ED_ID_SIZE];

    sim_ed_id(host, id);
    fprintf(out, "{\"id\":\"%s\",\"profile\":\"%s\",\"time_s\":%.6f,", id,
            look(host)->config.profile.name, (double)now_ns / 1e9);
    write_status(out, &status);
    write_counters(out, sim_ed_counters(host));
    fputc('}', out);
    return ferror(out) ? BJ_IO_ERROR : BJ_OK;
}
