/* SPDX-License-Identifier: MIT
 *
 * Counts allocations of this thread where there may be none. Link with allocations.c and
 * the --wrap options of its CMake target.
 */
#ifndef CONFORMANCE_ALLOCATIONS_H
#define CONFORMANCE_ALLOCATIONS_H

void allocations_watch(void);
unsigned allocations_stop(void); /* how many there were since watch */

#endif
