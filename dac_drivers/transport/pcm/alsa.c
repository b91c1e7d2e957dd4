/* SPDX-License-Identifier: MIT */
#include "transport/pcm/alsa.h"

#include "session/system_error.h"

#include <alsa/asoundlib.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PERIOD_US 5000u
#define RESUME_TRIES 20
#define RESUME_PAUSE_US 50000

struct bj_alsa {
    snd_pcm_t *pcm;
};

static void say_nothing(const char *file, int line, const char *function, int error,
                        const char *format, ...)
{
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

void bj_alsa_begin(void)
{
    (void)snd_lib_error_set_handler(say_nothing);
}

void bj_alsa_end(void)
{
    (void)snd_config_update_free_global();
}

static enum bj_status status_of(int error)
{
    switch (-error) {
    case ENODEV:
    case ENXIO:
        return BJ_NOT_FOUND;
    case EAGAIN:
        return BJ_BUSY;
    case EINVAL:
        return BJ_UNSUPPORTED;
    default:
        return bj_system_status(-error);
    }
}

/* ---- Opening ------------------------------------------------------------------------- */

static bool choose_format(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                          enum bj_pcm_format *format)
{
    static const struct {
        snd_pcm_format_t alsa;
        enum bj_pcm_format ours;
    } formats[] = {
        /* the finest first */
        {SND_PCM_FORMAT_S32_LE, BJ_PCM_S32},
        {SND_PCM_FORMAT_S24_LE, BJ_PCM_S24},
        {SND_PCM_FORMAT_S24_3LE, BJ_PCM_S24_PACKED},
        {SND_PCM_FORMAT_FLOAT_LE, BJ_PCM_FLOAT},
        {SND_PCM_FORMAT_S16_LE, BJ_PCM_S16},
    };

    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
        if (snd_pcm_hw_params_set_format(pcm, params, formats[k].alsa) != 0)
            continue;
        *format = formats[k].ours;
        return true;
    }
    return false;
}

/* As few as are enough, or else as many as there are. */
static int choose_channels(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
                           const struct bj_pcm_request *request, uint32_t *channels)
{
    unsigned least = request->least_channels, enough = request->channels;
    int error = snd_pcm_hw_params_set_channels_min(pcm, params, &enough);

    if (error == 0)
        return snd_pcm_hw_params_set_channels_first(pcm, params, channels);
    error = snd_pcm_hw_params_set_channels_min(pcm, params, &least);
    return error ? error : snd_pcm_hw_params_set_channels_last(pcm, params, channels);
}

static int choose_times(snd_pcm_t *pcm, snd_pcm_hw_params_t *params, int64_t buffer_ns,
                        snd_pcm_uframes_t *buffer, snd_pcm_uframes_t *period)
{
    unsigned buffer_us = (unsigned)(buffer_ns / 1000), period_us = PERIOD_US;
    int error = snd_pcm_hw_params_set_buffer_time_near(pcm, params, &buffer_us, NULL);

    if (error == 0)
        error = snd_pcm_hw_params_set_period_time_near(pcm, params, &period_us, NULL);
    if (error == 0)
        error = snd_pcm_hw_params(pcm, params);
    if (error == 0)
        error = snd_pcm_hw_params_get_buffer_size(params, buffer);
    return error ? error : snd_pcm_hw_params_get_period_size(params, period, NULL);
}

static void note_rate(snd_pcm_hw_params_t *params, struct bj_pcm_actual *actual,
                      unsigned rate)
{
    unsigned number = 0, divisor = 0;

    actual->rate_hz = rate;
    if (snd_pcm_hw_params_get_rate_numden(params, &number, &divisor) == 0 && divisor > 0 &&
        number > 0)
        actual->rate_hz = (double)number / divisor;
}

static enum bj_status set_hardware(snd_pcm_t *pcm, const struct bj_pcm_request *request,
                                   unsigned rate, struct bj_pcm_actual *actual)
{
    snd_pcm_hw_params_t *params;
    snd_pcm_uframes_t buffer = 0, period = 0;
    int error;

    snd_pcm_hw_params_alloca(&params);
    if (snd_pcm_hw_params_any(pcm, params) < 0)
        return BJ_UNSUPPORTED;
    (void)snd_pcm_hw_params_set_rate_resample(pcm, params, 0);
    error = snd_pcm_hw_params_set_access(pcm, params, SND_PCM_ACCESS_RW_INTERLEAVED);
    if (error || !choose_format(pcm, params, &actual->format) ||
        choose_channels(pcm, params, request, &actual->channels))
        return BJ_UNSUPPORTED;
    (void)snd_pcm_hw_params_get_rate_min(params, &actual->min_rate_hz, NULL);
    (void)snd_pcm_hw_params_get_rate_max(params, &actual->max_rate_hz, NULL);
    error = snd_pcm_hw_params_set_rate_near(pcm, params, &rate, NULL);
    if (error == 0)
        error = choose_times(pcm, params, request->buffer_ns, &buffer, &period);
    if (error)
        return status_of(error);
    note_rate(params, actual, rate);
    actual->buffer_frames = (uint32_t)buffer;
    actual->quantum_frames =
        snd_pcm_hw_params_is_batch(params) && period > 0 ? (uint32_t)period : 1;
    return BJ_OK;
}

/* Starts when told to, and silences what it has played: it must not be seen again. */
static enum bj_status set_software(snd_pcm_t *pcm, uint32_t buffer_frames)
{
    snd_pcm_sw_params_t *params;
    snd_pcm_uframes_t boundary = 0;
    int error;

    snd_pcm_sw_params_alloca(&params);
    error = snd_pcm_sw_params_current(pcm, params);
    if (error == 0)
        error = snd_pcm_sw_params_get_boundary(params, &boundary);
    if (error == 0)
        error = snd_pcm_sw_params_set_start_threshold(pcm, params, boundary);
    if (error == 0)
        error = snd_pcm_sw_params_set_stop_threshold(pcm, params, buffer_frames);
    if (error == 0)
        error = snd_pcm_sw_params_set_silence_threshold(pcm, params, 0);
    if (error == 0)
        error = snd_pcm_sw_params_set_silence_size(pcm, params, boundary);
    if (error == 0)
        error = snd_pcm_sw_params(pcm, params);
    return error ? status_of(error) : BJ_OK;
}

static void note_card(snd_pcm_t *pcm, struct bj_pcm_actual *actual)
{
    snd_pcm_info_t *info;
    const char *name = "";

    snd_pcm_info_alloca(&info);
    if (snd_pcm_info(pcm, info) == 0)
        name = snd_pcm_info_get_name(info);
    if (name == NULL || name[0] == '\0')
        name = snd_pcm_type_name(snd_pcm_type(pcm));
    (void)snprintf(actual->card, sizeof actual->card, "%s", name);
}

enum bj_status bj_alsa_open(const struct bj_pcm_request *request, uint32_t rate_hz,
                            struct bj_pcm_actual *actual, struct bj_alsa **alsa)
{
    snd_pcm_t *pcm = NULL;
    int error =
        snd_pcm_open(&pcm, request->name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
    enum bj_status status;

    *actual = (struct bj_pcm_actual){0};
    if (error < 0) /* an unknown name is an invalid argument */
        return error == -EINVAL ? BJ_NOT_FOUND : status_of(error);
    status = set_hardware(pcm, request, rate_hz, actual);
    if (status == BJ_OK)
        status = set_software(pcm, actual->buffer_frames);
    note_card(pcm, actual);
    *alsa = status == BJ_OK ? calloc(1, sizeof **alsa) : NULL;
    if (*alsa == NULL) {
        (void)snd_pcm_close(pcm);
        return status == BJ_OK ? BJ_NO_MEMORY : status;
    }
    (*alsa)->pcm = pcm;
    return BJ_OK;
}

void bj_alsa_close(struct bj_alsa *alsa)
{
    if (alsa == NULL)
        return;
    (void)snd_pcm_drop(alsa->pcm);
    (void)snd_pcm_close(alsa->pcm);
    free(alsa);
}

/* ---- Playing ------------------------------------------------------------------------- */

uint32_t bj_alsa_write(struct bj_alsa *alsa, const void *frames, uint32_t count)
{
    snd_pcm_sframes_t taken = snd_pcm_writei(alsa->pcm, frames, count);

    return taken > 0 ? (uint32_t)taken : 0;
}

bool bj_alsa_start(struct bj_alsa *alsa)
{
    return snd_pcm_state(alsa->pcm) == SND_PCM_STATE_RUNNING ||
           snd_pcm_start(alsa->pcm) == 0;
}

static void wake_up(snd_pcm_t *pcm)
{
    for (int tries = 0; tries < RESUME_TRIES && snd_pcm_resume(pcm) == -EAGAIN; tries++)
        usleep(RESUME_PAUSE_US);
}

bool bj_alsa_drop(struct bj_alsa *alsa)
{
    if (snd_pcm_state(alsa->pcm) == SND_PCM_STATE_SUSPENDED)
        wake_up(alsa->pcm);
    (void)snd_pcm_drop(alsa->pcm);
    return snd_pcm_prepare(alsa->pcm) == 0;
}

static enum bj_alsa_state state_of(snd_pcm_t *pcm)
{
    switch (snd_pcm_state(pcm)) {
    case SND_PCM_STATE_RUNNING:
    case SND_PCM_STATE_DRAINING:
        return BJ_ALSA_RUNNING;
    case SND_PCM_STATE_XRUN:
        return BJ_ALSA_DRY;
    case SND_PCM_STATE_SUSPENDED:
        return BJ_ALSA_SUSPENDED;
    case SND_PCM_STATE_DISCONNECTED:
        return BJ_ALSA_GONE;
    default:
        return BJ_ALSA_READY;
    }
}

/* Asking for the delay also brings the state up to date. */
enum bj_alsa_state bj_alsa_query(struct bj_alsa *alsa, uint32_t *delay_frames)
{
    snd_pcm_sframes_t delay = 0;
    int error = snd_pcm_delay(alsa->pcm, &delay);

    *delay_frames = error == 0 && delay > 0 ? (uint32_t)delay : 0;
    if (error == -ENODEV)
        return BJ_ALSA_GONE;
    if (error == -EPIPE)
        return BJ_ALSA_DRY;
    if (error == -ESTRPIPE)
        return BJ_ALSA_SUSPENDED;
    return state_of(alsa->pcm);
}
