/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server report: the inspection report, or what scans found, of all, of one host, one image or one team, written as it is read. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "manage/compliance.h"
#include "manage/findings_report.h"
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

/* By its id, or by a name that one alone has. */
static const struct thing {
        const char *option, *by_id, *count, *by_name;
} things[] = {
        { "host", "SELECT id FROM host WHERE id = ?1", "SELECT COUNT(*) FROM host WHERE name = ?1", "SELECT id FROM host WHERE name = ?1" },
        { "image", "SELECT id FROM image WHERE id = ?1", "SELECT COUNT(*) FROM image WHERE name = ?1", "SELECT id FROM image WHERE name = ?1" },
        { "team", "SELECT CAST(id AS TEXT) FROM team WHERE CAST(id AS TEXT) = ?1", "SELECT COUNT(*) FROM team WHERE name = ?1",
          "SELECT CAST(id AS TEXT) FROM team WHERE name = ?1" },
};

static int find(struct bh_cli *cli, struct bh_db *db, const struct thing *t, struct bh_str *ret, struct bh_err *err) {
        struct bh_str given = bh_str_of(bh_cli_get(cli, t->option));
        int64_t n = 0;
        int r;

        if (!given.len)
                return 0;
        r = bh_db_text(db, t->by_id, BH_ARGS(bh_arg_text(given)), cli->arena, ret, err);
        if (r != 0)
                return r;
        r = bh_db_number(db, t->count, BH_ARGS(bh_arg_text(given)), &n, err);
        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no %s %s", t->option, BH_QUOTE(given));
        if (r >= 0 && n != 1)
                return bh_fail(err, BH_E_NOTFOUND, "%s: several %ss have that name: give its id", BH_QUOTE(given), t->option);
        return r < 0 ? r : bh_db_text(db, t->by_name, BH_ARGS(bh_arg_text(given)), cli->arena, ret, err);
}

static int find_all(struct bh_cli *cli, struct bh_db *db, struct bh_str ret[BH_LEN(things)], int64_t *ret_team, struct bh_err *err) {
        uint64_t team = 0;
        int r = 0;

        for (size_t i = 0; i < BH_LEN(things) && r >= 0; i++)
                r = find(cli, db, &things[i], &ret[i], err);
        (void) bh_str_u64(ret[2], &team);
        *ret_team = (int64_t) team;
        return r;
}

static int write_report(struct bh_cli *cli, struct bh_db *db, struct bh_compliance_report_in *in, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str of[BH_LEN(things)] = { 0 };
        struct place place = { 0 };
        int r = find_all(cli, db, of, &in->team_id, err);

        in->host_id = of[0];
        in->image_id = of[1];
        r = r < 0 ? r : open_place(cli, &place, err);
        if (r < 0)
                return r;
        r = bh_cli_has(cli, "findings") ? bh_findings_report(db,
                                                             &(struct bh_findings_report_in){ .format = in->format, .host_id = in->host_id, .image_id = in->image_id,
                                                                                              .team_id = in->team_id },
                                                             &out, flush, &place, err)
                                        : bh_compliance_report(db, in, &out, flush, &place, err);
        return close_place(&place, r, err);
}

static int read_words(struct bh_cli *cli, struct bh_compliance_report_in *ret, struct bh_err *err) {
        struct bh_str language = bh_str_of(bh_cli_get(cli, "language"));
        const char *suffix;

        if (!bh_str_is(language, "en") && !bh_str_is(language, "zh"))
                return bh_fail(err, BH_E_USAGE, "--language is en or zh");
        *ret = (struct bh_compliance_report_in){ .format = bh_str_of(bh_cli_get(cli, "format")), .now_ms = time(NULL) * 1000ll,
                                                 .chinese = bh_str_is(language, "zh"), .all = bh_cli_has(cli, "all") };
        if (bh_cli_has(cli, "findings"))
                return bh_findings_report_type(ret->format, &suffix) ? 0 : bh_fail(err, BH_E_USAGE, "--format is html, csv, json, markdown, sarif or junit with --findings");
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
        { "format", 0, "FORMAT", "html, json, csv, junit or oscal; with --findings: html, csv, json, markdown, sarif or junit", "html", false },
        { "output", 'o', "FILE", "where to; without it to standard output", NULL, false },
        { "host", 0, "NAME|ID", "of this host alone", NULL, false },
        { "image", 0, "NAME|ID", "of this image alone, and of containers made of it", NULL, false },
        { "team", 0, "NAME|ID", "of the images that this team owns, and of containers made of them", NULL, false },
        { "findings", 0, NULL, "what scans found, not how things are set up", NULL, false },
        { "language", 0, "WORD", "en or zh", "en", false },
        { "all", 'a', NULL, "pages: also what passes and does not apply; the other formats have it always", NULL, false },
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { 0 },
};

const struct bh_cmd bh_cmd_server_report = {
        .name = "report",
        .about = "write the inspection report, or what scans found",
        .text = "From what agents told; the server may run meanwhile. It is written as it is read, so it may be larger than memory. The server\n"
                "makes and mails reports by the clock itself: the console's page of reports, docs/REPORTS.md.\n",
        .examples = "  bulkhead-server report --output /srv/reports/$(date +%F).html\n  bulkhead-server report --format csv --host web-1 --language zh\n"
                    "  bulkhead-server report --findings --format csv --team shop\n",
        .opts = opts,
        .run = run,
};
