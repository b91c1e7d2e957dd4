/* SPDX-License-Identifier: MIT */
#include "helios/helios_channel.h"

#include <stdio.h>
#include <string.h>

#define COMMAND_TIMEOUT_NS (32 * BJ_NS_PER_MS)
#define STATUS_TIMEOUT_NS (10 * BJ_NS_PER_MS) /* a frame lasts little longer */
#define REPLY_TIMEOUT_NS (32 * BJ_NS_PER_MS)
#define DRAIN_TIMEOUT_NS (5 * BJ_NS_PER_MS)
#define HEARD_LIMIT 8 /* a device that never falls silent is not listened to for ever */
#define FRAME_TIMEOUT_NS (8 * BJ_NS_PER_MS) /* and 1 ms per 32 bytes */
#define MOST_SILENCES 50                    /* in a row, some 2 s */
#define MOST_ERRORS 2

/* A tag: what it is, which command, and the round. */
enum what { QUESTION = 1, ANSWER, DRAIN, SYNC, COMMAND, FRAME };

static uint32_t tag_of(enum what what, uint8_t command, uint32_t round)
{
    return (uint32_t)what << 28 | (uint32_t)command << 20 | (round & 0xfffff);
}

void helios_channel_init(struct helios_channel *channel, struct bj_usb *usb)
{
    *channel = (struct helios_channel){.usb = usb, .handle = -1};
}

/* ---- Life ---------------------------------------------------------------------------- */

enum bj_status helios_channel_open(struct helios_channel *channel, const char *port)
{
    struct bj_usb_target target = {
        .vendor_id = HELIOS_VENDOR,
        .product_id = HELIOS_PRODUCT,
        .interfaces = 1,
        .interface = {{HELIOS_INTERFACE, HELIOS_ALTERNATE}},
    };
    enum bj_status status;

    (void)snprintf(target.port, sizeof target.port, "%s", port);
    helios_channel_init(channel, channel->usb);
    status = channel->usb->ops->open(channel->usb, &target, &channel->handle);
    if (status != BJ_OK)
        channel->handle = -1;
    return status;
}

enum bj_status helios_channel_opened(struct helios_channel *channel)
{
    enum bj_status status = channel->usb->ops->open_result(channel->usb, channel->handle);

    channel->open = status == BJ_OK;
    return status;
}

void helios_channel_close(struct helios_channel *channel)
{
    if (channel->handle >= 0)
        channel->usb->ops->close(channel->usb, channel->handle);
    helios_channel_init(channel, channel->usb);
}

bool helios_channel_is_idle(const struct helios_channel *channel)
{
    return channel->question == 0 && !channel->draining && !channel->syncing &&
           !channel->frame_out;
}

/* ---- Asking and sending -------------------------------------------------------------- */

static enum bj_status submit(struct helios_channel *channel, uint32_t tag, uint8_t endpoint,
                             const void *bytes, size_t size, int64_t timeout_ns)
{
    const struct bj_usb_transfer transfer = {
        .tag = tag,
        .endpoint = endpoint,
        .type = endpoint == HELIOS_FRAMES ? BJ_USB_BULK : BJ_USB_INTERRUPT,
        .bytes = bytes,
        .size = size,
        .timeout_ns = timeout_ns,
    };
    enum bj_status status =
        channel->usb->ops->submit(channel->usb, channel->handle, &transfer);

    return status == BJ_WOULD_BLOCK ? BJ_TIMED_OUT : status; /* nothing leaves any more */
}

static enum bj_status listen(struct helios_channel *channel, enum what what,
                             int64_t timeout_ns)
{
    return submit(channel, tag_of(what, channel->question, channel->round), HELIOS_REPLIES,
                  NULL, HELIOS_REPLY_SIZE, timeout_ns);
}

/* Both transfers go at once: the answer is fetched as early as it is there. */
static enum bj_status put(struct helios_channel *channel, uint8_t command, enum what what)
{
    const uint8_t bytes[HELIOS_COMMAND_SIZE] = {command, 0};
    enum bj_status status;

    channel->asked = false;
    channel->heard = 0;
    channel->round++;
    status = submit(channel, tag_of(QUESTION, command, channel->round), HELIOS_COMMANDS,
                    bytes, sizeof bytes, COMMAND_TIMEOUT_NS);
    return status == BJ_OK
               ? listen(channel, what,
                        command == HELIOS_STATUS ? STATUS_TIMEOUT_NS : REPLY_TIMEOUT_NS)
               : status;
}

enum bj_status helios_channel_ask(struct helios_channel *channel, uint8_t command)
{
    channel->question = command;
    return put(channel, command, ANSWER);
}

static enum bj_status sync(struct helios_channel *channel)
{
    channel->syncing = true;
    return put(channel, HELIOS_FIRMWARE, SYNC);
}

enum bj_status helios_channel_drain(struct helios_channel *channel)
{
    channel->draining = true;
    channel->heard = 0;
    channel->round++;
    return listen(channel, DRAIN, DRAIN_TIMEOUT_NS);
}

enum bj_status helios_channel_send(struct helios_channel *channel, const uint8_t *bytes,
                                   size_t size)
{
    enum bj_status status = submit(channel, tag_of(FRAME, 0, 0), HELIOS_FRAMES, bytes, size,
                                   FRAME_TIMEOUT_NS + (int64_t)(size / 32) * BJ_NS_PER_MS);

    channel->frame_out = status == BJ_OK;
    return status;
}

enum bj_status helios_channel_command(struct helios_channel *channel, uint8_t command,
                                      uint8_t argument)
{
    const uint8_t bytes[HELIOS_COMMAND_SIZE] = {command, argument};

    return submit(channel, tag_of(COMMAND, command, 0), HELIOS_COMMANDS, bytes,
                  sizeof bytes, COMMAND_TIMEOUT_NS);
}

void helios_channel_cancel_frame(struct helios_channel *channel)
{
    if (channel->frame_out)
        channel->usb->ops->cancel(channel->usb, channel->handle, HELIOS_FRAMES);
}

void helios_channel_clear_halt(struct helios_channel *channel, uint8_t endpoint)
{
    channel->usb->ops->clear_halt(channel->usb, channel->handle, endpoint);
}

/* ---- What comes back ----------------------------------------------------------------- */

static void silence(struct helios_channel *channel, struct helios_news *news)
{
    *news = (struct helios_news){.kind = HELIOS_SILENCE, .command = channel->question};
    channel->draining = channel->syncing = false;
    channel->question = 0;
}

/* Every failure of the two small pipes: some are normal, many are not. */
static enum bj_status count_error(struct helios_channel *channel,
                                  const struct bj_usb_result *result)
{
    if (result->status == BJ_REFUSED)
        helios_channel_clear_halt(channel, result->endpoint);
    if (result->status == BJ_OK || result->status == BJ_TIMED_OUT ||
        result->status == BJ_BUSY)
        return BJ_OK;
    return ++channel->errors >= MOST_ERRORS ? BJ_IO_ERROR : BJ_OK;
}

static enum bj_status on_question(struct helios_channel *channel,
                                  const struct bj_usb_result *result)
{
    enum bj_status status = count_error(channel, result);

    channel->asked_ns = result->begun_ns;
    channel->asked = result->status == BJ_OK;
    if (!channel->asked) /* then no answer will come */
        channel->usb->ops->cancel(channel->usb, channel->handle, HELIOS_REPLIES);
    return status;
}

static bool is_answer(const struct helios_channel *channel,
                      const struct bj_usb_result *result, uint8_t command)
{
    return result->status == BJ_OK && result->size > 0 &&
           result->size <= HELIOS_REPLY_SIZE && channel->asked &&
           result->bytes[0] == (0x80 | command);
}

static enum bj_status on_answer(struct helios_channel *channel,
                                const struct bj_usb_result *result,
                                struct helios_news *news)
{
    enum bj_status status = count_error(channel, result);

    if (status != BJ_OK)
        return status;
    if (!is_answer(channel, result, channel->question))
        return ++channel->silences >= MOST_SILENCES ? BJ_TIMED_OUT : sync(channel);
    *news = (struct helios_news){.kind = HELIOS_REPLY,
                                 .command = channel->question,
                                 .asked_ns = channel->asked_ns,
                                 .answered_ns = result->finished_ns,
                                 .size = result->size};
    memcpy(news->bytes, result->bytes, result->size);
    channel->question = 0;
    channel->silences = channel->errors = 0;
    return BJ_OK;
}

static enum bj_status on_drain(struct helios_channel *channel,
                               const struct bj_usb_result *result, struct helios_news *news)
{
    enum bj_status status = count_error(channel, result);

    if (status != BJ_OK)
        return status;
    if (result->status == BJ_OK && ++channel->heard < HEARD_LIMIT)
        return listen(channel, DRAIN, DRAIN_TIMEOUT_NS);
    silence(channel, news);
    return BJ_OK;
}

/* What is not the answer was one to an earlier question: listen on. */
static enum bj_status on_sync(struct helios_channel *channel,
                              const struct bj_usb_result *result, struct helios_news *news)
{
    enum bj_status status = count_error(channel, result);

    if (status != BJ_OK)
        return status;
    if (is_answer(channel, result, HELIOS_FIRMWARE)) {
        silence(channel, news);
        return BJ_OK;
    }
    if (result->status == BJ_OK && ++channel->heard < HEARD_LIMIT)
        return listen(channel, SYNC, REPLY_TIMEOUT_NS);
    return ++channel->silences >= MOST_SILENCES ? BJ_TIMED_OUT : sync(channel);
}

static enum bj_status on_result(struct helios_channel *channel,
                                const struct bj_usb_result *result,
                                struct helios_news *news)
{
    uint8_t command = (uint8_t)(result->tag >> 20);
    bool stale = (result->tag & 0xfffff) != (channel->round & 0xfffff);

    if (result->status == BJ_DISCONNECTED)
        return BJ_DISCONNECTED;
    switch (result->tag >> 28) {
    case QUESTION:
        return stale ? BJ_OK : on_question(channel, result);
    case ANSWER:
        return stale ? BJ_OK : on_answer(channel, result, news);
    case DRAIN:
        return stale ? BJ_OK : on_drain(channel, result, news);
    case SYNC:
        return stale ? BJ_OK : on_sync(channel, result, news);
    case COMMAND:
        *news = (struct helios_news){
            .kind = HELIOS_DONE,
            .command = command,
            .status = result->status,
            .answered_ns = result->finished_ns,
        };
        return count_error(channel, result);
    default:
        channel->frame_out = false;
        *news = (struct helios_news){.kind = HELIOS_FRAME,
                                     .status = result->status,
                                     .asked_ns = result->begun_ns,
                                     .answered_ns = result->finished_ns,
                                     .size = result->size};
        return BJ_OK;
    }
}

enum bj_status helios_channel_next(struct helios_channel *channel, struct helios_news *news)
{
    struct bj_usb_result result;
    enum bj_status status;

    news->kind = HELIOS_NOTHING;
    do {
        status = channel->usb->ops->finished(channel->usb, channel->handle, &result);
        if (status == BJ_OK)
            status = on_result(channel, &result, news);
    } while (status == BJ_OK && news->kind == HELIOS_NOTHING);
    return status;
}
