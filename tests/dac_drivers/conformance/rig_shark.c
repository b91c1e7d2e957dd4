/* SPDX-License-Identifier: MIT */
#include "rig_shark.h"

#include <stdlib.h>

#define FOR_EVER 1000000000

struct rig {
    struct rig_usb base;
    rig_shark_look *look;
};

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct rig *rig = user;
    struct bj_point seen = rig->look(sample);

    rig_usb_tell(&rig->base, sample->time_ns, &seen);
}

static void babble(struct rig_usb *rig, bool on)
{
    sim_shark_fault(rig->device, rig->now_ns, SIM_SHARK_GARBAGE, on ? FOR_EVER : 0);
}

void rig_shark_refuse(void *instance, int kind)
{
    static const enum sim_shark_fault faults[] = {
        SIM_SHARK_REFUSE, SIM_SHARK_SILENT, SIM_SHARK_STALL_DATA, SIM_SHARK_STALL_COMMAND,
        SIM_SHARK_WRONG_OPCODE};
    static const enum sim_shark_fault times[] = {SIM_SHARK_DEAF, SIM_SHARK_HOLD_DATA,
                                                 SIM_SHARK_FREEZE};
    const struct rig_usb *rig = instance;

    for (int k = 0; k < 5; k++)
        sim_shark_fault(rig->device, rig->now_ns, faults[k], k + 1 == kind ? INT32_MAX : 0);
    for (int k = 0; k < 3; k++)
        sim_shark_fault(rig->device, rig->now_ns, times[k],
                        k + 6 == kind ? 3600 * BJ_NS_PER_S : 0);
}

void *rig_shark_create(const struct conformance_row *row,
                       struct sim_usb *(*make)(const struct sim_shark_config *config),
                       struct sim_shark_config config, rig_shark_look *look,
                       conformance_seen *seen, void *suite, struct bj_dac_config *dac)
{
    struct rig *rig = calloc(1, sizeof *rig);

    if (!rig)
        return NULL;
    config.skew_ppm = row->trouble.skew_ppm;
    config.reply_jitter_ns = row->trouble.jitter_ns;
    config.reply_ns += row->trouble.reply_ns + row->trouble.reply_jitter_ns / 2;
    config.lazy = config.lazy || row->trouble.kind % 2 == 1;
    config.fifo_survives_clear = config.fifo_survives_clear || row->trouble.kind == 4;
    config.played = on_played;
    config.user = rig;
    *rig = (struct rig){.base = {.seen = seen,
                                 .suite = suite,
                                 .way = row->way,
                                 .device = make(&config),
                                 .run = sim_shark_advance,
                                 .free_device = sim_shark_destroy,
                                 .babble = babble},
                        .look = look};
    return rig_usb_begin(&rig->base, dac);
}

uint64_t rig_shark_dries(const void *instance)
{
    const struct rig_usb *rig = instance;

    return sim_shark_counters(rig->device)->underruns;
}
