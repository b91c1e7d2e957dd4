/* SPDX-License-Identifier: MIT
 *
 * What the files of the simulated IDN unit share; nobody else includes this.
 */
#ifndef SIM_IDN_DEVICE_H
#define SIM_IDN_DEVICE_H

#include "sim_idn_inlet.h"
#include "sim_schedule.h"

#define SIM_IDN_CHANNELS 64
#define SIM_IDN_DATAGRAM 2048

struct sim_idn_service {
    struct sim_idn_player player;
    struct sim_idn_inlet inlet;
    int owner; /* the connection whose channel plays on it; -1 none, RIVAL somebody else */
    bool frames;
};

#define SIM_IDN_RIVAL_OWNER 1000

struct sim_idn_channel {
    bool open, asked; /* asked: for a service before */
    int service;      /* index */
    uint8_t mode;
    uint16_t events;
    int64_t config_ns; /* the newest */
};

/* One client: an address, a port, a client group; and its session. */
struct sim_idn_connection {
    bool used, session;
    struct bj_address peer;
    uint8_t group;
    bool in_sequence; /* the next number is known */
    uint16_t next_sequence, input_events;
    int64_t link_until_ns, session_until_ns;
    bool anchored; /* the first message says what its clock shows */
    int64_t anchor_ns;
    uint32_t anchor_us;
    struct sim_idn_channel channels[SIM_IDN_CHANNELS];
};

struct sim_idn_device {
    struct sim_host host; /* first: a host is a device */
    struct sim_host_ops ops;
    struct sim_idn_config config;
    struct sim_idn_counters counters;
    struct sim_datagrams in, out;
    struct sim_idn_service services[SIM_IDN_SERVICES];
    struct sim_idn_connection connections[SIM_IDN_CONNECTIONS];
    struct sim_schedule schedule; /* of faults */
    struct sim_random random;
    uint16_t tcp_ports[1], udp_ports[2];
    int64_t now_ns;
    int64_t down_until_ns, silent_until_ns, map_delay_ns;
    bool hidden, full, excluded;
    uint8_t status_bits;
    int64_t garbage; /* answers */
};

static inline struct sim_idn_device *sim_idn_device(struct sim_host *host)
{
    return (struct sim_idn_device *)host;
}

/* A datagram that has arrived. */
struct sim_idn_packet {
    struct bj_address peer;
    uint8_t command, group;
    uint16_t sequence;
    const uint8_t *payload;
    size_t size, datagram_bytes;
};

/* hello: scan, map, ping, client groups. False: none of these. */
bool sim_idn_hello(struct sim_idn_device *device, const struct sim_idn_packet *packet);
void sim_idn_answer(struct sim_idn_device *device, const struct sim_idn_packet *packet,
                    uint8_t command, const void *payload, size_t size);

/* sessions: the real-time commands. */
void sim_idn_stream(struct sim_idn_device *device, const struct sim_idn_packet *packet);
int64_t sim_idn_timeout_ns(const struct sim_idn_device *device);
void sim_idn_time_out(struct sim_idn_device *device);
void sim_idn_drop_connections(struct sim_idn_device *device);

/* messages: one channel message of a connection. */
enum sim_idn_reading { SIM_IDN_READ, SIM_IDN_TOO_LONG, SIM_IDN_UNREADABLE };
enum sim_idn_reading sim_idn_message(struct sim_idn_device *device, int connection,
                                     const struct sim_idn_packet *packet,
                                     struct sim_idn_channel **channel);
void sim_idn_close_channel(struct sim_idn_device *device, struct sim_idn_channel *channel,
                           bool play_out);

/* faults */
void sim_idn_apply_scheduled(struct sim_idn_device *device);

#endif
