/* SPDX-License-Identifier: MIT */
#include "sim_idn_options.h"

#include <stdlib.h>
#include <string.h>

static struct sim_idn_options *own(struct sim_options *options)
{
    return (struct sim_idn_options *)options;
}

/* ---- The unit ------------------------------------------------------------------------ */

static bool set_profile(struct sim_options *options, const char *value)
{
    const struct sim_idn_profile *profile = sim_idn_profile(value);

    if (profile) {
        own(options)->device.profile = *profile;
    }
    return profile != NULL;
}

static bool set_unit(struct sim_options *options, const char *value)
{
    uint8_t unit[16] = {0};
    size_t digits = strlen(value), size = digits / 2;

    if (digits % 2 != 0 || size < 2 || size > 15) {
        return false;
    }
    for (size_t k = 0; k < size; k++) {
        const char octet[] = {value[2 * k], value[2 * k + 1], '\0'};
        if (strspn(octet, "0123456789abcdefABCDEF") != 2) {
            return false;
        }
        unit[k + 1] = (uint8_t)strtoul(octet, NULL, 16);
    }
    unit[0] = (uint8_t)size;
    memcpy(own(options)->device.unit, unit, sizeof unit);
    return own(options)->unit_given = true;
}

static bool set_host(struct sim_options *options, const char *value)
{
    if (strlen(value) > SIM_IDN_NAME) {
        return false;
    }
    memcpy(own(options)->device.host, value, strlen(value) + 1);
    return true;
}

static bool set_services(struct sim_options *options, const char *value)
{
    int64_t count;

    if (!sim_option_whole(value, 0, SIM_IDN_SERVICES, &count)) {
        return false;
    }
    own(options)->services = (int)count;
    return true;
}

static bool set_skew(struct sim_options *options, const char *value)
{
    return sim_option_number(value, -100000, 100000, &own(options)->device.skew_ppm);
}

static bool set_slice(struct sim_options *options, const char *value)
{
    return sim_option_number(value, 0.1, 1000, &own(options)->slice_ms);
}

static bool set_max_pps(struct sim_options *options, const char *value)
{
    int64_t pps;

    if (!sim_option_whole(value, 0, 1e6, &pps)) {
        return false;
    }
    own(options)->max_pps = (uint32_t)pps;
    return true;
}

/* ---- Faults -------------------------------------------------------------------------- */

static const struct sim_fault_name faults[] = {
    {"reboot", SIM_IDN_REBOOT, 3000, true},
    {"silent", SIM_IDN_SILENT, 2000, true},
    {"stall", SIM_IDN_STALL, 100, true},
    {"drop", SIM_IDN_DROP, 1, false},
    {"forget", SIM_IDN_FORGET, 0, false},
    {"discard", SIM_IDN_DISCARD, 0, false},
    {"hide", SIM_IDN_HIDE, 1, false},
    {"slow-map", SIM_IDN_SLOW_MAP, 600, true},
    {"status", SIM_IDN_STATUS, 0x40, false},
    {"rival", SIM_IDN_RIVAL, 1, false},
    {"occupy", SIM_IDN_OCCUPY, 1, false},
    {"exclude", SIM_IDN_EXCLUDE, 1, false},
    {"garbage", SIM_IDN_GARBAGE, 1, false},
    {"nobody", SIM_IDN_NOBODY, 0, false},
    {.name = NULL},
};

static const struct sim_option rows[] = {
    {.help = "The unit"},
    {"--profile", NULL, "NAME", "receiver: openidn (default), spec, simple",
     "openidn, spec or simple", set_profile},
    {"--unit", NULL, "HEX", "unit id, category first; default 010004a3112233, or by --bind",
     "2 to 15 octets in hexadecimal", set_unit},
    {"--host-name", NULL, "NAME", "as it calls itself", "at most 20 characters", set_host},
    {"--services", NULL, "N", "laser outputs, numbered from 1; default 1", "0 to 8",
     set_services},
    {"--skew-ppm", NULL, "PPM", "its clock runs this much fast", "-100000 to 100000",
     set_skew},
    {"--slice", NULL, "MS", "points are handed to the hardware in such pieces; default 10",
     "0.1 to 1000", set_slice},
    {"--max-pps", NULL, "N", "of the hardware; above, points are left out; default 0: none",
     "0 to 1000000", set_max_pps},
    {.name = "--seed"},
    {.help = "The network"},
    {.name = "--bind"},
    {.name = "--address"},
    {.name = "--port", .help = "UDP; default 7255, 0: any that is free"},
    {.name = "--broadcast"},
    {.name = "--latency"},
    {.name = "--jitter"},
    {.name = "--loss"},
    {.name = "--duplicate"},
    {.name = "--reorder"},
    {.help = "Faults; times count from the start"},
    {.name = "--fault"},
    {.help = "What comes out"},
    {.name = "--json"},
    {.name = "--points"},
    {.name = "--png"},
    {.name = "--png-window-ms"},
    {.name = "--live"},
    {.name = "--duration"},
    {.name = "--quiet"},
    {.name = "--help"},
};

static const struct sim_command_line line = {
    .summary = "Simulates a receiver of the ILDA Digital Network on this computer.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
};

/* ---- The whole ----------------------------------------------------------------------- */

/* Simulators on several addresses of this computer are told apart by themselves. */
static void unit_from_address(struct sim_idn_options *options)
{
    uint32_t ip = options->common.serve.bind_ip;

    for (int n = 0; n < 3 && ip != BJ_LOOPBACK && ip != 0; n++) {
        options->device.unit[5 + n] = (uint8_t)(ip >> (16 - 8 * n));
    }
}

static void make_services(struct sim_idn_options *options)
{
    struct sim_idn_config *device = &options->device;

    for (int k = 0; k < options->services; k++) {
        struct sim_idn_service_config *service = &device->services[k];
        *service =
            (struct sim_idn_service_config){.id = (uint8_t)(k + 1), .preferred = k == 0};
        snprintf(service->name, sizeof service->name,
                 options->services > 1 ? "Laser %d" : "Laser", k + 1);
    }
    device->service_count = options->services;
}

static void complete(struct sim_idn_options *options)
{
    struct sim_idn_config *device = &options->device;
    const struct sim_options *common = &options->common;

    make_services(options);
    if (!options->unit_given) {
        unit_from_address(options);
    }
    if (options->slice_ms > 0) {
        device->profile.slice_ns = (int64_t)(options->slice_ms * 1e6);
    }
    if (options->max_pps > 0) {
        device->profile.max_pps = options->max_pps;
    }
    device->seed = common->seed;
    device->link = (struct sim_datagrams_config){
        .latency_ns = common->latency_ns,
        .jitter_ns = common->jitter_ns,
        .in_order = true,
        .loss = common->loss,
        .duplicate = common->duplicate,
        .reorder = common->reorder,
    };
}

bool sim_idn_options_parse(struct sim_idn_options *options, const char *program, int argc,
                           char *const *argv, FILE *errors)
{
    *options = (struct sim_idn_options){
        .common = sim_options_defaults(&line),
        .device = sim_idn_defaults(),
        .services = 1,
    };
    options->common.seed = options->device.seed;
    if (!sim_options_parse(&options->common, program, argc, argv, errors)) {
        return false;
    }
    complete(options);
    return true;
}

void sim_idn_options_help(const char *program, FILE *out)
{
    sim_options_help(&line, program, out);
}
