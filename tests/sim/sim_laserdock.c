/* SPDX-License-Identifier: MIT */
#include "sim_laserdock.h"
#include "sim_lasershark.h"
#include "sim_shark_device.h"

static const struct sim_usb_endpoint endpoints[] = {
    {.interface = 0, .alternate = 0, .address = 0x01, .type = 2, .packet_size = 64},
    {.interface = 0, .alternate = 0, .address = 0x81, .type = 2, .packet_size = 64},
    {.interface = 1,
     .alternate = 0,
     .address = 0x04,
     .type = 1,
     .packet_size = 512,
     .interval = 1},
    {.interface = 1, .alternate = 1, .address = 0x03, .type = 2, .packet_size = 64},
};

static const struct sim_usb_descriptor descriptor = {
    .vendor_id = 0x1fc9,
    .product_id = 0x04d8,
    .release = 0x0100,
    .max_packet_0 = 64,
    .max_power = 250,
    .endpoints = endpoints,
    .endpoint_count = sizeof endpoints / sizeof *endpoints,
    .interfaces = 2,
    .alternates = {1, 2},
};

/* Red and green in the bytes of word 0, blue in the low byte of word 1. */
static void decode(struct sim_shark_sample *sample)
{
    sample->r = sample->word[0] & 0xff;
    sample->g = sample->word[0] >> 8;
    sample->b = sample->word[1] & 0xff;
    sample->x = sample->word[2] & 0x0fff;
    sample->y = sample->word[3] & 0x0fff;
    sample->interlock = true; /* none of its own */
    sample->lit = sample->r || sample->g || sample->b;
}

/* Dark for a LaserShark with the interlock bit set: green 128 and nothing else. */
static bool is_foreign(const uint16_t word[4])
{
    return word[0] == 0x8000 && word[1] == 0;
}

struct sim_shark_config sim_laserdock_defaults(void)
{
    struct sim_shark_config config = sim_shark_defaults();

    config.manufacturer = "WICKED";
    config.product = "Laserdock.";
    config.serial = "2191717100001435";
    config.answers.major = 3;
    config.answers.minor = 7;
    config.answers.bulk_samples = 64;
    config.answers.has_runner = true;
    config.most_per_second = 55000;
    return config;
}

struct sim_shark_config sim_laserdock_twin(void)
{
    struct sim_shark_config config = sim_laserdock_defaults();

    config.answers = sim_lasershark_defaults().answers;
    return config;
}

struct sim_usb *sim_laserdock_create(const struct sim_shark_config *config)
{
    return sim_shark_create(config, &descriptor, decode, is_foreign);
}
