/* SPDX-License-Identifier: MIT */
#include "lasershark_family/shark_channel.h"

#include <string.h>

#define LISTEN_TAG 0
#define QUIET_NS (5 * BJ_NS_PER_MS)
#define REPLY_TIMEOUT_NS (250 * BJ_NS_PER_MS)
#define MOST_FAILURES 3
#define MOST_STRAYS 100

static enum bj_status listen(struct shark_channel *channel)
{
    const struct bj_usb_transfer transfer = {.tag = LISTEN_TAG,
                                             .endpoint = SHARK_REPLY_IN,
                                             .type = BJ_USB_BULK,
                                             .size = SHARK_REPLY_SIZE};

    return channel->usb->ops->submit(channel->usb, channel->handle, &transfer);
}

enum bj_status shark_channel_begin(struct shark_channel *channel, struct bj_usb *usb,
                                   int handle, int64_t now_ns)
{
    *channel = (struct shark_channel){
        .usb = usb, .handle = handle, .quiet_until_ns = now_ns + QUIET_NS};
    return listen(channel);
}

/* ---- Commands ------------------------------------------------------------------------ */

bool shark_channel_awaits(const struct shark_channel *channel, uint8_t op)
{
    for (int k = 0; k < channel->count; k++)
        if (op == 0 || channel->pending[k].op == op)
            return true;
    return false;
}

/* A transfer that cannot be had now is tried again with the time-out of the command. */
static void dispatch(struct shark_channel *channel, struct shark_command *command,
                     int64_t now_ns)
{
    uint8_t bytes[SHARK_COMMAND_SIZE];
    const struct bj_usb_transfer transfer = {
        .tag = ++channel->last_tag == LISTEN_TAG ? ++channel->last_tag : channel->last_tag,
        .endpoint = SHARK_COMMAND_OUT,
        .type = BJ_USB_BULK,
        .bytes = bytes,
        .size = shark_encode_command(bytes, command->op, command->argument),
    };

    command->sent = true;
    command->tag = transfer.tag;
    command->queued_ns = command->begun_ns = now_ns;
    command->deadline_ns = now_ns + REPLY_TIMEOUT_NS;
    (void)channel->usb->ops->submit(channel->usb, channel->handle, &transfer);
}

static struct shark_command *queue(struct shark_channel *channel, uint8_t op,
                                   uint32_t argument)
{
    struct shark_command *command = &channel->pending[channel->count++];

    *command = (struct shark_command){.op = op, .argument = argument};
    return command;
}

void shark_channel_send(struct shark_channel *channel, uint8_t op, uint32_t argument,
                        int64_t now_ns)
{
    if (channel->count > 0)
        return;
    (void)queue(channel, op, argument);
    if (now_ns >= channel->quiet_until_ns)
        dispatch(channel, &channel->pending[0], now_ns);
}

void shark_channel_send_urgent(struct shark_channel *channel, uint8_t op, uint32_t argument,
                               int64_t now_ns)
{
    if (channel->count < SHARK_PENDING)
        dispatch(channel, queue(channel, op, argument), now_ns);
}

/* ---- Results ------------------------------------------------------------------------- */

static void send_again(struct shark_channel *channel, int64_t now_ns)
{
    for (int k = 0; k < channel->count; k++)
        channel->pending[k].sent = false;
    channel->quiet_until_ns = now_ns + QUIET_NS;
}

/* A stalled endpoint gets one chance. */
static enum bj_status revive(struct shark_channel *channel, uint8_t endpoint, bool *stalled)
{
    if (*stalled)
        return BJ_REFUSED;
    *stalled = true;
    channel->usb->ops->clear_halt(channel->usb, channel->handle, endpoint);
    return BJ_OK;
}

static enum bj_status command_left(struct shark_channel *channel,
                                   const struct bj_usb_result *result, int64_t now_ns)
{
    for (int k = 0; k < channel->count; k++)
        if (channel->pending[k].sent && channel->pending[k].tag == result->tag &&
            result->begun_ns > channel->pending[k].queued_ns)
            channel->pending[k].begun_ns = result->begun_ns;
    if (result->status == BJ_IO_ERROR || result->status == BJ_DISCONNECTED)
        return result->status;
    if (result->status != BJ_REFUSED)
        return BJ_OK;
    send_again(channel, now_ns);
    return revive(channel, SHARK_COMMAND_OUT, &channel->command_stalled);
}

/* What arrived before the command was sent answers another. */
static bool is_due(const struct shark_channel *channel, const struct shark_reply *reply,
                   const struct bj_usb_result *result)
{
    const struct shark_command *first = &channel->pending[0];

    return channel->count > 0 && first->sent && first->op == reply->op &&
           result->finished_ns >= first->queued_ns;
}

static bool validate_answer(struct shark_channel *channel,
                            const struct bj_usb_result *result, struct shark_answer *answer)
{
    const struct shark_command *first = &channel->pending[0];
    struct shark_reply reply;

    if (result->bytes == NULL || !shark_decode_reply(result->bytes, result->size, &reply) ||
        !is_due(channel, &reply, result)) {
        channel->strays++;
        return false;
    }
    *answer = (struct shark_answer){
        .op = reply.op,
        .status = reply.status,
        .argument = first->argument,
        .value = reply.value,
        .sent_ns =
            first->begun_ns < result->finished_ns ? first->begun_ns : first->queued_ns,
        .received_ns = result->finished_ns,
    };
    channel->count--;
    memmove(channel->pending, channel->pending + 1,
            (size_t)channel->count * sizeof *channel->pending);
    channel->strays = channel->failures = 0;
    channel->command_stalled = channel->reply_stalled = false;
    return true;
}

static enum bj_status reply_came(struct shark_channel *channel,
                                 const struct bj_usb_result *result,
                                 struct shark_answer *answer, bool *answered)
{
    enum bj_status status = BJ_OK;

    if (result->status == BJ_IO_ERROR || result->status == BJ_DISCONNECTED)
        return result->status;
    if (result->status == BJ_REFUSED)
        status = revive(channel, SHARK_REPLY_IN, &channel->reply_stalled);
    else if (result->status == BJ_OK)
        *answered = validate_answer(channel, result, answer);
    else
        channel->strays++;
    if (channel->strays > MOST_STRAYS)
        return BJ_PROTOCOL;
    return status == BJ_OK ? listen(channel) : status;
}

enum bj_status shark_channel_finished(struct shark_channel *channel,
                                      const struct bj_usb_result *result, int64_t now_ns,
                                      struct shark_answer *answer, bool *answered)
{
    *answered = false;
    if (result->endpoint == SHARK_COMMAND_OUT)
        return command_left(channel, result, now_ns);
    return reply_came(channel, result, answer, answered);
}

/* ---- Time ---------------------------------------------------------------------------- */

enum bj_status shark_channel_service(struct shark_channel *channel, int64_t now_ns)
{
    const struct shark_command *first = &channel->pending[0];

    if (channel->count > 0 && first->sent && now_ns >= first->deadline_ns) {
        if (++channel->failures >= MOST_FAILURES)
            return BJ_TIMED_OUT;
        channel->usb->ops->cancel(channel->usb, channel->handle, SHARK_COMMAND_OUT);
        send_again(channel, now_ns);
    }
    for (int k = 0; k < channel->count && now_ns >= channel->quiet_until_ns; k++)
        if (!channel->pending[k].sent)
            dispatch(channel, &channel->pending[k], now_ns);
    return BJ_OK;
}

void shark_channel_waits(const struct shark_channel *channel, struct bj_wait *wait)
{
    if (channel->count > 0)
        bj_wait_until(wait, channel->pending[0].sent ? channel->pending[0].deadline_ns
                                                     : channel->quiet_until_ns);
}
