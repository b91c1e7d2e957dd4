/* SPDX-License-Identifier: MIT */
#include "sim_idn_dictionary.h"

#include <string.h>

#define FILLER 0x4000
#define PRECISION 0x4010
#define BREAK 0x1000

static const struct {
    uint16_t tag;
    enum sim_idn_field field;
} fields[] = {
    {0x4200, SIM_IDN_X},     {0x4210, SIM_IDN_Y},    {0x527e, SIM_IDN_RED},
    {0x5214, SIM_IDN_GREEN}, {0x51cc, SIM_IDN_BLUE}, {0x5c10, SIM_IDN_INTENSITY},
};

/* -1: an octet that nobody here looks at. */
static int field_of(uint16_t tag)
{
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        if (fields[k].tag == tag) {
            return (int)fields[k].field;
        }
    }
    return -1;
}

static bool takes_an_octet(uint16_t tag)
{
    return tag >> 12 == 4 || tag >> 12 == 5;
}

static void note(struct sim_idn_layout *layout, int field)
{
    if (field >= 0 && layout->fields[field].octets == 0) {
        layout->fields[field].at = layout->size;
        layout->fields[field].octets = 1;
    }
}

/* A further scan head's octets are there, and are passed over. */
static void read_tags(struct sim_idn_layout *layout, const uint8_t *words,
                      size_t word_count)
{
    bool further_head = false;
    int newest = -1;

    for (size_t k = 0; k < word_count; k++) {
        uint16_t tag = (uint16_t)(words[2 * k] << 8 | words[2 * k + 1]);
        if (tag >> 4 == 0) {
            k += tag & 15;
        } else if (tag == BREAK) {
            further_head = true;
            newest = -1;
        } else if (tag == PRECISION) {
            if (newest >= 0 && layout->fields[newest].octets == 1) {
                layout->fields[newest].octets = 2;
            }
            layout->size++;
        } else if (takes_an_octet(tag)) {
            newest = further_head || tag == FILLER ? -1 : field_of(tag);
            note(layout, newest);
            layout->size++;
        }
    }
}

bool sim_idn_layout_read(struct sim_idn_layout *layout, const uint8_t *words,
                         size_t word_count)
{
    memset(layout, 0, sizeof *layout);
    read_tags(layout, words, word_count);
    return layout->fields[SIM_IDN_X].octets && layout->fields[SIM_IDN_Y].octets &&
           (layout->fields[SIM_IDN_RED].octets || layout->fields[SIM_IDN_GREEN].octets ||
            layout->fields[SIM_IDN_BLUE].octets);
}

void sim_idn_layout_plain(struct sim_idn_layout *layout)
{
    static const uint8_t words[] = {0x42, 0x00, 0x40, 0x10, 0x42, 0x10, 0x40, 0x10,
                                    0x52, 0x7e, 0x52, 0x14, 0x51, 0xcc, 0x5c, 0x10};

    (void)sim_idn_layout_read(layout, words, sizeof words / 2);
}

/* Left-aligned: a single octet is the upper one. */
static int16_t coordinate(const struct sim_idn_layout *layout, const uint8_t *sample,
                          enum sim_idn_field field)
{
    const uint8_t *at = sample + layout->fields[field].at;

    return (int16_t)(uint16_t)(at[0] << 8 | (layout->fields[field].octets > 1 ? at[1] : 0));
}

static uint16_t light(const struct sim_idn_layout *layout, const uint8_t *sample,
                      enum sim_idn_field field)
{
    const uint8_t *at = sample + layout->fields[field].at;

    switch (layout->fields[field].octets) {
    case 0:
        return 0;
    case 1:
        return (uint16_t)(at[0] * 257);
    default:
        return (uint16_t)(at[0] << 8 | at[1]);
    }
}

struct sim_idn_sample sim_idn_layout_decode(const struct sim_idn_layout *layout,
                                            const uint8_t *sample)
{
    struct sim_idn_sample read = {
        .x = coordinate(layout, sample, SIM_IDN_X),
        .y = coordinate(layout, sample, SIM_IDN_Y),
        .r = light(layout, sample, SIM_IDN_RED),
        .g = light(layout, sample, SIM_IDN_GREEN),
        .b = light(layout, sample, SIM_IDN_BLUE),
        .i = light(layout, sample, SIM_IDN_INTENSITY),
    };

    if (!layout->fields[SIM_IDN_INTENSITY].octets) {
        read.i = read.r | read.g | read.b ? 65535 : 0;
    }
    return read;
}
