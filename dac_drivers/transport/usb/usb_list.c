/* SPDX-License-Identifier: MIT */
#include "transport/usb/usb_list.h"

static uint32_t kind_of(uint16_t vendor_id, uint16_t product_id)
{
    return (uint32_t)vendor_id << 16 | product_id;
}

static void add_kind(struct bj_usb_list *list, uint32_t kind)
{
    for (int i = 0; i < BJ_USB_KINDS; i++) {
        uint32_t none = 0;
        if (atomic_load(&list->kinds[i]) == kind)
            return;
        if (atomic_compare_exchange_strong(&list->kinds[i], &none, kind)) {
            atomic_store(&list->fresh, true);
            return;
        }
        if (none == kind)
            return;
    }
}

/* The edition cannot be taken away between its number and our mark on it: after the mark we
 * look at the number again. */
static struct bj_usb_edition *enter(struct bj_usb_list *list)
{
    for (;;) {
        int newest = atomic_load(&list->newest);
        struct bj_usb_edition *edition = &list->editions[newest];
        atomic_fetch_add(&edition->readers, 1);
        if (atomic_load(&list->newest) == newest)
            return edition;
        atomic_fetch_sub(&edition->readers, 1);
    }
}

size_t bj_usb_list_read(struct bj_usb_list *list, uint16_t vendor_id, uint16_t product_id,
                        struct bj_usb_device *devices, size_t room)
{
    struct bj_usb_edition *edition;
    size_t count = 0;

    add_kind(list, kind_of(vendor_id, product_id));
    atomic_fetch_add(&list->asked, 1);
    edition = enter(list);
    for (size_t i = 0; i < edition->count && count < room; i++)
        if (edition->devices[i].vendor_id == vendor_id &&
            edition->devices[i].product_id == product_id)
            devices[count++] = edition->devices[i];
    atomic_fetch_sub(&edition->readers, 1);
    return count;
}

bool bj_usb_list_wants(const struct bj_usb_list *list, uint16_t vendor_id,
                       uint16_t product_id)
{
    for (int i = 0; i < BJ_USB_KINDS; i++)
        if (atomic_load(&list->kinds[i]) == kind_of(vendor_id, product_id))
            return true;
    return false;
}

struct bj_usb_edition *bj_usb_list_begin(struct bj_usb_list *list)
{
    int newest = atomic_load(&list->newest);

    for (int i = 0; i < BJ_USB_EDITIONS; i++)
        if (i != newest && atomic_load(&list->editions[i].readers) == 0) {
            list->editions[i].count = 0;
            return &list->editions[i];
        }
    return NULL;
}

void bj_usb_list_publish(struct bj_usb_list *list, struct bj_usb_edition *edition)
{
    atomic_store(&list->newest, (int)(edition - list->editions));
}
