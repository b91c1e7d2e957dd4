/* SPDX-License-Identifier: MIT */
#include "transport/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HOST 253

struct words {
    const struct bj_dac_driver *driver;
    char mark;        /* ':' an id, '@' an address, 0 the name alone */
    const char *rest; /* what follows the mark */
};

static const struct bj_dac_driver *driver_named(const char *name, size_t size)
{
    for (const struct bj_dac_driver *const *d = bj_drivers(); *d; d++) {
        if (strlen((*d)->name) == size && strncmp((*d)->name, name, size) == 0) {
            return *d;
        }
    }
    return NULL;
}

static void list_kinds(char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (const struct bj_dac_driver *const *d = bj_drivers(); *d && used < size; d++) {
        int more = snprintf(text + used, size - used, "%s%s", used ? ", " : "", (*d)->name);
        used += more > 0 ? (size_t)more : 0;
    }
}

static enum bj_status cut(const char *text, struct words *words, char *why, size_t why_size)
{
    size_t size = strcspn(text, ":@");
    words->driver = driver_named(text, size);
    words->mark = text[size];
    words->rest = text[size] ? text + size + 1 : text + size;
    if (!words->driver) {
        char kinds[200];
        list_kinds(kinds, sizeof kinds);
        snprintf(
            why, why_size,
            "'%.60s' names no kind of DAC this build knows (%s); `beamjack list` shows "
            "what is there",
            text, kinds);
        return BJ_BAD_ARGUMENT;
    }
    return BJ_OK;
}

/* What follows a '/' is the driver's. */
static bool parse_port(const char *text, uint16_t *port)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    *port = (uint16_t)value;
    return *text >= '0' && *text <= '9' && (*end == '\0' || *end == '/') && value >= 1 &&
           value <= 65535;
}

static enum bj_status parse_address(const struct words *words, struct bj_dac_info *info,
                                    char *why, size_t why_size)
{
    char host[MAX_HOST + 1];
    size_t size = strcspn(words->rest, ":/");
    const char *end = words->rest + size;
    if (size == 0 || size > MAX_HOST ||
        (*end == ':' && !parse_port(end + 1, &info->address.port))) {
        snprintf(why, why_size, "'%.60s' is no address; write %s", words->rest,
                 words->driver->id_form);
        return BJ_BAD_ARGUMENT;
    }
    memcpy(host, words->rest, size);
    host[size] = '\0';
    snprintf(info->where, sizeof info->where, "%.90s", words->rest);
    return bj_resolve(host, &info->address.ip, why, why_size);
}

static enum bj_status parse(const char *text, struct bj_dac_info *info, char *why,
                            size_t why_size)
{
    struct words words;
    enum bj_status status = cut(text, &words, why, why_size);
    if (status != BJ_OK) {
        return status;
    }
    if (strlen(text) >= sizeof info->id) {
        snprintf(why, why_size, "the DAC id is too long");
        return BJ_BAD_ARGUMENT;
    }
    info->driver = words.driver;
    snprintf(info->id, sizeof info->id, "%s", text);
    snprintf(info->model, sizeof info->model, "%s", words.driver->title);
    if (!words.driver->accepts_id(text)) {
        snprintf(why, why_size, "'%.60s' is no DAC id; write %s", text,
                 words.driver->id_form);
        return BJ_BAD_ARGUMENT;
    }
    if (words.mark != '@') {
        return BJ_OK;
    }
    return parse_address(&words, info, why, why_size);
}

enum bj_status bj_dac_parse_into(const char *text, struct bj_dac_info *out, size_t out_size,
                                 char *why, size_t why_size)
{
    struct bj_dac_info info = {0};
    if (!text || !out || (!why && why_size)) {
        return BJ_BAD_ARGUMENT;
    }
    enum bj_status status = parse(text, &info, why, why_size);
    bj_sized_write(out, out_size, &info, sizeof info);
    return status;
}
