/* SPDX-License-Identifier: MIT */
#include <beamjack/driver.h>

#include <string.h>

/* A size above this was never set. */
#define MOST_BYTES 4096u

void bj_sized_write(void *out, size_t out_size, const void *whole, size_t whole_size)
{
    if (!out) {
        return;
    }
    size_t common = out_size < whole_size ? out_size : whole_size;
    memcpy(out, whole, common);
    memset((char *)out + common, 0, out_size - common);
}

void bj_sized_begin(void *out, size_t out_size, const void *defaults, size_t whole_size)
{
    uint32_t size = (uint32_t)out_size;
    if (!out || out_size < sizeof size) {
        return;
    }
    bj_sized_write(out, out_size, defaults, whole_size);
    memcpy(out, &size, sizeof size);
}

static bool is_zero(const char *bytes, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        if (bytes[k] != 0) {
            return false;
        }
    }
    return true;
}

bool bj_sized_read(void *whole, size_t whole_size, const void *given)
{
    uint32_t size = 0, kept = (uint32_t)whole_size;
    if (!given) {
        return false;
    }
    memcpy(&size, given, sizeof size);
    if (size < sizeof size || size > MOST_BYTES) {
        return false;
    }
    size_t common = size < whole_size ? size : whole_size;
    if (!is_zero((const char *)given + common, size - common)) {
        return false;
    }
    memcpy(whole, given, common);
    memcpy(whole, &kept, sizeof kept);
    return true;
}
