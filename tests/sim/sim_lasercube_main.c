/* SPDX-License-Identifier: MIT
 *
 * A simulated LaserCube as a program.
 */
#include "sim_lasercube_options.h"
#include "sim_program.h"

#define FULL 4095

static const struct sim_lc_options *own(const struct sim_options *options)
{
    return (const struct sim_lc_options *)options;
}

static int16_t position(int value)
{
    int twice = 2 * value - FULL;

    return (int16_t)((twice * 32767 + (twice < 0 ? -FULL : FULL) / 2) / FULL);
}

static uint16_t colour(const struct sim_lc_point *point, uint16_t value)
{
    return point->output ? (uint16_t)((value * 65535u + FULL / 2) / FULL) : 0;
}

static void on_played(void *user, const struct sim_lc_point *point)
{
    const struct bj_played_point played = {.time_ns = point->time_ns,
                                           .x = position(FULL - point->x),
                                           .y = position(point->y),
                                           .r = colour(point, point->r),
                                           .g = colour(point, point->g),
                                           .b = colour(point, point->b),
                                           .i = point->output ? 65535 : 0};

    sim_program_played(user, &played);
}

static struct sim_host *create(const struct sim_options *options,
                               struct sim_program *program, int64_t now_ns)
{
    struct sim_lc_config config = own(options)->device;

    config.played = on_played;
    config.user = program;
    return sim_lc_create(&config, now_ns);
}

static uint32_t max_rate(const struct sim_options *options)
{
    return own(options)->device.max_rate;
}

static void describe(const struct sim_options *options, const struct sim_host *host,
                     char *text, size_t size)
{
    char id[SIM_LC_ID_SIZE];

    sim_lc_id(host, id);
    snprintf(text, size, "%s %s", own(options)->device.model_name, id);
}

static void fault_at(struct sim_host *host, int64_t at_ns, int fault, int64_t value)
{
    sim_lc_fault_at(host, at_ns, (enum sim_lc_fault)fault, value);
}

static void write_live(const struct sim_host *host, int clients, FILE *out)
{
    struct sim_lc_status status = sim_lc_status(host);

    (void)clients;
    fprintf(out, "output %s%s%s, %u points/s, %u queued", status.output ? "on" : "off",
            status.interlock ? ", INTERLOCK" : "", status.too_hot ? ", TOO HOT" : "",
            status.rate, status.held);
}

static const struct sim_kind kind = {
    .program = "beamjack sim lasercube",
    .line = &sim_lc_command_line,
    .ports = "UDP port",
    .main_port = SIM_LC_COMMAND_PORT,
    .unheard = "it cannot hear broadcasts, so nobody will find it by itself",
    .create = create,
    .destroy = sim_lc_destroy,
    .max_rate = max_rate,
    .describe = describe,
    .advance = sim_lc_advance,
    .fault_at = fault_at,
    .write_json = sim_lc_write_json,
    .write_live = write_live,
};

int main(int argc, char **argv)
{
    struct sim_lc_options options;

    return sim_program_main(&kind, &options.common, argc, argv);
}
