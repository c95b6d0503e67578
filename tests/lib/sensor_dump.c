/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens the BPF back end and writes each record to standard output as it came,
 * for tests that have an opinion of their own on what is in it.
 *
 *     sensor_dump [--no-filter] [--all] [--env] [--raw-name] [--raced] [--prevent GROUP:STOP:WOULD[:PATH[:FILE]]]... [TYPE[:FLAGS[:PATH,...]]]...
 *
 * FLAGS are letters: w, r, x, c (container), h (host), s (success), f
 * (failure), i, l: bits of rule/interest.h. A PATH is a prefix; "=" in front of it: the whole, "~": the
 * last part, "$": the end. "ready" on standard error says that it has begun;
 * the end of standard input ends it.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "model/event.h"
#include "sense/backend.h"
#include "sys/fd.h"

static const char letters[] = "wrxchsfil";

static void add_path(struct bh_arena *arena, struct bh_interest_row *row, const char *text) {
        static const char marks[] = "=~$";
        const char *mark = strchr(marks, text[0]);
        uint8_t test = mark && *mark ? (uint8_t) (BH_PATH_EXACT + (mark - marks)) : BH_PATH_PREFIX;

        *bh_vec_add(arena, &row->paths) = (struct bh_interest_path){ test, bh_str_of(text + (test != BH_PATH_PREFIX)) };
}

static int add_row(struct bh_arena *arena, struct bh_interest *interest, char *spec) {
        char *name = strsep(&spec, ":"), *flags = strsep(&spec, ":"), *path;
        int type = bh_event_type(bh_str_of(name));
        struct bh_interest_type *t;
        struct bh_interest_row *row;

        if (type < 0)
                return -1;
        t = &interest->types[type];
        if (!flags) {
                t->all = BH_INTEREST_ALL;
                return 0;
        }
        t->all = BH_INTEREST_ROWS;
        row = bh_vec_add(arena, &t->rows);
        for (; *flags; flags++)
                row->must |= 1u << (strchr(letters, *flags) - letters);
        while ((path = strsep(&spec, ",")))
                add_path(arena, row, path);
        return 0;
}

static int write_record(void *user, struct bh_str record) {
        (void) user;
        return fwrite(record.at, 1, record.len, stdout) == record.len ? 0 : 2;
}

static void tell(struct bh_backend *b) {
        const struct bh_capability *c;
        struct bh_lane_stats stats[BH_LANES];
        size_t n = bh_backend_ebpf.capabilities(b, &c);

        for (size_t i = 0; i < n; i++)
                fprintf(stderr, "capability\t%s\t%s\t%s\n", c[i].name, c[i].have ? c[i].how : "", c[i].missing);
        bh_backend_ebpf.stats(b, stats);
        for (unsigned i = 0; i < BH_LANES; i++)
                fprintf(stderr, "lane\t%u\t%lu\t%lu\n", i, stats[i].seen, stats[i].lost);
}

/* GROUP:STOP:WOULD[:PATH[:FILE]]: the id of a control group, and bits as numbers. */
static int prevent_one(struct bh_backend *b, const char *spec, struct bh_err *err) {
        const struct bh_prevent_port *port;
        char *end;
        uint64_t group = strtoull(spec, &end, 0);
        uint32_t stop = (uint32_t) strtoul(end + 1, &end, 0), would = (uint32_t) strtoul(end + 1, &end, 0);
        struct bh_str file = bh_str_of(*end ? end + 1 : ""), path = { 0 };
        int r = bh_backend_ebpf.prevent(b, &port, err);

        for (unsigned i = 0; i < _BH_PREVENT_MAX && r == 0; i++)
                if (!(port->can & (1u << i)))
                        fprintf(stderr, "missing\t%u\t%s\n", i, port->missing(port->user, (enum bh_prevention) i));
        (void) bh_str_split(&file, ':', &path);
        if (r == 0 && path.len)
                r = port->list(port->user, BH_PREVENT_LISTED, &path, 1, err);
        if (r == 0 && file.len)
                r = port->list(port->user, BH_PREVENT_FILE_OPEN, &file, 1, err);
        return r < 0 ? r : port->apply(port->user, group, stop, would, err);
}

static int run(struct bh_backend *b, struct bh_err *err) {
        struct pollfd in = { .fd = 0, .events = POLLIN };
        bool last = false;
        int r;

        fprintf(stderr, "ready\n");
        do {
                last = poll(&in, 1, 0) != 0;
                r = bh_backend_ebpf.poll(b, last ? 0 : 50, write_record, NULL, err);
                if (fflush(stdout) != 0)
                        return 2;
        } while (r == 1 && !last);
        return r == 1 ? 0 : r;
}

int main(int argc, char **argv) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_interest interest = { .types = bh_arena_array(arena, struct bh_interest_type, _BH_EV_MAX),
                                        .n_types = _BH_EV_MAX };
        struct bh_backend_opts opts = { 0 };
        const char *prevent[16];
        unsigned n_prevent = 0;
        struct bh_backend *b = NULL;
        struct bh_err err = BH_ERR_NONE;
        int r = 0;

        for (int i = 1; i < argc && r == 0; i++) {
                if (strcmp(argv[i], "--no-filter") == 0)
                        opts.no_filter = true;
                else if (strcmp(argv[i], "--prevent") == 0 && i + 1 < argc && n_prevent < BH_LEN(prevent))
                        prevent[n_prevent++] = argv[++i];
                else if (strcmp(argv[i], "--env") == 0)
                        interest.wants_env = true;
                else if (strcmp(argv[i], "--raw-name") == 0)
                        for (unsigned t = 0; t < _BH_EV_MAX; t++)
                                interest.types[t].all_words = BH_INTEREST_ALL;
                else if (strcmp(argv[i], "--raced") == 0)
                        interest.wants_raced = true;
                else if (strcmp(argv[i], "--all") == 0)
                        for (unsigned t = 0; t < _BH_EV_MAX; t++)
                                interest.types[t].all = BH_INTEREST_ALL;
                else
                        r = add_row(arena, &interest, argv[i]);
        }
        if (r < 0) {
                fprintf(stderr, "no such type of event\n");
                return 2;
        }
        r = bh_backend_ebpf.open(&opts, &b, &err);
        if (r == 0)
                r = bh_backend_ebpf.filter(b, &interest, &err);
        if (r == 0)
                r = bh_backend_ebpf.start(b, write_record, NULL, &err);
        for (unsigned i = 0; i < n_prevent && r == 0; i++)
                r = prevent_one(b, prevent[i], &err);
        if (r == 0)
                r = run(b, &err);
        if (r != 0)
                fprintf(stderr, "%s\n", err.text);
        if (b)
                tell(b);
        bh_backend_ebpf.close(&b);
        bh_arena_free(&arena);
        return r != 0;
}
