/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_device.h"

#include <inttypes.h>

static const struct sim_lc_device *look(const struct sim_host *host)
{
    return (const struct sim_lc_device *)host;
}

struct sim_lc_status sim_lc_status(const struct sim_host *host)
{
    const struct sim_lc_device *device = look(host);

    return (struct sim_lc_status){
        .output = device->ring.output,
        .reports = device->reports,
        .interlock = device->interlock,
        .too_hot = device->too_hot,
        .running = sim_lc_ring_runs(&device->ring),
        .rate = device->ring.rate,
        .held = device->ring.held,
        .threshold = device->ring.threshold,
    };
}

static void add_datagrams(struct sim_lc_counters *counters, const struct sim_datagrams *way)
{
    counters->datagrams_lost += way->lost;
    counters->datagrams_doubled += way->doubled;
    counters->datagrams_reordered += way->reordered;
}

static struct sim_lc_counters all_counters(const struct sim_lc_device *device)
{
    struct sim_lc_counters all = device->counters;

    all.datagrams_lost = all.datagrams_doubled = all.datagrams_reordered = 0;
    add_datagrams(&all, &device->to_it);
    add_datagrams(&all, &device->from_it);
    return all;
}

const struct sim_lc_counters *sim_lc_counters(struct sim_host *host)
{
    struct sim_lc_device *device = sim_lc_device(host);

    device->counters = all_counters(device);
    return &device->counters;
}

void sim_lc_clear_min_held(struct sim_host *host)
{
    sim_lc_device(host)->counters.min_held = UINT32_MAX;
}

void sim_lc_id(const struct sim_host *host, char id[SIM_LC_ID_SIZE])
{
    const uint8_t *serial = look(host)->config.serial;

    snprintf(id, SIM_LC_ID_SIZE, "lasercube:%02X%02X%02X%02X%02X%02X", serial[0], serial[1],
             serial[2], serial[3], serial[4], serial[5]);
}

static void write_status(FILE *out, const struct sim_lc_status *status)
{
    fprintf(out,
            "\"output\":%s,\"reports_on\":%s,\"interlock\":%s,\"too_hot\":%s,"
            "\"point_rate\":%" PRIu32 ",\"fullness\":%" PRIu32,
            status->output ? "true" : "false", status->reports ? "true" : "false",
            status->interlock ? "true" : "false", status->too_hot ? "true" : "false",
            status->rate, status->held);
}

static void write_counters(FILE *out, const struct sim_lc_counters *c)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"commands", c->commands},
        {"unknown_commands", c->unknown_commands},
        {"forbidden_commands", c->forbidden_commands},
        {"infos", c->infos},
        {"outputs_on", c->outputs_on},
        {"outputs_off", c->outputs_off},
        {"rates", c->rates},
        {"clears", c->clears},
        {"packets", c->packets},
        {"bad_packets", c->bad_packets},
        {"packets_missed", c->packets_missed},
        {"packets_repeated", c->packets_repeated},
        {"burst_dropped", c->burst_dropped},
        {"reports", c->reports},
        {"reboots", c->reboots},
        {"faults", c->faults},
        {"points_received", c->points_received},
        {"points_stored", c->points_stored},
        {"points_overfull", c->points_overfull},
        {"points_played", c->points_played},
        {"points_dropped", c->points_cleared},
        {"underflows", c->ran_dry},
        {"lit_played", c->lit_played},
        {"lit_output_off", c->lit_output_off},
        {"datagrams_lost", c->datagrams_lost},
        {"datagrams_doubled", c->datagrams_doubled},
        {"datagrams_reordered", c->datagrams_reordered},
        {"max_fullness", c->max_held},
    };

    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        fprintf(out, ",\"%s\":%" PRIu64, rows[n].name, rows[n].value);
    }
    if (c->min_held == UINT32_MAX) {
        fputs(",\"min_fullness\":null", out);
    } else {
        fprintf(out, ",\"min_fullness\":%" PRIu32, c->min_held);
    }
}

enum bj_status sim_lc_write_json(const struct sim_host *host, int64_t now_ns, FILE *out)
{
    struct sim_lc_status status = sim_lc_status(host);
    struct sim_lc_counters counters = all_counters(look(host));
    char id[SIM_LC_ID_SIZE];

    sim_lc_id(host, id);
    fprintf(out, "{\"id\":\"%s\",\"firmware\":\"%u.%u\",\"time_s\":%.6f,", id,
            look(host)->config.firmware_major, look(host)->config.firmware_minor,
            (double)now_ns / 1e9);
    write_status(out, &status);
    write_counters(out, &counters);
    fputc('}', out);
    return ferror(out) ? BJ_IO_ERROR : BJ_OK;
}
