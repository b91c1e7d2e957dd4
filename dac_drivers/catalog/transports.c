/* SPDX-License-Identifier: MIT
 *
 * The ways to the outside that this build has.
 */
#include <beamjack/dacs.h>

static void destroy(struct bj_transports *via)
{
    bj_net_destroy(via->net);
    bj_usb_destroy(via->usb);
    bj_pcm_destroy(via->pcm);
    *via = (struct bj_transports){0};
}

/* What an older program has no room for is not made: nobody would destroy it. */
#define FITS(member, size)                                                                 \
    (offsetof(struct bj_transports, member) + sizeof(void *) <= (size))

enum bj_status bj_transports_open(struct bj_transports *out, size_t out_size)
{
    struct bj_transports via = {0};
    enum bj_status status;

    if (out == NULL || !FITS(usb, out_size))
        return BJ_BAD_ARGUMENT;
    via.net = bj_net_create();
    if (FITS(pcm, out_size))
        via.pcm = bj_pcm_create();
    status = via.net == NULL ? BJ_NO_MEMORY : bj_usb_create(&via.usb);
    if (status == BJ_UNSUPPORTED)
        status = BJ_OK;
    if (status != BJ_OK)
        destroy(&via);
    bj_sized_write(out, out_size, &via, sizeof via);
    return status;
}

void bj_transports_close(struct bj_transports *given, size_t given_size)
{
    struct bj_transports via = {0};

    if (given == NULL)
        return;
    bj_sized_write(&via, sizeof via, given, given_size);
    destroy(&via);
    bj_sized_write(given, given_size, &via, sizeof via);
}
