/* SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"

#include "base/text.h"
#include "store/retention.h"

#define DAY 86400000ll
#define NOW (20000 * DAY + 5000)

static struct bh_retention_run apply(struct shelf *s, int64_t now_ms) {
        struct bh_retention_run run = { 0 };
        struct bh_err err = BH_ERR_NONE;

        if (bh_retention_apply(s->store, now_ms, NULL, NULL, &run, &err) < 0)
                fail_msg("%s", err.text);
        return run;
}

struct want {
        const char *name;
        int64_t days, rows;
};

static int set_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct want *w = user;

        return bh_retention_set(db, bh_str_of(w->name), w->days, w->rows, err);
}

static int set(struct shelf *s, const char *name, int64_t days, int64_t rows, struct bh_err *err) {
        struct want w = { name, days, rows };

        return bh_store_write(s->store, set_fn, &w, err);
}

static void must_set(struct shelf *s, const char *name, int64_t days, int64_t rows) {
        struct bh_err err = BH_ERR_NONE;

        if (set(s, name, days, rows, &err) < 0)
                fail_msg("%s", err.text);
}

/* 3,000 alerts, the newest now, each a tenth of a day older than the one before. */
static void put_alerts(struct shelf *s) {
        shelf_do(s, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<2999) INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level)"
                    " SELECT 'a', 1, i, 'h', 20000 * 86400000 + 5000 - i * 8640000, 0, 'r', i % 3 FROM n");
}

static void what_is_too_old_goes_and_is_counted(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = shelf_new();
        struct bh_retention_run run;

        (void) state;
        put_alerts(&s);
        must_set(&s, "alerts", 10, 0);
        run = apply(&s, NOW);
        assert_int_equal(run.deleted, 2899);
        assert_true(run.slices > 5);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM alert"), 101);
        assert_int_equal(shelf_ask(&s, "SELECT deleted FROM retention WHERE name='alerts'"), 2899);
        assert_int_equal(shelf_ask(&s, "SELECT last_deleted FROM retention WHERE name='alerts'"), 2899);
        run = apply(&s, NOW + DAY);
        assert_int_equal(run.deleted, 10);
        assert_int_equal(shelf_ask(&s, "SELECT deleted FROM retention WHERE name='alerts'"), 2909);
        assert_int_equal(shelf_ask(&s, "SELECT last_deleted FROM retention WHERE name='alerts'"), 10);
        shelf_done(&s);
}

static void what_is_too_much_goes_oldest_first(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        put_alerts(&s);
        must_set(&s, "alerts", 0, 1000);
        assert_int_equal(apply(&s, NOW).deleted, 2000);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM alert"), 1000);
        assert_int_equal(shelf_ask(&s, "SELECT max(seq) FROM alert"), 999);
        must_set(&s, "alerts", 20, 500); /* both: the smaller of what each leaves */
        assert_int_equal(apply(&s, NOW).deleted, 799);
        assert_int_equal(shelf_ask(&s, "SELECT max(seq) FROM alert"), 200);
        must_set(&s, "alerts", 0, 0);
        assert_int_equal(apply(&s, NOW).deleted, 0);
        shelf_done(&s);
}

static void only_what_is_over_goes_however_old(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        shelf_do(&s, "INSERT INTO incident(id, title, level, host_id, first_ms, last_ms, status) VALUES(1, 't', 1, 'h', 1, 1, 'open'), (2, 't', 1, 'h', 1, 1, 'closed'),"
                     " (3, 't', 1, 'h', 1, 1, 'working'), (4, 't', 1, 'h', 1, 1, 'false-alarm')");
        shelf_do(&s, "INSERT INTO incident_note(incident_id, text, at_ms) VALUES(1, 'x', 1), (2, 'y', 1), (2, 'z', 1)");
        shelf_do(&s, "INSERT INTO finding(subject, kind, fingerprint, state, first_ms, seen_ms, fixed_ms) VALUES('i', 'secret', 'a', 'open', 1, 1, NULL),"
                     " ('i', 'secret', 'b', 'fixed', 1, 1, 1), ('i', 'secret', 'c', 'accepted', 1, 1, 1)");
        shelf_do(&s, "INSERT INTO asset(host_id, kind, key, first_ms, seen_ms, gone_ms) VALUES('h', 'port', 'a', 1, 1, NULL), ('h', 'port', 'b', 1, 1, 1)");
        shelf_do(&s, "INSERT INTO container(id, host_id, first_ms, seen_ms, gone_ms) VALUES('a', 'h', 1, 1, NULL), ('b', 'h', 1, 1, 1)");
        assert_int_equal(apply(&s, NOW).deleted, 5);
        assert_int_equal(shelf_ask(&s, "SELECT sum(id) FROM incident"), 4);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM incident_note"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM finding"), 2);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset WHERE gone_ms IS NULL"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM container"), 1);
        shelf_done(&s);
}

static void the_audit_log_has_a_floor(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(set(&s, "audit", 364, 0, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "audit: at least 365 days are kept");
        assert_int_equal(set(&s, "audit", 400, 10, &err), BH_E_FORMAT);
        assert_int_equal(set(&s, "audit", 365, 0, &err), 0);
        assert_int_equal(set(&s, "audit", 0, 0, &err), 0);
        shelf_do(&s, "UPDATE retention SET keep_days=1, keep_rows=1 WHERE name='audit'"); /* past us */
        shelf_do(&s, "INSERT INTO audit(at_ms, person, action, hash) VALUES((20000 - 400) * 86400000, 'p', 'a', ''), ((20000 - 364) * 86400000, 'p', 'a', ''),"
                     " (20000 * 86400000, 'p', 'a', '')");
        assert_int_equal(apply(&s, NOW).deleted, 1);
        shelf_do(&s, "INSERT INTO audit(at_ms, person, action, hash) VALUES((unixepoch() - 364 * 86400) * 1000, 'p', 'young', '')");
        assert_int_equal(bh_store_write(s.store, shelf_script_fn, (void *) (uintptr_t) "DELETE FROM audit WHERE action='young'", &err), BH_E_DENIED); /* nor anybody else */
        shelf_done(&s);
}

static void wrong_settings_are_told_off(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(set(&s, "alert", 1, 1, &err), BH_E_NOTFOUND);
        assert_string_equal(err.text, "nothing is kept by the name 'alert'; did you mean 'alerts'?");
        assert_int_equal(set(&s, "alerts", -1, 0, &err), BH_E_FORMAT);
        assert_int_equal(set(&s, "alerts", 0, -1, &err), BH_E_FORMAT);
        assert_int_equal(set(&s, "alerts", 36501, 0, &err), BH_E_FORMAT);
        shelf_done(&s);
}

static bool at_once(void *user) {
        (void) user;
        return true;
}

static void it_stops_when_it_is_told(void **state) {
        struct shelf s = shelf_new();
        struct bh_retention_run run = { 0 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        put_alerts(&s);
        assert_int_equal(bh_retention_apply(s.store, NOW, at_once, NULL, &run, &err), 0);
        assert_int_equal(run.deleted, 0);
        shelf_done(&s);
}

static void a_file_that_lost_much_becomes_smaller(void **state) {
        struct shelf s = shelf_new();
        int64_t before;

        (void) state;
        assert_int_equal(shelf_ask(&s, "PRAGMA auto_vacuum"), 2);
        shelf_do(&s, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<999) INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level, output)"
                     " SELECT 'a', 1, i, 'h', i, 0, 'r', 1, zeroblob(100000) FROM n");
        before = shelf_ask(&s, "PRAGMA page_count");
        assert_true(before > 24000);
        assert_int_equal(apply(&s, NOW).deleted, 1000);
        assert_true(shelf_ask(&s, "PRAGMA page_count") < before - 7000);
        assert_true(shelf_ask(&s, "PRAGMA freelist_count") <= 16384);
        shelf_done(&s);
}

static void a_day_has_its_numbers_and_keeps_them(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        put_alerts(&s);
        shelf_do(&s, "INSERT INTO finding(subject, kind, fingerprint, state, severity, first_ms, seen_ms) VALUES('i', 'secret', 'a', 'open', 5, 1, 1),"
                     " ('i', 'secret', 'b', 'open', 5, 1, 1), ('i', 'secret', 'c', 'fixed', 4, 1, 1)");
        shelf_do(&s, "INSERT INTO host(id, first_ms, seen_ms, risk) VALUES('h', 1, 1, 30), ('i', 1, 1, 50)");
        assert_int_equal(bh_trend_note(s.store, NOW, &err), 0);
        assert_int_equal(shelf_ask(&s, "SELECT value FROM trend WHERE day=20000 AND name='findings.severity.critical'"), 2);
        assert_int_equal(shelf_ask(&s, "SELECT value FROM trend WHERE day=20000 AND name='alerts'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT value FROM trend WHERE day=20000 AND name='risk.hosts'"), 40);
        shelf_do(&s, "UPDATE finding SET state='fixed', fixed_ms=20000 * 86400000 + 86400000");
        shelf_do(&s, "INSERT INTO trend(day, name, value) VALUES(20000, 'health', 7)");
        assert_int_equal(bh_trend_note(s.store, NOW, &err), 0);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM trend WHERE day=20000 AND name LIKE 'findings.severity.%'"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT value FROM trend WHERE day=20000 AND name='health'"), 7);
        assert_int_equal(bh_trend_note(s.store, NOW + DAY, &err), 0);
        assert_int_equal(shelf_ask(&s, "SELECT value FROM trend WHERE day=20001 AND name='findings.fixed'"), 3);
        assert_int_equal(shelf_ask(&s, "SELECT value FROM trend WHERE day=20000 AND name='alerts'"), 1);
        shelf_done(&s);
}

BH_UNIT_MAIN(what_is_too_old_goes_and_is_counted, what_is_too_much_goes_oldest_first, only_what_is_over_goes_however_old, the_audit_log_has_a_floor,
             wrong_settings_are_told_off, it_stops_when_it_is_told, a_file_that_lost_much_becomes_smaller, a_day_has_its_numbers_and_keeps_them)
