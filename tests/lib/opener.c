/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Noise for a sensor: opens and closes PATH until it is asked to end (SIGTERM)
 * or has done so N times, then says how often it opened it.
 *
 *     opener PATH [N]
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t ending;

static void on_signal(int signal) {
        (void) signal;
        ending = 1;
}

int main(int argc, char **argv) {
        unsigned long most = argc > 2 ? strtoul(argv[2], NULL, 10) : -1ul, n = 0;
        int fd;

        if (argc < 2)
                return 2;
        (void) signal(SIGTERM, on_signal);
        while (!ending && n < most) {
                fd = open(argv[1], O_RDONLY);
                if (fd < 0 || close(fd) < 0)
                        return 1;
                n++;
        }
        printf("%lu\n", n);
        return 0;
}
