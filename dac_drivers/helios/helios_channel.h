/* SPDX-License-Identifier: MIT
 *
 * Helios: one question, one frame and any number of commands under way on an open handle.
 *
 * The device keeps one reply. After a reply that did not come, or was not the one asked
 * for, its firmware is asked for until that answer comes: a late "free" must never be taken
 * for the answer to a later question, and only another kind of question can tell.
 */
#ifndef HELIOS_CHANNEL_H
#define HELIOS_CHANNEL_H

#include "helios/helios_wire.h"

#include <beamjack/driver.h>

enum helios_news_kind {
    HELIOS_NOTHING,
    HELIOS_REPLY,   /* to the question */
    HELIOS_SILENCE, /* no reply; the channel is in step again */
    HELIOS_DONE,    /* a command left, or did not: status */
    HELIOS_FRAME,   /* the frame is over: status, moved */
};

struct helios_news {
    enum helios_news_kind kind;
    enum bj_status status;
    uint8_t command;               /* of REPLY, SILENCE and DONE */
    int64_t asked_ns, answered_ns; /* REPLY: bracket the answer; FRAME: its transfer */
    uint8_t bytes[HELIOS_REPLY_SIZE];
    size_t size; /* of a reply; moved of a frame */
};

struct helios_channel {
    struct bj_usb *usb;
    int handle; /* -1: closed */
    bool open;
    uint8_t question; /* 0: none under way */
    bool asked, draining, syncing;
    uint32_t round; /* tells transfers of this question from those of earlier ones */
    int heard;      /* replies thrown away since the question */
    int64_t asked_ns;
    bool frame_out;
    uint32_t silences, errors; /* in a row */
};

void helios_channel_init(struct helios_channel *channel, struct bj_usb *usb);
enum bj_status helios_channel_open(struct helios_channel *channel, const char *port);

/* As open_result of bj_usb_ops. */
enum bj_status helios_channel_opened(struct helios_channel *channel);
void helios_channel_close(struct helios_channel *channel); /* in any state */

bool helios_channel_is_idle(
    const struct helios_channel *channel); /* no question, no frame */

/* Only while idle. Anything but BJ_OK: the connection is over. */
enum bj_status helios_channel_ask(struct helios_channel *channel, uint8_t command);
enum bj_status helios_channel_drain(struct helios_channel *channel); /* ends as a silence */
enum bj_status helios_channel_send(struct helios_channel *channel, const uint8_t *bytes,
                                   size_t size);

/* At any time; no reply. */
enum bj_status helios_channel_command(struct helios_channel *channel, uint8_t command,
                                      uint8_t argument);

/* The frame under way shall end now; it is still told how. */
void helios_channel_cancel_frame(struct helios_channel *channel);
void helios_channel_clear_halt(struct helios_channel *channel, uint8_t endpoint);

/* What happened next. BJ_WOULD_BLOCK: nothing more; BJ_DISCONNECTED; BJ_IO_ERROR:
 * errors that come again; BJ_TIMED_OUT: it has not answered for long. */
enum bj_status helios_channel_next(struct helios_channel *channel,
                                   struct helios_news *news);

#endif
