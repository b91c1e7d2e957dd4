/* SPDX-License-Identifier: MIT */
#include "transport/resolve.h"

#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_HOST 253

/* Shared by who asks and a thread that may never come back; the last of both frees it. */
struct question {
    char host[MAX_HOST + 1];
    int error; /* as getaddrinfo says */
    uint32_t ip;
    atomic_bool answered;
    atomic_int users;
};

static void leave(struct question *question)
{
    if (atomic_fetch_sub(&question->users, 1) == 1)
        free(question);
}

static uint32_t address_of(const struct addrinfo *found)
{
    uint8_t octets[4];

    memcpy(octets, found->ai_addr->sa_data + 2, sizeof octets);
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
           (uint32_t)octets[2] << 8 | octets[3];
}

static int look_up(const char *host, int flags, uint32_t *ip)
{
    const struct addrinfo hints = {
        .ai_flags = flags, .ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(host, NULL, &hints, &found);

    if (error != 0)
        return error;
    if (!found)
        return EAI_NONAME;
    *ip = address_of(found);
    freeaddrinfo(found);
    return 0;
}

static void *ask(void *arg)
{
    struct question *question = arg;

    question->error = look_up(question->host, 0, &question->ip);
    atomic_store(&question->answered, true);
    leave(question);
    return NULL;
}

static bool begin(struct question *question, const char *host)
{
    pthread_t thread;

    snprintf(question->host, sizeof question->host, "%s", host);
    atomic_store(&question->users, 2);
    if (pthread_create(&thread, NULL, ask, question) != 0)
        return false;
    pthread_detach(thread);
    return true;
}

static bool wait_for_answer(const struct question *question)
{
    const struct timespec moment = {.tv_nsec = 5 * BJ_NS_PER_MS};

    for (int k = 0; k < BJ_RESOLVE_S * 200 && !atomic_load(&question->answered); k++)
        nanosleep(&moment, NULL);
    return atomic_load(&question->answered);
}

static enum bj_status explain(const char *host, int error, char *why, size_t why_size)
{
    if (error == 0)
        return BJ_OK;
    snprintf(why, why_size, "no IPv4 address for '%.100s': %s", host, gai_strerror(error));
    return BJ_NOT_FOUND;
}

static enum bj_status ask_aside(const char *host, uint32_t *ip, char *why, size_t why_size)
{
    struct question *question = calloc(1, sizeof *question);
    enum bj_status status = BJ_TIMED_OUT;

    if (!question || !begin(question, host)) {
        snprintf(why, why_size, "no memory to look '%.100s' up", host);
        free(question);
        return BJ_NO_MEMORY;
    }
    if (wait_for_answer(question)) {
        *ip = question->ip;
        status = explain(host, question->error, why, why_size);
    } else {
        snprintf(why, why_size,
                 "the name service has no answer about '%.100s' within %d s; give the "
                 "address in numbers",
                 host, BJ_RESOLVE_S);
    }
    leave(question);
    return status;
}

enum bj_status bj_resolve(const char *host, uint32_t *ip, char *why, size_t why_size)
{
    if (strlen(host) > MAX_HOST)
        return explain(host, EAI_NONAME, why, why_size);
    if (look_up(host, AI_NUMERICHOST, ip) == 0)
        return BJ_OK;
    return ask_aside(host, ip, why, why_size);
}
