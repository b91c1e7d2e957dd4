/* SPDX-License-Identifier: MIT
 *
 * How one kind of DAC is looked for. Discovery runs all scans side by side.
 */
#ifndef BJ_SCAN_H
#define BJ_SCAN_H

#include <beamjack/dacs.h>

/* Tells discovery of a DAC just seen; the same one any number of times. NULL: one more, for
 * which the scan has no room. */
typedef void (*bj_found_fn)(void *discovery, const struct bj_dac_info *info);

struct bj_scan {
    const char *title;    /* of the DACs it finds, "Ether Dream" */
    size_t instance_size; /* discovery allocates it zeroed, before open */

    /* BJ_OK, or why this scan cannot work; then it is not called again. BJ_UNSUPPORTED:
     * its transport is missing, which is no news. */
    enum bj_status (*open)(void *scan, const struct bj_transports *via);

    /* Sends and receives what is due. Never blocks, and does not read for ever. */
    void (*step)(void *scan, int64_t now_ns, struct bj_wait *wait, bj_found_fn found,
                 void *discovery);

    void (*close)(void *scan);
};

#endif
