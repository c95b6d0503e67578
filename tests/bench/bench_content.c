/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the content pass is over the files below a folder, beside reading
 * the same bytes once with memchr and hashing them with SHA-256:
 *
 *     bench_content [-l] [-f] CONTENT-FOLDER ROOT...       its secrets and webshell rules
 *
 * -l lists what was found, -f leaves out the yardsticks. Files are read into
 * memory before the clock starts; what is measured is CPU time of this thread.
 */
#define _GNU_SOURCE
#include "scan/content/run.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "../content/content.h"

enum { CHUNK = 4 * 1024 * 1024 };

struct bench {
        struct bh_content_run *run;
        const struct bh_literals *literals;
        struct bh_literals_scratch *scratch;
        uint64_t bytes, files, hits, findings, gaps;
        double scan_s, literal_s, walk_s, sha_s;
        bool list, fast;
        size_t root_len;
};

static struct bench *bench; /* nftw gives its function no place for it */

static double cpu_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int on_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct bench *b = user;

        (void) err;
        b->findings++;
        if (b->list)
                (void) printf("%-8s %-28.*s %.*s:%u%s %.*s\n", bh_severity_str(f->severity), BH_FMT(f->rule),
                              BH_FMT(f->path), f->line, f->verified ? " !" : "", BH_FMT(f->evidence));
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        ((struct bench *) user)->gaps++;
        (void) printf("gap      %.*s: %s\n", BH_FMT(where), err->text);
}

static int count(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        (void) owner;
        (void) rule;
        (void) end;
        ((struct bench *) user)->hits++;
        return 0;
}

static int relay(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        if (owner == BH_OWNER_CONTENT)
                bh_content_run_hit(user, rule, end);
        return 0;
}

/* As a scan does it: chunks that overlap. */
static void content_pass(struct bench *b, struct bh_str path, struct bh_str bytes) {
        struct bh_finding_sink sink = { b, on_finding, on_gap };
        struct bh_content_where where = { path, 0 };
        struct bh_err err = BH_ERR_NONE;
        size_t at = 0, n;

        bh_content_run_begin(b->run, &where, &sink);
        do {
                bool last;

                n = BH_MIN(bytes.len - at, (size_t) CHUNK);
                last = at + n == bytes.len;
                bh_content_run_chunk(b->run, at, bh_str_part(bytes, at, n));
                if (bh_literals_scan(b->literals, b->scratch, bh_str_part(bytes, at, n),
                                     at ? BH_CONTENT_OVERLAP - BH_CONTENT_TAIL : 0, last ? SIZE_MAX : n - BH_CONTENT_TAIL,
                                     relay, b->run, &err) < 0)
                        (void) printf("%s\n", err.text);
                bh_content_run_flush(b->run, last);
                at += last ? n : n - BH_CONTENT_OVERLAP;
        } while (at < bytes.len);
        if (bh_content_run_end(b->run, &err) < 0)
                (void) printf("%s\n", err.text);
}

static size_t walk(struct bh_str s) {
        size_t lines = 0;

        for (const char *p = s.at, *end = s.at + s.len; p < end && (p = memchr(p, '\n', (size_t) (end - p))); p++)
                lines++;
        return lines;
}

static volatile size_t sunk;

static void measure(struct bench *b, struct bh_str path, struct bh_str bytes) {
        struct bh_err err = BH_ERR_NONE;
        unsigned char digest[32];
        double t[5];

        sunk += walk(bytes); /* into the cache and memory, before anything is measured */
        t[0] = cpu_s();
        content_pass(b, path, bytes);
        t[1] = cpu_s();
        b->scan_s += t[1] - t[0];
        if (b->fast)
                return;
        BH_IGNORE(bh_literals_scan(b->literals, b->scratch, bytes, 0, SIZE_MAX, count, b, &err));
        t[2] = cpu_s();
        sunk += walk(bytes);
        t[3] = cpu_s();
        (void) EVP_Digest(bytes.at, bytes.len, digest, NULL, EVP_sha256(), NULL);
        t[4] = cpu_s();
        b->literal_s += t[2] - t[1];
        b->walk_s += t[3] - t[2];
        b->sha_s += t[4] - t[3];
}

static int on_file(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        int fd = flag == FTW_F && S_ISREG(st->st_mode) && st->st_size > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        void *map;

        (void) ftw;
        if (fd < 0)
                return 0;
        map = mmap(NULL, (size_t) st->st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
        (void) close(fd);
        if (map == MAP_FAILED)
                return 0;
        measure(bench, bh_str_of(path + strspn(path, "/")), (struct bh_str){ map, (size_t) st->st_size });
        bench->bytes += (uint64_t) st->st_size;
        bench->files++;
        (void) munmap(map, (size_t) st->st_size);
        return 0;
}

static void row(const char *what, double s, uint64_t bytes) {
        (void) printf("%-34s %8.3f s %9.0f MB/s\n", what, s, (double) bytes / s / 1e6);
}

int main(int argc, char **argv) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        BH_CLEANUP(bh_content_free) struct bh_content *content = NULL;
        struct bh_literals_builder *builder = bh_literals_builder_new();
        struct bh_literals *literals = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct bench b = { .list = false };
        static const char *const folders[] = { "secrets", "webshell" };
        char paths[BH_LEN(folders)][4096];
        double t0 = cpu_s(), t1, t2;

        for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
                b.list |= argv[1][1] == 'l';
                b.fast |= argv[1][1] == 'f';
        }
        if (argc < 3)
                return 2;
        for (size_t i = 0; i < BH_LEN(folders); i++)
                (void) snprintf(paths[i], sizeof paths[i], "%s/%s", argv[1], folders[i]);
        if (bundle_of((char *[]){ paths[0], paths[1], NULL }, &bundle) < 0)
                return 2;
        if (bh_content_load(bh_buf_str(&bundle), &content, &err) < 0 || (t1 = cpu_s()) < 0 ||
            bh_content_register(content, builder, &err) < 0 || bh_literals_build(builder, &literals, &err) < 0) {
                (void) printf("%s\n", err.text);
                return 1;
        }
        t2 = cpu_s();
        bh_literals_builder_free(&builder);
        b.literals = literals;
        b.scratch = bh_literals_scratch_new(literals);
        b.run = bh_content_run_new(content, literals);
        bench = &b;
        for (int i = 2; i < argc; i++)
                (void) nftw(argv[i], on_file, 32, FTW_PHYS | FTW_MOUNT);
        (void) printf("%u rules: loaded in %.1f ms, automaton in %.1f ms\n", content->n_rules, (t1 - t0) * 1e3, (t2 - t1) * 1e3);
        (void) printf("%llu files, %.1f MB, %llu hits, %llu findings, %llu gaps\n", (unsigned long long) b.files,
                      (double) b.bytes / 1e6, (unsigned long long) b.hits, (unsigned long long) b.findings,
                      (unsigned long long) b.gaps);
        row("content pass, confirmations and all", b.scan_s, b.bytes);
        if (!b.fast) {
                row("literals alone", b.literal_s, b.bytes);
                row("memchr walk over lines", b.walk_s, b.bytes);
                row("SHA-256 (OpenSSL)", b.sha_s, b.bytes);
        }
        bh_content_run_free(&b.run);
        bh_literals_scratch_free(&b.scratch);
        bh_literals_free(&literals);
        return 0;
}
