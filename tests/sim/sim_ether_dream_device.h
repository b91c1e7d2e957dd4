/* SPDX-License-Identifier: MIT
 *
 * What the files of the simulated Ether Dream share; nobody else includes this.
 */
#ifndef SIM_ETHER_DREAM_DEVICE_H
#define SIM_ETHER_DREAM_DEVICE_H

#include "sim_ether_dream_player.h"
#include "sim_schedule.h"

#define SIM_ED_SLOTS                                                                       \
    (2 * SIM_ED_CLIENTS) /* clients that left may have bytes on the way                    \
                          */
#define SIM_ED_RECEIVE 4096
#define SIM_ED_REPLY 22
#define SIM_ED_VERSION 32
#define SIM_ED_POINT 18
#define SIM_ED_BROADCAST 36

/* A data command whose points are still arriving. */
struct sim_ed_data {
    uint32_t left, stored;
    bool aborted, silent; /* the rest is thrown away; no reply at the end */
    uint8_t refusal;      /* code of the reply if aborted */
    struct sim_ed_command command;
};

struct sim_ed_connection {
    bool used, left; /* left: the client hung up */
    struct sim_line line;
    struct sim_ed_data data;
    size_t held; /* bytes of an incomplete command or point, at the front of bytes */
    uint8_t bytes[SIM_ED_RECEIVE];
};

/* Faults that wait for something to happen. -1 and 0: none. */
struct sim_ed_pending {
    int64_t reset_after, cut_after;
    int64_t nak_data, nak_all, garbage, swallow;
    uint8_t nak_code;
};

struct sim_ed_device {
    struct sim_host host; /* first: a host is a device */
    struct sim_host_ops ops;
    struct sim_ed_config config;
    struct sim_ed_counters counters;
    struct sim_ed_player player;
    struct sim_ed_connection connections[SIM_ED_SLOTS];
    struct sim_schedule schedule; /* of faults */
    struct sim_ed_pending pending;
    struct sim_random random;
    uint16_t tcp_ports[2], udp_ports[1];
    int64_t now_ns;
    int64_t broadcast_ns, down_until_ns, cable_until_ns, stalled_until_ns, reboot_ns;
    int64_t last_data_ns;
    int streaming; /* the connection whose points are playing, -1 none */
    uint8_t broadcast_kind;
    bool hung, deaf; /* deaf: refuses connections */
    size_t datagram_size;
    uint8_t datagram[64];
};

static inline struct sim_ed_device *sim_ed_device(struct sim_host *host)
{
    return (struct sim_ed_device *)host;
}

/* ---- Commands
 * ------------------------------------------------------------------------------ */

void sim_ed_hello(struct sim_ed_device *device, int connection);

/* Consumes whole commands and points; returns how many bytes they took. */
size_t sim_ed_consume(struct sim_ed_device *device, int connection, const uint8_t *bytes,
                      size_t size);

/* A one-byte command from nobody in particular. */
void sim_ed_other_client(struct sim_ed_device *device, uint8_t opcode);

void sim_ed_put_status(uint8_t to[20], const struct sim_ed_status *status);

/* ---- Faults
 * ---------------------------------------------------------------------------------- */

void sim_ed_reboot(struct sim_ed_device *device, int64_t silent_ns);
void sim_ed_apply_scheduled(struct sim_ed_device *device);

/* Sends a reply through the faults that may spoil it. */
void sim_ed_send(struct sim_ed_device *device, struct sim_ed_connection *connection,
                 const uint8_t *reply, size_t size);

#endif
