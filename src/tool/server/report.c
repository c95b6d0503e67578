/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server report: the inspection report of all hosts, or one, written as it is read. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "manage/compliance.h"
#include "tool/server/commands.h"

struct place {
        const char *path, *part; /* NULL: standard output */
        FILE *file;
};

static int flush(void *user, struct bh_buf *buf, struct bh_err *err) {
        struct place *p = user;

        if (fwrite(buf->at, 1, buf->len, p->file) != buf->len)
                return bh_fail_sys(err, errno, "%s", p->path ? p->path : "standard output");
        bh_buf_clear(buf);
        return 0;
}

/* What is there under that name stays until all of the new one is. */
static int open_place(struct bh_cli *cli, struct place *p, struct bh_err *err) {
        p->path = bh_cli_get(cli, "output");
        p->file = stdout;
        if (!p->path)
                return 0;
        p->part = bh_arena_printf(cli->arena, "%s.part", p->path).at;
        p->file = fopen(p->part, "wce");
        return p->file ? 0 : bh_fail_sys(err, errno, "%s", p->part);
}

static int close_place(struct place *p, int r, struct bh_err *err) {
        if (!p->path)
                return r >= 0 && fflush(stdout) != 0 ? bh_fail_sys(err, errno, "standard output") : r;
        if (fclose(p->file) != 0 && r >= 0)
                r = bh_fail_sys(err, errno, "%s", p->part);
        if (r >= 0 && rename(p->part, p->path) != 0)
                r = bh_fail_sys(err, errno, "%s", p->path);
        if (r < 0)
                (void) unlink(p->part);
        return r;
}

/* By its id, or by a name that one host alone has. */
static int find_host(struct bh_db *db, struct bh_str given, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        int64_t n = 0;
        int r;

        if (!given.len)
                return 0;
        r = bh_db_text(db, "SELECT id FROM host WHERE id = ?1", BH_ARGS(bh_arg_text(given)), arena, ret, err);
        if (r != 0)
                return r;
        r = bh_db_number(db, "SELECT COUNT(*) FROM host WHERE name = ?1", BH_ARGS(bh_arg_text(given)), &n, err);
        if (r >= 0 && n != 1)
                return bh_fail(err, BH_E_NOTFOUND, n ? "%s: several hosts have that name: give its id" : "there is no host %s", BH_QUOTE(given));
        return r < 0 ? r : bh_db_text(db, "SELECT id FROM host WHERE name = ?1", BH_ARGS(bh_arg_text(given)), arena, ret, err);
}

static int write_report(struct bh_cli *cli, struct bh_db *db, struct bh_compliance_report_in *in, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct place place = { 0 };
        int r = find_host(db, bh_str_of(bh_cli_get(cli, "host")), cli->arena, &in->host_id, err);

        r = r < 0 ? r : open_place(cli, &place, err);
        return r < 0 ? r : close_place(&place, bh_compliance_report(db, in, &out, flush, &place, err), err);
}

static int read_words(struct bh_cli *cli, struct bh_compliance_report_in *ret, struct bh_err *err) {
        struct bh_str language = bh_str_of(bh_cli_get(cli, "language"));
        const char *suffix;

        if (!bh_str_is(language, "en") && !bh_str_is(language, "zh"))
                return bh_fail(err, BH_E_USAGE, "--language is en or zh");
        *ret = (struct bh_compliance_report_in){ .format = bh_str_of(bh_cli_get(cli, "format")), .now_ms = time(NULL) * 1000ll,
                                                 .chinese = bh_str_is(language, "zh"), .all = bh_cli_has(cli, "all") };
        return bh_compliance_report_type(ret->format, &suffix) ? 0 : bh_fail(err, BH_E_USAGE, "--format is html, json, csv, junit or oscal");
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_store_opts opts = { .path = bh_server_path(cli, "server.db"), .n_readers = 1 };
        struct bh_compliance_report_in in;
        struct bh_store *store = NULL;
        struct bh_db *db = NULL;
        int r = read_words(cli, &in, err);

        if (r >= 0 && access(opts.path, F_OK) != 0)
                r = bh_fail_sys(err, errno, "%s", opts.path);
        r = r < 0 ? r : bh_store_open(&opts, &store, err);
        if (r < 0)
                return r;
        r = bh_store_borrow(store, &db, err);
        if (r >= 0) {
                r = write_report(cli, db, &in, err);
                bh_store_give_back(store, &db);
        }
        bh_store_close(&store);
        return r < 0 ? r : BH_EXIT_FINE;
}

static const struct bh_opt opts[] = {
        { "format", 0, "FORMAT", "html, json, csv, junit or oscal", "html", false },
        { "output", 'o', "FILE", "where to; without it to standard output", NULL, false },
        { "host", 0, "NAME|ID", "of this host alone", NULL, false },
        { "language", 0, "WORD", "en or zh", "en", false },
        { "all", 'a', NULL, "pages: also what passes and does not apply; the other formats have it always", NULL, false },
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { 0 },
};

const struct bh_cmd bh_cmd_server_report = {
        .name = "report",
        .about = "write the inspection report of all hosts, or one",
        .text = "From what agents told; the server may run meanwhile. It is written as it is read, so it may be larger than memory: a timer\n"
                "that calls this is a scheduled report.\n",
        .examples = "  bulkhead-server report --output /srv/reports/$(date +%F).html\n  bulkhead-server report --format csv --host web-1 --language zh\n",
        .opts = opts,
        .run = run,
};
