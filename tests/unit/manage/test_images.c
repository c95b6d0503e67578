/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "advisory/compile.h"
#include "advisory/index.h"
#include "base/buf.h"
#include "fmt/json.h"
#include "lib/vulns.h"
#include "manage/exceptions.h"
#include "manage/findings.h"
#include "manage/jobs.h"
#include "manage/match.h"
#include "manage/overview.h"
#include "manage/risk.h"
#include "manage/scans.h"
#include "store/store.h"

#define IMAGE "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct world {
        char dir[40], path[64];
        struct bh_store *store;
        struct bh_arena *arena;
        struct bh_buf file;
        struct bh_index *ix;
        int64_t now;
};

static void open_world(struct world *w) {
        struct bh_err err = BH_ERR_NONE;

        *w = (struct world){ .dir = "/tmp/bulkhead-images-XXXXXX", .arena = bh_arena_new(), .now = 1000 };
        assert_non_null(mkdtemp(w->dir));
        (void) snprintf(w->path, sizeof w->path, "%s/server.db", w->dir);
        if (bh_store_open(&(struct bh_store_opts){ .path = w->path }, &w->store, &err) < 0)
                fail_msg("%s", err.text);
}

static void end_world(struct world *w) {
        char command[100];

        bh_store_close(&w->store);
        bh_index_close(&w->ix);
        bh_buf_done(&w->file);
        bh_arena_free(&w->arena);
        (void) snprintf(command, sizeof command, "rm -rf %s", w->dir);
        assert_int_equal(system(command), 0);
}

/* ---- asking ---- */

static int64_t number(struct world *w, const char *sql) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int64_t n = -1;

        if (bh_store_borrow(w->store, &db, &err) < 0 || bh_db_number(db, sql, BH_NO_ARGS, &n, &err) < 0)
                fail_msg("%s: %s", sql, err.text);
        bh_store_give_back(w->store, &db);
        return n;
}

static struct bh_str text(struct world *w, const char *sql) {
        struct bh_str s = BH_STR("(none)");
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        if (bh_store_borrow(w->store, &db, &err) < 0 || bh_db_text(db, sql, BH_NO_ARGS, w->arena, &s, &err) < 0)
                fail_msg("%s: %s", sql, err.text);
        bh_store_give_back(w->store, &db);
        return s;
}

static int run_sql(struct bh_db *db, void *user, struct bh_err *err) {
        return bh_db_run(db, user, BH_NO_ARGS, NULL, err);
}

static void run(struct world *w, const char *sql) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_write(w->store, run_sql, (void *) (uintptr_t) sql, &err) < 0)
                fail_msg("%s: %s", sql, err.text);
}

/* ---- scans ---- */

struct scan {
        struct bh_scan_in in;
        struct bh_arena *arena;
        struct bh_str subject;
};

static int take(struct bh_db *db, void *user, struct bh_err *err) {
        struct scan *s = user;

        return bh_scan_take(db, &s->in, s->arena, &s->subject, err);
}

static int scan(struct world *w, const char *json, const char *refs, const char *host, struct bh_err *err) {
        struct scan s = { .arena = w->arena };

        s.in = (struct bh_scan_in){ .now_ms = ++w->now, .host_id = bh_str_of(host), .by = BH_STR_INIT("agent-1") };
        assert_int_equal(bh_json_parse(w->arena, bh_str_of(json), &s.in.report, err), 0);
        assert_int_equal(bh_json_parse(w->arena, bh_str_of(refs), &s.in.refs, err), 0);
        return bh_store_write(w->store, take, &s, err);
}

static void must_scan(struct world *w, const char *json, const char *refs) {
        struct bh_err err = BH_ERR_NONE;

        if (scan(w, json, refs, "host-1", &err) < 0)
                fail_msg("%s", err.text);
}

#define REPORT(packages, findings)                                                                                                                     \
        "{\"format\":\"bulkhead-report\",\"reports\":[{\"target\":{\"name\":\"docker:app\",\"kind\":\"image\",\"config_digest\":\"" IMAGE "\",\"os\":\"linux\"," \
        "\"architecture\":\"amd64\",\"tags\":[\"app:1\"],\"exposed\":[\"80/tcp\"]},\"distribution\":{\"id\":\"debian\",\"version\":\"12\"},"             \
        "\"base\":{\"layers\":1,\"name\":\"debian:12\"},\"layers\":[{\"diff_id\":\"sha256:l0\",\"side\":\"base\",\"bytes\":10},"                         \
        "{\"diff_id\":\"sha256:l1\",\"side\":\"application\",\"bytes\":5}],\"packages\":[" packages "],\"findings\":[" findings "]}]}"
#define OPENSSL(version) "{\"type\":\"deb\",\"name\":\"openssl\",\"version\":\"" version "\",\"location\":\"var/lib/dpkg/status\",\"layer\":0,\"evidence\":\"database\"}"
#define LODASH "{\"type\":\"npm\",\"name\":\"lodash\",\"version\":\"4.17.0\",\"location\":\"app/package.json\",\"layer\":1,\"evidence\":\"metadata\"}"
#define SECRET "{\"kind\":\"secret\",\"severity\":\"high\",\"rule\":\"aws-key\",\"title\":\"a key\",\"path\":\"app/key\",\"layer\":1,\"side\":\"application\",\"fingerprint\":\"00000000000000aa\"}"

static void a_report_becomes_rows(void **state) {
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, SECRET), "[\"reg.example:5000/team/app:1\"]");
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM holding WHERE subject = '" IMAGE "'"), 2);
        assert_int_equal(number(&w, "SELECT n_packages FROM image WHERE id = '" IMAGE "'"), 2);
        assert_int_equal(number(&w, "SELECT bytes FROM image"), 15);
        assert_str(text(&w, "SELECT distro FROM image"), "debian 12");
        assert_str(text(&w, "SELECT ports FROM image"), "80/tcp");
        assert_str(text(&w, "SELECT registry || ' ' || repository || ' ' || tag FROM image_ref"), "reg.example:5000 team/app 1");
        assert_str(text(&w, "SELECT space FROM package WHERE name = 'openssl'"), "debian:12");
        assert_str(text(&w, "SELECT space FROM package WHERE name = 'lodash'"), "npm");
        assert_str(text(&w, "SELECT side FROM image_layer WHERE position = 1"), "application");
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE kind = 'secret' AND state = 'open' AND risk > 35"), 1);
        end_world(&w);
}

static void the_same_report_again_changes_nothing_and_a_thinner_one_takes_away(void **state) {
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, SECRET), "[]");
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, SECRET), "[]");
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding"), 1);
        assert_int_equal(number(&w, "SELECT first_ms FROM finding"), 1001);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1"), ""), "[]");
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM holding"), 1);
        assert_str(text(&w, "SELECT state FROM finding"), "fixed");
        must_scan(&w, REPORT(OPENSSL("3.0.7-1"), SECRET), "[]");
        assert_str(text(&w, "SELECT state FROM finding"), "open");
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE fixed_ms IS NULL"), 1);
        end_world(&w);
}

static void a_report_that_lies_leaves_nothing(void **state) {
        static const char *const lies[] = {
                "{\"reports\":[{\"packages\":[]}]}",
                "[]",
                REPORT("{\"type\":\"nonsense\",\"name\":\"x\"}", ""),
                REPORT(OPENSSL("1"), "{\"kind\":\"vulnerability\",\"fingerprint\":\"00000000000000aa\"}"),
                REPORT(OPENSSL("1"), "{\"kind\":\"secret\",\"fingerprint\":\"short\"}"),
                "{\"target\":{\"name\":\"x\",\"config_digest\":\"sha256:1\"},\"packages\":[]}",
        };
        struct world w;

        (void) state;
        open_world(&w);
        for (size_t i = 0; i < BH_LEN(lies); i++) {
                struct bh_err err = BH_ERR_NONE;

                assert_int_equal(scan(&w, lies[i], "[]", "host-1", &err), BH_E_FORMAT);
        }
        assert_int_equal(number(&w, "SELECT (SELECT COUNT(*) FROM image) + (SELECT COUNT(*) FROM finding) + (SELECT COUNT(*) FROM package)"), 0);
        end_world(&w);
}

static void names_are_taken_apart(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        static const struct {
                const char *ref, *registry, *repository, *tag, *digest;
        } rows[] = {
                { "nginx", "docker.io", "library/nginx", "", "" },
                { "nginx:1.27", "docker.io", "library/nginx", "1.27", "" },
                { "team/app:2", "docker.io", "team/app", "2", "" },
                { "localhost/app:2", "localhost", "app", "2", "" },
                { "reg:5000/a/b/c:x@sha256:ab", "reg:5000", "a/b/c", "x", "sha256:ab" },
                { "reg.example/a@sha256:ab", "reg.example", "a", "", "sha256:ab" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_ref_parts p = bh_ref_split(arena, bh_str_of(rows[i].ref));

                assert_str(p.registry, rows[i].registry);
                assert_str(p.repository, rows[i].repository);
                assert_str(p.tag, rows[i].tag);
                assert_str(p.digest, rows[i].digest);
        }
}

/* ---- matching ---- */

static void say(struct bh_feed_sink *sink, const char *id, const char *space, const char *package, enum bh_eco eco, const char *fixed) {
        static struct bh_str vector = BH_STR_INIT("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
        struct bh_range range = { .fixed = bh_str_of(fixed) };
        struct bh_affected a = { .eco = eco, .space = bh_str_of(space), .package = bh_str_of(package), .status = BH_STATUS_FIXED, .ranges = &range,
                                 .n_ranges = 1 };
        struct bh_advisory adv = { .id = bh_str_of(id), .affected = &a, .n_affected = 1, .cvss = &vector, .n_cvss = 1, .summary = BH_STR_INIT("a hole") };

        assert_int_equal(sink->advisory(sink->user, &adv, NULL), 0);
}

static void make_index(struct world *w, const char *more) {
        struct bh_compile *c = bh_compile_new();
        struct bh_feed_sink sink = bh_compile_sink(c);
        struct bh_private_key key;

        bh_index_close(&w->ix);
        bh_buf_clear(&w->file);
        assert_int_equal(bh_private_key_make(&key, NULL), 0);
        say(&sink, "CVE-2024-0001", "debian:12", "openssl", BH_ECO_DEB, "3.0.8-1");
        say(&sink, "CVE-2024-0002", "npm", "lodash", BH_ECO_NPM, "4.17.21");
        if (more)
                say(&sink, more, "debian:12", "openssl", BH_ECO_DEB, "3.0.9-1");
        assert_int_equal(bh_compile_write(c, &key, &w->file, NULL), 0);
        bh_compile_free(&c);
        assert_int_equal(bh_index_over(bh_buf_str(&w->file), NULL, &w->ix, NULL), 0);
}

struct matching {
        struct bh_matched matched;
        const bool *which;
        int64_t now;
        struct bh_findings_change change;
};

static int write_match(struct bh_db *db, void *user, struct bh_err *err) {
        struct matching *m = user;
        int r = bh_vulns_write(db, &m->matched.subject->report, m->which, m->now, err);

        return r < 0 ? r : bh_matched_write(db, &m->matched, BH_STR("root"), 1, m->now, &m->change, err);
}

static struct bh_findings_change match(struct world *w) {
        struct bh_subject *s = bh_arena_make(w->arena, struct bh_subject);
        struct matching m = { .now = ++w->now };
        struct bh_err err = BH_ERR_NONE;
        struct bh_known_base *bases = NULL;
        struct bh_db *db = NULL;
        size_t n_bases = 0;
        bool *which = NULL;

        assert_int_equal(bh_store_borrow(w->store, &db, &err), 0);
        assert_int_equal(bh_subject_load(db, BH_STR(IMAGE), w->arena, s, &err), 1);
        assert_int_equal(bh_known_bases_load(db, w->arena, &bases, &n_bases, &err), 0);
        assert_int_equal(bh_report_match(&s->report, w->ix, w->arena, &err), 0);
        assert_int_equal(bh_vulns_changed(db, &s->report, w->arena, &which, &err), 0);
        assert_int_equal(bh_report_texts(&s->report, w->ix, w->arena, &err), 0);
        bh_store_give_back(w->store, &db);
        bh_matched_of(s, bases, n_bases, w->arena, &m.matched);
        m.which = which;
        if (bh_store_write(w->store, write_match, &m, &err) < 0)
                fail_msg("%s", err.text);
        return m.change;
}

static void a_match_writes_what_changed_alone(void **state) {
        struct bh_findings_change c;
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, SECRET), "[]");
        make_index(&w, NULL);
        c = match(&w);
        assert_int_equal(c.n_new, 2);
        assert_str(text(&w, "SELECT side || ' ' || fix || ' ' || status FROM finding WHERE vuln_id = 'CVE-2024-0001'"), "base 3.0.8-1 fixed");
        assert_str(text(&w, "SELECT side FROM finding WHERE vuln_id = 'CVE-2024-0002'"), "application");
        assert_str(text(&w, "SELECT title FROM vuln WHERE id = 'CVE-2024-0001'"), "a hole");
        assert_str(text(&w, "SELECT due FROM finding WHERE vuln_id = 'CVE-2024-0001'"), "3 days"); /* automatable, total, exposure not known */
        assert_int_equal(number(&w, "SELECT n_findings FROM image"), 3);
        assert_int_equal(number(&w, "SELECT n_fixable FROM image"), 2);
        c = match(&w);
        assert_int_equal(c.n_same, 2);
        assert_int_equal(c.n_new + c.n_changed + c.n_gone, 0);
        make_index(&w, "CVE-2024-0003");
        c = match(&w);
        assert_int_equal(c.n_new, 1);
        assert_int_equal(c.n_same, 2);
        must_scan(&w, REPORT(OPENSSL("3.0.9-1") "," LODASH, SECRET), "[]");
        c = match(&w);
        assert_int_equal(c.n_gone, 2);
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE fixed_ms IS NOT NULL AND state = 'fixed'"), 2);
        end_world(&w);
}

static void a_marked_base_settles_whose_it_is(void **state) {
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, SECRET), "[]");
        run(&w, "INSERT INTO image(id, name, is_base, first_ms) VALUES('sha256:b', 'ops/base:1', 1, 1)");
        run(&w, "INSERT INTO image_layer(image_id, position, diff_id) VALUES('sha256:b', 0, 'sha256:l0'), ('sha256:b', 1, 'sha256:l1')");
        make_index(&w, NULL);
        (void) match(&w);
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE side = 'base'"), 3);
        assert_str(text(&w, "SELECT base_name FROM image WHERE id = '" IMAGE "'"), "ops/base:1");
        end_world(&w);
}

/* ---- risk ---- */

static size_t count_changed(struct world *w) {
        struct bh_subject_ids ids = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int64_t used = 0;

        assert_int_equal(bh_store_borrow(w->store, &db, &err), 0);
        assert_int_equal(bh_risk_changed(db, w->arena, 0, &used, &ids, &err), 0);
        bh_store_give_back(w->store, &db);
        return ids.len;
}

static int count_it(struct bh_db *db, void *user, struct bh_err *err) {
        uint32_t n = 0;
        int r = bh_risk_count(db, *(struct bh_str *) user, err);

        return r < 0 ? r : bh_risk_vulns(db, 100, &n, err);
}

static void count(struct world *w) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str id = BH_STR(IMAGE);

        if (bh_store_write(w->store, count_it, &id, &err) < 0)
                fail_msg("%s", err.text);
}

static double real(struct world *w, const char *sql) {
        return strtod(bh_arena_cstr(w->arena, text(w, sql)), NULL);
}

static void assert_factors_multiply(struct world *w) {
        struct bh_risk risk;

        assert_int_equal(bh_factors_parse(w->arena, text(w, "SELECT factors FROM finding WHERE vuln_id = 'CVE-2024-0001'"), &risk, NULL), 0);
        assert_true(fabs(risk.score - real(w, "SELECT printf('%.17g', risk) FROM finding WHERE vuln_id = 'CVE-2024-0001'")) < 1e-9);
        assert_true(fabs(risk.high - real(w, "SELECT printf('%.17g', risk_high) FROM finding WHERE vuln_id = 'CVE-2024-0001'")) < 1e-9);
}

static void where_it_runs_makes_its_risk(void **state) {
        const char *risk = "SELECT printf('%.17g', risk) FROM finding WHERE vuln_id = 'CVE-2024-0001'";
        double at_rest, confined, worst;
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, ""), "[]");
        make_index(&w, NULL);
        (void) match(&w);
        count(&w);
        at_rest = real(&w, risk);
        assert_int_equal(count_changed(&w), 0);
        run(&w, "INSERT INTO host(id, name, environment, first_ms, seen_ms) VALUES('host-1', 'h', 'prod', 1, 1)");
        run(&w, "INSERT INTO container(id, host_id, image_id, runtime, state, first_ms, seen_ms) VALUES('c1', 'host-1', '" IMAGE "', 'docker', 'running', 1, 1)");
        assert_int_equal(count_changed(&w), 2); /* the image, and the host, which nobody had counted */
        count(&w);
        confined = real(&w, risk);
        assert_true(confined < at_rest); /* an ordinary user, no capabilities */
        assert_factors_multiply(&w);
        assert_int_equal(count_changed(&w), 0);
        assert_int_equal(number(&w, "SELECT n_containers FROM image"), 1);
        assert_int_equal(number(&w, "SELECT n_containers * 10 + n_hosts FROM vuln WHERE id = 'CVE-2024-0001'"), 11);
        run(&w, "UPDATE container SET privileged = 1, exposed = '0.0.0.0:80->80/tcp'");
        assert_int_equal(count_changed(&w), 1);
        count(&w);
        worst = real(&w, risk);
        assert_true(worst > at_rest);
        assert_str(text(&w, "SELECT container_id FROM finding WHERE vuln_id = 'CVE-2024-0001'"), "c1");
        run(&w, "INSERT INTO incident(title, level, host_id, container_id, first_ms, last_ms) VALUES('a shell', 1, 'host-1', 'c1', 1, 1)");
        assert_int_equal(count_changed(&w), 1);
        count(&w);
        assert_true(real(&w, risk) >= 90 && real(&w, "SELECT risk FROM container") >= 90 && real(&w, "SELECT risk FROM host") >= 90);
        assert_factors_multiply(&w);
        run(&w, "UPDATE incident SET status = 'closed'");
        run(&w, "UPDATE container SET gone_ms = 5");
        assert_int_equal(count_changed(&w), 1);
        count(&w);
        assert_true(fabs(real(&w, risk) - at_rest) < 1e-9);
        assert_int_equal(number(&w, "SELECT n_containers FROM vuln WHERE id = 'CVE-2024-0001'"), 0);
        end_world(&w);
}

static void a_package_in_use_weighs_more_and_says_why(void **state) {
        const char *risk = "SELECT printf('%.17g', risk) FROM finding WHERE vuln_id = 'CVE-2024-0001'";
        double unknown, loaded;
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, ""), "[]");
        make_index(&w, NULL);
        (void) match(&w);
        run(&w, "INSERT INTO container(id, host_id, name, image_id, runtime, state, first_ms, seen_ms) VALUES('c1', 'h', 'web', '" IMAGE "', 'docker', 'running', 1, 1)");
        count(&w);
        unknown = real(&w, risk);
        assert_int_equal(count_changed(&w), 0);
        run(&w, "UPDATE holding SET in_use = 1, used_ms = 7, used_how = 'loaded', used_path = '/usr/lib/libssl.so.3', used_in = 'c1' WHERE location LIKE '%dpkg%'");
        assert_int_equal(count_changed(&w), 1);
        count(&w);
        loaded = real(&w, risk);
        assert_true(loaded > unknown);
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE factors LIKE '%in use: a process of container web has /usr/lib/libssl.so.3 loaded%'"), 1);
        assert_factors_multiply(&w);
        run(&w, "UPDATE holding SET used_how = 'executed', used_path = '/usr/bin/openssl' WHERE in_use = 1");
        count(&w);
        assert_true(real(&w, risk) > loaded);
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE factors LIKE '%in use: /usr/bin/openssl was executed in container web%'"), 1);
        (void) match(&w); /* new advisories keep it */
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding WHERE factors LIKE '%in use: /usr/bin/openssl%'"), 1);
        end_world(&w);
}

static void one_container_among_many_is_not_blamed_for_another(void **state) {
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1"), ""), "[]");
        make_index(&w, NULL);
        (void) match(&w);
        run(&w, "INSERT INTO container(id, host_id, image_id, runtime, privileged, first_ms, seen_ms) VALUES('c1', 'h', '" IMAGE "', 'docker', 0, 1, 1), "
                "('c2', 'h', '" IMAGE "', 'docker', 1, 1, 1)");
        count(&w);
        assert_true(real(&w, "SELECT risk FROM container WHERE id = 'c1'") < real(&w, "SELECT risk FROM container WHERE id = 'c2'"));
        assert_true(fabs(real(&w, "SELECT risk FROM image") - real(&w, "SELECT risk FROM container WHERE id = 'c2'")) < 1e-4);
        end_world(&w);
}

/* ---- how things stand ---- */

static const struct bh_doc *overview(struct world *w, const struct bh_match_state *state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_doc *root = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        if (bh_store_borrow(w->store, &db, &err) < 0 || bh_overview(db, state, 0, 1764439200000, w->arena, &out, &err) < 0)
                fail_msg("%s", err.text);
        bh_store_give_back(w->store, &db);
        assert_int_equal(bh_json_parse(w->arena, bh_arena_str(w->arena, bh_buf_str(&out)), &root, &err), 0);
        return root;
}

static bool has_kind(const struct bh_doc *list, const char *kind) {
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next)
                if (bh_str_is(bh_doc_get_text(d, "kind"), kind))
                        return true;
        return false;
}

static void the_health_score_is_a_hundred_less_its_parts(void **state) {
        struct bh_match_state index = { .present = true, .date_s = 1764439200 };
        double sum = 0, weights = 0, full;
        const struct bh_doc *root;
        struct world w;

        (void) state;
        open_world(&w);
        assert_null(bh_doc_get(overview(&w, &index), "health")); /* there is nothing to be well */
        assert_true(has_kind(bh_doc_get(overview(&w, &(struct bh_match_state){ 0 }), "blind_spots"), "no-advisories"));
        must_scan(&w, REPORT(OPENSSL("3.0.7-1") "," LODASH, SECRET), "[]");
        make_index(&w, NULL);
        (void) match(&w);
        run(&w, "INSERT INTO host(id, name, first_ms, seen_ms) VALUES('host-1', 'h', 1, 1)");
        run(&w, "INSERT INTO container(id, host_id, image_id, runtime, privileged, root, exposed, first_ms, seen_ms) VALUES('c1', 'host-1', '" IMAGE
                "', 'docker', 1, 1, '0.0.0.0:80->80/tcp', 1, 1)");
        run(&w, "INSERT INTO incident(title, level, host_id, container_id, first_ms, last_ms) VALUES('a shell', 2, 'host-1', 'c1', 1, 1)");
        count(&w);
        root = overview(&w, &index);
        for (const struct bh_doc *p = bh_doc_first(bh_doc_path(root, "health.parts")); p; p = p->next) {
                double e = bh_doc_double(bh_doc_get(p, "exposure"), -1);

                assert_true(e >= 0 && e <= 1);
                sum += bh_doc_double(bh_doc_get(p, "lost"), 0);
                weights += bh_doc_double(bh_doc_get(p, "weight"), 0);
        }
        full = bh_doc_double(bh_doc_path(root, "health.score"), 0);
        assert_true(weights == 100 && fabs(100 - sum - full) < 0.1 && full < 60);
        assert_true(has_kind(bh_doc_get(root, "blind_spots"), "hosts-without-agent"));
        assert_true(has_kind(bh_doc_get(root, "steps"), "incident") && has_kind(bh_doc_get(root, "steps"), "base") &&
                    has_kind(bh_doc_get(root, "steps"), "application") && has_kind(bh_doc_get(root, "steps"), "container"));
        assert_int_equal(bh_doc_int(bh_doc_path(root, "counts.findings"), 0), 3);
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(root, "steps")); d && d->next; d = d->next)
                assert_true(bh_doc_double(bh_doc_get(d, "risk"), 0) >= bh_doc_double(bh_doc_get(d->next, "risk"), 0));
        run(&w, "INSERT INTO agent(id, host_id, state, enrolled_ms) VALUES('a', 'host-1', 'here', 1)");
        assert_true(has_kind(bh_doc_get(overview(&w, &index), "blind_spots"), "hosts-unchecked"));
        full = bh_doc_double(bh_doc_path(overview(&w, &index), "health.score"), 0);
        run(&w, "INSERT INTO compliance_host(host_id, done_ms, decided, lost) VALUES('host-1', 1, 100, 0)");
        assert_false(has_kind(bh_doc_get(overview(&w, &index), "blind_spots"), "hosts-unchecked"));
        sum = bh_doc_double(bh_doc_path(overview(&w, &index), "health.score"), 0);
        assert_true(sum > full); /* it is looked at, and nothing fails */
        run(&w, "UPDATE compliance_host SET lost = 50");
        assert_true(fabs(sum - 5 - bh_doc_double(bh_doc_path(overview(&w, &index), "health.score"), 0)) < 0.11); /* half of ten */
        end_world(&w);
}

/* ---- exceptions ---- */

static int except(struct bh_db *db, void *user, struct bh_err *err) {
        uint32_t n = 0;

        return bh_exception_set(db, user, &n, err);
}

static void an_exception_holds_for_the_name_it_was_made_for(void **state) {
        struct bh_exception_in in = { .state = BH_STR_INIT("accepted"), .reason = BH_STR_INIT("not reachable"), .who = BH_STR_INIT("eve"), .until_ms = 5000,
                                      .registry = BH_STR_INIT("reg.a"), .repository = BH_STR_INIT("app"), .now_ms = 2000 };
        struct bh_err err = BH_ERR_NONE;
        struct world w;

        (void) state;
        open_world(&w);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1"), SECRET), "[\"reg.a/app:1\",\"reg.b/app:1\"]");
        in.finding_id = number(&w, "SELECT id FROM finding");
        assert_int_equal(bh_store_write(w.store, except, &in, &err), 0);
        assert_str(text(&w, "SELECT state FROM finding"), "open"); /* the other team's copy has it still */
        in.registry = BH_STR("reg.b");
        assert_int_equal(bh_store_write(w.store, except, &in, &err), 0);
        assert_str(text(&w, "SELECT state || ' ' || state_by FROM finding"), "accepted eve");
        assert_int_equal(number(&w, "SELECT n_findings FROM image"), 0);
        must_scan(&w, REPORT(OPENSSL("3.0.7-1"), SECRET), "[\"reg.c/app:1\"]");
        assert_str(text(&w, "SELECT state FROM finding"), "open"); /* a third name: nobody decided there */
        in.everywhere = true;
        assert_int_equal(bh_store_write(w.store, except, &in, &err), 0);
        assert_str(text(&w, "SELECT state FROM finding"), "accepted");
        assert_int_equal(bh_exceptions_expire(w.store, 4999, &err), 0);
        assert_str(text(&w, "SELECT state FROM finding"), "accepted");
        assert_int_equal(bh_exceptions_expire(w.store, 5000, &err), 0);
        assert_str(text(&w, "SELECT state FROM finding"), "open");
        in.everywhere = false;
        in.registry = BH_STR("reg.none");
        assert_int_equal(bh_store_write(w.store, except, &in, &err), BH_E_FORMAT);
        in.finding_id = 999;
        assert_int_equal(bh_store_write(w.store, except, &in, &err), BH_E_NOTFOUND);
        end_world(&w);
}

/* ---- jobs ---- */

struct jobbing {
        struct bh_arena *arena;
        int64_t now, id;
        struct bh_job job;
        int got;
        const char *why;
        bool may_pass;
};

static int add_job(struct bh_db *db, void *user, struct bh_err *err) {
        struct jobbing *j = user;

        return bh_job_add(db, &(struct bh_job_order){ .kind = "image", .target = BH_STR_INIT("registry:r/a:1"), .now_ms = j->now }, &j->id, err);
}

static int claim_job(struct bh_db *db, void *user, struct bh_err *err) {
        struct jobbing *j = user;

        j->got = bh_job_claim(db, j->now, j->arena, &j->job, err);
        return j->got < 0 ? j->got : 0;
}

static int renew_job(struct bh_db *db, void *user, struct bh_err *err) {
        struct jobbing *j = user;

        return bh_job_renew(db, j->job.id, j->now, err);
}

static int end_job(struct bh_db *db, void *user, struct bh_err *err) {
        struct jobbing *j = user;

        return bh_job_end(db, &j->job, bh_str_of(j->why), j->may_pass, j->now, err);
}

static void a_lease_that_ran_out_is_anybodys_again(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct jobbing j;
        struct world w;
        int64_t first;

        (void) state;
        open_world(&w);
        j = (struct jobbing){ .arena = w.arena, .now = 1000, .why = "" };
        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
        assert_int_equal(j.got, 0);
        assert_int_equal(bh_store_write(w.store, add_job, &j, &err), 0);
        first = j.id;
        assert_int_equal(bh_store_write(w.store, add_job, &j, &err), 0);
        assert_int_equal(j.id, first); /* the same target waits once */
        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
        assert_true(j.got == 1 && j.job.id == first && j.job.tries == 1);
        j.now += BH_JOB_LEASE_MS - 1;
        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
        assert_int_equal(j.got, 0);
        assert_int_equal(bh_store_write(w.store, renew_job, &j, &err), 0);
        j.now += BH_JOB_LEASE_MS - 1;
        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
        assert_int_equal(j.got, 0);
        j.now += 1;
        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
        assert_true(j.got == 1 && j.job.id == first && j.job.tries == 2);
        assert_int_equal(bh_store_write(w.store, end_job, &j, &err), 0);
        assert_str(text(&w, "SELECT state FROM scan_job"), "done");
        end_world(&w);
}

static void what_may_pass_is_tried_three_times(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct jobbing j;
        struct world w;

        (void) state;
        open_world(&w);
        j = (struct jobbing){ .arena = w.arena, .now = 1000, .why = "the network is away", .may_pass = true };
        assert_int_equal(bh_store_write(w.store, add_job, &j, &err), 0);
        for (int i = 1; i <= BH_JOB_TRIES; i++) {
                assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
                assert_true(j.got == 1 && j.job.tries == i);
                assert_int_equal(bh_store_write(w.store, end_job, &j, &err), 0);
                assert_str(text(&w, "SELECT state FROM scan_job"), i < BH_JOB_TRIES ? "queued" : "failed");
                if (i < BH_JOB_TRIES) { /* after a pause */
                        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
                        assert_int_equal(j.got, 0);
                }
                j.now += 60000;
        }
        assert_str(text(&w, "SELECT reason FROM scan_job"), "the network is away");
        j = (struct jobbing){ .arena = w.arena, .now = 900000, .why = "it is no image" };
        assert_int_equal(bh_store_write(w.store, add_job, &j, &err), 0);
        assert_int_equal(bh_store_write(w.store, claim_job, &j, &err), 0);
        assert_int_equal(bh_store_write(w.store, end_job, &j, &err), 0);
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM scan_job WHERE state = 'failed'"), 2);
        end_world(&w);
}

/* ---- size ---- */

static double cpu_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* BULKHEAD_MANY=100000 for the figure in docs/PERFORMANCE.md. */
static void many_findings_come_in_seconds(void **state) {
        unsigned n = getenv("BULKHEAD_MANY") ? (unsigned) strtoul(getenv("BULKHEAD_MANY"), NULL, 10) : 5000;
        struct bh_buf json = { 0 };
        double from;
        struct world w;

        (void) state;
        open_world(&w);
        bh_buf_puts(&json, "{\"target\":{\"name\":\"x\",\"config_digest\":\"" IMAGE "\"},\"packages\":[" OPENSSL("1") "],\"findings\":[");
        for (unsigned i = 0; i < n; i++)
                bh_buf_printf(&json, "%s{\"kind\":\"secret\",\"severity\":\"high\",\"rule\":\"r%u\",\"title\":\"a key of some kind in a file\",\"path\":\"app/%u\",\"layer\":1,"
                              "\"evidence\":\"AKIA****************\",\"fingerprint\":\"%016x\"}", i ? "," : "", i % 100, i, i);
        bh_buf_puts(&json, "]}");
        bh_buf_putc(&json, '\0');
        from = cpu_s();
        must_scan(&w, json.at, "[]");
        if (getenv("BULKHEAD_MANY"))
                print_message("%u findings, %zu bytes: %.2f s of CPU\n", n, json.len, cpu_s() - from);
        if (!BH_UNIT_SANITIZED)
                assert_true(cpu_s() - from < 10.0 * n / 100000 + 1);
        from = cpu_s();
        must_scan(&w, json.at, "[]");
        if (getenv("BULKHEAD_MANY"))
                print_message("again: %.2f s of CPU\n", cpu_s() - from);
        assert_int_equal(number(&w, "SELECT COUNT(*) FROM finding"), n);
        bh_buf_done(&json);
        end_world(&w);
}

BH_UNIT_MAIN(a_report_becomes_rows, the_same_report_again_changes_nothing_and_a_thinner_one_takes_away, a_report_that_lies_leaves_nothing,
             names_are_taken_apart, a_match_writes_what_changed_alone, a_marked_base_settles_whose_it_is, where_it_runs_makes_its_risk, a_package_in_use_weighs_more_and_says_why,
             one_container_among_many_is_not_blamed_for_another, the_health_score_is_a_hundred_less_its_parts, an_exception_holds_for_the_name_it_was_made_for,
             a_lease_that_ran_out_is_anybodys_again, what_may_pass_is_tried_three_times, many_findings_come_in_seconds)
