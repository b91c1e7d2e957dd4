/* SPDX-License-Identifier: MIT
 *
 * For a copy of the row of the Ether Dream that wants a device of its own making: its
 * `way`.
 */
#ifndef CONFORMANCE_ADAPTER_ETHER_DREAM_H
#define CONFORMANCE_ADAPTER_ETHER_DREAM_H

#include "adapter_net.h"
#include "sim_ether_dream.h"

struct adapter_ether_dream_way {
    struct sim_ed_config device; /* but for `played`; `command` is called with its `user` */
    int64_t connect_delay_ns;
};

#endif
