/* SPDX-License-Identifier: MIT
 *
 * The ways to the outside that this build has.
 */
#include <beamjack/dacs.h>

enum bj_status bj_transports_create(struct bj_transports *via)
{
    enum bj_status status;

    *via = (struct bj_transports){.net = bj_net_create(), .pcm = bj_pcm_create()};
    status = via->net == NULL ? BJ_NO_MEMORY : bj_usb_create(&via->usb);
    if (status == BJ_OK || status == BJ_UNSUPPORTED)
        return BJ_OK;
    bj_transports_destroy(via);
    return status;
}

void bj_transports_destroy(struct bj_transports *via)
{
    bj_usb_destroy(via->usb);
    bj_net_destroy(via->net);
    bj_pcm_destroy(via->pcm);
    *via = (struct bj_transports){0};
}
