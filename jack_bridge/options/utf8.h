/* SPDX-License-Identifier: MIT
 *
 * UTF-8, as far as names need it.
 */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* Bytes of the character at the start of `text`, 1 to 4. 0: it ends here, or this is no
 * UTF-8: overlong forms, surrogates and what is beyond U+10FFFF are none. */
size_t bj_utf8_size(const char *text);

#endif
