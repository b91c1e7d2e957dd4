/* SPDX-License-Identifier: MIT
 *
 * A simulated DAC as a program: the device on real sockets until a signal or --duration
 * ends it, and what comes out of it in files and on the terminal. Each kind of device fills
 * in struct sim_kind and lends its options.
 */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "record/points_file.h"
#include "sim_options.h"

struct sim_program;

struct sim_kind {
    const char *program; /* "beamjack sim etherdream" */
    const struct sim_command_line *line;
    const char *ports;   /* "TCP port": what --port means */
    uint16_t main_port;  /* the device's own */
    const char *unheard; /* what follows when broadcasts do not work */

    /* `options` is the device's own struct, which begins with struct sim_options. The
     * device hands every played point to sim_program_played(program). NULL: no memory. */
    struct sim_host *(*create)(const struct sim_options *options,
                               struct sim_program *program, int64_t now_ns);
    void (*destroy)(struct sim_host *host);

    uint32_t (*max_rate)(const struct sim_options *options);

    /* "Ether Dream 2 etherdream:0004a3112233" */
    void (*describe)(const struct sim_options *options, const struct sim_host *host,
                     char *text, size_t size);

    /* Let time pass; and a fault by its number in the table of options. */
    void (*advance)(struct sim_host *host, int64_t now_ns);
    void (*fault_at)(struct sim_host *host, int64_t at_ns, int fault, int64_t value);

    /* One JSON object without the line end; now_ns counts from the start. BJ_IO_ERROR. */
    enum bj_status (*write_json)(const struct sim_host *host, int64_t now_ns, FILE *out);

    /* What stands below the live picture. `clients`: TCP connections. */
    void (*write_live)(const struct sim_host *host, int clients, FILE *out);
};

/* From within `advance` and the like, in the order of time. */
void sim_program_played(struct sim_program *program, const struct bj_played_point *point);

/* The main of a kind; `options` are its own, uninitialised. Returns the exit status: 0
 * after a clean end, 1 when something failed and was told, 2 when the command line is
 * wrong. */
int sim_program_main(const struct sim_kind *kind, struct sim_options *options, int argc,
                     char **argv);

#endif
