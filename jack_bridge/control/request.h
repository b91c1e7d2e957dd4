/* SPDX-License-Identifier: MIT
 *
 * What the thread that hears the operator cannot do itself and asks of the main thread: to
 * arm, which depends on JACK and the DACs, and the status. One request at a time. A request
 * that was withdrawn is never granted later.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "options/control_command.h"

#include <pthread.h>
#include <stdbool.h>

#define BJ_REQUEST_ANSWER_SIZE 32768

struct bj_request {
    pthread_mutex_t mutex; /* held for a copy of the answer at most */
    enum { BJ_REQUEST_IDLE, BJ_REQUEST_ASKED, BJ_REQUEST_TAKEN, BJ_REQUEST_ANSWERED } state;
    enum bj_control_command command;
    bool granted;
    size_t size;
    char answer[BJ_REQUEST_ANSWER_SIZE];
};

void bj_request_init(struct bj_request *request);
void bj_request_finish(struct bj_request *request);

/* The asking thread. False: another is under way. */
bool bj_request_ask(struct bj_request *request, enum bj_control_command command);

/* The asking thread. True: nobody has heard it, and nobody will. */
bool bj_request_withdraw(struct bj_request *request);

/* The asking thread. The answer, when there is one: copies it, and another may follow. */
bool bj_request_collect(struct bj_request *request, bool *granted, char *answer,
                        size_t *size);

/* Main thread. BJ_CONTROL_NONE: there is none. */
enum bj_control_command bj_request_take(struct bj_request *request);

/* Main thread, to the one it took. */
void bj_request_answer(struct bj_request *request, bool granted, const char *text,
                       size_t size);

#endif
