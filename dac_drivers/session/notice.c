/* SPDX-License-Identifier: MIT */
#include "session/notice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 512

void bj_dac_set_name(struct bj_dac *dac, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(dac->name, sizeof dac->name, format, args);
    va_end(args);
}

void bj_dac_add_name(struct bj_dac *dac, const char *format, ...)
{
    size_t used = strlen(dac->name);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(dac->name + used, sizeof dac->name - used, format, args);
    va_end(args);
}

enum bj_status bj_dac_tell(const struct bj_dac *dac, enum bj_status status,
                           const char *format, ...)
{
    char text[TEXT_SIZE];
    int used = snprintf(text, sizeof text, "%s: ", dac->name);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + used, sizeof text - (size_t)used, format, args);
    va_end(args);
    dac->events->notice(dac->engine, status, text);
    return status;
}
