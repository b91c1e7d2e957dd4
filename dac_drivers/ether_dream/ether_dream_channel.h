/* SPDX-License-Identifier: MIT
 *
 * Ether Dream: one TCP connection as a queue of commands and the replies to them.
 *
 * Knows framing and order, nothing of what commands mean. The device answers every command
 * once and in order, so a reply belongs to the oldest command outstanding; anything else
 * is a broken connection.
 */
#ifndef ETHER_DREAM_CHANNEL_H
#define ETHER_DREAM_CHANNEL_H

#include "ether_dream/ether_dream_wire.h"

#include <beamjack/driver.h>

/* Data under way: the first generation takes 7500 bytes ahead and silently drops replies
 * beyond 22. More bridges late wake-ups and slow answers (20 ms at 60 000 points/s), but a
 * stop has to queue behind it. */
#define ED_LEAST_WINDOW_BYTES 7500
#define ED_MOST_WINDOW_BYTES 22500
#define ED_WINDOW_COMMANDS 16
#define ED_CHANNEL_PENDING 32 /* the window, and room for control commands */

struct ed_pending {
    uint8_t op;
    bool refused_ahead; /* its points are accounted for: lost, whatever the reply */
    uint16_t points;
    uint16_t size;   /* bytes of the command */
    uint16_t unsent; /* of these, not yet handed to the socket */
    int64_t queued_ns;
    int64_t sent_ns; /* when the last byte was handed over; valid once unsent is 0 */
};

struct ed_channel {
    struct bj_net *net;
    int handle; /* -1: closed */
    bool connected;
    uint32_t window_bytes; /* of data that may be unanswered */
    int64_t progress_ns;   /* last reply, or when a command met an empty queue */
    int64_t sent_ns;       /* last time anything was handed to the socket */
    uint32_t first, count; /* of pending[], a ring */
    struct ed_pending pending[ED_CHANNEL_PENDING];
    size_t tx_begin, tx_end; /* unsent bytes */
    size_t rx_size;
    uint8_t tx[ED_MOST_WINDOW_BYTES + 256];
    uint8_t rx[512];
};

void ed_channel_init(struct ed_channel *channel, struct bj_net *net);

/* Starts connecting. The device greets with the reply to a ping nobody sent. */
enum bj_status ed_channel_dial(struct ed_channel *channel, struct bj_address to,
                               int64_t now_ns);
void ed_channel_close(struct ed_channel *channel);

/* Room for a command of `size` bytes now? Data must keep within the window; others may
 * use the reserve behind it. */
bool ed_channel_fits(const struct ed_channel *channel, size_t size, bool data);
size_t ed_channel_window(const struct ed_channel *channel); /* bytes left for data */

/* A place for the bytes of a command that fits, then its dispatch. Nothing leaves before
 * flush. */
uint8_t *ed_channel_stage(struct ed_channel *channel);
void ed_channel_commit(struct ed_channel *channel, size_t size, uint16_t points,
                       int64_t now_ns);

/* Forgets what has not begun to leave; a command half sent stays. Returns its points. */
uint32_t ed_channel_drop_unsent(struct ed_channel *channel);

/* Moves bytes out. BJ_OK (all sent), BJ_WOULD_BLOCK, BJ_DISCONNECTED. */
enum bj_status ed_channel_flush(struct ed_channel *channel, int64_t now_ns);

struct ed_answer {
    struct ed_pending command;
    struct ed_reply reply; /* not for a version reply */
    bool is_version;
    char version[ED_VERSION_SIZE]; /* printable, terminated */
};

/* BJ_OK: one answer. BJ_WOULD_BLOCK: none yet. BJ_DISCONNECTED, BJ_PROTOCOL: it is over. */
enum bj_status ed_channel_receive(struct ed_channel *channel, struct ed_answer *answer,
                                  int64_t now_ns);

/* Whether a command out of `ops` is outstanding; the oldest such in *found if not NULL. */
bool ed_channel_awaits(const struct ed_channel *channel, const char *ops,
                       struct ed_pending *found);
uint32_t
ed_channel_points(const struct ed_channel *channel); /* outstanding and not refused ahead */
void ed_channel_refuse_ahead(struct ed_channel *channel); /* all outstanding data */

#endif
