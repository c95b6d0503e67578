/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a layer costs, beside the floor of the same run: inflating the same
 * bytes and computing the two digests that name them.
 *
 *     bench_layer LAYER.tar.gz [CONTENT-FOLDER [MODE]]      MODE: 0, 1 or 2 reads once in one way, for a profiler
 *
 * Three readings in turn, each in a process of its own, RUNS times; the smallest
 * processor time of each counts, since whatever disturbs a run only adds to it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "fmt/digest.h"
#include "fmt/unpack.h"
#include "scan/content/rules.h"
#include "scan/layer.h"
#include "scan/matchers.h"
#include "wire/layer.h"

enum { RUNS = 3 };

struct result {
        double cpu_s, setup_s;
        long rss_kib;
        uint64_t packed, bytes, files, packages, findings, gaps, sent;
};

static double cpu_now(void) {
        struct rusage u;

        (void) getrusage(RUSAGE_SELF, &u);
        return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

struct input {
        int fd;
        uint64_t bytes;
        struct bh_digest *digest;
};

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct input *in = user;
        ssize_t n = read(in->fd, buf, room);

        (void) err;
        if (n < 0)
                return BH_E_IO;
        if (in->digest)
                bh_digest_add(in->digest, buf, (size_t) n);
        in->bytes += (uint64_t) n;
        *ret_n = (size_t) n;
        return 0;
}

static struct result read_floor(const char *path) {
        struct input in = { open(path, O_RDONLY | O_CLOEXEC), 0, bh_digest_new(BH_STR("sha256")) };
        struct bh_digest *plain = bh_digest_new(BH_STR("sha256"));
        static char out[128 * 1024];
        struct result r = { 0 };
        struct bh_stream packed;
        struct bh_unpack *unpack;
        char text[BH_DIGEST_TEXT_MAX];
        size_t n;

        bh_stream_init(&packed, fill, &in);
        unpack = bh_unpack_new(&packed);
        while (bh_unpack_fill(unpack, out, sizeof out, &n, NULL) == 0 && n) {
                bh_digest_add(plain, out, n);
                r.bytes += n;
        }
        (void) bh_digest_end(plain, text);
        (void) bh_digest_end(in.digest, text);
        r.packed = in.bytes;
        return r;
}

/* As the command packs them: for packages alone, products are all that is looked for. */
static struct bh_matchers *matchers(const char *content, unsigned parts) {
        static const char *const folders[] = { "products", "secrets", "webshell", "malware" };
        struct bh_matchers *m = NULL;
        struct bh_buf bundle = { 0 };
        struct bh_err err = BH_ERR_NONE;

        for (size_t i = 0; i < (parts ? BH_LEN(folders) : 1); i++) {
                char dir[4096];
                struct dirent **list;
                int n;

                (void) snprintf(dir, sizeof dir, "%s/%s", content, folders[i]);
                n = scandir(dir, &list, NULL, alphasort);
                for (int k = 0; k < n; k++) {
                        char path[8192], name[600];
                        struct bh_buf bytes = { 0 };
                        struct bh_str s = bh_str_of(list[k]->d_name);
                        FILE *f;
                        size_t got;

                        if (!bh_str_ends(s, BH_STR(".yaml")) && !bh_str_ends(s, BH_STR(".yar")))
                                continue;
                        (void) snprintf(path, sizeof path, "%s/%s", dir, list[k]->d_name);
                        (void) snprintf(name, sizeof name, "content/%s/%s", folders[i], list[k]->d_name);
                        f = fopen(path, "rb");
                        while (f && (got = fread(bh_buf_room(&bytes, 65536), 1, 65536, f)) > 0)
                                bytes.len += got;
                        bh_content_bundle_add(&bundle, bh_str_of(name), bh_buf_str(&bytes));
                }
        }
        if (bh_matchers_load(bh_buf_str(&bundle), &m, &err) < 0) {
                (void) fprintf(stderr, "%s\n", err.text);
                exit(3);
        }
        return m;
}

static struct result read_layer(const char *path, unsigned parts, const char *content) {
        struct bh_layer_opts opts = { .parts = parts };
        struct input in = { open(path, O_RDONLY | O_CLOEXEC), 0, NULL };
        struct bh_arena *arena = bh_arena_new();
        struct bh_buf wire = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_layer layer;
        struct result r = { 0 };
        double before = cpu_now();

        if (content)
                opts.matchers = matchers(content, parts);
        r.setup_s = cpu_now() - before;
        if (bh_layer_scan(fill, &in, &opts, arena, &layer, &err) < 0) {
                (void) fprintf(stderr, "%s\n", err.text);
                exit(3);
        }
        r.sent = bh_wire_layer_put_head(&wire, &layer).len; /* the hashes go from where they lie */
        r.packed = layer.packed_bytes;
        r.bytes = layer.bytes;
        r.files = layer.n_files;
        r.packages = layer.n_packages;
        r.findings = layer.n_findings;
        r.gaps = layer.n_gaps;
        for (uint32_t i = 0; i < layer.n_gaps && i < 5; i++)
                (void) fprintf(stderr, "  gap: %.*s: %.*s\n", BH_FMT(layer.gaps[i].where), BH_FMT(layer.gaps[i].why));
        return r;
}

enum mode { FLOOR, PACKAGES, EVERYTHING, N_MODES };

/* In a child, so that peak memory is its own. */
static struct result measure(enum mode mode, const char *path, const char *content) {
        struct result r = { 0 };
        int ends[2];
        pid_t pid;

        if (pipe(ends) < 0 || (pid = fork()) < 0)
                exit(3);
        if (pid == 0) {
                struct rusage u;
                double before = cpu_now();

                r = mode == FLOOR ? read_floor(path) : read_layer(path, mode == EVERYTHING ? BH_SCAN_ALL : 0, content);
                r.cpu_s = cpu_now() - before - r.setup_s;
                (void) getrusage(RUSAGE_SELF, &u);
                r.rss_kib = u.ru_maxrss;
                _exit(write(ends[1], &r, sizeof r) == sizeof r ? 0 : 3);
        }
        (void) close(ends[1]);
        if (read(ends[0], &r, sizeof r) != sizeof r)
                exit(3);
        (void) close(ends[0]);
        (void) waitpid(pid, NULL, 0);
        return r;
}

int main(int argc, char **argv) {
        static const char *const names[N_MODES] = { "floor: inflate + SHA-256", "packages only", "everything on" };
        struct result best[N_MODES] = { 0 };

        if (argc < 2) {
                (void) fprintf(stderr, "usage: bench_layer LAYER [CONTENT-FOLDER [MODE]]\n");
                return 2;
        }
        (void) mallopt(M_MMAP_THRESHOLD, 1 << 20); /* as the worker does */
        if (argc > 3) {
                struct result r = measure((enum mode) atoi(argv[3]), argv[1], argv[2]);

                (void) printf("%.2f s cpu, %.1f MiB peak\n", r.cpu_s, (double) r.rss_kib / 1024);
                return 0;
        }
        for (int run = 0; run < RUNS; run++)
                for (int m = 0; m < N_MODES; m++) {
                        struct result r = measure((enum mode) m, argv[1], argc > 2 ? argv[2] : "content");

                        if (run == 0 || r.cpu_s < best[m].cpu_s)
                                best[m] = r;
                }
        (void) printf("%s: %.1f MB packed, %.1f MB, %llu files\n", argv[1], (double) best[FLOOR].packed / 1e6, (double) best[FLOOR].bytes / 1e6,
                      (unsigned long long) best[PACKAGES].files);
        for (int m = 0; m < N_MODES; m++)
                (void) printf("  %-26s %7.2f s cpu  %6.0f MB/s a core  %6.1f MiB peak  ratio %.2f  %llu packages %llu findings %llu gaps\n", names[m],
                              best[m].cpu_s, (double) best[m].bytes / 1e6 / best[m].cpu_s, (double) best[m].rss_kib / 1024,
                              best[m].cpu_s / best[FLOOR].cpu_s, (unsigned long long) best[m].packages, (unsigned long long) best[m].findings,
                              (unsigned long long) best[m].gaps);
        (void) printf("  rules compiled in %.3f s cpu, once a worker\n", best[EVERYTHING].setup_s);
        return 0;
}
