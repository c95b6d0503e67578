/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long an index takes from the command line to the first match, and how
 * many packages a second it judges after that.
 *
 *     bench_index vuln.db [SPACE OS VERSION]        by default debian:12 debian 12
 *
 * The packages are those the index itself knows in that space, once at a
 * version below everything (all match) and once above (none does).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "advisory/index.h"
#include "advisory/layout.h"
#include "advisory/match.h"

static double now_us(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

/* Believes the key the file names: what is measured is the checking. */
static void trust(struct bh_keyring *ring, const char *path) {
        struct bh_public_key key;
        FILE *f = fopen(path, "rb");

        if (!f || fseek(f, BH_INDEX_SIGNED, SEEK_SET) < 0 || fread(key.bytes, sizeof key.bytes, 1, f) != 1) {
                perror(path);
                exit(2);
        }
        (void) fclose(f);
        bh_keyring_add(ring, &key);
}

static void die(const struct bh_err *err) {
        (void) fprintf(stderr, "bench_index: %s\n", err->text);
        exit(1);
}

BH_VEC_OF(packages, struct bh_package);

static struct packages packages_of(struct bh_index *ix, struct bh_arena *arena, struct bh_str space, enum bh_eco eco,
                                   const char *version) {
        struct bh_index_info info;
        struct packages list = { 0 };
        struct bh_err err;

        bh_index_info(ix, &info);
        for (uint32_t i = 0; i < info.n_packages; i++) {
                struct bh_str at, name;
                bool binary;

                if (bh_index_package(ix, i, &at, &name, &binary, &err) < 0)
                        die(&err);
                if (bh_str_eq(at, space))
                        *bh_vec_add(arena, &list) = (struct bh_package){ .eco = eco, .name = bh_arena_str(arena, name), .version = bh_str_of(version) };
        }
        return list;
}

static double match(struct bh_index *ix, const struct bh_package *packages, size_t n, const char *os, const char *version,
                    size_t *ret_matches) {
        struct bh_match_query q = { .os_id = bh_str_of(os), .os_version = bh_str_of(version), .packages = packages, .n_packages = n };
        struct bh_arena *arena = bh_arena_new();
        struct bh_matches m;
        struct bh_err err;
        double t = now_us();

        if (bh_match_packages(ix, &q, arena, &m, &err) < 0)
                die(&err);
        t = now_us() - t;
        *ret_matches = m.len;
        bh_arena_free(&arena);
        return t;
}

static struct bh_index *open_timed(const char *path, const struct bh_keyring *ring, double *ret_us) {
        struct bh_index *ix;
        struct bh_err err;
        double t = now_us();

        if (bh_index_open(path, ring, &ix, &err) < 0)
                die(&err);
        *ret_us = now_us() - t;
        return ix;
}

static void first_match(const char *path, const struct bh_keyring *ring, const struct bh_package *one, const char *os,
                        const char *version, const char *label) {
        double open_us, match_us;
        struct bh_index *ix = open_timed(path, ring, &open_us);
        size_t n;

        match_us = match(ix, one, 1, os, version, &n);
        (void) printf("%-14s open %7.0f us   first match %7.0f us (%zu)   together %7.0f us\n", label, open_us, match_us, n,
                      open_us + match_us);
        bh_index_close(&ix);
}

static void many(struct bh_index *ix, struct packages list, size_t n, const char *os, const char *version, const char *label) {
        size_t matches;
        double us;

        n = BH_MIN(n, list.len);
        us = match(ix, list.at, n, os, version, &matches);
        (void) printf("%-14s %6zu packages  %8zu matches  %9.0f us  %10.0f packages/s  %11.0f matches/s\n", label, n, matches, us,
                      (double) n / us * 1e6, (double) matches / us * 1e6);
}

int main(int argc, char **argv) {
        const char *path = argc > 1 ? argv[1] : NULL, *space = argc > 4 ? argv[2] : "debian:12";
        const char *os = argc > 4 ? argv[3] : "debian", *version = argc > 4 ? argv[4] : "12";
        struct bh_package one = { .eco = BH_ECO_DEB, .name = BH_STR("openssl"), .version = BH_STR("3.0.11-1~deb12u2") };
        struct bh_package old = { .eco = BH_ECO_DEB, .name = BH_STR("openssl"), .version = BH_STR("1.0-1") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_keyring ring = { .arena = arena };
        struct packages low, high;
        struct bh_index_info info;
        struct bh_index *ix;
        double open_us;

        if (!path) {
                (void) fprintf(stderr, "usage: bench_index vuln.db [SPACE OS VERSION]\n");
                return 2;
        }
        trust(&ring, path);
        first_match(path, &ring, &one, "debian", "12", "cold");
        first_match(path, &ring, &one, "debian", "12", "warm library");
        first_match(path, &ring, &old, "debian", "12", "warm, all match");
        ix = open_timed(path, &ring, &open_us);
        bh_index_info(ix, &info);
        (void) printf("%-14s %.1f MiB, %u vulnerabilities, %u package entries, %u strings\n", "index",
                      (double) info.bytes / 1048576, info.n_vulns, info.n_packages, info.n_strings);
        low = packages_of(ix, arena, bh_str_of(space), BH_ECO_DEB, "0~~");
        high = packages_of(ix, arena, bh_str_of(space), BH_ECO_DEB, "9999:1");
        bh_index_close(&ix);
        ix = open_timed(path, &ring, &open_us);
        many(ix, low, 500, os, version, "500, unchecked");
        many(ix, low, 500, os, version, "500, checked");
        many(ix, low, SIZE_MAX, os, version, "all, old");
        many(ix, high, SIZE_MAX, os, version, "all, new");
        bh_index_close(&ix);
        bh_arena_free(&arena);
        return 0;
}
