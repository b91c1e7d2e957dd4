/* SPDX-License-Identifier: MIT
 *
 * Text of doubtful origin on its way to people: names of devices, clients and files.
 */
#ifndef SHOWN_TEXT_H
#define SHOWN_TEXT_H

#include <stddef.h>

/* Copies as much of `text` as fits into `columns` of a terminal; controls and what cannot
 * be shown become '?'. Returns the columns used. The locale of the process decides what can
 * be shown. `size` of `out` cuts, too, between characters. */
int bj_text_fit(char *out, size_t size, const char *text, int columns);

/* Replaces controls, formatting characters and what is no UTF-8 by '?', in place. */
void bj_text_clean(char *text);

#endif
