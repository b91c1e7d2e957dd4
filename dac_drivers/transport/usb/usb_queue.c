/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_queue.h"

void bj_usb_queue_init(struct bj_usb_queue *queue)
{
    atomic_store_explicit(&queue->written, 0, memory_order_relaxed);
    atomic_store_explicit(&queue->read, 0, memory_order_relaxed);
}

bool bj_usb_queue_push(struct bj_usb_queue *queue, uint32_t entry)
{
    uint32_t written = atomic_load_explicit(&queue->written, memory_order_relaxed);
    uint32_t read = atomic_load_explicit(&queue->read, memory_order_acquire);

    if (written - read == BJ_USB_QUEUE_SIZE)
        return false;
    queue->entries[written % BJ_USB_QUEUE_SIZE] = entry;
    atomic_store_explicit(&queue->written, written + 1, memory_order_release);
    return true;
}

bool bj_usb_queue_pop(struct bj_usb_queue *queue, uint32_t *entry)
{
    uint32_t read = atomic_load_explicit(&queue->read, memory_order_relaxed);

    if (read == atomic_load_explicit(&queue->written, memory_order_acquire))
        return false;
    *entry = queue->entries[read % BJ_USB_QUEUE_SIZE];
    atomic_store_explicit(&queue->read, read + 1, memory_order_release);
    return true;
}
