/* SPDX-License-Identifier: MIT
 *
 * A build without ALSA has no PCMs.
 */
#include <beamjack/dacs.h>

#include <stddef.h>

struct bj_pcm *bj_pcm_create(void)
{
    return NULL;
}

void bj_pcm_destroy(struct bj_pcm *pcm)
{
    (void)pcm;
}
