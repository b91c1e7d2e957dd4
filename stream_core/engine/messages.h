/* SPDX-License-Identifier: MIT
 *
 * Messages to the program: each once, and what repeats, counted. Engine thread.
 */
#ifndef BJ_MESSAGES_H
#define BJ_MESSAGES_H

#include <beamjack/core.h>

#define BJ_PROBLEM_SIZE 256
#define BJ_PROBLEMS_KEPT 4

struct bj_messages {
    bj_error_fn error; /* may be NULL */
    void *user;
    const char *dac_name; /* as far as known; owned by the caller */
    int64_t now_ns;
    bool noticed;                 /* the driver told its problem within this step */
    char newest[BJ_PROBLEM_SIZE]; /* its text */
    uint32_t problems;            /* since the session began */
    struct bj_problem {
        char text[BJ_PROBLEM_SIZE];
        int64_t told_ns;
    } kept[BJ_PROBLEMS_KEPT]; /* the newest ones; problem n at n modulo their number */
    uint32_t dries;           /* not told yet */
    int64_t dry_told_ns;      /* 0: never */
};

void bj_messages_init(struct bj_messages *messages, bj_error_fn error, void *user,
                      const char *dac_name);

/* Begins a step: earlier messages of the driver are no reason for a loss now. */
void bj_messages_begin_step(struct bj_messages *messages, int64_t now_ns);

/* Begins a session: earlier problems are news again. */
void bj_messages_begin_session(struct bj_messages *messages);

/* Tells something that is no problem. */
void bj_messages_say(struct bj_messages *messages, const char *text);

/* Tells a problem, the same one at most every 10 s, even if others come between. */
void bj_messages_tell(struct bj_messages *messages, enum bj_status status, bool final,
                      const char *text);

/* Tells that the connection is lost, with the driver's reason if it gave one. */
void bj_messages_tell_loss(struct bj_messages *messages, enum bj_status status, bool final);

/* Tell that the device ran dry: at once, then every 10 s at most, counted. */
void bj_messages_ran_dry(struct bj_messages *messages);
void bj_messages_tell_dries(struct bj_messages *messages, int64_t now_ns);

#endif
