/* SPDX-License-Identifier: MIT */
#include "helios/helios_probe.h"

#include "helios/helios_model.h"

#define OPEN_TIMEOUT_NS (3 * BJ_NS_PER_S)
#define SETTLE_NS (110 * BJ_NS_PER_MS) /* it throws frames away for 100 ms */
#define FIRMWARE_TRIES 6
#define NAME_TRIES 2

enum bj_status helios_probe_begin(struct helios_probe *probe,
                                  struct helios_channel *channel, const char *port,
                                  int64_t now_ns)
{
    *probe =
        (struct helios_probe){.phase = PROBE_OPENING, .until_ns = now_ns + OPEN_TIMEOUT_NS};
    return helios_channel_open(channel, port);
}

static enum bj_status open_it(struct helios_probe *probe, struct helios_channel *channel,
                              int64_t now_ns)
{
    enum bj_status status = helios_channel_opened(channel);

    if (status == BJ_WOULD_BLOCK && now_ns >= probe->until_ns)
        return BJ_TIMED_OUT;
    if (status == BJ_OK) {
        probe->phase = PROBE_SETTLING;
        probe->until_ns = now_ns + SETTLE_NS;
        return BJ_WOULD_BLOCK;
    }
    return status;
}

static enum bj_status go_on(enum bj_status status)
{
    return status == BJ_OK ? BJ_WOULD_BLOCK : status;
}

static enum bj_status ask(struct helios_channel *channel, uint8_t command)
{
    return go_on(helios_channel_ask(channel, command));
}

static enum bj_status ask_name(struct helios_probe *probe, struct helios_channel *channel)
{
    if (!helios_model_of(probe->firmware)->has_name)
        return BJ_OK;
    probe->phase = PROBE_NAME;
    probe->tries = 0;
    return ask(channel, HELIOS_NAME);
}

static enum bj_status on_firmware(struct helios_probe *probe,
                                  struct helios_channel *channel,
                                  const struct helios_news *news)
{
    if (news->kind == HELIOS_REPLY &&
        helios_decode_firmware(news->bytes, news->size, &probe->firmware) == BJ_OK)
        return ask_name(probe, channel);
    if (++probe->tries < FIRMWARE_TRIES)
        return ask(channel, HELIOS_FIRMWARE);
    return ask_name(probe, channel);
}

static enum bj_status on_name(struct helios_probe *probe, struct helios_channel *channel,
                              const struct helios_news *news)
{
    if (news->kind == HELIOS_REPLY &&
        helios_decode_name(news->bytes, news->size, probe->name) == BJ_OK)
        return BJ_OK;
    return ++probe->tries < NAME_TRIES ? ask(channel, HELIOS_NAME) : BJ_OK;
}

static enum bj_status handle_news(struct helios_probe *probe,
                                  struct helios_channel *channel,
                                  const struct helios_news *news)
{
    if (news->kind != HELIOS_REPLY && news->kind != HELIOS_SILENCE)
        return BJ_WOULD_BLOCK;
    switch (probe->phase) {
    case PROBE_EMPTYING:
        probe->phase = PROBE_FIRMWARE;
        return ask(channel, HELIOS_FIRMWARE);
    case PROBE_FIRMWARE:
        return on_firmware(probe, channel, news);
    case PROBE_NAME:
        return on_name(probe, channel, news);
    default:
        return BJ_WOULD_BLOCK;
    }
}

static enum bj_status listen(struct helios_probe *probe, struct helios_channel *channel)
{
    struct helios_news news;
    enum bj_status status;

    while ((status = helios_channel_next(channel, &news)) == BJ_OK) {
        status = handle_news(probe, channel, &news);
        if (status != BJ_WOULD_BLOCK)
            return status;
    }
    return status;
}

enum bj_status helios_probe_step(struct helios_probe *probe, struct helios_channel *channel,
                                 int64_t now_ns, struct bj_wait *wait)
{
    enum bj_status status = BJ_WOULD_BLOCK;

    if (probe->phase == PROBE_OPENING)
        status = open_it(probe, channel, now_ns);
    if (probe->phase == PROBE_SETTLING && now_ns >= probe->until_ns) {
        probe->phase = PROBE_EMPTYING;
        status = go_on(helios_channel_drain(channel));
    }
    if (probe->phase >= PROBE_SETTLING && status == BJ_WOULD_BLOCK)
        status = listen(probe, channel);
    if (status != BJ_WOULD_BLOCK)
        return status;
    bj_wait_handle(wait, channel->handle, BJ_WAIT_READ);
    if (probe->phase <= PROBE_SETTLING)
        bj_wait_until(wait, probe->until_ns);
    return BJ_WOULD_BLOCK;
}
