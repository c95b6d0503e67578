/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/shelf.h"

#include <string.h>
#include <sys/stat.h>

#include "fmt/json.h"
#include "manage/integrations.h"
#include "manage/outbox.h"
#include "sys/fd.h"

struct world {
        struct shelf shelf;
        struct bh_manage *manage;
        struct bh_arena *arena;
};

static struct world world_new(void) {
        struct world w = { .shelf = shelf_new(), .arena = bh_arena_new() };

        return w;
}

static void world_open(struct world *w) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_manage_open(&(struct bh_manage_opts){ .store = w->shelf.store, .state_dir = w->shelf.dir }, &w->manage, &err) < 0)
                fail_msg("%s", err.text);
}

static const char *in_dir(struct world *w, const char *name) {
        return bh_arena_printf(w->arena, "%s/%s", w->shelf.dir, name).at;
}

static void world_done(struct world *w) {
        bh_manage_close(&w->manage);
        (void) unlink(in_dir(w, "exports/findings.jsonl"));
        (void) rmdir(in_dir(w, "exports"));
        shelf_done(&w->shelf);
        bh_arena_free(&w->arena);
}

static void add_alert(struct world *w, int i, int level, const char *fields) {
        shelf_do(&w->shelf, bh_arena_printf(w->arena,
                                            "INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level, fields) "
                                            "VALUES('a', 1, %d, 'h', %d, 1, 'Rule %d', %d, '%s')",
                                            i, i, i, level, fields)
                                    .at);
}

static size_t lines_of(struct world *w, const char *path) {
        struct bh_str text = { 0 }, line;
        size_t n = 0;

        if (bh_fd_read_file(w->arena, path, 1 << 20, &text, NULL) < 0)
                return 0;
        while (bh_str_split(&text, '\n', &line))
                n++;
        return n;
}

static void wait_for(struct world *w, const char *sql, int64_t what) {
        for (int i = 0; i < 500; i++) {
                if (shelf_ask(&w->shelf, sql) == what)
                        return;
                (void) usleep(10000);
        }
        fail_msg("%s: never %lld", sql, (long long) what);
}

static void what_fits_the_filter_is_told_once_and_the_mark_stays(void **state) {
        struct world w = world_new();

        (void) state;
        shelf_do(&w.shelf, "INSERT INTO integration(name, kind, least_level, condition, made_ms, changed_ms) VALUES('f', 'ocsf_file', 4, 'proc.name = nc', 1, 1)");
        add_alert(&w, 1, 2, "{\"proc.name\":\"nc\"}");
        add_alert(&w, 2, 2, "{\"proc.name\":\"sh\"}");
        add_alert(&w, 3, 5, "{\"proc.name\":\"nc\"}");
        world_open(&w);
        wait_for(&w, "SELECT alert_mark FROM integration", 3);
        assert_int_equal(shelf_ask(&w.shelf, "SELECT n_sent FROM integration"), 1);
        assert_int_equal(lines_of(&w, in_dir(&w, "exports/findings.jsonl")), 1);
        bh_manage_close(&w.manage);
        add_alert(&w, 4, 1, "{\"proc.name\":\"nc\"}");
        world_open(&w);
        wait_for(&w, "SELECT alert_mark FROM integration", 4);
        assert_int_equal(lines_of(&w, in_dir(&w, "exports/findings.jsonl")), 2);
        world_done(&w);
}

static void a_receiver_that_is_not_there_keeps_its_alerts_and_says_why(void **state) {
        struct world w = world_new();

        (void) state;
        shelf_do(&w.shelf, "INSERT INTO integration(name, kind, config, made_ms, changed_ms) VALUES('s', 'syslog', '{\"host\":\"127.0.0.1\",\"port\":1,\"transport\":\"tcp\"}', 1, 1)");
        add_alert(&w, 1, 2, "{}");
        world_open(&w);
        wait_for(&w, "SELECT CASE WHEN n_failures > 0 THEN 1 ELSE 0 END FROM integration", 1);
        assert_int_equal(shelf_ask(&w.shelf, "SELECT alert_mark FROM integration"), 0);
        assert_int_equal(shelf_ask(&w.shelf, "SELECT count(*) FROM integration WHERE last_error LIKE '%127.0.0.1:1%' AND n_sent = 0"), 1);
        world_done(&w);
}

/* What may wait is bounded: the oldest go, and are counted. */
static void what_is_too_much_is_dropped_and_counted(void **state) {
        struct world w = world_new();
        struct bh_integration what = { .alerts = true, .least_level = 7 };
        struct bh_outbox o = { .integration = 1, .what = &what };
        struct bh_outbox_batch b = { .arena = w.arena };
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        (void) state;
        shelf_do(&w.shelf, "INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level) "
                           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100010) SELECT 'a', 1, i, 'h', i, 1, 'r', 2 FROM n");
        assert_int_equal(bh_store_borrow(w.shelf.store, &db, &err), 0);
        assert_int_equal(bh_outbox_read(db, &o, 5, &b, &err), 1);
        bh_store_give_back(w.shelf.store, &db);
        assert_int_equal(b.dropped, 10);
        assert_int_equal(b.news.len, 5);
        assert_int_equal(b.news.at[0].alert->id, 11);
        assert_int_equal(b.alert_to, 15);
        /* All were deleted, and numbers begin anew: so does the mark. */
        shelf_do(&w.shelf, "DELETE FROM alert WHERE id > 3");
        o.alert_mark = 100010;
        b = (struct bh_outbox_batch){ .arena = w.arena };
        assert_int_equal(bh_store_borrow(w.shelf.store, &db, &err), 0);
        assert_int_equal(bh_outbox_read(db, &o, 5, &b, &err), 1);
        bh_store_give_back(w.shelf.store, &db);
        assert_int_equal(b.news.len, 3);
        shelf_done(&w.shelf);
        bh_arena_free(&w.arena);
}

static void settings_are_checked_by_their_table(void **state) {
        static const struct {
                const char *kind, *config, *secrets, *condition, *says; /* NULL: fine */
        } rows[] = {
                { "syslog", "{\"host\":\"x\"}", "{}", "", NULL },
                { "syslog", "{}", "{}", "", "\"host\" is needed" },
                { "syslog", "{\"host\":\"x\",\"transprt\":\"udp\"}", "{}", "", "did you mean \"transport\"?" },
                { "syslog", "{\"host\":\"x\",\"transport\":\"tsl\"}", "{}", "", "did you mean \"tls\"?" },
                { "syslog", "{\"host\":\"x\",\"port\":70000}", "{}", "", "from 1 to 65535" },
                { "syslog", "{\"host\":\"x\",\"app\":\"a b\"}", "{}", "", "\"app\"" },
                { "syslog", "{\"host\":\"x\\ny\"}", "{}", "", "one line" },
                { "webhook", "{}", "{\"url\":\"https://x/\",\"secret\":\"s\"}", "", NULL },
                { "webhook", "{\"url\":\"https://x/\"}", "{}", "", "belongs among the secrets" },
                { "webhook", "{}", "{\"url\":\"ftp://x/\"}", "", "https://" },
                { "email", "{\"host\":\"x\",\"from\":\"a@b\",\"to\":\"c@d, e@f\"}", "{}", "", NULL },
                { "email", "{\"host\":\"x\",\"from\":\"a@b\",\"to\":\"c@d, <e@f>\"}", "{}", "", "no address" },
                { "elasticsearch", "{\"url\":\"https://x\",\"index\":\"Big\"}", "{}", "", "\"index\"" },
                { "ocsf_file", "{\"name\":\"../x\"}", "{}", "", "\"name\"" },
                { "ocsf_file", "{\"name\":\"x.jsonl\"}", "{}", "proc.nmae = x", "proc.name" },
                { "pigeon", "{}", "{}", "", "no kind" },
        };
        struct world w = world_new();

        (void) state;
        world_open(&w);
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                const struct bh_integration in = { .kind = bh_str_of(rows[i].kind), .config = bh_str_of(rows[i].config), .secrets = bh_str_of(rows[i].secrets),
                                                   .condition = bh_str_of(rows[i].condition) };
                struct bh_err err = BH_ERR_NONE;
                int r = bh_integration_check(w.manage, &in, &err);

                if ((r >= 0) != (rows[i].says == NULL) || (rows[i].says && !strstr(err.text, rows[i].says)))
                        fail_msg("row %zu: %d %s", i, r, err.text);
        }
        world_done(&w);
}

static void a_secret_opens_for_its_row_after_a_restart_too(void **state) {
        struct world w = world_new();
        struct bh_str sealed = { 0 }, plain = BH_STR("x"), nothing = BH_STR("x");
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        world_open(&w);
        assert_int_equal(bh_manage_seal(w.manage, BH_STR("registry:1:password"), BH_STR("let me in"), w.arena, &sealed, &err), 0);
        assert_int_equal(bh_manage_seal(w.manage, BH_STR("registry:1:password"), BH_STR(""), w.arena, &nothing, &err), 0);
        assert_int_equal(nothing.len, 0);
        bh_manage_close(&w.manage);
        world_open(&w);
        assert_int_equal(bh_manage_unseal(w.manage, BH_STR("registry:1:password"), sealed, w.arena, &plain, &err), 0);
        assert_str(plain, "let me in");
        assert_int_equal(bh_manage_unseal(w.manage, BH_STR("registry:2:password"), sealed, w.arena, &plain, &err), BH_E_DENIED);
        assert_int_equal(bh_manage_unseal(w.manage, BH_STR("registry:2:password"), nothing, w.arena, &plain, &err), 0);
        assert_int_equal(plain.len, 0);
        world_done(&w);
}

BH_UNIT_MAIN(what_fits_the_filter_is_told_once_and_the_mark_stays, a_receiver_that_is_not_there_keeps_its_alerts_and_says_why,
             what_is_too_much_is_dropped_and_counted, settings_are_checked_by_their_table, a_secret_opens_for_its_row_after_a_restart_too)
