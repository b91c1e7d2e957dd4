/* SPDX-License-Identifier: MIT
 *
 * Names that JACK is given. What it cannot take is refused before its library sees it,
 * which cuts some, changes others and crashes on long ones. No JACK here.
 */
#ifndef NAME_CHECK_H
#define NAME_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* In bytes. */
#define BJ_CLIENT_NAME_MOST 63
#define BJ_SERVER_NAME_MOST 80

/* `called` is how the user knows the name: "--client-name". False: `why`. */
bool bj_client_name_check(const char *name, const char *called, char *why, size_t why_size);
bool bj_server_name_check(const char *name, const char *called, char *why, size_t why_size);

#endif
