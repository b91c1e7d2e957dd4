/* SPDX-License-Identifier: MIT
 *
 * What the octets of a sample mean: the tag dictionary of a laser service, read as the
 * IDN-Stream specification has it.
 */
#ifndef SIM_IDN_DICTIONARY_H
#define SIM_IDN_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_idn_field {
    SIM_IDN_X,
    SIM_IDN_Y,
    SIM_IDN_RED,
    SIM_IDN_GREEN,
    SIM_IDN_BLUE,
    SIM_IDN_INTENSITY,
    SIM_IDN_FIELDS
};

struct sim_idn_layout {
    uint32_t size; /* octets of a sample */
    struct {
        uint32_t at;
        uint8_t octets; /* 0: not there; more than 2 are read as 2 */
    } fields[SIM_IDN_FIELDS];
};

struct sim_idn_sample {
    int16_t x, y;
    uint16_t r, g, b, i;
};

/* `words`: big-endian tags. False: no X, no Y or no colour. */
bool sim_idn_layout_read(struct sim_idn_layout *layout, const uint8_t *words,
                         size_t word_count);

/* X, Y, R, G, B, I in 8 octets. */
void sim_idn_layout_plain(struct sim_idn_layout *layout);

/* Without an intensity of its own, a sample with any colour has full intensity. */
struct sim_idn_sample sim_idn_layout_decode(const struct sim_idn_layout *layout,
                                            const uint8_t *sample);

#endif
