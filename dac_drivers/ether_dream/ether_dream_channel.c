/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_channel.h"

#include <string.h>

void ed_channel_init(struct ed_channel *channel, struct bj_net *net)
{
    channel->net = net;
    channel->handle = -1;
    channel->window_bytes = ED_LEAST_WINDOW_BYTES;
}

static struct ed_pending *pending_at(struct ed_channel *channel, uint32_t index)
{
    return &channel->pending[(channel->first + index) % ED_CHANNEL_PENDING];
}

static void push(struct ed_channel *channel, struct ed_pending pending)
{
    if (channel->count == 0)
        channel->progress_ns = pending.queued_ns;
    *pending_at(channel, channel->count++) = pending;
}

static void expect_greeting(struct ed_channel *channel, int64_t now_ns)
{
    push(channel,
         (struct ed_pending){.op = ED_PING, .queued_ns = now_ns, .sent_ns = now_ns});
}

enum bj_status ed_channel_dial(struct ed_channel *channel, struct bj_address to,
                               int64_t now_ns)
{
    enum bj_status status;

    ed_channel_close(channel);
    channel->first = channel->count = 0;
    channel->tx_begin = channel->tx_end = 0;
    channel->rx_size = 0;
    status = channel->net->ops->connect_tcp(channel->net, to, &channel->handle);
    if (status != BJ_OK) {
        channel->handle = -1;
        return status;
    }
    channel->sent_ns = now_ns;
    expect_greeting(channel, now_ns);
    return BJ_OK;
}

/* What the device still says is read first: closing over unread bytes would reset the
 * connection and could cost the commands that are still on their way. */
void ed_channel_close(struct ed_channel *channel)
{
    size_t received;

    if (channel->handle < 0)
        return;
    for (int i = 0; channel->connected && i < 4; i++)
        if (channel->net->ops->receive(channel->net, channel->handle, channel->rx,
                                       sizeof channel->rx, &received) != BJ_OK)
            break;
    channel->net->ops->close(channel->net, channel->handle);
    channel->handle = -1;
    channel->connected = false;
}

/* ---- Commands out -------------------------------------------------------------------- */

static size_t unanswered_bytes(const struct ed_channel *channel)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < channel->count; i++)
        bytes += channel->pending[(channel->first + i) % ED_CHANNEL_PENDING].size;
    return bytes;
}

size_t ed_channel_window(const struct ed_channel *channel)
{
    size_t used = unanswered_bytes(channel);

    return used < channel->window_bytes ? channel->window_bytes - used : 0;
}

bool ed_channel_fits(const struct ed_channel *channel, size_t size, bool data)
{
    if (data)
        return channel->count < ED_WINDOW_COMMANDS && size <= ed_channel_window(channel);
    return channel->count < ED_CHANNEL_PENDING &&
           channel->tx_end - channel->tx_begin + size <= sizeof channel->tx;
}

uint8_t *ed_channel_stage(struct ed_channel *channel)
{
    if (channel->tx_begin > 0) {
        memmove(channel->tx, channel->tx + channel->tx_begin,
                channel->tx_end - channel->tx_begin);
        channel->tx_end -= channel->tx_begin;
        channel->tx_begin = 0;
    }
    return channel->tx + channel->tx_end;
}

void ed_channel_commit(struct ed_channel *channel, size_t size, uint16_t points,
                       int64_t now_ns)
{
    push(channel, (struct ed_pending){.op = channel->tx[channel->tx_end],
                                      .points = points,
                                      .size = (uint16_t)size,
                                      .unsent = (uint16_t)size,
                                      .queued_ns = now_ns});
    channel->tx_end += size;
}

uint32_t ed_channel_drop_unsent(struct ed_channel *channel)
{
    uint32_t points = 0;

    while (channel->count > 0) {
        const struct ed_pending *last = pending_at(channel, channel->count - 1);
        if (last->size == 0 || last->unsent < last->size)
            break;
        if (!last->refused_ahead)
            points += last->points;
        channel->tx_end -= last->size;
        channel->count--;
    }
    return points;
}

static void mark_sent(struct ed_channel *channel, size_t bytes, int64_t now_ns)
{
    for (uint32_t i = 0; i < channel->count && bytes > 0; i++) {
        struct ed_pending *command = pending_at(channel, i);
        size_t part = bytes < command->unsent ? bytes : command->unsent;
        if (part > 0)
            command->sent_ns = now_ns;
        command->unsent = (uint16_t)(command->unsent - part);
        bytes -= part;
    }
}

enum bj_status ed_channel_flush(struct ed_channel *channel, int64_t now_ns)
{
    while (channel->tx_begin < channel->tx_end) {
        size_t sent = 0;
        enum bj_status status = channel->net->ops->send(
            channel->net, channel->handle, channel->tx + channel->tx_begin,
            channel->tx_end - channel->tx_begin, &sent);
        if (status != BJ_OK)
            return status;
        mark_sent(channel, sent, now_ns);
        channel->tx_begin += sent;
        channel->sent_ns = now_ns;
    }
    return BJ_OK;
}

/* ---- Replies in ---------------------------------------------------------------------- */

static bool is_nak(const struct ed_channel *channel, uint8_t op)
{
    return channel->rx_size >= 2 && channel->rx[1] == op &&
           (channel->rx[0] == ED_NAK_INVALID || channel->rx[0] == ED_NAK_FULL ||
            channel->rx[0] == ED_NAK_STOP);
}

static size_t frame_size(const struct ed_channel *channel, uint8_t op)
{
    return op == ED_VERSION && !is_nak(channel, op) ? ED_VERSION_SIZE : ED_REPLY_SIZE;
}

static void decode_version(const uint8_t *bytes, char *text)
{
    int i = 0;

    for (; i < ED_VERSION_SIZE - 1 && bytes[i] > ' ' && bytes[i] < 0x7f; i++)
        text[i] = (char)bytes[i];
    text[i] = '\0';
}

static enum bj_status decode(struct ed_channel *channel, size_t size,
                             struct ed_answer *answer)
{
    answer->is_version = size == ED_VERSION_SIZE;
    if (answer->is_version) {
        decode_version(channel->rx, answer->version);
        return BJ_OK;
    }
    if (ed_decode_reply(channel->rx, &answer->reply) != BJ_OK ||
        answer->reply.command != answer->command.op)
        return BJ_PROTOCOL;
    return BJ_OK;
}

static bool frame_complete(const struct ed_channel *channel)
{
    return channel->count > 0 &&
           channel->rx_size >= frame_size(channel, channel->pending[channel->first].op);
}

static enum bj_status fill_rx(struct ed_channel *channel)
{
    size_t received = 0;
    enum bj_status status;

    if (channel->rx_size == sizeof channel->rx)
        return BJ_WOULD_BLOCK;
    status = channel->net->ops->receive(channel->net, channel->handle,
                                        channel->rx + channel->rx_size,
                                        sizeof channel->rx - channel->rx_size, &received);
    if (status == BJ_OK)
        channel->rx_size += received;
    return status;
}

enum bj_status ed_channel_receive(struct ed_channel *channel, struct ed_answer *answer,
                                  int64_t now_ns)
{
    enum bj_status status;
    size_t size;

    while (!frame_complete(channel)) {
        if (channel->count == 0 && channel->rx_size > 0)
            return BJ_PROTOCOL;
        status = fill_rx(channel);
        if (status != BJ_OK)
            return status;
    }
    answer->command = channel->pending[channel->first];
    if (answer->command.unsent > 0)
        return BJ_PROTOCOL;
    size = frame_size(channel, answer->command.op);
    status = decode(channel, size, answer);
    memmove(channel->rx, channel->rx + size, channel->rx_size - size);
    channel->rx_size -= size;
    channel->first = (channel->first + 1) % ED_CHANNEL_PENDING;
    channel->count--;
    channel->progress_ns = now_ns;
    return status;
}

/* ---- What is outstanding ------------------------------------------------------------- */

bool ed_channel_awaits(const struct ed_channel *channel, const char *ops,
                       struct ed_pending *found)
{
    for (uint32_t i = 0; i < channel->count; i++) {
        const struct ed_pending *command =
            &channel->pending[(channel->first + i) % ED_CHANNEL_PENDING];
        if (command->op == 0 || strchr(ops, command->op) == NULL)
            continue;
        if (found != NULL)
            *found = *command;
        return true;
    }
    return false;
}

uint32_t ed_channel_points(const struct ed_channel *channel)
{
    uint32_t points = 0;

    for (uint32_t i = 0; i < channel->count; i++) {
        const struct ed_pending *command =
            &channel->pending[(channel->first + i) % ED_CHANNEL_PENDING];
        if (!command->refused_ahead)
            points += command->points;
    }
    return points;
}

void ed_channel_refuse_ahead(struct ed_channel *channel)
{
    for (uint32_t i = 0; i < channel->count; i++)
        pending_at(channel, i)->refused_ahead = true;
}
