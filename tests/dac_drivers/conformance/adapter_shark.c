/* SPDX-License-Identifier: MIT */
#include "adapter_shark.h"

#include <stdlib.h>

#define FOR_EVER 1000000000

struct adapter {
    struct adapter_usb base;
    adapter_shark_look *look;
};

static void on_played(void *user, const struct sim_shark_sample *sample)
{
    struct adapter *adapter = user;
    struct bj_point seen = adapter->look(sample);

    adapter_usb_tell(&adapter->base, sample->time_ns, &seen);
}

static void babble(struct adapter_usb *adapter, bool on)
{
    sim_shark_fault(adapter->device, adapter->now_ns, SIM_SHARK_GARBAGE, on ? FOR_EVER : 0);
}

void adapter_shark_refuse(void *instance, int kind)
{
    static const enum sim_shark_fault faults[] = {
        SIM_SHARK_REFUSE, SIM_SHARK_SILENT, SIM_SHARK_STALL_DATA, SIM_SHARK_STALL_COMMAND,
        SIM_SHARK_WRONG_OPCODE};
    static const enum sim_shark_fault times[] = {SIM_SHARK_DEAF, SIM_SHARK_HOLD_DATA,
                                                 SIM_SHARK_FREEZE};
    const struct adapter_usb *adapter = instance;

    for (int k = 0; k < 5; k++)
        sim_shark_fault(adapter->device, adapter->now_ns, faults[k],
                        k + 1 == kind ? INT32_MAX : 0);
    for (int k = 0; k < 3; k++)
        sim_shark_fault(adapter->device, adapter->now_ns, times[k],
                        k + 6 == kind ? 3600 * BJ_NS_PER_S : 0);
}

void *adapter_shark_create(const struct conformance_row *row,
                           struct sim_usb *(*make)(const struct sim_shark_config *config),
                           struct sim_shark_config config, adapter_shark_look *look,
                           conformance_seen *seen, void *suite, struct bj_dac_config *dac)
{
    struct adapter *adapter = calloc(1, sizeof *adapter);

    if (!adapter)
        return NULL;
    config.skew_ppm = row->trouble.skew_ppm;
    config.reply_jitter_ns = row->trouble.jitter_ns;
    config.reply_ns += row->trouble.reply_ns + row->trouble.reply_jitter_ns / 2;
    config.lazy = config.lazy || row->trouble.kind % 2 == 1;
    config.fifo_survives_clear = config.fifo_survives_clear || row->trouble.kind == 4;
    config.played = on_played;
    config.user = adapter;
    *adapter = (struct adapter){.base = {.seen = seen,
                                         .suite = suite,
                                         .way = row->way,
                                         .device = make(&config),
                                         .run = sim_shark_advance,
                                         .free_device = sim_shark_destroy,
                                         .babble = babble},
                                .look = look};
    return adapter_usb_begin(&adapter->base, dac);
}

uint64_t adapter_shark_dries(const void *instance)
{
    const struct adapter_usb *adapter = instance;

    return sim_shark_counters(adapter->device)->underruns;
}
