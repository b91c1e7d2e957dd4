/* SPDX-License-Identifier: MIT
 *
 * LaserShark family: bytes to structs and back; no I/O.
 *
 * A LaserShark and the LaserDock that descends from it share ids, endpoints, commands and
 * the shape of a sample: four 16-bit words, little endian. What the words mean differs and
 * is in lasershark_wire.c and laserdock_wire.c.
 */
#ifndef SHARK_WIRE_H
#define SHARK_WIRE_H

#include <beamjack/driver.h>

#define SHARK_VENDOR_ID 0x1fc9
#define SHARK_PRODUCT_ID 0x04d8

#define SHARK_COMMAND_OUT 0x01
#define SHARK_REPLY_IN 0x81
#define SHARK_SAMPLES_OUT 0x03 /* interface 1, alternate 1 */

#define SHARK_COMMAND_SIZE 5 /* the longest */
#define SHARK_REPLY_SIZE 64
#define SHARK_SAMPLE_SIZE 8
#define SHARK_DAC_MAX 4095

enum shark_op {
    SHARK_SET_OUTPUT = 0x80, /* argument 0 or 1 */
    SHARK_GET_OUTPUT = 0x81,
    SHARK_SET_RATE = 0x82, /* points/s */
    SHARK_GET_RATE = 0x83,
    SHARK_GET_MAX_RATE = 0x84,
    SHARK_GET_ELEMENTS = 0x85, /* 16-bit words of a sample */
    SHARK_GET_DAC_MIN = 0x87,
    SHARK_GET_DAC_MAX = 0x88,
    SHARK_GET_RING_SIZE = 0x89,
    SHARK_GET_RING_FREE = 0x8a,
    SHARK_GET_MAJOR = 0x8b, /* firmware version */
    SHARK_GET_MINOR = 0x8c,
    SHARK_CLEAR_RING = 0x8d,
    SHARK_GET_BULK_SAMPLES = 0x8e, /* 8 a LaserShark, 64 a LaserDock */
    SHARK_RUNNER = 0xc0,           /* argument: what | value << 8; LaserDock */
};

#define SHARK_RUNNER_ENABLE 0x01u
#define SHARK_RUNNER_RUN 0x09u

#define SHARK_STATUS_OK 0x00
#define SHARK_STATUS_UNKNOWN 0xff

/* Returns how many bytes of `out` make the command. */
size_t shark_encode_command(uint8_t out[SHARK_COMMAND_SIZE], uint8_t op, uint32_t argument);

struct shark_reply {
    uint8_t op, status;
    uint32_t value; /* of set and get output one byte, else four */
};

/* False: not the size of a reply. */
bool shark_decode_reply(const uint8_t *bytes, size_t size, struct shark_reply *reply);

/* ---- For the words of a sample ------------------------------------------------------- */

/* -1..+1 to 0..4095, clamped; what is no number becomes 0. */
uint16_t shark_coordinate(float v);

void shark_put_words(uint8_t *out, uint16_t w0, uint16_t w1, uint16_t w2, uint16_t w3);

#endif
