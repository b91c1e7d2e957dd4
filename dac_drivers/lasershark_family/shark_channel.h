/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: the command channel, one command at a time and its reply.
 *
 * A reply that is not read shifts all later ones, so the channel listens all the time, and
 * what nobody waits for is thrown away. A command without a reply in time is sent again
 * after a pause for whatever is still on its way; the third in a row ends the connection.
 * Commands are safe to repeat. One more may be sent behind the one under way: darkness
 * does not wait for a reply.
 */
#ifndef SHARK_CHANNEL_H
#define SHARK_CHANNEL_H

#include "lasershark_family/shark_wire.h"

#define SHARK_PENDING 2

struct shark_command {
    uint8_t op;
    bool sent;
    uint32_t argument, tag;
    int64_t queued_ns, begun_ns, deadline_ns; /* begun: handed to the bus */
};

struct shark_channel {
    struct bj_usb *usb;
    int handle;
    uint32_t last_tag;
    int64_t quiet_until_ns; /* until then replies are stale */
    struct shark_command pending[SHARK_PENDING];
    int count;
    uint32_t strays, failures; /* in a row */
    bool command_stalled, reply_stalled;
};

struct shark_answer {
    uint8_t op, status;
    uint32_t argument, value;
    int64_t sent_ns, received_ns; /* the device answered in between */
};

/* The device is open. Listens, and throws away what earlier users left. */
enum bj_status shark_channel_begin(struct shark_channel *channel, struct bj_usb *usb,
                                   int handle, int64_t now_ns);

/* A command under way or waiting; `op` 0: any. */
bool shark_channel_awaits(const struct shark_channel *channel, uint8_t op);

/* There is place when nothing, or for an urgent one: at most one is under way; else it is
 * left out. */
void shark_channel_send(struct shark_channel *channel, uint8_t op, uint32_t argument,
                        int64_t now_ns);

/* Behind what is under way, at once, even while the channel is quiet. */
void shark_channel_send_urgent(struct shark_channel *channel, uint8_t op, uint32_t argument,
                               int64_t now_ns);

/* A transfer of an endpoint of this channel is over. *answered: *answer is new. Anything
 * but BJ_OK: the connection is over. */
enum bj_status shark_channel_finished(struct shark_channel *channel,
                                      const struct bj_usb_result *result, int64_t now_ns,
                                      struct shark_answer *answer, bool *answered);

/* Time-outs and what waits to be sent. BJ_TIMED_OUT: it does not answer. */
enum bj_status shark_channel_service(struct shark_channel *channel, int64_t now_ns);

void shark_channel_waits(const struct shark_channel *channel, struct bj_wait *wait);

#endif
