/* SPDX-License-Identifier: MIT
 *
 * Helios: bytes to structs and back. Pure: no I/O, no state, no allocation.
 *
 * Source: the published firmware and SDK (Grix/helios_dac); where the comments there
 * disagree with the code, the code wins. docs/dacs/helios.md.
 */
#ifndef HELIOS_WIRE_H
#define HELIOS_WIRE_H

#include <beamjack/core.h>

#define HELIOS_VENDOR 0x1209
#define HELIOS_PRODUCT 0xe500
#define HELIOS_INTERFACE 0
#define HELIOS_ALTERNATE 1

#define HELIOS_COMMANDS 0x06 /* interrupt OUT */
#define HELIOS_REPLIES 0x83  /* interrupt IN, one reply deep */
#define HELIOS_FRAMES 0x02   /* bulk OUT */

#define HELIOS_PACKET_SIZE 64
#define HELIOS_COMMAND_SIZE                                                                \
    2 /* the device does not look at the length: always send both                          \
       */
#define HELIOS_REPLY_SIZE 32
#define HELIOS_POINT_SIZE 7
#define HELIOS_TRAILER_SIZE 5
#define HELIOS_MOST_POINTS 4094 /* the device takes 4096; even, see below */
#define HELIOS_FRAME_SIZE (HELIOS_MOST_POINTS * HELIOS_POINT_SIZE + HELIOS_TRAILER_SIZE)
#define HELIOS_MIN_PPS 7
#define HELIOS_MAX_PPS 65535

/* No reply: stop, shutter, SDK version. Never 0xde: it erases the firmware. */
enum helios_command {
    HELIOS_STOP = 0x01,
    HELIOS_SHUTTER = 0x02, /* argument 1 open, 0 closed */
    HELIOS_STATUS = 0x03,  /* also lets the device take one frame, if it says "free" */
    HELIOS_FIRMWARE = 0x04,
    HELIOS_NAME = 0x05,
    HELIOS_SDK = 0x07,
};

/* A frame whose bytes fill their last packet never ends: it and the next one are lost.
 * Such lengths are odd numbers of points, 45 more than a multiple of 64. */
bool helios_length_is_lost(uint32_t points);

/* Encodes one point: x right and y up, 0 to 4095, 2048 in the middle; colours by their
 * upper 8 bits; the intensity output is 0 wherever the point is dark. */
void helios_encode_point(uint8_t bytes[HELIOS_POINT_SIZE], const struct bj_point *point,
                         bool dark);

/* The trailer behind the last point: play once, then wait. pps is clamped. */
void helios_encode_trailer(uint8_t bytes[HELIOS_TRAILER_SIZE], uint32_t pps,
                           uint32_t points);

/* A reply to `command`, or to another: BJ_PROTOCOL. */
enum bj_status helios_decode_status(const uint8_t *bytes, size_t size, bool *is_free);
enum bj_status helios_decode_firmware(const uint8_t *bytes, size_t size, uint32_t *version);

/* The name up to the first byte that is no printable character, without blanks at its
 * ends; "" when nothing is left: BJ_PROTOCOL. */
enum bj_status helios_decode_name(const uint8_t *bytes, size_t size,
                                  char name[HELIOS_REPLY_SIZE]);

/* What the timer makes of `pps`: whole cycles of 112 MHz, one more than computed. */
double helios_timer_pps(uint32_t pps);

/* What a frame of so many points really plays at: each restarts the timer. */
double helios_frame_pps(uint32_t pps, uint32_t points);

#endif
