/* SPDX-License-Identifier: MIT
 *
 * A simulated Ether Dream as a program.
 */
#include "sim_ether_dream_options.h"
#include "sim_program.h"

static const struct sim_ed_options *own(const struct sim_options *options)
{
    return (const struct sim_ed_options *)options;
}

static void on_played(void *user, const struct sim_ed_point *point)
{
    const struct bj_played_point played = {.time_ns = point->time_ns,
                                           .x = point->x,
                                           .y = point->y,
                                           .r = point->r,
                                           .g = point->g,
                                           .b = point->b,
                                           .i = point->i};

    sim_program_played(user, &played);
}

static struct sim_host *create(const struct sim_options *options,
                               struct sim_program *program, int64_t now_ns)
{
    struct sim_ed_config config = own(options)->device;

    config.played = on_played;
    config.user = program;
    return sim_ed_create(&config, now_ns);
}

static uint32_t max_rate(const struct sim_options *options)
{
    return own(options)->device.profile.max_rate;
}

static void describe(const struct sim_options *options, const struct sim_host *host,
                     char *text, size_t size)
{
    char id[SIM_ED_ID_SIZE];

    sim_ed_id(host, id);
    snprintf(text, size, "%s %s", own(options)->device.profile.title, id);
}

static void fault_at(struct sim_host *host, int64_t at_ns, int fault, int64_t value)
{
    sim_ed_fault_at(host, at_ns, (enum sim_ed_fault)fault, value);
}

static void write_live(const struct sim_host *host, int clients, FILE *out)
{
    static const char *const playback[] = {"idle", "prepared", "playing"};
    struct sim_ed_status status = sim_ed_status(host);

    fprintf(out, "%s%s, %u points/s, %u queued, %d connected, %llu underflows",
            status.light_engine == 0 ? "" : "E-STOP, ", playback[status.playback],
            status.point_rate, status.fullness, clients,
            (unsigned long long)sim_ed_counters(host)->underflows);
}

static const struct sim_kind kind = {
    .program = "beamjack sim etherdream",
    .line = &sim_ed_command_line,
    .ports = "TCP port",
    .main_port = SIM_ED_TCP_PORT,
    .unheard = "its broadcasts cannot be sent, so nobody will find it by itself",
    .create = create,
    .destroy = sim_ed_destroy,
    .max_rate = max_rate,
    .describe = describe,
    .advance = sim_ed_advance,
    .fault_at = fault_at,
    .write_json = sim_ed_write_json,
    .write_live = write_live,
};

int main(int argc, char **argv)
{
    struct sim_ed_options options;

    return sim_program_main(&kind, &options.common, argc, argv);
}
