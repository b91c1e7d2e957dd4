/* SPDX-License-Identifier: MIT
 *
 * Inside the guard: who runs now, and what happens on a forbidden call.
 */
#ifndef GUARD_H
#define GUARD_H

#include "../rt_guard.h"

#include <stdatomic.h>

#define GUARD_API __attribute__((visibility("default")))

struct guard_counts {
    atomic_ullong jack_cycles, engine_waits;
};

extern struct guard_counts guard_counts;

enum bj_rt_guard_role guard_role(void);

/* Ends the program if the calling thread is marked. */
void guard_forbid(const char *function);
void guard_forbid_jack(const char *function); /* only in the process callback */
void guard_violation(const char *function, const char *why);

/* For the next definition of a call that is right: what another preloaded library does
 * there, as umockdev that locks, is no fault of the caller. Returns the role to set again.
 */
enum bj_rt_guard_role guard_pause(void);

/* Stores the next definition of `function` where the pointer is, once. */
void guard_resolve(void *pointer, const char *function);

/* About a descriptor, without going through any guarded call. */
bool guard_is_eventfd(int fd);
bool guard_is_nonblocking(int fd);

#endif
