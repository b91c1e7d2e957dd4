/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <stdio.h>

#define TEXT_SIZE 256

void bj_notice(const struct bj_dac_events *events, void *engine, const char *name,
               enum bj_status status, const char *format, va_list args)
{
    char text[TEXT_SIZE];
    int used = snprintf(text, sizeof text, "%s: ", name);

    if (used < 0 || (size_t)used >= sizeof text)
        used = 0;
    (void)vsnprintf(text + used, sizeof text - (size_t)used, format, args);
    events->notice(engine, status, text);
}
