/* SPDX-License-Identifier: MIT
 *
 * The drivers of the LaserShark family against a device that says anything. The input is a
 * little program: replies that fit in order but not in content, raw ones, transfers that
 * end in any way, time, and whatever an engine may do. The transport is the target's own,
 * for it must be able to lie.
 */
#include "fuzz_engine.h"
#include "lasershark_family/laserdock.h"
#include "lasershark_family/lasershark.h"
#include "lasershark_family/shark_session.h"

#include <string.h>

#define MS BJ_NS_PER_MS
#define MOST 64
#define HANDLE 3

struct transfer {
    struct bj_usb_transfer is;
    uint8_t bytes[SHARK_TRANSFER_POINTS * SHARK_SAMPLE_SIZE];
    uint8_t reply[SHARK_REPLY_SIZE];
    bool over;
    struct bj_usb_result result;
};

static struct fuzz {
    struct bj_usb usb;
    struct fuzz_engine engine;
    const struct bj_dac_driver *driver;
    bool open, gone, opens_badly;
    struct transfer under_way[MOST];
    int count, given;
    uint8_t given_bytes[SHARK_REPLY_SIZE];
    uint8_t asked[MOST]; /* opcodes without an answer */
    uint32_t argument[MOST];
    int asked_count;
    struct bj_usb_device device;
} fuzz;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- USB ----------------------------------------------------------------------------- */

static size_t list(struct bj_usb *usb, uint16_t vendor_id, uint16_t product_id,
                   struct bj_usb_device *devices, size_t room)
{
    (void)usb;
    check(vendor_id == SHARK_VENDOR_ID && product_id == SHARK_PRODUCT_ID && room > 0);
    devices[0] = fuzz.device;
    return fuzz.gone ? 0 : 1;
}

static enum bj_status open_device(struct bj_usb *usb, const struct bj_usb_target *target,
                                  int *handle)
{
    (void)usb;
    check(!fuzz.open && target->interfaces == 2);
    fuzz.open = true;
    *handle = HANDLE;
    return BJ_OK;
}

static enum bj_status open_result(struct bj_usb *usb, int handle)
{
    (void)usb;
    check(fuzz.open && handle == HANDLE);
    return fuzz.opens_badly
               ? (enum bj_status)(fuzz_next(&fuzz.engine.input) % (BJ_NO_SPACE + 1))
               : BJ_OK;
}

static enum bj_status submit(struct bj_usb *usb, int handle,
                             const struct bj_usb_transfer *transfer)
{
    struct transfer *mine = &fuzz.under_way[fuzz.count];

    (void)usb;
    check(fuzz.open && handle == HANDLE && transfer->size >= 1);
    check(transfer->size <= sizeof mine->bytes);
    if (fuzz.gone)
        return BJ_DISCONNECTED;
    if (fuzz.count == MOST)
        return BJ_WOULD_BLOCK;
    *mine = (struct transfer){.is = *transfer};
    if (transfer->bytes)
        memcpy(mine->bytes, transfer->bytes, transfer->size);
    mine->result.begun_ns = fuzz.engine.now_ns;
    fuzz.count++;
    return BJ_OK;
}

static void take_out(int at)
{
    memmove(&fuzz.under_way[at], &fuzz.under_way[at + 1],
            (size_t)(fuzz.count - at - 1) * sizeof *fuzz.under_way);
    fuzz.count--;
}

static enum bj_status finished(struct bj_usb *usb, int handle, struct bj_usb_result *result)
{
    (void)usb;
    check(fuzz.open && handle == HANDLE);
    for (int k = 0; k < fuzz.count; k++) {
        struct transfer *mine = &fuzz.under_way[k];
        if (!mine->over)
            continue;
        *result = mine->result;
        result->tag = mine->is.tag;
        result->endpoint = mine->is.endpoint;
        memcpy(fuzz.given_bytes, mine->reply, sizeof fuzz.given_bytes);
        result->bytes = mine->is.endpoint & 0x80 ? fuzz.given_bytes : NULL;
        take_out(k);
        return BJ_OK;
    }
    return fuzz.gone ? BJ_DISCONNECTED : BJ_WOULD_BLOCK;
}

static struct transfer *oldest(uint8_t endpoint)
{
    for (int k = 0; k < fuzz.count; k++)
        if (fuzz.under_way[k].is.endpoint == endpoint && !fuzz.under_way[k].over)
            return &fuzz.under_way[k];
    return NULL;
}

static void end(struct transfer *transfer, enum bj_status status, size_t size)
{
    transfer->over = true;
    transfer->result.status = status;
    transfer->result.size = size;
    transfer->result.finished_ns = fuzz.engine.now_ns;
}

static void cancel(struct bj_usb *usb, int handle, uint8_t endpoint)
{
    struct transfer *transfer;

    (void)usb, (void)handle;
    while ((transfer = oldest(endpoint)))
        end(transfer, BJ_BUSY, 0);
}

static void clear_halt(struct bj_usb *usb, int handle, uint8_t endpoint)
{
    (void)usb, (void)endpoint;
    check(fuzz.open && handle == HANDLE);
}

static void close_device(struct bj_usb *usb, int handle)
{
    (void)usb;
    check(fuzz.open && handle == HANDLE);
    fuzz.open = false;
    fuzz.count = fuzz.asked_count = 0;
}

static const struct bj_usb_ops ops = {
    .list = list,
    .open = open_device,
    .open_result = open_result,
    .submit = submit,
    .finished = finished,
    .cancel = cancel,
    .clear_halt = clear_halt,
    .close = close_device,
};

/* ---- The device ---------------------------------------------------------------------- */

static void put32(uint8_t *bytes, uint32_t value)
{
    for (int k = 0; k < 4; k++)
        bytes[k] = (uint8_t)(value >> 8 * k);
}

static void take_command(enum bj_status status)
{
    struct transfer *transfer = oldest(SHARK_COMMAND_OUT);

    if (!transfer)
        return;
    if (status == BJ_OK && fuzz.asked_count < MOST) {
        const uint8_t *bytes = transfer->bytes;
        fuzz.argument[fuzz.asked_count] =
            transfer->is.size == 5 ? (uint32_t)(bytes[1] | bytes[2] << 8 | bytes[3] << 16)
                                   : 0;
        fuzz.asked[fuzz.asked_count++] = bytes[0];
    }
    end(transfer, status, transfer->is.size);
}

/* What a good device would say. */
static uint32_t truth(uint8_t op, uint32_t argument)
{
    bool dock = fuzz.driver == &bj_laserdock;
    static uint32_t rate;

    switch (op) {
    case SHARK_SET_RATE:
        rate = argument;
        return 0;
    case SHARK_GET_RATE:
        return rate;
    case SHARK_GET_MAX_RATE:
        return 64000;
    case SHARK_GET_ELEMENTS:
        return 4;
    case SHARK_GET_DAC_MAX:
        return 4095;
    case SHARK_GET_RING_SIZE:
    case SHARK_GET_RING_FREE:
        return 768;
    case SHARK_GET_MAJOR:
        return dock ? 3 : 2;
    case SHARK_GET_MINOR:
        return dock ? 7 : 3;
    case SHARK_GET_BULK_SAMPLES:
        return dock ? 64 : 8;
    default:
        return 0;
    }
}

static void answer(bool truly)
{
    struct transfer *transfer;

    take_command(BJ_OK);
    transfer = oldest(SHARK_REPLY_IN);
    if (!transfer || fuzz.asked_count == 0)
        return;
    transfer->reply[0] = fuzz.asked[0];
    transfer->reply[1] = truly ? 0 : fuzz_next(&fuzz.engine.input) & 1;
    put32(transfer->reply + 2, truth(fuzz.asked[0], fuzz.argument[0]));
    if (!truly)
        put32(transfer->reply + 2, (uint32_t)(fuzz_next(&fuzz.engine.input) |
                                              fuzz_next(&fuzz.engine.input) << 8) |
                                       (uint32_t)fuzz_next(&fuzz.engine.input) << 24);
    end(transfer, BJ_OK, SHARK_REPLY_SIZE);
    fuzz.asked_count--;
    memmove(fuzz.asked, fuzz.asked + 1, (size_t)fuzz.asked_count);
    memmove(fuzz.argument, fuzz.argument + 1,
            (size_t)fuzz.asked_count * sizeof *fuzz.argument);
}

static void raw(void)
{
    struct transfer *transfer = oldest(SHARK_REPLY_IN);
    enum bj_status status =
        (enum bj_status)(fuzz_next(&fuzz.engine.input) % (BJ_NO_SPACE + 1));

    if (!transfer)
        return;
    for (size_t k = 0; k < 8; k++)
        transfer->reply[k] = fuzz_next(&fuzz.engine.input);
    end(transfer, status == BJ_WOULD_BLOCK ? BJ_OK : status,
        fuzz_next(&fuzz.engine.input) % (SHARK_REPLY_SIZE + 1));
}

static void take_samples(bool well)
{
    struct transfer *transfer = oldest(SHARK_SAMPLES_OUT);
    enum bj_status status =
        well ? BJ_OK : (enum bj_status)(fuzz_next(&fuzz.engine.input) % (BJ_NO_SPACE + 1));

    if (!transfer)
        return;
    size_t size = well ? transfer->is.size
                       : fuzz_next(&fuzz.engine.input) * 13u % (transfer->is.size + 1);
    end(transfer, status == BJ_WOULD_BLOCK ? BJ_OK : status, size);
}

/* ---- The engine ---------------------------------------------------------------------- */

static const struct fuzz_limits limits = {
    .pps = 30000,
    .begin_points = 240,
    .connects = true,
    .balances = true,
    .queued_points = 100000,
    .room_points = SHARK_STAGE_POINTS,
    .handles = 1,
    .late_ns = 10 * BJ_NS_PER_S,
};

static void write(void)
{
    uint32_t pps = 1000u * fuzz_next(&fuzz.engine.input);
    enum bj_status status = fuzz_engine_write(&fuzz.engine, 400, pps, 0);

    check(status == BJ_OK || status == BJ_WOULD_BLOCK);
}

static void serve(void)
{
    check(fuzz.engine.attempting || !fuzz.open);
    fuzz_engine_serve(&fuzz.engine);
}

static void act(void)
{
    uint8_t what = fuzz_next(&fuzz.engine.input);

    switch (what % 16) {
    case 0:
        raw();
        break;
    case 1:
        take_command((enum bj_status)(BJ_NOT_FOUND + what / 16 % 9));
        break;
    case 2:
    case 3:
        fuzz_engine_act(&fuzz.engine, what >> 4);
        break;
    case 5:
        fuzz.gone = what >> 4 == 1;
        fuzz.opens_badly = what >> 4 == 2;
        break;
    case 6:
        fuzz.engine.now_ns += (int64_t)fuzz_next(&fuzz.engine.input) * MS / 8;
        break;
    case 7:
        fuzz.engine.now_ns += (int64_t)fuzz_next(&fuzz.engine.input) * MS * 4;
        break;
    case 8:
    case 9:
        write();
        break;
    case 10:
        take_samples(false);
        break;
    case 11:
        take_samples(true);
        break;
    case 12:
        answer(false);
        break;
    default:
        answer(true);
        break;
    }
}

static void name_device(void)
{
    static const char *const makers[] = {"WICKED", "Macpod", "", "somebody"};
    static const char *const products[] = {"Laserdock.", "Lasershark", "", "%s%n"};
    uint8_t odd =
        fuzz_next(&fuzz.engine.input) % 8 == 0 ? fuzz_next(&fuzz.engine.input) : 0;
    bool dock = fuzz.driver == &bj_laserdock;

    memset(&fuzz.device, 0, sizeof fuzz.device);
    strcpy(fuzz.device.port, "1-2");
    strcpy(fuzz.device.serial, "1");
    strcpy(fuzz.device.manufacturer, makers[odd ? odd & 3 : !dock]);
    strcpy(fuzz.device.product, products[odd ? odd >> 2 & 3 : !dock]);
    if (odd >> 6 == 3)
        fuzz.device.access = BJ_NO_PERMISSION;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct bj_dac_config config = {.size = sizeof(struct bj_dac_config),
                                   .via.usb = &fuzz.usb};

    memset(&fuzz, 0, sizeof fuzz);
    fuzz.usb.ops = &ops;
    fuzz.engine.limits = &limits;
    fuzz.engine.input = (struct fuzz_input){bytes, size};
    fuzz.driver = fuzz_next(&fuzz.engine.input) & 1 ? &bj_laserdock : &bj_lasershark;
    name_device();
    config.id = fuzz.driver == &bj_laserdock ? "laserdock:1" : "lasershark:1";
    fuzz_engine_begin(&fuzz.engine, fuzz.driver, &config);
    while (fuzz.engine.input.left > 0) {
        serve();
        act();
    }
    fuzz_engine_end(&fuzz.engine);
    check(!fuzz.open);
    return 0;
}
