/* SPDX-License-Identifier: MIT */
#include "allocations.h"

#include <stdbool.h>
#include <stddef.h>

static _Thread_local struct {
    bool watching;
    unsigned count;
} watch; /* the linker's hooks have no argument for it */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

void allocations_watch(void)
{
    watch.watching = true;
    watch.count = 0;
}

unsigned allocations_stop(void)
{
    watch.watching = false;
    return watch.count;
}

void *__wrap_malloc(size_t size)
{
    watch.count += watch.watching;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    watch.count += watch.watching;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    watch.count += watch.watching;
    return __real_realloc(old, size);
}

void __wrap_free(void *old)
{
    watch.count += watch.watching && old != NULL;
    __real_free(old);
}
