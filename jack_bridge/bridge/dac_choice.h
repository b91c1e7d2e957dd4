/* SPDX-License-Identifier: MIT
 *
 * From what the user typed, or nothing, to the DAC to play on.
 */
#ifndef DAC_CHOICE_H
#define DAC_CHOICE_H

#include <beamjack/dacs.h>

#include <stdatomic.h>

/* What there is to choose when none was named. */
enum bj_only {
    BJ_ONLY_NONE = 0, /* nothing was found */
    BJ_ONLY_ONE,      /* exactly one that is not in use and says that it is a laser */
    BJ_ONLY_SEVERAL,  /* more than one: the user must say which */
    BJ_ONLY_BUSY,     /* all that were found are in use or may be no laser */
};

/* *only is set for BJ_ONLY_ONE and is one of the list; `why` lists the choices for
 * BJ_ONLY_SEVERAL and BJ_ONLY_BUSY. */
enum bj_only bj_dac_only(const struct bj_dac_info *const *list, size_t count,
                         const struct bj_dac_info **only, char *why, size_t why_size);

/* Does `asked` name the DAC with this id? One of several outputs of a device may be left
 * out: "idn:010004a3112233" is "idn:010004a3112233-1" as well. */
bool bj_dac_is_called(const char *id, const char *asked);

/* Only searching can tell where it is: a stable id of a network DAC. */
bool bj_dac_must_be_found(const struct bj_dac_info *info);

/* One thread at a time. Blocks while it looks or resolves a name. `text` NULL: the only DAC
 * there is. `cancel` may be NULL. False: `why`, with the remedy; *wrong_usage when `text`
 * can never be right, or is missing and there are several. */
bool bj_dac_choose(const struct bj_transports *via, const char *text,
                   const atomic_bool *cancel, struct bj_dac_info *info, bool *wrong_usage,
                   char *why, size_t why_size);

/* What the driver says of itself before it is connected, and what was found out. */
bool bj_dac_caps(const struct bj_dac_info *info, const struct bj_transports *via,
                 struct bj_dac_caps *caps);

/* The rate to play at: `asked`, or JACK's where the DAC can, else the nearest it can. */
uint32_t bj_dac_pps(uint32_t asked, uint32_t jack_rate_hz, const struct bj_dac_info *info,
                    const struct bj_dac_caps *caps);

#endif
