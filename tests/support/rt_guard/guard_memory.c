/* SPDX-License-Identifier: MIT
 *
 * Allocation. The allocator's own names are called directly: looking them up would
 * allocate.
 */
#include "guard.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

GUARD_API void *malloc(size_t size)
{
    guard_forbid("malloc");
    return __libc_malloc(size);
}

GUARD_API void *calloc(size_t count, size_t size)
{
    guard_forbid("calloc");
    return __libc_calloc(count, size);
}

GUARD_API void *realloc(void *block, size_t size)
{
    guard_forbid("realloc");
    return __libc_realloc(block, size);
}

GUARD_API void free(void *block)
{
    if (block)
        guard_forbid("free");
    __libc_free(block);
}

GUARD_API void *aligned_alloc(size_t alignment, size_t size)
{
    guard_forbid("aligned_alloc");
    return __libc_memalign(alignment, size);
}

GUARD_API int posix_memalign(void **block, size_t alignment, size_t size)
{
    guard_forbid("posix_memalign");
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *got = __libc_memalign(alignment, size);
    if (!got)
        return ENOMEM;
    *block = got;
    return 0;
}

GUARD_API void *mmap(void *address, size_t size, int protection, int flags, int fd,
                     off_t offset)
{
    static __typeof__(&mmap) next;
    guard_forbid("mmap");
    guard_resolve(&next, "mmap");
    return next(address, size, protection, flags, fd, offset);
}

GUARD_API int munmap(void *address, size_t size)
{
    static __typeof__(&munmap) next;
    guard_forbid("munmap");
    guard_resolve(&next, "munmap");
    return next(address, size);
}
