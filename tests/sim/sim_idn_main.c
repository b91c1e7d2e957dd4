/* SPDX-License-Identifier: MIT
 *
 * A simulated IDN receiver as a program. Files and pictures show its first service.
 */
#include "sim_idn_options.h"
#include "sim_program.h"

#define MOST_PPS 200000

static const struct sim_idn_options *own(const struct sim_options *options)
{
    return (const struct sim_idn_options *)options;
}

static void on_played(void *user, const struct sim_idn_point *point)
{
    const struct bj_played_point played = {.time_ns = point->time_ns,
                                           .x = point->x,
                                           .y = point->y,
                                           .r = point->r,
                                           .g = point->g,
                                           .b = point->b,
                                           .i = point->i};

    if (point->service == 1 && !point->bridge) {
        sim_program_played(user, &played);
    }
}

static struct sim_host *create(const struct sim_options *options,
                               struct sim_program *program, int64_t now_ns)
{
    struct sim_idn_config config = own(options)->device;

    config.played = on_played;
    config.user = program;
    return sim_idn_create(&config, now_ns);
}

static uint32_t max_rate(const struct sim_options *options)
{
    (void)options;
    return MOST_PPS;
}

static void describe(const struct sim_options *options, const struct sim_host *host,
                     char *text, size_t size)
{
    char id[SIM_IDN_ID_SIZE];

    sim_idn_id(host, id);
    snprintf(text, size, "%s %s", own(options)->device.profile.title, id);
}

static void fault_at(struct sim_host *host, int64_t at_ns, int fault, int64_t value)
{
    sim_idn_fault_at(host, at_ns, (enum sim_idn_fault)fault, value);
}

static void write_live(const struct sim_host *host, int clients, FILE *out)
{
    const struct sim_idn_counters *counters = sim_idn_counters(host);

    (void)clients;
    fprintf(out, "%s, %.1f ms buffered, %d connected, %llu times dry, %llu gaps",
            sim_idn_shutter_open(host, 1) ? "playing" : "idle",
            (double)sim_idn_buffered_ns(host, 1) / 1e6, sim_idn_connections(host),
            (unsigned long long)counters->dries, (unsigned long long)counters->gaps);
}

static const struct sim_kind kind = {
    .program = "beamjack sim idn",
    .line = &sim_idn_command_line,
    .ports = "UDP port",
    .main_port = SIM_IDN_PORT,
    .unheard = "scan requests to everybody cannot be heard, so only who knows its address "
               "finds it",
    .create = create,
    .destroy = sim_idn_destroy,
    .max_rate = max_rate,
    .describe = describe,
    .advance = sim_idn_advance,
    .fault_at = fault_at,
    .write_json = sim_idn_write_json,
    .write_live = write_live,
};

int main(int argc, char **argv)
{
    struct sim_idn_options options;

    return sim_program_main(&kind, &options.common, argc, argv);
}
