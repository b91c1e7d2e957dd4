/* SPDX-License-Identifier: MIT
 *
 * The ways to the outside that this build has.
 */
#include <beamjack/dacs.h>

enum bj_status bj_transports_create(struct bj_transports *via)
{
    *via = (struct bj_transports){.net = bj_net_create(), .pcm = bj_pcm_create()};
    return via->net ? BJ_OK : BJ_NO_MEMORY;
}

void bj_transports_destroy(struct bj_transports *via)
{
    bj_net_destroy(via->net);
    bj_pcm_destroy(via->pcm);
    *via = (struct bj_transports){0};
}
