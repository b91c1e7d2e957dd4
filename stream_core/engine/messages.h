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
    const char *dac_name; /* as far as known; the owner's */
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

/* A new step: what the driver told before is no reason for a loss now. */
void bj_messages_begin_step(struct bj_messages *messages, int64_t now_ns);

/* A new session: a problem from before is news again. */
void bj_messages_begin_session(struct bj_messages *messages);

/* Something that is no problem. */
void bj_messages_say(struct bj_messages *messages, const char *text);

/* The same problem is told at most every 10 s, among others that come and go. */
void bj_messages_tell(struct bj_messages *messages, enum bj_status status, bool final,
                      const char *text);

/* The connection is lost: as the driver's message says, if there was one. */
void bj_messages_tell_loss(struct bj_messages *messages, enum bj_status status, bool final);

/* The device had nothing left to play: told at once, then every 10 s at most, counted. */
void bj_messages_ran_dry(struct bj_messages *messages);
void bj_messages_tell_dries(struct bj_messages *messages, int64_t now_ns);

#endif
