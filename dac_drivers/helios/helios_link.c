/* SPDX-License-Identifier: MIT */
#include "helios/helios_link.h"

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

void helios_link_init(struct helios_link *link, struct bj_usb *usb)
{
    *link = (struct helios_link){.usb = usb, .handle = -1};
}

/* ---- Life ---------------------------------------------------------------------------- */

enum bj_status helios_link_open(struct helios_link *link, const char *port)
{
    struct bj_usb_target target = {
        .vendor_id = HELIOS_VENDOR,
        .product_id = HELIOS_PRODUCT,
        .interfaces = 1,
        .interface = {{HELIOS_INTERFACE, HELIOS_ALTERNATE}},
    };
    enum bj_status status;

    (void)snprintf(target.port, sizeof target.port, "%s", port);
    helios_link_init(link, link->usb);
    status = link->usb->ops->open(link->usb, &target, &link->handle);
    if (status != BJ_OK)
        link->handle = -1;
    return status;
}

enum bj_status helios_link_opened(struct helios_link *link)
{
    enum bj_status status = link->usb->ops->open_result(link->usb, link->handle);

    link->open = status == BJ_OK;
    return status;
}

void helios_link_close(struct helios_link *link)
{
    if (link->handle >= 0)
        link->usb->ops->close(link->usb, link->handle);
    helios_link_init(link, link->usb);
}

bool helios_link_is_idle(const struct helios_link *link)
{
    return link->question == 0 && !link->draining && !link->syncing && !link->frame_out;
}

/* ---- Asking and sending -------------------------------------------------------------- */

static enum bj_status submit(struct helios_link *link, uint32_t tag, uint8_t endpoint,
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
    enum bj_status status = link->usb->ops->submit(link->usb, link->handle, &transfer);

    return status == BJ_WOULD_BLOCK ? BJ_TIMED_OUT : status; /* nothing leaves any more */
}

static enum bj_status listen(struct helios_link *link, enum what what, int64_t timeout_ns)
{
    return submit(link, tag_of(what, link->question, link->round), HELIOS_REPLIES, NULL,
                  HELIOS_REPLY_SIZE, timeout_ns);
}

/* Both transfers go at once: the answer is fetched as early as it is there. */
static enum bj_status put(struct helios_link *link, uint8_t command, enum what what)
{
    const uint8_t bytes[HELIOS_COMMAND_SIZE] = {command, 0};
    enum bj_status status;

    link->asked = false;
    link->heard = 0;
    link->round++;
    status = submit(link, tag_of(QUESTION, command, link->round), HELIOS_COMMANDS, bytes,
                    sizeof bytes, COMMAND_TIMEOUT_NS);
    return status == BJ_OK
               ? listen(link, what,
                        command == HELIOS_STATUS ? STATUS_TIMEOUT_NS : REPLY_TIMEOUT_NS)
               : status;
}

enum bj_status helios_link_ask(struct helios_link *link, uint8_t command)
{
    link->question = command;
    return put(link, command, ANSWER);
}

static enum bj_status sync(struct helios_link *link)
{
    link->syncing = true;
    return put(link, HELIOS_FIRMWARE, SYNC);
}

enum bj_status helios_link_drain(struct helios_link *link)
{
    link->draining = true;
    link->heard = 0;
    link->round++;
    return listen(link, DRAIN, DRAIN_TIMEOUT_NS);
}

enum bj_status helios_link_send(struct helios_link *link, const uint8_t *bytes, size_t size)
{
    enum bj_status status = submit(link, tag_of(FRAME, 0, 0), HELIOS_FRAMES, bytes, size,
                                   FRAME_TIMEOUT_NS + (int64_t)(size / 32) * BJ_NS_PER_MS);

    link->frame_out = status == BJ_OK;
    return status;
}

enum bj_status helios_link_command(struct helios_link *link, uint8_t command,
                                   uint8_t argument)
{
    const uint8_t bytes[HELIOS_COMMAND_SIZE] = {command, argument};

    return submit(link, tag_of(COMMAND, command, 0), HELIOS_COMMANDS, bytes, sizeof bytes,
                  COMMAND_TIMEOUT_NS);
}

void helios_link_cancel_frame(struct helios_link *link)
{
    if (link->frame_out)
        link->usb->ops->cancel(link->usb, link->handle, HELIOS_FRAMES);
}

void helios_link_clear_halt(struct helios_link *link, uint8_t endpoint)
{
    link->usb->ops->clear_halt(link->usb, link->handle, endpoint);
}

/* ---- What comes back ----------------------------------------------------------------- */

static void silence(struct helios_link *link, struct helios_news *news)
{
    *news = (struct helios_news){.kind = HELIOS_SILENCE, .command = link->question};
    link->draining = link->syncing = false;
    link->question = 0;
}

/* Every failure of the two small pipes: some are normal, many are not. */
static enum bj_status count_error(struct helios_link *link,
                                  const struct bj_usb_result *result)
{
    if (result->status == BJ_REFUSED)
        helios_link_clear_halt(link, result->endpoint);
    if (result->status == BJ_OK || result->status == BJ_TIMED_OUT ||
        result->status == BJ_BUSY)
        return BJ_OK;
    return ++link->errors >= MOST_ERRORS ? BJ_IO_ERROR : BJ_OK;
}

static enum bj_status on_question(struct helios_link *link,
                                  const struct bj_usb_result *result)
{
    enum bj_status status = count_error(link, result);

    link->asked_ns = result->begun_ns;
    link->asked = result->status == BJ_OK;
    if (!link->asked) /* then no answer will come */
        link->usb->ops->cancel(link->usb, link->handle, HELIOS_REPLIES);
    return status;
}

static bool is_answer(const struct helios_link *link, const struct bj_usb_result *result,
                      uint8_t command)
{
    return result->status == BJ_OK && result->size > 0 &&
           result->size <= HELIOS_REPLY_SIZE && link->asked &&
           result->bytes[0] == (0x80 | command);
}

static enum bj_status on_answer(struct helios_link *link,
                                const struct bj_usb_result *result,
                                struct helios_news *news)
{
    enum bj_status status = count_error(link, result);

    if (status != BJ_OK)
        return status;
    if (!is_answer(link, result, link->question))
        return ++link->silences >= MOST_SILENCES ? BJ_TIMED_OUT : sync(link);
    *news = (struct helios_news){.kind = HELIOS_REPLY,
                                 .command = link->question,
                                 .asked_ns = link->asked_ns,
                                 .answered_ns = result->finished_ns,
                                 .size = result->size};
    memcpy(news->bytes, result->bytes, result->size);
    link->question = 0;
    link->silences = link->errors = 0;
    return BJ_OK;
}

static enum bj_status on_drain(struct helios_link *link, const struct bj_usb_result *result,
                               struct helios_news *news)
{
    enum bj_status status = count_error(link, result);

    if (status != BJ_OK)
        return status;
    if (result->status == BJ_OK && ++link->heard < HEARD_LIMIT)
        return listen(link, DRAIN, DRAIN_TIMEOUT_NS);
    silence(link, news);
    return BJ_OK;
}

/* What is not the answer was one to an earlier question: listen on. */
static enum bj_status on_sync(struct helios_link *link, const struct bj_usb_result *result,
                              struct helios_news *news)
{
    enum bj_status status = count_error(link, result);

    if (status != BJ_OK)
        return status;
    if (is_answer(link, result, HELIOS_FIRMWARE)) {
        silence(link, news);
        return BJ_OK;
    }
    if (result->status == BJ_OK && ++link->heard < HEARD_LIMIT)
        return listen(link, SYNC, REPLY_TIMEOUT_NS);
    return ++link->silences >= MOST_SILENCES ? BJ_TIMED_OUT : sync(link);
}

static enum bj_status on_result(struct helios_link *link,
                                const struct bj_usb_result *result,
                                struct helios_news *news)
{
    uint8_t command = (uint8_t)(result->tag >> 20);
    bool stale = (result->tag & 0xfffff) != (link->round & 0xfffff);

    if (result->status == BJ_DISCONNECTED)
        return BJ_DISCONNECTED;
    switch (result->tag >> 28) {
    case QUESTION:
        return stale ? BJ_OK : on_question(link, result);
    case ANSWER:
        return stale ? BJ_OK : on_answer(link, result, news);
    case DRAIN:
        return stale ? BJ_OK : on_drain(link, result, news);
    case SYNC:
        return stale ? BJ_OK : on_sync(link, result, news);
    case COMMAND:
        *news = (struct helios_news){
            .kind = HELIOS_DONE,
            .command = command,
            .status = result->status,
            .answered_ns = result->finished_ns,
        };
        return count_error(link, result);
    default:
        link->frame_out = false;
        *news = (struct helios_news){.kind = HELIOS_FRAME,
                                     .status = result->status,
                                     .asked_ns = result->begun_ns,
                                     .answered_ns = result->finished_ns,
                                     .size = result->size};
        return BJ_OK;
    }
}

enum bj_status helios_link_next(struct helios_link *link, struct helios_news *news)
{
    struct bj_usb_result result;
    enum bj_status status;

    news->kind = HELIOS_NOTHING;
    do {
        status = link->usb->ops->finished(link->usb, link->handle, &result);
        if (status == BJ_OK)
            status = on_result(link, &result, news);
    } while (status == BJ_OK && news->kind == HELIOS_NOTHING);
    return status;
}
