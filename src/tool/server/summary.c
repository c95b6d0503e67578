/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server summary: what is known of this installation, worst first; for the end of `bulkhead up`. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "model/finding.h"
#include "rule/rules.h"
#include "store/store.h"
#include "sys/clock.h"
#include "tool/server/commands.h"
#include "wire/report/common.h"

enum { LOOK_MS = 500, TOP_FINDINGS = 10, TOP_IMAGES = 10, TOP_ALERTS = 5, DAY_MS = 86400000 };

static const struct bh_opt opts[] = {
        { "state", 0, "DIR", "where the server keeps its database", BH_SERVER_STATE, false },
        { "wait", 0, "SECONDS", "wait that long for the first results of agents", "0", false },
        { "db", 0, "FILE", "when this vulnerability database is there, wait until packages were looked up in it, too", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* ---- waiting ---- */

/* What is to be scanned and is not yet. */
struct pending {
        int64_t hosts, images, scanned, unmatched;
};

static bool is_done(const struct pending *p, bool match) {
        return p->hosts > 0 && p->scanned > 0 && p->images == 0 && !(match && p->unmatched > 0);
}

static int count_pending(struct bh_db *db, struct pending *ret, struct bh_err *err) {
        static const char hosts[] = "SELECT count(*) FROM host";
        static const char images[] = "SELECT count(*) FROM image i WHERE i.scanned_ms IS NULL AND EXISTS (SELECT 1 FROM image_ref r WHERE r.image_id = i.id AND r.gone_ms IS NULL)";
        static const char scanned[] = "SELECT count(*) FROM subject";
        static const char unmatched[] = "SELECT count(*) FROM subject WHERE matched_with = ''";
        int r = bh_db_number(db, hosts, BH_NO_ARGS, &ret->hosts, err);

        r = r < 0 ? r : bh_db_number(db, images, BH_NO_ARGS, &ret->images, err);
        r = r < 0 ? r : bh_db_number(db, scanned, BH_NO_ARGS, &ret->scanned, err);
        return r < 0 ? r : bh_db_number(db, unmatched, BH_NO_ARGS, &ret->unmatched, err);
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

static const char *to_go(const struct pending *p, char images[64]) {
        if (p->hosts == 0)
                return "no agent has called yet";
        if (p->images == 0)
                return p->scanned ? "packages are still looked up" : "this machine is still being scanned";
        (void) snprintf(images, 64, "%lld images to go", (long long) p->images);
        return images;
}

/* Until a host has come, something of it was scanned, no image of an engine is unknown, and its packages were looked up. */
static int wait_for_results(struct bh_store *store, uint64_t wait_s, bool match, struct bh_err *err) {
        int64_t until = bh_clock_ms(CLOCK_REALTIME) + (int64_t) wait_s * 1000;
        struct pending p = { 0 };
        char images[64];
        bool shown = false;
        int r;

        while ((r = look(store, &p, err)) >= 0 && !is_done(&p, match) && bh_clock_ms(CLOCK_REALTIME) < until) {
                if (isatty(STDERR_FILENO)) {
                        (void) fprintf(stderr, "\r%lld scanned, %lld images to go ... ", (long long) p.scanned, (long long) p.images);
                        shown = true;
                }
                (void) nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000l }, NULL);
        }
        if (shown)
                (void) fprintf(stderr, "\r\033[K");
        if (r >= 0 && wait_s && !is_done(&p, match))
                (void) fprintf(stderr, "Not all was looked at yet (%s); the console shows the rest as it comes.\n", to_go(&p, images));
        return r;
}

/* ---- what is shown ---- */

/* A table: SQL whose columns are printed, each at most so wide. */
struct table {
        const char *title, *sql, *none;
        const char *foot; /* beneath its rows, when one of them has something in column `foot_of`; or NULL */
        int foot_of;
        struct {
                const char *head;
                int width; /* negative: from the left */
                const char *(*word)(int64_t number); /* what a number stands for; NULL: it is printed as it is */
        } column[7];
        size_t n;
        bool of_late; /* asks for the last day, too: ?2 */
};

static const char *severity_word(int64_t n) {
        return n >= 0 && n < _BH_SEVERITY_MAX ? bh_severity_str((enum bh_severity) n) : "";
}

static const char *priority_word(int64_t n) {
        return n >= BH_PRIORITY_EMERGENCY && n <= BH_PRIORITY_DEBUG ? bh_priority_str((enum bh_priority) n) : "";
}

/* Those that manage/risk.c goes by. */
#define INCIDENTS(where) "(SELECT count(*) FROM incident n WHERE " where " AND n.level <= 3 AND n.status IN ('open', 'working'))"
#define OPEN_OF_HOST(what) "(SELECT count(*) FROM finding f WHERE f.subject = 'host:' || h.id AND f.state = 'open' AND " what ")"

static const struct table tables[] = {
        { .title = "Images and hosts",
          .sql = "SELECT name, CAST(round(risk) AS INTEGER), n_incidents, n_critical, n_high, n_fixable, n_packages FROM ("
                 "SELECT CASE WHEN i.name = '' THEN substr(i.id, 1, 19) ELSE i.name END AS name, i.risk AS risk, " INCIDENTS("n.image_id = i.id") " AS n_incidents"
                 ", i.n_critical AS n_critical, i.n_high AS n_high, i.n_fixable AS n_fixable, i.n_packages AS n_packages FROM image i WHERE i.scanned_ms IS NOT NULL"
                 " UNION ALL SELECT h.name, h.risk, " INCIDENTS("n.host_id = h.id") ", " OPEN_OF_HOST("f.severity = 5")
                 ", " OPEN_OF_HOST("f.severity = 4") ", " OPEN_OF_HOST("f.fix <> ''")
                 ", (SELECT count(*) FROM holding g WHERE g.subject = 'host:' || h.id) FROM host h) AS both_of_them ORDER BY risk DESC, name LIMIT ?1",
          .none = "nothing was scanned yet",
          .column = { { "", -44, NULL }, { "risk", 5, NULL }, { "attacked", 8, NULL }, { "critical", 8, NULL }, { "high", 6, NULL }, { "fixable", 7, NULL },
                      { "packages", 8, NULL } },
          .n = 7,
          .foot_of = 2,
          .foot = "attacked: open incidents there; with one, the risk of a container and of its host is 90 or more, whatever is found in it" },
        { .title = "What to look at first", /* of the riskiest, those of one kind in one place once */
          .sql = "SELECT what, CAST(round(max(risk)) AS INTEGER), max(severity), CASE WHEN count(*) > 1 THEN min(place) || ' and ' || (count(*) - 1) || ' more' ELSE min(place) END,"
                 " min(whose), min(mend) FROM ("
                 "SELECT CASE WHEN f.vuln_id = '' THEN f.rule ELSE f.vuln_id END AS what, f.risk AS risk, f.severity AS severity, f.subject AS subject,"
                 " coalesce(p.name || ' ' || p.version, f.path) AS place, coalesce(nullif(i.name, ''), h.name, f.subject) AS whose,"
                 " CASE WHEN f.fix = '' THEN f.mend ELSE f.fix END AS mend"
                 " FROM finding f LEFT JOIN package p ON p.id = f.package_id LEFT JOIN image i ON i.id = f.subject"
                 " LEFT JOIN host h ON 'host:' || h.id = f.subject WHERE f.state = 'open' ORDER BY f.risk DESC, f.id LIMIT 200) AS top"
                 " GROUP BY what, subject ORDER BY max(risk) DESC, max(severity) DESC, what LIMIT ?1",
          .none = "no finding",
          .column = { { "", -20, NULL }, { "risk", 5, NULL }, { "severity", -8, severity_word }, { "in", -36, NULL }, { "of", -28, NULL }, { "mend", -34, NULL } },
          .n = 6 },
        { .title = "Alerts of the last day",
          .sql = "SELECT rule, count(*), min(level) FROM alert WHERE at_ms > ?2 GROUP BY rule ORDER BY min(level), count(*) DESC LIMIT ?1",
          .none = "none",
          .column = { { "", -60, NULL }, { "times", 6, NULL }, { "gravest", -10, priority_word } },
          .n = 3,
          .of_late = true },
};

static const int64_t most[] = { TOP_IMAGES, TOP_FINDINGS, TOP_ALERTS };

static void print_cell(struct bh_str text, int width) {
        BH_CLEANUP(bh_buf_done) struct bh_buf clean = { 0 }; /* names come from strangers */
        size_t room = (size_t) (width < 0 ? -width : width), used;
        struct bh_str fit;

        bh_put_clean(&clean, text);
        fit = bh_text_fit(bh_buf_str(&clean), room);
        if (fit.len < clean.len)
                fit = bh_text_fit(fit, room - 2);
        used = bh_text_width(fit) + (fit.len < clean.len ? 2 : 0);
        (void) printf("%*s%.*s%s%*s  ", width < 0 ? 0 : (int) (room - used), "", BH_FMT(fit), fit.len < clean.len ? ".." : "", width < 0 ? (int) (room - used) : 0, "");
}

static void print_head(const struct table *t) {
        for (size_t i = 0; i < t->n; i++)
                print_cell(bh_str_of(t->column[i].head), t->column[i].width);
        (void) printf("\n");
}

static void print_row(const struct table *t, const struct bh_rows *rows) {
        for (size_t i = 0; i < t->n; i++) {
                int column = (int) i;

                print_cell(t->column[i].word ? bh_str_of(t->column[i].word(bh_rows_int(rows, column))) : bh_rows_text(rows, column), t->column[i].width);
        }
        (void) printf("\n");
}

static int print_table(struct bh_db *db, const struct table *t, int64_t limit, struct bh_err *err) {
        struct bh_args args = BH_ARGS(bh_arg_int(limit), bh_arg_int(bh_clock_ms(CLOCK_REALTIME) - DAY_MS));
        struct bh_rows *rows = NULL;
        bool foot = false;
        size_t n = 0;
        int r;

        args.n = t->of_late ? 2 : 1;
        r = bh_db_ask(db, t->sql, args, &rows, err);
        (void) printf("\n%s\n", t->title);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                if (n++ == 0)
                        print_head(t);
                print_row(t, rows);
                foot |= t->foot && bh_rows_int(rows, t->foot_of);
        }
        if (r >= 0 && n == 0)
                (void) printf("  %s\n", t->none);
        else if (r >= 0 && foot)
                (void) printf("%s\n", t->foot);
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
        const char *path = bh_server_path(cli, "server.db"), *index = bh_cli_get(cli, "db");
        struct bh_store *store = NULL;
        uint64_t wait_s = 0;
        int r = bh_cli_number(cli, "wait", &wait_s, err);

        if (r >= 0 && access(path, F_OK) != 0)
                r = bh_fail(err, BH_E_NOTFOUND, "%s: there is no database; bulkhead-server init makes one", path);
        r = r < 0 ? r : bh_store_open(&(struct bh_store_opts){ .path = path, .n_readers = 1 }, &store, err);
        r = r < 0 ? r : wait_for_results(store, wait_s, index && access(index, F_OK) == 0, err);
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
