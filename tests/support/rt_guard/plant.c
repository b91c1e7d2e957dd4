/* SPDX-License-Identifier: MIT
 *
 * Does on a marked thread what the guard must notice: plant ROLE KIND.
 */
#include "../rt_guard.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* Read at run time, so that no compiler can leave a call out. */
static volatile size_t some = 64;
static void *volatile block;
static int ends[2], quiet_ends[2], wake, slow_wake;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static const struct timespec moment = {.tv_nsec = 1};
static const uint64_t one = 1;

static void nothing(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    memset(block, 1, 64);
    free(NULL);
    sem_post(&semaphore);
}

static void wakes(void)
{
    if (write(wake, &one, sizeof one) != sizeof one)
        _exit(3);
}

static void engine_work(void)
{
    uint64_t value;
    char text[64];
    struct pollfd fd = {.fd = wake, .events = POLLIN};
    wakes();
    ppoll(&fd, 1, &moment, NULL);
    if (read(wake, &value, sizeof value) != sizeof value ||
        send(quiet_ends[0], text, 1, MSG_NOSIGNAL) != 1 ||
        recv(quiet_ends[1], text, 1, 0) != 1)
        _exit(3);
    snprintf(text, sizeof text, "%d", wake);
    close(ends[1]);
}

static void do_malloc(void)
{
    block = malloc(some);
}
static void do_calloc(void)
{
    block = calloc(some, 2);
}
static void do_realloc(void)
{
    block = realloc(block, 2 * some);
}
static void do_free(void)
{
    free(block);
}
static void do_aligned(void)
{
    block = aligned_alloc(64, some);
}
static void do_memalign(void)
{
    void *got;
    if (posix_memalign(&got, 64, some) == 0)
        block = got;
}
static void do_mmap(void)
{
    block = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void do_mutex(void)
{
    pthread_mutex_lock(&mutex);
}
static void do_rwlock(void)
{
    pthread_rwlock_rdlock(&lock);
}
static void do_cond(void)
{
    pthread_cond_timedwait(&condition, &mutex, &moment);
}
static void do_sem(void)
{
    sem_wait(&semaphore);
}
static void do_nanosleep(void)
{
    nanosleep(&moment, NULL);
}
static void do_clock_nanosleep(void)
{
    clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
}
static void do_usleep(void)
{
    usleep(1);
}
static void do_poll(void)
{
    poll(NULL, 0, 1);
}
static void do_ppoll(void)
{
    ppoll(NULL, 0, &moment, NULL);
}
static void do_select(void)
{
    struct timeval time = {.tv_usec = 1};
    select(0, NULL, NULL, NULL, &time);
}
static void do_printf(void)
{
    printf("%zu\n", some);
}
static void do_fprintf(void)
{
    fprintf(stderr, "%zu\n", some);
}
static void do_puts(void)
{
    puts("text");
}
static void do_fwrite(void)
{
    fwrite("text", some / 16, 1, stdout);
}
static void do_snprintf(void)
{
    char text[16];
    snprintf(text, sizeof text, "%zu", some);
}
static void do_open(void)
{
    wake = open("/dev/null", O_WRONLY);
}
static void do_fopen(void)
{
    block = fopen("/dev/null", "w");
}
static void do_file_write(void)
{
    if (write(STDERR_FILENO, "", 1) != 1)
        _exit(3);
}
static void do_slow_wake(void)
{
    if (write(slow_wake, &one, sizeof one) != sizeof one)
        _exit(3);
}
static void do_read(void)
{
    uint64_t value;
    wakes();
    if (read(wake, &value, sizeof value) != sizeof value)
        _exit(3);
}
static void do_file_read(void)
{
    char byte;
    if (read(STDIN_FILENO, &byte, 1) < 0)
        _exit(3);
}
static void do_send(void)
{
    send(quiet_ends[0], "", 1, MSG_NOSIGNAL);
}
static void do_blocking_send(void)
{
    send(ends[0], "", 1, MSG_NOSIGNAL);
}
static void do_blocking_recv(void)
{
    char byte;
    recv(ends[0], &byte, 1, 0);
}

static const struct plant {
    const char *kind;
    void (*plant)(void);
} plants[] = {
    {"nothing", nothing},
    {"wakes", wakes},
    {"engine_work", engine_work},
    {"malloc", do_malloc},
    {"calloc", do_calloc},
    {"realloc", do_realloc},
    {"free", do_free},
    {"aligned_alloc", do_aligned},
    {"posix_memalign", do_memalign},
    {"mmap", do_mmap},
    {"pthread_mutex_lock", do_mutex},
    {"pthread_rwlock_rdlock", do_rwlock},
    {"pthread_cond_timedwait", do_cond},
    {"sem_wait", do_sem},
    {"nanosleep", do_nanosleep},
    {"clock_nanosleep", do_clock_nanosleep},
    {"usleep", do_usleep},
    {"poll", do_poll},
    {"ppoll", do_ppoll},
    {"select", do_select},
    {"printf", do_printf},
    {"fprintf", do_fprintf},
    {"puts", do_puts},
    {"fwrite", do_fwrite},
    {"snprintf", do_snprintf},
    {"open", do_open},
    {"fopen", do_fopen},
    {"write", do_file_write},
    {"write slow", do_slow_wake},
    {"read", do_read},
    {"read file", do_file_read},
    {"send", do_send},
    {"send blocking", do_blocking_send},
    {"recv blocking", do_blocking_recv},
};

static const struct plant *find(const char *kind)
{
    for (size_t i = 0; i < sizeof plants / sizeof *plants; i++)
        if (strcmp(plants[i].kind, kind) == 0)
            return &plants[i];
    return NULL;
}

/* As the program's engine thread: named, marked by the first ppoll alone. */
static void *as_engine(void *user)
{
    const struct plant *plant = user;
    pthread_setname_np(pthread_self(), "beamjack-dac");
    free(malloc(some)); /* before the start: allowed */
    ppoll(NULL, 0, &moment, NULL);
    plant->plant();
    return NULL;
}

int main(int argc, char **argv)
{
    const struct plant *plant = argc == 3 ? find(argv[2]) : NULL;
    pthread_t thread;
    if (!plant || !bj_rt_guard_present())
        return 2;
    block = malloc(some);
    wake = eventfd(0, EFD_NONBLOCK);
    slow_wake = eventfd(0, 0);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || sem_init(&semaphore, 0, 1) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, quiet_ends) != 0)
        return 3;
    if (strcmp(argv[1], "thread") == 0)
        return pthread_create(&thread, NULL, as_engine, (void *)(uintptr_t)plant) != 0 ||
               pthread_join(thread, NULL) != 0;
    bj_rt_guard_enter(strcmp(argv[1], "jack") == 0 ? BJ_RT_GUARD_JACK : BJ_RT_GUARD_ENGINE);
    plant->plant();
    bj_rt_guard_leave();
    return 0;
}
