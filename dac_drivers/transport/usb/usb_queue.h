/* SPDX-License-Identifier: MIT
 *
 * A queue of numbers from one thread to one other, without locks and without allocation.
 */
#ifndef BJ_USB_QUEUE_H
#define BJ_USB_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define BJ_USB_QUEUE_SIZE 256 /* a power of two */

struct bj_usb_queue {
    _Atomic uint32_t written, read; /* counts since init */
    uint32_t entries[BJ_USB_QUEUE_SIZE];
};

/* While no other thread uses it. */
void bj_usb_queue_init(struct bj_usb_queue *queue);

/* Writer. False: full. */
bool bj_usb_queue_push(struct bj_usb_queue *queue, uint32_t entry);

/* Reader. False: empty. What the writer did before the push is visible after the pop. */
bool bj_usb_queue_pop(struct bj_usb_queue *queue, uint32_t *entry);

#endif
