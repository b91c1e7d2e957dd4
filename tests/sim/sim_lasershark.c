/* SPDX-License-Identifier: MIT */
#include "sim_lasershark.h"
#include "sim_shark_device.h"

static const struct sim_usb_endpoint endpoints[] = {
    {.interface = 0, .address = 0x01, .type = 2, .packet_size = 64},
    {.interface = 0, .address = 0x81, .type = 2, .packet_size = 64},
    {.interface = 1, .address = 0x04, .type = 1, .packet_size = 512, .interval = 1},
    {.interface = 1, .alternate = 1, .address = 0x03, .type = 2, .packet_size = 64},
    {.interface = 2, .address = 0x02, .type = 2, .packet_size = 64}, /* UART bridge */
    {.interface = 2, .address = 0x82, .type = 2, .packet_size = 64},
};

static const struct sim_usb_descriptor descriptor = {
    .vendor_id = 0x1fc9,
    .product_id = 0x04d8,
    .release = 0x0100,
    .max_packet_0 = 64,
    .max_power = 250,
    .endpoints = endpoints,
    .endpoint_count = sizeof endpoints / sizeof *endpoints,
    .interfaces = 3,
    .alternates = {1, 2, 1},
};

/* Analog A and B, TTL C and the interlock in the upper bits of word 0. Without the
 * interlock no current flows. */
static void decode(struct sim_shark_sample *sample)
{
    const uint16_t *word = sample->word;

    sample->r = word[0] & 0x0fff;
    sample->b = word[0] >> 14 & 1;
    sample->interlock = word[0] >> 15;
    sample->g = word[1] & 0x0fff;
    sample->x = word[2] & 0x0fff;
    sample->y = word[3] & 0x0fff;
    sample->lit = sample->r || sample->g || sample->b;
}

/* Bits 13 and 12 mean nothing here; green on a LaserDock sets them. */
static bool is_foreign(const uint16_t word[4])
{
    return (word[0] & 0x3000) != 0 || ((word[1] | word[2] | word[3]) & 0xf000) != 0;
}

struct sim_shark_config sim_lasershark_defaults(void)
{
    struct sim_shark_config config = sim_shark_defaults();

    config.manufacturer = "Macpod";
    config.product = "Lasershark";
    config.serial = "0123456789ABCDEF";
    config.answers.major = 2;
    config.answers.minor = 3;
    config.answers.bulk_samples = 8;
    return config;
}

struct sim_shark_config sim_lasershark_older(enum sim_shark_generation generation)
{
    struct sim_shark_config config = sim_lasershark_defaults();

    config.generation = generation;
    config.answers.has_bulk_samples = generation == SIM_SHARK_2_3;
    if (generation == SIM_SHARK_2_1 || generation == SIM_SHARK_2_2)
        config.answers.minor = generation == SIM_SHARK_2_1 ? 1 : 2;
    return config;
}

struct sim_usb *sim_lasershark_create(const struct sim_shark_config *config)
{
    return sim_shark_create(config, &descriptor, decode, is_foreign);
}
