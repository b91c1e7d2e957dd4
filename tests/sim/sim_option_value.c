/* SPDX-License-Identifier: MIT */
#include "sim_option_value.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool sim_option_number(const char *text, double least, double most, double *value)
{
    char *end;

    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value >= least &&
           *value <= most;
}

static void put_whole(void *to, size_t size, int64_t value)
{
    if (size == sizeof(uint8_t)) {
        *(uint8_t *)to = (uint8_t)value;
    } else if (size == sizeof(uint16_t)) {
        *(uint16_t *)to = (uint16_t)value;
    } else if (size == sizeof(uint32_t)) {
        *(uint32_t *)to = (uint32_t)value;
    } else {
        *(int64_t *)to = value;
    }
}

static bool store_address(const char *text, uint32_t *to)
{
    struct in_addr read;

    if (inet_pton(AF_INET, text, &read) != 1) {
        return false;
    }
    *to = ntohl(read.s_addr);
    return true;
}

static bool store_text(const struct sim_option *option, const char *text, const char **to)
{
    size_t size = strlen(text);

    *to = text;
    return (double)size >= option->least && (double)size <= option->most;
}

static bool fault_after(const struct sim_option *option, struct sim_options *options,
                        const char *text)
{
    double seconds;

    return sim_option_number(text, 0, 1e7, &seconds) &&
           sim_option_add_fault(options, option->fault, 0, llround(seconds * 1e9));
}

static bool fault_of(const struct sim_option *option, struct sim_options *options,
                     const char *text)
{
    double count;

    return sim_option_number(text, 1, 1e9, &count) && count == floor(count) &&
           sim_option_add_fault(options, option->fault, (int64_t)count, 0);
}

static bool store_number(const struct sim_option *option, void *to, const char *text)
{
    bool percent = option->kind == SIM_OPTION_PERCENT;
    double read;

    if (!sim_option_number(text, option->least, percent ? 100 : option->most, &read)) {
        return false;
    }
    if (option->kind == SIM_OPTION_WHOLE) {
        put_whole(to, option->size, (int64_t)read);
        return read == floor(read);
    }
    if (option->kind == SIM_OPTION_MS || option->kind == SIM_OPTION_SECONDS) {
        *(int64_t *)to = llround(read * (option->kind == SIM_OPTION_MS ? 1e6 : 1e9));
        return true;
    }
    *(double *)to = percent ? read / 100 : read;
    return true;
}

bool sim_option_store(const struct sim_option *option, struct sim_options *options,
                      const char *value)
{
    void *to = (char *)options + option->at;

    switch (option->kind) {
    case SIM_OPTION_COMMON:
        return false;
    case SIM_OPTION_SET:
        return option->set(options, value);
    case SIM_OPTION_SWITCH:
        return *(bool *)to = true;
    case SIM_OPTION_WHOLE:
    case SIM_OPTION_NUMBER:
    case SIM_OPTION_PERCENT:
    case SIM_OPTION_MS:
    case SIM_OPTION_SECONDS:
        return store_number(option, to, value);
    case SIM_OPTION_ADDRESS:
        return store_address(value, to);
    case SIM_OPTION_TEXT:
        return store_text(option, value, to);
    case SIM_OPTION_FAULT_AFTER:
        return fault_after(option, options, value);
    case SIM_OPTION_FAULT_OF:
        return fault_of(option, options, value);
    }
    return false;
}

void sim_option_wants(const struct sim_option *option, char text[SIM_OPTION_WANTS])
{
    static const char *const usual[] = {
        [SIM_OPTION_PERCENT] = "0 to 100",   [SIM_OPTION_MS] = "milliseconds",
        [SIM_OPTION_SECONDS] = "seconds",    [SIM_OPTION_ADDRESS] = "an IPv4 address",
        [SIM_OPTION_TEXT] = "a file",        [SIM_OPTION_FAULT_AFTER] = "seconds",
        [SIM_OPTION_FAULT_OF] = "1 or more",
    };
    const char *wants = option->wants ? option->wants : usual[option->kind];

    if (wants) {
        (void)snprintf(text, SIM_OPTION_WANTS, "%s", wants);
    } else {
        (void)snprintf(text, SIM_OPTION_WANTS, "%.15g to %.15g", option->least,
                       option->most);
    }
}
