/* SPDX-License-Identifier: MIT */
#undef NDEBUG /* the asserts are the point */
#include "usb_descriptors.h"

#include <assert.h>
#include <string.h>

#define DEVICE_SIZE 18
#define CONFIGURATION_SIZE 9
#define INTERFACE_SIZE 9
#define ENDPOINT_SIZE 7

static uint8_t *put16(uint8_t *at, uint16_t value)
{
    *at++ = (uint8_t)value;
    *at++ = (uint8_t)(value >> 8);
    return at;
}

static uint8_t *put_device(uint8_t *at, const struct sim_usb_descriptor *from,
                           uint8_t device_class)
{
    *at++ = DEVICE_SIZE;
    *at++ = 1;
    at = put16(at, 0x0200);
    *at++ = device_class;
    *at++ = 0;
    *at++ = 0;
    *at++ = from->max_packet_0;
    at = put16(at, from->vendor_id);
    at = put16(at, from->product_id);
    at = put16(at, from->release);
    *at++ = from->manufacturer != NULL ? 1 : 0;
    *at++ = from->product != NULL ? 2 : 0;
    *at++ = from->serial != NULL ? 3 : 0;
    *at++ = 1;
    return at;
}

static uint8_t *put_configuration(uint8_t *at, int interfaces, uint8_t max_power)
{
    *at++ = CONFIGURATION_SIZE;
    *at++ = 2;
    at = put16(at, 0); /* the total, when it is known */
    *at++ = (uint8_t)interfaces;
    *at++ = 1;
    *at++ = 0;
    *at++ = 0x80;
    *at++ = max_power;
    return at;
}

static uint8_t *put_endpoint(uint8_t *at, const struct sim_usb_endpoint *endpoint)
{
    *at++ = ENDPOINT_SIZE;
    *at++ = 5;
    *at++ = endpoint->address;
    *at++ = endpoint->type;
    at = put16(at, endpoint->packet_size);
    *at++ = endpoint->interval;
    return at;
}

static uint8_t *put_interface(uint8_t *at, const struct sim_usb_descriptor *from,
                              int interface, int alternate, uint8_t interface_class)
{
    uint8_t *count = at + 4;

    *at++ = INTERFACE_SIZE;
    *at++ = 4;
    *at++ = (uint8_t)interface;
    *at++ = (uint8_t)alternate;
    *at++ = 0;
    *at++ = interface_class;
    *at++ = interface_class == 9 ? 0 : 0xff;
    *at++ = interface_class == 9 ? 0 : 0xff;
    *at++ = 0;
    for (int i = 0; i < from->endpoint_count; i++) {
        if (from->endpoints[i].interface != interface ||
            from->endpoints[i].alternate != alternate)
            continue;
        at = put_endpoint(at, &from->endpoints[i]);
        (*count)++;
    }
    return at;
}

static size_t put_all(const struct sim_usb_descriptor *from, uint8_t device_class,
                      uint8_t interface_class, uint8_t bytes[USB_DESCRIPTORS_SIZE])
{
    uint8_t *configuration = put_device(bytes, from, device_class);
    uint8_t *at = put_configuration(configuration, from->interfaces, from->max_power);

    for (int i = 0; i < from->interfaces; i++)
        for (int k = 0; k < from->alternates[i]; k++) {
            assert(at + 128 < bytes + USB_DESCRIPTORS_SIZE);
            at = put_interface(at, from, i, k, interface_class);
        }
    (void)put16(configuration + 2, (uint16_t)(at - configuration));
    return (size_t)(at - bytes);
}

size_t usb_descriptors(const struct sim_usb_descriptor *from,
                       uint8_t bytes[USB_DESCRIPTORS_SIZE])
{
    memset(bytes, 0, USB_DESCRIPTORS_SIZE);
    return put_all(from, 0, 0xff, bytes);
}

size_t usb_hub_descriptors(uint8_t bytes[USB_DESCRIPTORS_SIZE])
{
    static const struct sim_usb_endpoint change = {
        .address = 0x81, .type = 3, .packet_size = 1, .interval = 12};
    static const struct sim_usb_descriptor hub = {.vendor_id = 0x1d6b,
                                                  .product_id = 2,
                                                  .release = 0x0601,
                                                  .max_packet_0 = 64,
                                                  .endpoints = &change,
                                                  .endpoint_count = 1,
                                                  .interfaces = 1,
                                                  .alternates = {1}};

    memset(bytes, 0, USB_DESCRIPTORS_SIZE);
    return put_all(&hub, 9, 9, bytes);
}
