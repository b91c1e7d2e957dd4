/* SPDX-License-Identifier: MIT
 *
 * From what the user typed, or nothing, to the DAC to play on.
 */
#ifndef DAC_CHOICE_H
#define DAC_CHOICE_H

#include <beamjack/dacs.h>

#include <stdatomic.h>

/* Looks for DACs for wait_ns at most; fills `info` with the first whose id is `id` (NULL:
 * the first that is not busy). `cancel` may be NULL. False: `why` has what hindered the
 * search, if anything. Blocks. */
bool bj_dac_find(const struct bj_transports *via, const char *id, int64_t wait_ns,
                 const atomic_bool *cancel, struct bj_dac_info *info, char *why,
                 size_t why_size);

/* Does `asked` name the DAC with this id? One of several outputs of a device may be left
 * out: "idn:010004a3112233" is "idn:010004a3112233-1" as well. */
bool bj_dac_is_called(const char *id, const char *asked);

/* Only searching can tell where it is: a stable id of a network DAC. */
bool bj_dac_must_be_found(const struct bj_dac_info *info);

/* Main thread, blocks while it looks or resolves a name. `text` NULL: the first DAC found.
 * False: `why`, with the remedy; *wrong_usage when `text` can never be right. */
bool bj_dac_choose(const struct bj_transports *via, const char *text,
                   const atomic_bool *cancel, struct bj_dac_info *info, bool *wrong_usage,
                   char *why, size_t why_size);

/* What the driver says of itself before it is connected. */
bool bj_dac_caps(const struct bj_dac_info *info, const struct bj_transports *via,
                 struct bj_dac_caps *caps);

/* The rate to play at: `asked`, or JACK's where the DAC can, else the nearest it can. */
uint32_t bj_dac_pps(uint32_t asked, uint32_t jack_rate_hz, const struct bj_dac_info *info,
                    const struct bj_dac_caps *caps);

#endif
