/* SPDX-License-Identifier: MIT
 *
 * Printing. The names with _chk are what a compiler with _FORTIFY_SOURCE calls.
 */
#include "guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

extern int __printf_chk(int flag, const char *format, ...);
extern int __fprintf_chk(FILE *file, int flag, const char *format, ...);
extern int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments);
extern int __snprintf_chk(char *text, size_t size, int flag, size_t room,
                          const char *format, ...);
extern int __vsnprintf_chk(char *text, size_t size, int flag, size_t room,
                           const char *format, va_list arguments);

static int next_vfprintf(FILE *file, const char *format, va_list arguments)
{
    static __typeof__(&vfprintf) next;
    guard_resolve(&next, "vfprintf");
    return next(file, format, arguments);
}

static int next_vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    static __typeof__(&vsnprintf) next;
    guard_resolve(&next, "vsnprintf");
    return next(text, size, format, arguments);
}

GUARD_API int vfprintf(FILE *file, const char *format, va_list arguments)
{
    guard_forbid("vfprintf");
    return next_vfprintf(file, format, arguments);
}

GUARD_API int __vfprintf_chk(FILE *file, int flag, const char *format, va_list arguments)
{
    (void)flag;
    guard_forbid("vfprintf");
    return next_vfprintf(file, format, arguments);
}

GUARD_API int vprintf(const char *format, va_list arguments)
{
    guard_forbid("vprintf");
    return next_vfprintf(stdout, format, arguments);
}

GUARD_API int printf(const char *format, ...)
{
    guard_forbid("printf");
    va_list arguments;
    va_start(arguments, format);
    int size = next_vfprintf(stdout, format, arguments);
    va_end(arguments);
    return size;
}

GUARD_API int __printf_chk(int flag, const char *format, ...)
{
    (void)flag;
    guard_forbid("printf");
    va_list arguments;
    va_start(arguments, format);
    int size = next_vfprintf(stdout, format, arguments);
    va_end(arguments);
    return size;
}

GUARD_API int fprintf(FILE *file, const char *format, ...)
{
    guard_forbid("fprintf");
    va_list arguments;
    va_start(arguments, format);
    int size = next_vfprintf(file, format, arguments);
    va_end(arguments);
    return size;
}

GUARD_API int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
    (void)flag;
    guard_forbid("fprintf");
    va_list arguments;
    va_start(arguments, format);
    int size = next_vfprintf(file, format, arguments);
    va_end(arguments);
    return size;
}

GUARD_API int vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    guard_forbid_jack("vsnprintf");
    return next_vsnprintf(text, size, format, arguments);
}

GUARD_API int __vsnprintf_chk(char *text, size_t size, int flag, size_t room,
                              const char *format, va_list arguments)
{
    (void)flag, (void)room;
    guard_forbid_jack("vsnprintf");
    return next_vsnprintf(text, size, format, arguments);
}

GUARD_API int snprintf(char *text, size_t size, const char *format, ...)
{
    guard_forbid_jack("snprintf");
    va_list arguments;
    va_start(arguments, format);
    int length = next_vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}

GUARD_API int __snprintf_chk(char *text, size_t size, int flag, size_t room,
                             const char *format, ...)
{
    (void)flag, (void)room;
    guard_forbid_jack("snprintf");
    va_list arguments;
    va_start(arguments, format);
    int length = next_vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}

GUARD_API int puts(const char *text)
{
    static __typeof__(&puts) next;
    guard_forbid("puts");
    guard_resolve(&next, "puts");
    return next(text);
}

GUARD_API int fputs(const char *text, FILE *file)
{
    static __typeof__(&fputs) next;
    guard_forbid("fputs");
    guard_resolve(&next, "fputs");
    return next(text, file);
}

GUARD_API int putchar(int character)
{
    static __typeof__(&putchar) next;
    guard_forbid("putchar");
    guard_resolve(&next, "putchar");
    return next(character);
}

GUARD_API int fputc(int character, FILE *file)
{
    static __typeof__(&fputc) next;
    guard_forbid("fputc");
    guard_resolve(&next, "fputc");
    return next(character, file);
}

GUARD_API size_t fwrite(const void *bytes, size_t size, size_t count, FILE *file)
{
    static __typeof__(&fwrite) next;
    guard_forbid("fwrite");
    guard_resolve(&next, "fwrite");
    return next(bytes, size, count, file);
}

GUARD_API int fflush(FILE *file)
{
    static __typeof__(&fflush) next;
    guard_forbid("fflush");
    guard_resolve(&next, "fflush");
    return next(file);
}

GUARD_API void vsyslog(int priority, const char *format, va_list arguments)
{
    static __typeof__(&vsyslog) next;
    guard_forbid("vsyslog");
    guard_resolve(&next, "vsyslog");
    next(priority, format, arguments);
}
