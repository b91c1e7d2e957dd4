/* SPDX-License-Identifier: MIT */
#include "sim_idn_device.h"

#include <inttypes.h>

static const struct sim_idn_device *look(const struct sim_host *host)
{
    return (const struct sim_idn_device *)host;
}

const struct sim_idn_counters *sim_idn_counters(const struct sim_host *host)
{
    return &look(host)->counters;
}

void sim_idn_clear_counters(struct sim_host *host)
{
    sim_idn_device(host)->counters = (struct sim_idn_counters){
        .fewest_samples = UINT32_MAX,
        .least_buffered_ns = BJ_NEVER,
    };
}

static int index_of(const struct sim_idn_device *device, uint8_t service)
{
    for (int k = 0; k < device->config.service_count; k++) {
        if (device->config.services[k].id == service) {
            return k;
        }
    }
    return 0;
}

int64_t sim_idn_buffered_ns(const struct sim_host *host, uint8_t service)
{
    const struct sim_idn_device *device = look(host);

    return sim_idn_player_buffered_ns(&device->services[index_of(device, service)].player);
}

/* A wave keeps it closed until its first data; here as long as nothing has played. */
bool sim_idn_shutter_open(const struct sim_host *host, uint8_t service)
{
    const struct sim_idn_device *device = look(host);
    const struct sim_idn_player *player =
        &device->services[index_of(device, service)].player;

    return player->active && (player->ran || player->frames);
}

int sim_idn_connections(const struct sim_host *host)
{
    int used = 0;

    for (int c = 0; c < SIM_IDN_CONNECTIONS; c++) {
        used += look(host)->connections[c].used;
    }
    return used;
}

void sim_idn_id(const struct sim_host *host, char id[SIM_IDN_ID_SIZE])
{
    const struct sim_idn_config *config = &look(host)->config;
    size_t at = (size_t)snprintf(id, SIM_IDN_ID_SIZE, "idn:");

    for (int k = 1; k <= config->unit[0] && k < 16; k++) {
        at += (size_t)snprintf(id + at, SIM_IDN_ID_SIZE - at, "%02x", config->unit[k]);
    }
    snprintf(id + at, SIM_IDN_ID_SIZE - at, "-%u", config->services[0].id);
}

static void write_counters(FILE *out, const struct sim_idn_counters *c)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"datagrams_in", c->datagrams_in},
        {"datagrams_out", c->datagrams_out},
        {"unknown", c->unknown},
        {"pings", c->pings},
        {"scans", c->scans},
        {"maps", c->maps},
        {"groups", c->groups},
        {"messages", c->messages},
        {"invalid_messages", c->invalid_messages},
        {"voids", c->voids},
        {"configs", c->configs},
        {"bad_dictionaries", c->bad_dictionaries},
        {"connections", c->connections},
        {"timeouts", c->timeouts},
        {"closes", c->closes},
        {"aborts", c->aborts},
        {"takeovers", c->takeovers},
        {"refused_busy", c->refused_busy},
        {"refused_occupied", c->refused_occupied},
        {"refused_excluded", c->refused_excluded},
        {"sequence_errors", c->sequence_errors},
        {"acks", c->acks},
        {"chunks_taken", c->chunks[SIM_IDN_TAKEN]},
        {"chunks_without_config", c->chunks[SIM_IDN_NO_CONFIG]},
        {"chunks_misaligned", c->chunks[SIM_IDN_MISALIGNED]},
        {"chunks_mismatched", c->chunks[SIM_IDN_MISMATCH]},
        {"chunks_too_short", c->chunks[SIM_IDN_TOO_SHORT]},
        {"chunks_past", c->chunks[SIM_IDN_PAST]},
        {"gaps", c->gaps},
        {"configs_lost", c->configs_lost},
        {"frames", c->frames},
        {"frames_shown", c->frames_shown},
        {"fragments", c->fragments},
        {"fragment_errors", c->fragment_errors},
        {"samples_received", c->samples_received},
        {"points_played", c->points_played},
        {"lit_played", c->lit_played},
        {"bridge_points", c->bridge_points},
        {"points_thinned", c->points_thinned},
        {"points_dropped", c->points_dropped},
        {"dries", c->dries},
        {"faults", c->faults},
        {"largest_datagram", c->largest_datagram},
    };

    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        fprintf(out, ",\"%s\":%" PRIu64, rows[n].name, rows[n].value);
    }
}

static void write_times(FILE *out, const struct sim_idn_counters *c)
{
    if (c->fewest_samples == UINT32_MAX) {
        fputs(",\"fewest_samples\":null", out);
    } else {
        fprintf(out, ",\"fewest_samples\":%" PRIu32, c->fewest_samples);
    }
    if (c->least_buffered_ns == BJ_NEVER) {
        fputs(",\"least_buffered_ms\":null", out);
    } else {
        fprintf(out, ",\"least_buffered_ms\":%.3f", (double)c->least_buffered_ns / 1e6);
    }
    fprintf(out,
            ",\"most_buffered_ms\":%.3f,\"dry_ms\":%.3f,\"earliest_ms\":%.3f,"
            "\"longest_config_gap_ms\":%.3f",
            (double)c->most_buffered_ns / 1e6, (double)c->dry_ns / 1e6,
            (double)c->earliest_ns / 1e6, (double)c->longest_config_gap_ns / 1e6);
}

static void write_ways(FILE *out, const struct sim_datagrams *in,
                       const struct sim_datagrams *from_it)
{
    fprintf(out,
            ",\"datagrams_lost\":%" PRIu64 ",\"datagrams_doubled\":%" PRIu64
            ",\"datagrams_reordered\":%" PRIu64,
            in->lost + from_it->lost, in->doubled + from_it->doubled,
            in->reordered + from_it->reordered);
}

enum bj_status sim_idn_write_json(const struct sim_host *host, int64_t now_ns, FILE *out)
{
    const struct sim_idn_device *device = look(host);
    char id[SIM_IDN_ID_SIZE];

    sim_idn_id(host, id);
    fprintf(out,
            "{\"id\":\"%s\",\"profile\":\"%s\",\"time_s\":%.6f,\"connected\":%d,"
            "\"buffered_ms\":%.3f",
            id, device->config.profile.name, (double)now_ns / 1e9,
            sim_idn_connections(host),
            (double)sim_idn_buffered_ns(host, device->config.services[0].id) / 1e6);
    write_counters(out, &device->counters);
    write_ways(out, &device->in, &device->out);
    write_times(out, &device->counters);
    fputc('}', out);
    return ferror(out) ? BJ_IO_ERROR : BJ_OK;
}
