/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the feed readers are, and what they find:
 *
 *     bench_feeds PATH...     each path is one walk
 *     bench_feeds -d PATH...  and prints every record, to look at or to compare
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "advisory/feed_walk.h"

struct counts {
        char name[64];
        uint64_t advisories, statements, ranges, facts, lifecycles, withdrawn;
        uint64_t by_status[_BH_STATUS_MAX];
};

struct tally {
        struct counts at[64], *now;
        size_t n;
        uint64_t gaps;
        bool dump;
};

static int on_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        struct tally *t = user;
        char name[64];

        (void) err;
        (void) snprintf(name, sizeof name, "%.*s", BH_FMT(s->name));
        for (size_t i = 0; i < t->n; i++)
                if (strcmp(t->at[i].name, name) == 0) {
                        t->now = &t->at[i];
                        return 0;
                }
        if (t->n == BH_LEN(t->at))
                return bh_fail(err, BH_E_LIMIT, "more sources than rows");
        t->now = &t->at[t->n++];
        *t->now = (struct counts){ 0 };
        (void) strcpy(t->now->name, name);
        return 0;
}

static void dump(const struct bh_advisory *a) {
        for (uint32_t i = 0; i < a->n_affected; i++) {
                const struct bh_affected *f = &a->affected[i];

                printf("%.*s %.*s %.*s %.*s %s %.*s", BH_FMT(a->id), BH_FMT(f->space), BH_FMT(f->package), BH_FMT(f->module),
                       bh_status_str(f->status), BH_FMT(f->fix_id));
                for (uint32_t k = 0; k < f->n_ranges; k++)
                        printf(" [%.*s,%.*s,%.*s]", BH_FMT(f->ranges[k].introduced), BH_FMT(f->ranges[k].fixed),
                               BH_FMT(f->ranges[k].last_affected));
                printf("%s\n", a->withdrawn ? " WITHDRAWN" : "");
        }
        if (a->n_affected == 0)
                printf("%.*s nothing%s\n", BH_FMT(a->id), a->withdrawn ? " WITHDRAWN" : "");
}

static int on_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        struct tally *t = user;

        (void) err;
        t->now->advisories++;
        t->now->statements += a->n_affected;
        t->now->withdrawn += a->withdrawn;
        for (uint32_t i = 0; i < a->n_affected; i++) {
                t->now->ranges += a->affected[i].n_ranges;
                t->now->by_status[a->affected[i].status]++;
        }
        if (t->dump)
                dump(a);
        return 0;
}

static int on_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        struct tally *t = user;

        (void) err;
        t->now->facts++;
        if (t->dump)
                printf("%.*s fact %d %.*s %g %g\n", BH_FMT(f->cve), (int) f->kind, BH_FMT(f->text), f->a, f->b);
        return 0;
}

static int on_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        struct tally *t = user;

        (void) err;
        t->now->lifecycles++;
        if (t->dump)
                printf("%.*s %.*s %" PRId64 " %" PRId64 "\n", BH_FMT(l->space), BH_FMT(l->codename), l->end_s,
                       l->extended_end_s);
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct tally *t = user;

        if (t->gaps++ < 12)
                (void) fprintf(stderr, "gap: %.*s: %s\n", BH_FMT(where), err->text);
}

static double seconds(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void print(const struct tally *t) {
        for (size_t i = 0; i < t->n; i++) {
                const struct counts *c = &t->at[i];

                printf("  %-20s %8" PRIu64 " records %9" PRIu64 " statements %9" PRIu64 " ranges %7" PRIu64 " facts %4" PRIu64
                       " lifecycles %4" PRIu64 " withdrawn\n",
                       c->name, c->advisories, c->statements, c->ranges, c->facts, c->lifecycles, c->withdrawn);
                for (int k = 0; k < _BH_STATUS_MAX; k++)
                        if (c->by_status[k])
                                printf("      %-20s %9" PRIu64 "\n", bh_status_str((enum bh_status) k), c->by_status[k]);
        }
}

int main(int argc, char **argv) {
        static struct tally t;
        bool dumping = argc > 1 && strcmp(argv[1], "-d") == 0;
        double all = seconds();

        for (int i = dumping ? 2 : 1; i < argc; i++) {
                struct bh_feed_sink sink = { &t, on_source, on_advisory, on_fact, on_lifecycle, on_gap };
                const char *path = argv[i];
                struct bh_feed_counts counts;
                struct bh_err err = BH_ERR_NONE;
                double from = seconds();

                t = (struct tally){ .dump = dumping };
                if (bh_feed_walk(&path, 1, NULL, &sink, &counts, &err) < 0) {
                        (void) fprintf(stderr, "%s\n", err.text);
                        return 1;
                }
                if (dumping)
                        continue;
                printf("%s: %.2f s, %" PRIu64 " files, %" PRIu64 " passed over, %" PRIu64 " gaps, %.1f MiB\n", path,
                       seconds() - from, counts.files, counts.passed_over, counts.gaps, (double) counts.bytes / 1048576);
                print(&t);
        }
        if (!dumping)
                printf("all: %.2f s\n", seconds() - all);
        return 0;
}
