/* SPDX-License-Identifier: MIT */
#include "control/request.h"

#include <string.h>

void bj_request_init(struct bj_request *request)
{
    pthread_mutex_init(&request->mutex, NULL);
    request->state = BJ_REQUEST_IDLE;
}

void bj_request_finish(struct bj_request *request)
{
    pthread_mutex_destroy(&request->mutex);
}

bool bj_request_ask(struct bj_request *request, enum bj_control_command command)
{
    bool free;

    pthread_mutex_lock(&request->mutex);
    free = request->state == BJ_REQUEST_IDLE;
    if (free) {
        request->state = BJ_REQUEST_ASKED;
        request->command = command;
    }
    pthread_mutex_unlock(&request->mutex);
    return free;
}

bool bj_request_withdraw(struct bj_request *request)
{
    bool unheard;

    pthread_mutex_lock(&request->mutex);
    unheard = request->state == BJ_REQUEST_ASKED;
    if (unheard)
        request->state = BJ_REQUEST_IDLE;
    pthread_mutex_unlock(&request->mutex);
    return unheard;
}

bool bj_request_collect(struct bj_request *request, bool *granted, char *answer,
                        size_t *size)
{
    bool answered;

    pthread_mutex_lock(&request->mutex);
    answered = request->state == BJ_REQUEST_ANSWERED;
    if (answered) {
        *granted = request->granted;
        *size = request->size;
        memcpy(answer, request->answer, request->size);
        request->state = BJ_REQUEST_IDLE;
    }
    pthread_mutex_unlock(&request->mutex);
    return answered;
}

enum bj_control_command bj_request_take(struct bj_request *request)
{
    enum bj_control_command command = BJ_CONTROL_NONE;

    pthread_mutex_lock(&request->mutex);
    if (request->state == BJ_REQUEST_ASKED) {
        request->state = BJ_REQUEST_TAKEN;
        command = request->command;
    }
    pthread_mutex_unlock(&request->mutex);
    return command;
}

void bj_request_answer(struct bj_request *request, bool granted, const char *text,
                       size_t size)
{
    pthread_mutex_lock(&request->mutex);
    request->granted = granted;
    request->size = size < sizeof request->answer ? size : sizeof request->answer;
    memcpy(request->answer, text, request->size);
    request->state = BJ_REQUEST_ANSWERED;
    pthread_mutex_unlock(&request->mutex);
}
