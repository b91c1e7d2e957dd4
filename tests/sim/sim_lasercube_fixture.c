/* SPDX-License-Identifier: MIT */
#include "sim_lasercube_fixture.h"

const struct bj_address fixture_client = {0x0a000001, 50000};

static void on_played(void *user, const struct sim_lc_point *point)
{
    struct fixture *fixture = user;

    assert_true(fixture->count < FIXTURE_PLAYED);
    fixture->played[fixture->count++] = *point;
}

static void on_packet(void *user, const struct sim_lc_packet *packet)
{
    ((struct fixture *)user)->packet = *packet;
}

static void on_command(void *user, const struct sim_lc_command *command)
{
    ((struct fixture *)user)->command = *command;
}

struct sim_lc_config fixture_config(void)
{
    struct sim_lc_config config = sim_lc_defaults();

    config.tick_ns = 0;
    config.burst_limit = 0;
    return config;
}

void fixture_start(struct fixture *fixture, const struct sim_lc_config *config)
{
    struct sim_lc_config own = *config;

    if (fixture->host) {
        sim_lc_destroy(fixture->host);
    }
    memset(fixture, 0, sizeof *fixture);
    own.played = on_played;
    own.packet = on_packet;
    own.command = on_command;
    own.user = fixture;
    fixture->host = sim_lc_create(&own, 0);
    assert_non_null(fixture->host);
}

int fixture_stop(void **state)
{
    struct fixture *fixture = *state;

    sim_lc_destroy(fixture->host);
    fixture->host = NULL;
    return 0;
}

void fixture_run_to(struct fixture *fixture, int64_t now_ns)
{
    fixture->now_ns = now_ns;
    sim_lc_advance(fixture->host, now_ns);
}

void fixture_send(struct fixture *fixture, uint16_t port, const void *bytes, size_t size)
{
    fixture->host->ops->datagram_in(fixture->host, port, fixture_client, bytes, size,
                                    fixture->now_ns);
}

size_t fixture_receive(struct fixture *fixture)
{
    return fixture->host->ops->datagram_out(fixture->host, &fixture->reply_port,
                                            &fixture->reply_to, fixture->reply,
                                            sizeof fixture->reply, fixture->now_ns);
}

void fixture_ask(struct fixture *fixture, const void *bytes, size_t size,
                 const void *expected, size_t expected_size)
{
    fixture_send(fixture, SIM_LC_COMMAND_PORT, bytes, size);
    assert_int_equal(fixture_receive(fixture), expected_size);
    assert_memory_equal(fixture->reply, expected, expected_size);
    assert_int_equal(fixture->reply_port, SIM_LC_COMMAND_PORT);
    assert_memory_equal(&fixture->reply_to, &fixture_client, sizeof fixture_client);
}

void fixture_send_points(struct fixture *fixture, uint8_t message, uint32_t first,
                         uint32_t n)
{
    uint8_t bytes[4 + 10 * 150] = {0xa9, 0, message, 1};

    for (uint32_t k = 0; k < n; k++) {
        uint8_t *point = bytes + 4 + 10 * k;
        point[0] = (uint8_t)(first + k);
        point[1] = (uint8_t)((first + k) >> 8 & 15);
        point[5] = 0x0f; /* red 0xf00 */
    }
    fixture_send(fixture, SIM_LC_DATA_PORT, bytes, 4 + 10 * n);
}

uint16_t fixture_reported_free(const struct fixture *fixture)
{
    return (uint16_t)(fixture->reply[2] | fixture->reply[3] << 8);
}

const struct sim_lc_counters *fixture_counters(struct fixture *fixture)
{
    return sim_lc_counters(fixture->host);
}

void fixture_fault(struct fixture *fixture, enum sim_lc_fault fault, int64_t value)
{
    sim_lc_fault(fixture->host, fixture->now_ns, fault, value);
}
