/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server summary: what is known of this installation, worst first; for the end of `bulkhead up`. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"
#include "tool/server/commands.h"

enum { LOOK_MS = 500, TOP_FINDINGS = 10, TOP_IMAGES = 10, TOP_ALERTS = 5, DAY_MS = 86400000 };

static const struct bh_opt opts[] = {
        { "state", 0, "DIR", "where the server keeps its database", BH_SERVER_STATE, false },
        { "wait", 0, "SECONDS", "wait that long for the first results of agents", "0", false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* ---- waiting ---- */

/* What is to be scanned and is not yet. */
struct pending {
        int64_t hosts, images, scanned;
};

static int count_pending(struct bh_db *db, struct pending *ret, struct bh_err *err) {
        static const char hosts[] = "SELECT count(*) FROM host";
        static const char images[] = "SELECT count(*) FROM image i WHERE i.scanned_ms IS NULL AND EXISTS (SELECT 1 FROM image_ref r WHERE r.image_id = i.id AND r.gone_ms IS NULL)";
        static const char scanned[] = "SELECT count(DISTINCT subject) FROM holding";
        int r = bh_db_number(db, hosts, BH_NO_ARGS, &ret->hosts, err);

        r = r < 0 ? r : bh_db_number(db, images, BH_NO_ARGS, &ret->images, err);
        return r < 0 ? r : bh_db_number(db, scanned, BH_NO_ARGS, &ret->scanned, err);
}

static int look(struct bh_store *store, struct pending *ret, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = count_pending(db, ret, err);
        bh_store_give_back(store, &db);
        return r;
}

/* Until a host has come, something of it was scanned, and no image of an engine is unknown. */
static int wait_for_results(struct bh_store *store, uint64_t wait_s, struct bh_err *err) {
        int64_t until = now_ms() + (int64_t) wait_s * 1000;
        struct pending p = { 0 };
        bool shown = false;
        int r;

        while ((r = look(store, &p, err)) >= 0 && (p.hosts == 0 || p.scanned == 0 || p.images > 0) && now_ms() < until) {
                if (isatty(STDERR_FILENO)) {
                        (void) fprintf(stderr, "\r%lld scanned, %lld images to go ... ", (long long) p.scanned, (long long) p.images);
                        shown = true;
                }
                (void) nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000l }, NULL);
        }
        if (shown)
                (void) fprintf(stderr, "\r\033[K");
        if (r >= 0 && wait_s && (p.scanned == 0 || p.images > 0))
                (void) fprintf(stderr, "Still scanning: %lld images to go; the console shows them as they come.\n", (long long) p.images);
        return r;
}

/* ---- what is shown ---- */

/* A table of text: SQL whose columns are printed, each at most so wide. */
struct table {
        const char *title, *sql, *none;
        struct {
                const char *head;
                int width; /* negative: from the left */
        } column[6];
        size_t n;
        bool of_late; /* asks for the last day, too: ?2 */
};

static const struct table tables[] = {
        { .title = "Images and hosts",
          .sql = "SELECT name, CAST(round(risk) AS INTEGER), n_critical, n_high, n_fixable, n_packages FROM ("
                 "SELECT CASE WHEN name = '' THEN substr(id, 1, 19) ELSE name END AS name, risk, n_critical, n_high, n_fixable, n_packages FROM image WHERE scanned_ms IS NOT NULL"
                 " UNION ALL SELECT h.name, h.risk, (SELECT count(*) FROM finding f WHERE f.subject = 'host:' || h.id AND f.severity = 5 AND f.state = 'open'),"
                 " (SELECT count(*) FROM finding f WHERE f.subject = 'host:' || h.id AND f.severity = 4 AND f.state = 'open'),"
                 " (SELECT count(*) FROM finding f WHERE f.subject = 'host:' || h.id AND f.fix <> '' AND f.state = 'open'),"
                 " (SELECT count(*) FROM holding g WHERE g.subject = 'host:' || h.id) FROM host h) AS both_of_them ORDER BY risk DESC, name LIMIT ?1",
          .none = "nothing was scanned yet",
          .column = { { "", -44 }, { "risk", 5 }, { "critical", 8 }, { "high", 6 }, { "fixable", 7 }, { "packages", 8 } },
          .n = 6 },
        { .title = "What to look at first",
          .sql = "SELECT CASE WHEN f.vuln_id = '' THEN f.rule ELSE f.vuln_id END, CAST(round(f.risk) AS INTEGER),"
                 " CASE f.severity WHEN 5 THEN 'critical' WHEN 4 THEN 'high' WHEN 3 THEN 'medium' WHEN 2 THEN 'low' WHEN 1 THEN 'info' ELSE '' END,"
                 " coalesce(p.name || ' ' || p.version, f.path), coalesce(nullif(i.name, ''), h.name, f.subject), CASE WHEN f.fix = '' THEN f.mend ELSE f.fix END"
                 " FROM finding f LEFT JOIN package p ON p.id = f.package_id LEFT JOIN image i ON i.id = f.subject"
                 " LEFT JOIN host h ON 'host:' || h.id = f.subject WHERE f.state = 'open' ORDER BY f.risk DESC, f.id LIMIT ?1",
          .none = "no finding",
          .column = { { "", -20 }, { "risk", 5 }, { "severity", -8 }, { "in", -28 }, { "of", -28 }, { "mend", -34 } },
          .n = 6 },
        { .title = "Alerts of the last day",
          .sql = "SELECT min(rule), count(*), CASE min(level) WHEN 0 THEN 'Emergency' WHEN 1 THEN 'Alert' WHEN 2 THEN 'Critical' WHEN 3 THEN 'Error' WHEN 4 THEN 'Warning'"
                 " WHEN 5 THEN 'Notice' WHEN 6 THEN 'Informational' ELSE 'Debug' END FROM alert WHERE at_ms > ?2 GROUP BY rule ORDER BY min(level), count(*) DESC LIMIT ?1",
          .none = "none",
          .column = { { "", -60 }, { "times", 6 }, { "gravest", -10 } },
          .n = 3,
          .of_late = true },
};

static const int64_t most[] = { TOP_IMAGES, TOP_FINDINGS, TOP_ALERTS };

/* Names come from strangers: no control character reaches the terminal. */
static void print_cell(struct bh_str text, int width) {
        int n = width < 0 ? -width : width;
        char cell[64];
        size_t len = 0;

        for (size_t i = 0; i < text.len && len < (size_t) n; i++)
                cell[len++] = (unsigned char) text.at[i] < 0x20 || text.at[i] == 0x7f ? '?' : text.at[i];
        if (text.len > (size_t) n && n > 3)
                memcpy(cell + len - 2, "..", 2);
        (void) printf(width < 0 ? "%-*.*s  " : "%*.*s  ", n, (int) len, cell);
}

static void print_head(const struct table *t) {
        for (size_t i = 0; i < t->n; i++)
                print_cell(bh_str_of(t->column[i].head), t->column[i].width);
        (void) printf("\n");
}

static int print_table(struct bh_db *db, const struct table *t, int64_t limit, struct bh_err *err) {
        struct bh_args args = BH_ARGS(bh_arg_int(limit), bh_arg_int(now_ms() - DAY_MS));
        struct bh_rows *rows = NULL;
        size_t n = 0;
        int r;

        args.n = t->of_late ? 2 : 1;
        r = bh_db_ask(db, t->sql, args, &rows, err);

        (void) printf("\n%s\n", t->title);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                if (n++ == 0)
                        print_head(t);
                for (size_t i = 0; i < t->n; i++)
                        print_cell(bh_rows_text(rows, (int) i), t->column[i].width);
                (void) printf("\n");
        }
        if (r >= 0 && n == 0)
                (void) printf("  %s\n", t->none);
        bh_rows_done(&rows);
        return r;
}

static int print_all(struct bh_store *store, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(tables); i++)
                r = print_table(db, &tables[i], most[i], err);
        if (db)
                bh_store_give_back(store, &db);
        return r;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        const char *path = bh_server_path(cli, "server.db");
        struct bh_store *store = NULL;
        uint64_t wait_s = 0;
        int r = bh_cli_number(cli, "wait", &wait_s, err);

        if (r >= 0 && access(path, F_OK) != 0)
                r = bh_fail(err, BH_E_NOTFOUND, "%s: there is no database; bulkhead-server init makes one", path);
        r = r < 0 ? r : bh_store_open(&(struct bh_store_opts){ .path = path, .n_readers = 1 }, &store, err);
        r = r < 0 ? r : wait_for_results(store, wait_s, err);
        r = r < 0 ? r : print_all(store, err);
        bh_store_close(&store);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_summary = {
        .name = "summary",
        .about = "print what is known, worst first",
        .examples = "  bulkhead-server summary\n  bulkhead-server summary --wait 60\n",
        .opts = opts,
        .run = run,
};
