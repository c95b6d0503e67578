/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/shelf.h"

#include <pthread.h>
#include <string.h>

#include "fmt/json.h"
#include "manage/alerts.h"
#include "manage/incidents.h"
#include "manage/intake.h"
#include "manage/suppress.h"

#define MINUTE 60000ll
#define NOW (1000 * MINUTE)

struct world {
        struct shelf shelf;
        struct bh_manage *manage;
        pthread_mutex_t lock;
        char live[16384]; /* under the lock */
        uint64_t seq;
};

static void hear(void *user, const char *topic, struct bh_str json) {
        struct world *w = user;
        size_t n = strlen(w->live);

        (void) pthread_mutex_lock(&w->lock);
        (void) snprintf(w->live + n, sizeof w->live - n, "%s %.*s\n", topic, BH_FMT(json));
        (void) pthread_mutex_unlock(&w->lock);
}

static struct world *world_new(void) {
        struct world *w = calloc(1, sizeof *w);
        struct bh_err err = BH_ERR_NONE;

        assert_non_null(w);
        w->shelf = shelf_new();
        (void) pthread_mutex_init(&w->lock, NULL);
        if (bh_manage_open(&(struct bh_manage_opts){ .store = w->shelf.store, .state_dir = w->shelf.dir, .live = hear, .user = w }, &w->manage, &err) < 0)
                fail_msg("%s", err.text);
        shelf_do(&w->shelf, "INSERT INTO host(id, name, first_ms, seen_ms) VALUES('h1', 'node-1', 1, 1)");
        shelf_do(&w->shelf, "INSERT INTO container(id, host_id, name, image_id, image_ref, first_ms, seen_ms) VALUES('c1', 'h1', 'web-1', 'sha256:aa', 'shop/web:3', 1, 1)");
        return w;
}

static void world_done(struct world *w) {
        bh_manage_close(&w->manage);
        shelf_done(&w->shelf);
        (void) pthread_mutex_destroy(&w->lock);
        free(w);
}

struct post {
        struct world *w;
        const char *body;
        uint64_t seq;
        int64_t at_ms;
        int r;
};

static int post_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct post *p = user;
        struct bh_arena *arena = bh_arena_new();
        const struct bh_sender from = { BH_STR("agent"), BH_STR("h1"), 77, NOW, p->w->manage };
        struct bh_item item = { .seq = p->seq, .kind = BH_ITEM_ALERT, .at_ms = p->at_ms, .text = bh_str_of(p->body) };
        int r = bh_json_parse(arena, item.text, &item.body, err);

        r = r < 0 ? r : bh_intake_alert(db, &from, &item, arena, err);
        bh_arena_free(&arena);
        return r;
}

static int post_as(struct world *w, uint64_t seq, int64_t at_ms, const char *body) {
        struct post p = { w, body, seq, at_ms, 0 };
        struct bh_err err = BH_ERR_NONE;

        return bh_store_write(w->shelf.store, post_fn, &p, &err);
}

static void post(struct world *w, int64_t at_ms, const char *body) {
        assert_int_equal(post_as(w, ++w->seq, at_ms, body), 0);
}

#define ALERT(rule, priority, container, tags)                                                                                          \
        "{\"alert\":{\"rule\":\"" rule "\",\"priority\":\"" priority "\",\"source\":\"syscall\",\"output\":\"o\",\"tags\":[" tags "],"   \
        "\"output_fields\":{\"proc.name\":\"sh\",\"fd.sip\":\"203.0.113.9\",\"user.uid\":33}},\"container\":{" container "},"            \
        "\"process\":{\"pid\":9,\"exe\":\"/bin/sh\",\"cmdline\":\"sh -i\",\"lineage\":[{\"pid\":7,\"exe\":\"/usr/sbin/nginx\"}]}}"
#define WEB "\"id\":\"c1\""

static void alerts_of_one_container_are_one_incident_named_after_the_gravest(void **state) {
        struct world *w = world_new();

        (void) state;
        post(w, NOW, ALERT("Shell in a container", "Notice", WEB, "\"mitre_execution\",\"T1059.004\""));
        post(w, NOW + 2 * MINUTE, ALERT("Reverse shell", "Critical", WEB, "\"mitre_command_and_control\",\"T1059.004\""));
        post(w, NOW - MINUTE, ALERT("Shell in a container", "Notice", WEB, "\"mitre_execution\",\"T1059.004\""));
        post(w, NOW + 20 * MINUTE, ALERT("Shell in a container", "Notice", WEB, ""));
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM incident"), 2);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM incident WHERE id = 1 AND title = 'Reverse shell in web-1' AND rule = 'Reverse shell' AND level = 2 "
                                              "AND n_alerts = 3 AND image_id = 'sha256:aa' AND last_ms - first_ms = 180000 AND tactics = '[\"TA0002\",\"TA0011\"]' "
                                              "AND techniques = '[\"T1059.004\"]' AND status = 'open'"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM container WHERE id = 'c1'"), 4);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM host"), 4);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM alert WHERE incident_id = 1 AND image_id = 'sha256:aa' AND fields LIKE '%203.0.113.9%'"), 3);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT SUM(n) FROM alert_hour WHERE rule = 'Shell in a container'"), 3);
        world_done(w);
}

static void a_container_of_another_host_is_not_touched(void **state) {
        struct world *w = world_new();

        (void) state;
        shelf_do(&w->shelf, "INSERT INTO host(id, name, first_ms, seen_ms) VALUES('h2', 'node-2', 1, 1)");
        shelf_do(&w->shelf, "UPDATE container SET host_id = 'h2', n_alerts = 7");
        post(w, NOW, ALERT("Reverse shell", "Critical", WEB, ""));
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM container"), 7);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM alert WHERE host_id = 'h1' AND container_id = 'c1' AND image_id = ''"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM host WHERE id = 'h1'"), 1);
        world_done(w);
}

static void what_is_sent_twice_is_stored_once(void **state) {
        struct world *w = world_new();

        (void) state;
        assert_int_equal(post_as(w, 5, NOW, ALERT("R", "Error", WEB, "")), 0);
        assert_int_equal(post_as(w, 5, NOW, ALERT("R", "Error", WEB, "")), 0);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM alert"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM incident"), 1);
        world_done(w);
}

static void an_alert_that_lies_is_refused_and_one_of_an_unknown_container_is_not(void **state) {
        struct world *w = world_new();

        (void) state;
        assert_int_equal(post_as(w, 1, NOW, "{}"), BH_E_FORMAT);
        assert_int_equal(post_as(w, 2, NOW, "{\"alert\":{\"rule\":\"R\",\"priority\":\"Loud\"}}"), BH_E_FORMAT);
        assert_int_equal(post_as(w, 3, NOW, "{\"alert\":{\"rule\":\"\"}}"), BH_E_FORMAT);
        post(w, NOW, ALERT("R", "Error", "\"id\":\"c9\",\"name\":\"new\",\"image\":\"x:1\"", ""));
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM container WHERE id = 'c9' AND name = 'new' AND n_alerts = 1"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM incident WHERE title = 'R in new'"), 1);
        world_done(w);
}

static void on_the_host_the_lineage_decides(void **state) {
        struct world *w = world_new();

        (void) state;
        post(w, NOW, ALERT("R", "Error", "", ""));
        post(w, NOW, ALERT("S", "Error", "", ""));
        post(w, NOW, "{\"alert\":{\"rule\":\"T\",\"priority\":\"Error\"},\"process\":{\"pid\":99,\"exe\":\"/bin/x\"}}");
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM incident"), 2);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM incident WHERE lineage = '7 /usr/sbin/nginx' AND title = 'R on node-1'"), 2);
        world_done(w);
}

static void news_is_told_when_it_is_durable(void **state) {
        struct world *w = world_new();
        bool there = false;

        (void) state;
        post(w, NOW, ALERT("Reverse shell", "Critical", WEB, ""));
        for (int i = 0; i < 300 && !there; i++) {
                (void) usleep(10000);
                (void) pthread_mutex_lock(&w->lock);
                there = strstr(w->live, "alerts {\"id\":1,") && strstr(w->live, "incidents {\"id\":1,") && strstr(w->live, "\"title\":\"Reverse shell in web-1\"");
                (void) pthread_mutex_unlock(&w->lock);
        }
        assert_true(there);
        world_done(w);
}

/* ---- suppressions ---- */

static int apply_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct bh_suppression s = { .id = 1, .until_ms = NOW + MINUTE, .condition = BH_STR("proc.name = sh and fd.sip = 203.0.113.9") };
        int r = bh_suppression_open(&s, err);

        r = r < 0 ? r : bh_suppression_apply_back(db, &s, NOW, user, err);
        bh_suppression_close(&s);
        return r;
}

static void a_suppression_hides_what_comes_and_what_came_until_its_end(void **state) {
        struct world *w = world_new();
        struct bh_suppressed_back back = { 0 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        post(w, NOW, ALERT("R", "Error", WEB, ""));
        shelf_do(&w->shelf, "INSERT INTO suppression(condition, reason, owner, made_ms, until_ms) VALUES('proc.name = sh and fd.sip = 203.0.113.9', 'r', 'o', 1, 60060000)");
        bh_alerts_refresh(w->manage);
        post(w, NOW, ALERT("R", "Error", WEB, ""));
        assert_int_equal(shelf_ask(&w->shelf, "SELECT suppressed FROM alert WHERE id = 2 AND incident_id IS NULL"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM incident"), 1);
        if (bh_store_write(w->shelf.store, apply_fn, &back, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(back.hidden, 1);
        assert_int_equal(back.closed, 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM incident WHERE status = 'closed' AND n_alerts = 0"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM incident_note"), 1);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_alerts FROM container WHERE id = 'c1'"), 0);
        assert_int_equal(shelf_ask(&w->shelf, "SELECT n_hidden FROM suppression"), 2);
        shelf_do(&w->shelf, "UPDATE suppression SET until_ms = 59999999");
        bh_alerts_refresh(w->manage);
        post(w, NOW, ALERT("R", "Error", WEB, ""));
        assert_int_equal(shelf_ask(&w->shelf, "SELECT count(*) FROM alert WHERE id = 3 AND suppressed IS NULL AND incident_id = 2"), 1);
        world_done(w);
}

static void all_that_a_suppression_says_must_fit(void **state) {
        const struct bh_str tags[] = { BH_STR("T1059"), BH_STR("shell") };
        struct bh_stored_alert a = { .rule = BH_STR("Shell in a container"), .container_id = BH_STR("0123456789abcdef"), .container_name = BH_STR("web-1"),
                                     .image = BH_STR("shop/web:3"), .namespace = BH_STR("prod"), .level = 4, .tags = tags, .n_tags = 2 };
        static const struct {
                const char *condition, *rule, *image, *container, *namespace;
                bool hides;
        } rows[] = {
                { "", "Shell*", "", "", "", true },
                { "", "Shell*", "shop/*", "web-*", "prod", true },
                { "", "Shell*", "shop/*", "web-*", "dev", false },
                { "", "", "", "0123456789ab", "", true },
                { "", "", "", "0123", "", false },
                { "alert.tags intersects (shell, x)", "", "", "", "", true },
                { "alert.level <= 3", "", "", "", "", false },
                { "alert.priority = Warning and container.id != host", "", "", "", "", true },
                { "proc.name = sh", "", "", "", "", false }, /* it has no such field */
        };
        struct bh_err err = BH_ERR_NONE;
        struct bh_suppression bad = { .condition = BH_STR("proc.nmae = sh") }, none = { .id = 1 };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_suppression s = { .condition = bh_str_of(rows[i].condition), .rule = bh_str_of(rows[i].rule), .image = bh_str_of(rows[i].image),
                                            .container = bh_str_of(rows[i].container), .namespace = bh_str_of(rows[i].namespace) };

                if (bh_suppression_open(&s, &err) < 0)
                        fail_msg("%zu: %s", i, err.text);
                if (bh_suppression_hides(&s, &a) != rows[i].hides)
                        fail_msg("row %zu", i);
                bh_suppression_close(&s);
        }
        assert_int_equal(bh_suppression_open(&bad, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, "proc.name"));
        assert_int_equal(bh_suppression_open(&none, &err), BH_E_FORMAT);
}

BH_UNIT_MAIN(alerts_of_one_container_are_one_incident_named_after_the_gravest, a_container_of_another_host_is_not_touched, what_is_sent_twice_is_stored_once,
             an_alert_that_lies_is_refused_and_one_of_an_unknown_container_is_not, on_the_host_the_lineage_decides, news_is_told_when_it_is_durable,
             a_suppression_hides_what_comes_and_what_came_until_its_end, all_that_a_suppression_says_must_fit)
