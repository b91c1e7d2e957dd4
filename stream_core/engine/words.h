/* SPDX-License-Identifier: MIT
 *
 * What the program is told: once, and what repeats, counted. Engine thread.
 */
#ifndef BJ_WORDS_H
#define BJ_WORDS_H

#include <beamjack/core.h>

#define BJ_PROBLEM_SIZE 256
#define BJ_PROBLEMS_KEPT 4

struct bj_words {
    bj_error_fn error; /* may be NULL */
    void *user;
    const char *dac_name; /* as far as known; the owner's */
    int64_t now_ns;
    bool noticed;                 /* the driver told its problem within this step */
    char newest[BJ_PROBLEM_SIZE]; /* ... in these words */
    uint32_t problems;            /* since the connection began */
    struct bj_problem {
        char text[BJ_PROBLEM_SIZE];
        int64_t told_ns;
    } kept[BJ_PROBLEMS_KEPT]; /* the newest ones; problem n at n modulo their number */
    uint32_t dries;           /* not told yet */
    int64_t dry_told_ns;      /* 0: never */
};

void bj_words_init(struct bj_words *words, bj_error_fn error, void *user,
                   const char *dac_name);

/* A new step: what the driver told before is no reason for a loss now. */
void bj_words_begin_step(struct bj_words *words, int64_t now_ns);

/* A new connection: a problem from before is news again. */
void bj_words_begin_connection(struct bj_words *words);

/* Something that is no problem. */
void bj_words_say(struct bj_words *words, const char *text);

/* The same problem is told at most every 10 s, among others that come and go. */
void bj_words_tell(struct bj_words *words, enum bj_status status, bool final,
                   const char *text);

/* The connection is lost: in the driver's words, if it had any. */
void bj_words_tell_loss(struct bj_words *words, enum bj_status status, bool final);

/* The device had nothing left to play: told at once, then every 10 s at most, counted. */
void bj_words_ran_dry(struct bj_words *words);
void bj_words_tell_dries(struct bj_words *words, int64_t now_ns);

#endif
