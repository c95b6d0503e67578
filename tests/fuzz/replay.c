/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds every file of a corpus folder to a fuzz target, so that what a fuzzer
 * once found stays found. Each input is a heap block of its exact size: under
 * ASan a read past its end is seen.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static int feed(const char *path) {
        FILE *f = fopen(path, "rb");
        long size;
        uint8_t *bytes;

        if (!f || fseek(f, 0, SEEK_END) < 0 || (size = ftell(f)) < 0) {
                perror(path);
                return 1;
        }
        rewind(f);
        bytes = malloc(size ? (size_t) size : 1);
        if (!bytes || fread(bytes, 1, (size_t) size, f) != (size_t) size) {
                perror(path);
                return 1;
        }
        (void) fclose(f);
        (void) LLVMFuzzerTestOneInput(bytes, (size_t) size);
        free(bytes);
        return 0;
}

int main(int argc, char **argv) {
        DIR *dir = argc > 1 ? opendir(argv[1]) : NULL;
        unsigned n = 0, bad = 0;
        struct dirent *e;

        if (!dir) {
                (void) fprintf(stderr, "usage: replay CORPUS-FOLDER\n");
                return 2;
        }
        while ((e = readdir(dir)))
                if (e->d_name[0] != '.') {
                        char path[4096];

                        (void) snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
                        bad += (unsigned) feed(path);
                        n++;
                }
        (void) closedir(dir);
        (void) printf("%u inputs replayed\n", n);
        if (n == 0)
                (void) fprintf(stderr, "%s: an empty corpus proves nothing\n", argv[1]);
        return bad || n == 0;
}
