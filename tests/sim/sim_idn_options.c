/* SPDX-License-Identifier: MIT */
#include "sim_idn_options.h"

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
    size_t size = sim_option_octets(value, '\0', unit + 1, sizeof unit - 1);

    if (size < 2) {
        return false;
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

#define AT(member) SIM_AT(struct sim_idn_options, member)

static const struct sim_option rows[] = {
    {.help = "The unit"},
    {"--profile", "NAME", "receiver: openidn (default), spec, simple", SIM_SET(set_profile),
     .wants = "openidn, spec or simple"},
    {"--unit", "HEX", "default 010004a3112233, or from --bind", SIM_SET(set_unit),
     .wants = "2 to 15 octets in hexadecimal"},
    {"--host-name", "NAME", "as it calls itself", SIM_SET(set_host),
     .wants = "at most 20 characters"},
    {"--services", "N", "laser outputs, numbered from 1; default 1",
     SIM_WHOLE(0, SIM_IDN_SERVICES), AT(services)},
    {"--skew-ppm", "PPM", "its clock runs this much fast", SIM_NUMBER(-100000, 100000),
     AT(device.skew_ppm)},
    {"--slice", "MS", "points reach the hardware in such pieces; default 10",
     SIM_NUMBER(0.1, 1000), AT(slice_ms)},
    {"--max-pps", "N", "points above this are left out; default 0: none", SIM_WHOLE(0, 1e6),
     AT(max_pps)},
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
};

/* ---- The whole ----------------------------------------------------------------------- */

static void begin(struct sim_options *options)
{
    *own(options) = (struct sim_idn_options){
        .common = *options, .device = sim_idn_defaults(), .services = 1};
    options->seed = own(options)->device.seed;
}

static void make_services(struct sim_idn_options *idn)
{
    struct sim_idn_config *device = &idn->device;

    for (int k = 0; k < idn->services; k++) {
        struct sim_idn_service_config *service = &device->services[k];
        *service =
            (struct sim_idn_service_config){.id = (uint8_t)(k + 1), .preferred = k == 0};
        snprintf(service->name, sizeof service->name,
                 idn->services > 1 ? "Laser %d" : "Laser", k + 1);
    }
    device->service_count = idn->services;
}

static void complete(struct sim_options *options)
{
    struct sim_idn_options *idn = own(options);
    struct sim_idn_config *device = &idn->device;

    make_services(idn);
    if (!idn->unit_given) {
        sim_options_identify(options, device->unit + 5);
    }
    if (idn->slice_ms > 0) {
        device->profile.slice_ns = (int64_t)(idn->slice_ms * 1e6);
    }
    if (idn->max_pps > 0) {
        device->profile.max_pps = idn->max_pps;
    }
    device->seed = options->seed;
    device->link = sim_options_datagrams(options);
}

const struct sim_command_line sim_idn_command_line = {
    .summary = "Simulates a receiver of the ILDA Digital Network on this computer.",
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .faults = faults,
    .begin = begin,
    .complete = complete,
};
