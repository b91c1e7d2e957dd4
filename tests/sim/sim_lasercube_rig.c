/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_rig.h"

const struct bj_address rig_client = {0x0a000001, 50000};

static void on_played(void *user, const struct sim_lc_point *point)
{
    struct rig *rig = user;

    assert_true(rig->count < RIG_PLAYED);
    rig->played[rig->count++] = *point;
}

static void on_packet(void *user, const struct sim_lc_packet *packet)
{
    ((struct rig *)user)->packet = *packet;
}

static void on_command(void *user, const struct sim_lc_command *command)
{
    ((struct rig *)user)->command = *command;
}

struct sim_lc_config rig_config(void)
{
    struct sim_lc_config config = sim_lc_defaults();

    config.tick_ns = 0;
    config.burst_limit = 0;
    return config;
}

void rig_start(struct rig *rig, const struct sim_lc_config *config)
{
    struct sim_lc_config own = *config;

    if (rig->host) {
        sim_lc_destroy(rig->host);
    }
    memset(rig, 0, sizeof *rig);
    own.played = on_played;
    own.packet = on_packet;
    own.command = on_command;
    own.user = rig;
    rig->host = sim_lc_create(&own, 0);
    assert_non_null(rig->host);
}

int rig_stop(void **state)
{
    struct rig *rig = *state;

    sim_lc_destroy(rig->host);
    rig->host = NULL;
    return 0;
}

void rig_run_to(struct rig *rig, int64_t now_ns)
{
    rig->now_ns = now_ns;
    sim_lc_advance(rig->host, now_ns);
}

void rig_send(struct rig *rig, uint16_t port, const void *bytes, size_t size)
{
    rig->host->ops->datagram_in(rig->host, port, rig_client, bytes, size, rig->now_ns);
}

size_t rig_receive(struct rig *rig)
{
    return rig->host->ops->datagram_out(rig->host, &rig->reply_port, &rig->reply_to,
                                        rig->reply, sizeof rig->reply, rig->now_ns);
}

void rig_ask(struct rig *rig, const void *bytes, size_t size, const void *expected,
             size_t expected_size)
{
    rig_send(rig, SIM_LC_COMMAND_PORT, bytes, size);
    assert_int_equal(rig_receive(rig), expected_size);
    assert_memory_equal(rig->reply, expected, expected_size);
    assert_int_equal(rig->reply_port, SIM_LC_COMMAND_PORT);
    assert_memory_equal(&rig->reply_to, &rig_client, sizeof rig_client);
}

void rig_send_points(struct rig *rig, uint8_t message, uint32_t first, uint32_t n)
{
    uint8_t bytes[4 + 10 * 150] = {0xa9, 0, message, 1};

    for (uint32_t k = 0; k < n; k++) {
        uint8_t *point = bytes + 4 + 10 * k;
        point[0] = (uint8_t)(first + k);
        point[1] = (uint8_t)((first + k) >> 8 & 15);
        point[5] = 0x0f; /* red 0xf00 */
    }
    rig_send(rig, SIM_LC_DATA_PORT, bytes, 4 + 10 * n);
}

uint16_t rig_reported_free(const struct rig *rig)
{
    return (uint16_t)(rig->reply[2] | rig->reply[3] << 8);
}

const struct sim_lc_counters *rig_counters(struct rig *rig)
{
    return sim_lc_counters(rig->host);
}

void rig_fault(struct rig *rig, enum sim_lc_fault fault, int64_t value)
{
    sim_lc_fault(rig->host, rig->now_ns, fault, value);
}
