/* SPDX-License-Identifier: MIT */
#include "ether_dream/ether_dream_link.h"

#include <string.h>

void ed_link_init(struct ed_link *link, struct bj_net *net)
{
    link->net = net;
    link->handle = -1;
    link->window_bytes = ED_LEAST_WINDOW_BYTES;
}

static struct ed_pending *pending_at(struct ed_link *link, uint32_t index)
{
    return &link->pending[(link->first + index) % ED_LINK_PENDING];
}

static void push(struct ed_link *link, struct ed_pending pending)
{
    if (link->count == 0)
        link->progress_ns = pending.queued_ns;
    *pending_at(link, link->count++) = pending;
}

static void expect_greeting(struct ed_link *link, int64_t now_ns)
{
    push(link, (struct ed_pending){.op = ED_PING, .queued_ns = now_ns, .sent_ns = now_ns});
}

enum bj_status ed_link_dial(struct ed_link *link, struct bj_address to, int64_t now_ns)
{
    enum bj_status status;

    ed_link_close(link);
    link->first = link->count = 0;
    link->tx_begin = link->tx_end = 0;
    link->rx_size = 0;
    status = link->net->ops->connect_tcp(link->net, to, &link->handle);
    if (status != BJ_OK) {
        link->handle = -1;
        return status;
    }
    link->sent_ns = now_ns;
    expect_greeting(link, now_ns);
    return BJ_OK;
}

/* What the device still says is read first: closing over unread bytes would reset the
 * connection and could cost the commands that are still on their way. */
void ed_link_close(struct ed_link *link)
{
    size_t received;

    if (link->handle < 0)
        return;
    for (int i = 0; link->connected && i < 4; i++)
        if (link->net->ops->receive(link->net, link->handle, link->rx, sizeof link->rx,
                                    &received) != BJ_OK)
            break;
    link->net->ops->close(link->net, link->handle);
    link->handle = -1;
    link->connected = false;
}

/* ---- Commands out -------------------------------------------------------------------- */

static size_t unanswered_bytes(const struct ed_link *link)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < link->count; i++)
        bytes += link->pending[(link->first + i) % ED_LINK_PENDING].size;
    return bytes;
}

size_t ed_link_window(const struct ed_link *link)
{
    size_t used = unanswered_bytes(link);

    return used < link->window_bytes ? link->window_bytes - used : 0;
}

bool ed_link_fits(const struct ed_link *link, size_t size, bool data)
{
    if (data)
        return link->count < ED_WINDOW_COMMANDS && size <= ed_link_window(link);
    return link->count < ED_LINK_PENDING &&
           link->tx_end - link->tx_begin + size <= sizeof link->tx;
}

uint8_t *ed_link_stage(struct ed_link *link)
{
    if (link->tx_begin > 0) {
        memmove(link->tx, link->tx + link->tx_begin, link->tx_end - link->tx_begin);
        link->tx_end -= link->tx_begin;
        link->tx_begin = 0;
    }
    return link->tx + link->tx_end;
}

void ed_link_commit(struct ed_link *link, size_t size, uint16_t points, int64_t now_ns)
{
    push(link, (struct ed_pending){.op = link->tx[link->tx_end],
                                   .points = points,
                                   .size = (uint16_t)size,
                                   .unsent = (uint16_t)size,
                                   .queued_ns = now_ns});
    link->tx_end += size;
}

uint32_t ed_link_drop_unsent(struct ed_link *link)
{
    uint32_t points = 0;

    while (link->count > 0) {
        const struct ed_pending *last = pending_at(link, link->count - 1);
        if (last->size == 0 || last->unsent < last->size)
            break;
        if (!last->refused_ahead)
            points += last->points;
        link->tx_end -= last->size;
        link->count--;
    }
    return points;
}

static void mark_sent(struct ed_link *link, size_t bytes, int64_t now_ns)
{
    for (uint32_t i = 0; i < link->count && bytes > 0; i++) {
        struct ed_pending *command = pending_at(link, i);
        size_t part = bytes < command->unsent ? bytes : command->unsent;
        if (part > 0)
            command->sent_ns = now_ns;
        command->unsent = (uint16_t)(command->unsent - part);
        bytes -= part;
    }
}

enum bj_status ed_link_flush(struct ed_link *link, int64_t now_ns)
{
    while (link->tx_begin < link->tx_end) {
        size_t sent = 0;
        enum bj_status status =
            link->net->ops->send(link->net, link->handle, link->tx + link->tx_begin,
                                 link->tx_end - link->tx_begin, &sent);
        if (status != BJ_OK)
            return status;
        mark_sent(link, sent, now_ns);
        link->tx_begin += sent;
        link->sent_ns = now_ns;
    }
    return BJ_OK;
}

/* ---- Replies in ---------------------------------------------------------------------- */

static bool is_nak(const struct ed_link *link, uint8_t op)
{
    return link->rx_size >= 2 && link->rx[1] == op &&
           (link->rx[0] == ED_NAK_INVALID || link->rx[0] == ED_NAK_FULL ||
            link->rx[0] == ED_NAK_STOP);
}

static size_t frame_size(const struct ed_link *link, uint8_t op)
{
    return op == ED_VERSION && !is_nak(link, op) ? ED_VERSION_SIZE : ED_REPLY_SIZE;
}

static void decode_version(const uint8_t *bytes, char *text)
{
    int i = 0;

    for (; i < ED_VERSION_SIZE - 1 && bytes[i] > ' ' && bytes[i] < 0x7f; i++)
        text[i] = (char)bytes[i];
    text[i] = '\0';
}

static enum bj_status decode(struct ed_link *link, size_t size, struct ed_answer *answer)
{
    answer->is_version = size == ED_VERSION_SIZE;
    if (answer->is_version) {
        decode_version(link->rx, answer->version);
        return BJ_OK;
    }
    if (ed_decode_reply(link->rx, &answer->reply) != BJ_OK ||
        answer->reply.command != answer->command.op)
        return BJ_PROTOCOL;
    return BJ_OK;
}

static bool frame_complete(const struct ed_link *link)
{
    return link->count > 0 &&
           link->rx_size >= frame_size(link, link->pending[link->first].op);
}

static enum bj_status fill_rx(struct ed_link *link)
{
    size_t received = 0;
    enum bj_status status;

    if (link->rx_size == sizeof link->rx)
        return BJ_WOULD_BLOCK;
    status = link->net->ops->receive(link->net, link->handle, link->rx + link->rx_size,
                                     sizeof link->rx - link->rx_size, &received);
    if (status == BJ_OK)
        link->rx_size += received;
    return status;
}

enum bj_status ed_link_receive(struct ed_link *link, struct ed_answer *answer,
                               int64_t now_ns)
{
    enum bj_status status;
    size_t size;

    while (!frame_complete(link)) {
        if (link->count == 0 && link->rx_size > 0)
            return BJ_PROTOCOL;
        status = fill_rx(link);
        if (status != BJ_OK)
            return status;
    }
    answer->command = link->pending[link->first];
    if (answer->command.unsent > 0)
        return BJ_PROTOCOL;
    size = frame_size(link, answer->command.op);
    status = decode(link, size, answer);
    memmove(link->rx, link->rx + size, link->rx_size - size);
    link->rx_size -= size;
    link->first = (link->first + 1) % ED_LINK_PENDING;
    link->count--;
    link->progress_ns = now_ns;
    return status;
}

/* ---- What is outstanding ------------------------------------------------------------- */

bool ed_link_awaits(const struct ed_link *link, const char *ops, struct ed_pending *found)
{
    for (uint32_t i = 0; i < link->count; i++) {
        const struct ed_pending *command =
            &link->pending[(link->first + i) % ED_LINK_PENDING];
        if (command->op == 0 || strchr(ops, command->op) == NULL)
            continue;
        if (found != NULL)
            *found = *command;
        return true;
    }
    return false;
}

uint32_t ed_link_points(const struct ed_link *link)
{
    uint32_t points = 0;

    for (uint32_t i = 0; i < link->count; i++) {
        const struct ed_pending *command =
            &link->pending[(link->first + i) % ED_LINK_PENDING];
        if (!command->refused_ahead)
            points += command->points;
    }
    return points;
}

void ed_link_refuse_ahead(struct ed_link *link)
{
    for (uint32_t i = 0; i < link->count; i++)
        pending_at(link, i)->refused_ahead = true;
}
