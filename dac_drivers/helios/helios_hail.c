/* SPDX-License-Identifier: MIT */
#include "helios/helios_hail.h"

#include "helios/helios_model.h"

#define OPEN_TIMEOUT_NS (3 * BJ_NS_PER_S)
#define SETTLE_NS (110 * BJ_NS_PER_MS) /* it throws frames away for 100 ms */
#define FIRMWARE_TRIES 6
#define NAME_TRIES 2

enum bj_status helios_hail_begin(struct helios_hail *hail, struct helios_link *link,
                                 const char *port, int64_t now_ns)
{
    *hail =
        (struct helios_hail){.phase = HAIL_OPENING, .until_ns = now_ns + OPEN_TIMEOUT_NS};
    return helios_link_open(link, port);
}

static enum bj_status open_it(struct helios_hail *hail, struct helios_link *link,
                              int64_t now_ns)
{
    enum bj_status status = helios_link_opened(link);

    if (status == BJ_WOULD_BLOCK && now_ns >= hail->until_ns)
        return BJ_TIMED_OUT;
    if (status == BJ_OK) {
        hail->phase = HAIL_SETTLING;
        hail->until_ns = now_ns + SETTLE_NS;
        return BJ_WOULD_BLOCK;
    }
    return status;
}

static enum bj_status go_on(enum bj_status status)
{
    return status == BJ_OK ? BJ_WOULD_BLOCK : status;
}

static enum bj_status ask(struct helios_link *link, uint8_t command)
{
    return go_on(helios_link_ask(link, command));
}

static enum bj_status ask_name(struct helios_hail *hail, struct helios_link *link)
{
    if (!helios_model_of(hail->firmware)->has_name)
        return BJ_OK;
    hail->phase = HAIL_NAME;
    hail->tries = 0;
    return ask(link, HELIOS_NAME);
}

static enum bj_status on_firmware(struct helios_hail *hail, struct helios_link *link,
                                  const struct helios_news *news)
{
    if (news->kind == HELIOS_REPLY &&
        helios_decode_firmware(news->bytes, news->size, &hail->firmware) == BJ_OK)
        return ask_name(hail, link);
    if (++hail->tries < FIRMWARE_TRIES)
        return ask(link, HELIOS_FIRMWARE);
    return ask_name(hail, link);
}

static enum bj_status on_name(struct helios_hail *hail, struct helios_link *link,
                              const struct helios_news *news)
{
    if (news->kind == HELIOS_REPLY &&
        helios_decode_name(news->bytes, news->size, hail->name) == BJ_OK)
        return BJ_OK;
    return ++hail->tries < NAME_TRIES ? ask(link, HELIOS_NAME) : BJ_OK;
}

static enum bj_status judge(struct helios_hail *hail, struct helios_link *link,
                            const struct helios_news *news)
{
    if (news->kind != HELIOS_REPLY && news->kind != HELIOS_SILENCE)
        return BJ_WOULD_BLOCK;
    switch (hail->phase) {
    case HAIL_EMPTYING:
        hail->phase = HAIL_FIRMWARE;
        return ask(link, HELIOS_FIRMWARE);
    case HAIL_FIRMWARE:
        return on_firmware(hail, link, news);
    case HAIL_NAME:
        return on_name(hail, link, news);
    default:
        return BJ_WOULD_BLOCK;
    }
}

static enum bj_status listen(struct helios_hail *hail, struct helios_link *link)
{
    struct helios_news news;
    enum bj_status status;

    while ((status = helios_link_next(link, &news)) == BJ_OK) {
        status = judge(hail, link, &news);
        if (status != BJ_WOULD_BLOCK)
            return status;
    }
    return status;
}

enum bj_status helios_hail_step(struct helios_hail *hail, struct helios_link *link,
                                int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = BJ_WOULD_BLOCK;

    if (hail->phase == HAIL_OPENING)
        status = open_it(hail, link, now_ns);
    if (hail->phase == HAIL_SETTLING && now_ns >= hail->until_ns) {
        hail->phase = HAIL_EMPTYING;
        status = go_on(helios_link_drain(link));
    }
    if (hail->phase >= HAIL_SETTLING && status == BJ_WOULD_BLOCK)
        status = listen(hail, link);
    if (status != BJ_WOULD_BLOCK)
        return status;
    bj_wait_handle(wait, link->handle, BJ_WAIT_READ);
    if (hail->phase <= HAIL_SETTLING)
        bj_wait_until(wait, hail->until_ns);
    return BJ_WOULD_BLOCK;
}
