/* SPDX-License-Identifier: MIT
 *
 * The program of a simulated device as a child process, on a free port of this computer and
 * in a folder of its own. Fails the test when anything goes wrong.
 */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include <stdio.h>
#include <sys/types.h>

struct sim_process {
    char folder[64];
    pid_t pid;     /* 0: not running */
    FILE *said;    /* its stdout and stderr */
    unsigned port; /* as its first line says */
};

/* Makes the folder, and goes there. */
void sim_process_enter(struct sim_process *process);
/* Kills it if it still runs; removes the folder with points, picture.png and json. */
void sim_process_leave(struct sim_process *process);

/* `options` end with NULL. */
void sim_process_run(struct sim_process *process, const char *program,
                     const char *const *options);

/* Waits for a line that begins so, and takes the port from it if there is one. */
void sim_process_read_line(struct sim_process *process, const char *beginning);

/* Waits for its end. */
int sim_process_exit_status(struct sim_process *process);

#endif
