/* SPDX-License-Identifier: MIT
 *
 * One PCM of ALSA: the calls pcm.c makes on its own thread. They may block.
 */
#ifndef BJ_ALSA_H
#define BJ_ALSA_H

#include <beamjack/driver.h>

struct bj_alsa;

enum bj_alsa_state {
    BJ_ALSA_READY = 0, /* takes frames, does not play */
    BJ_ALSA_RUNNING,
    BJ_ALSA_DRY,       /* ran out of frames and stopped */
    BJ_ALSA_SUSPENDED, /* the computer slept; what was queued is gone */
    BJ_ALSA_GONE,
};

/* On BJ_OK *alsa is to be closed. Else why not, as in bj_pcm_ops.opened. */
enum bj_status bj_alsa_open(const struct bj_pcm_request *request, uint32_t rate_hz,
                            struct bj_pcm_actual *actual, struct bj_alsa **alsa);
void bj_alsa_close(struct bj_alsa *alsa); /* NULL is fine */

/* How many frames it took, 0 when it is full or not well: see bj_alsa_query. */
uint32_t bj_alsa_write(struct bj_alsa *alsa, const void *frames, uint32_t count);

bool bj_alsa_start(struct bj_alsa *alsa);

/* Throws away what is queued, and is ready again; false: GONE. Also after DRY and
 * SUSPENDED. */
bool bj_alsa_drop(struct bj_alsa *alsa);

/* *delay_frames: written and not heard yet. */
enum bj_alsa_state bj_alsa_query(struct bj_alsa *alsa, uint32_t *delay_frames);

/* ALSA's complaints on stderr are off, and its caches are freed. */
void bj_alsa_begin(void);
void bj_alsa_end(void);

#endif
