/* SPDX-License-Identifier: Apache-2.0 */
/* The inspection report of all hosts, of one host, one image or one team, or of what somebody's teams own: read from the database as the writer asks for it. */
#include "base/vec.h"
#include "comply/report/inspect.h"
#include "fmt/json.h"
#include "manage/compliance.h"
#include "manage/teams.h"

enum { GONE_MOST = 1000 };

/* Whose rows: ?1 is the person, 0 for all; ?2 the host, empty for all; ?3 the image, likewise; ?4 the team, likewise. `of`: how a row is of images. */
#define SCOPE_BY(of)                                                                                                     \
        "(?2 = '' OR r.host_id = ?2) AND (?1 = 0 OR " of("r", BH_TEAMS_IMAGES) ") AND (?3 = '' OR " of("r", "?3") ") AND " \
        "(?4 = 0 OR " of("r", "SELECT ot.image_id FROM team_image ot WHERE ot.team_id = ?4") ")"
#define SCOPE SCOPE_BY(BH_COMPLIANCE_OF_IMAGES)
enum { SCOPE_ARGS = 4, MOST_ARGS = SCOPE_ARGS + 3 };

struct texts {
        struct bh_str id;
        struct bh_both title, why, ask;
        unsigned level;
        struct bh_check_ref *refs;
        size_t n_refs;
};

struct place {
        struct bh_str host_id, container_id, namespace, workload;
};

struct reading {
        struct bh_db *db;
        const struct bh_compliance_report_in *in;
        struct bh_arena *arena, *scratch; /* of the report; of one row */
        struct texts check;               /* that was read last; in the arena `texts` */
        struct bh_arena *texts;
        BH_VEC(struct place) places;      /* of workloads */
        BH_VEC(struct bh_inspect_workload) workloads;
        BH_VEC(struct bh_inspect_host) hosts;
        BH_VEC(struct bh_inspect_part) benchmarks;
        BH_VEC(struct bh_inspect_figure) figures;
        BH_VEC(struct bh_gap) gaps;
        BH_VEC(struct bh_str) gone;
};

static struct bh_args scope(const struct reading *x, struct bh_arg args[MOST_ARGS]) {
        args[0] = bh_arg_int(x->in->mine);
        args[1] = bh_arg_text(x->in->host_id.len ? x->in->host_id : BH_STR(""));
        args[2] = bh_arg_text(x->in->image_id.len ? x->in->image_id : BH_STR(""));
        args[3] = bh_arg_int(x->in->team_id);
        return (struct bh_args){ args, SCOPE_ARGS };
}

/* ---- sums ---- */

static void add(struct bh_comply_count *c, enum bh_comply_state state, bool excepted, uint64_t n, uint64_t weight) {
        c->by_state[state] += (uint32_t) n;
        c->excepted += excepted ? (uint32_t) n : 0;
        if (state == BH_COMPLY_PASS || state == BH_COMPLY_FAIL)
                c->decided += weight;
        if (state == BH_COMPLY_FAIL && !excepted)
                c->lost += weight;
}

static int category_of(struct bh_str word) {
        int c = 0;

        while (c < _BH_COMPLY_CATEGORY_MAX - 1 && !bh_str_is(word, bh_comply_category_str((enum bh_comply_category) c)))
                c++;
        return c;
}

static enum bh_comply_severity severity_of(int64_t s) {
        return (enum bh_comply_severity) BH_MIN(BH_MAX(s, 0), _BH_COMPLY_SEVERITY_MAX - 1);
}

static int read_sums(struct reading *x, struct bh_inspection *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_arg args[MOST_ARGS];
        int r = bh_db_ask(x->db,
                          "SELECT r.state, r.excepted, r.category, r.severity, COUNT(*), SUM(r.weight), SUM(r.is_new) FROM compliance_result r WHERE " SCOPE
                          " GROUP BY r.state, r.excepted, r.category, r.severity",
                          scope(x, args), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                uint64_t n = (uint64_t) bh_rows_int(rows, 4), weight = (uint64_t) bh_rows_int(rows, 5);
                bool excepted = bh_rows_int(rows, 1) != 0;
                enum bh_comply_state state;

                if (!bh_comply_state_of(bh_rows_text(rows, 0), &state))
                        continue;
                add(&ret->all, state, excepted, n, weight);
                add(&ret->by_category[category_of(bh_rows_text(rows, 2))], state, excepted, n, weight);
                if (state == BH_COMPLY_FAIL && !excepted)
                        ret->failing[severity_of(bh_rows_int(rows, 3))] += (uint32_t) n;
                ret->fresh += (uint32_t) bh_rows_int(rows, 6);
        }
        return r;
}

static struct bh_both both(const struct bh_rows *rows, int en, struct bh_arena *arena) {
        return (struct bh_both){ { bh_rows_copy(rows, en, arena), bh_rows_copy(rows, en + 1, arena) } };
}

static int read_benchmarks(struct reading *x, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_inspect_part *b = NULL;
        struct bh_arg args[MOST_ARGS];
        int r = bh_db_ask(x->db,
                          "SELECT b.id, b.version, b.title_en, b.title_zh, s.state, s.excepted, SUM(s.n), SUM(s.weight) FROM compliance_benchmark b "
                          "JOIN compliance_ref f ON f.benchmark = b.id JOIN (SELECT r.check_id, r.state, r.excepted, COUNT(*) AS n, SUM(r.weight) AS weight "
                          "FROM compliance_result r WHERE " SCOPE " GROUP BY r.check_id, r.state, r.excepted) s ON s.check_id = f.check_id "
                          "GROUP BY b.id, b.version, b.title_en, b.title_zh, s.state, s.excepted ORDER BY b.id",
                          scope(x, args), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                enum bh_comply_state state;

                if (!b || !bh_str_eq(b->id, bh_rows_text(rows, 0))) {
                        b = bh_vec_add(x->arena, &x->benchmarks);
                        b->id = bh_rows_copy(rows, 0, x->arena);
                        b->version = bh_rows_copy(rows, 1, x->arena);
                        b->title = both(rows, 2, x->arena);
                }
                if (bh_comply_state_of(bh_rows_text(rows, 4), &state))
                        add(&b->count, state, bh_rows_int(rows, 5) != 0, (uint64_t) bh_rows_int(rows, 6), (uint64_t) bh_rows_int(rows, 7));
        }
        return r;
}

static int read_gaps(struct reading *x, struct bh_str host, struct bh_str json, struct bh_err *err) {
        const struct bh_doc *list = NULL;
        int r = bh_json_parse(x->arena, bh_arena_str(x->arena, json), &list, err);

        for (const struct bh_doc *d = bh_doc_first(list); d && r >= 0; d = d->next)
                *bh_vec_add(x->arena, &x->gaps) = (struct bh_gap){ .where = bh_arena_printf(x->arena, "%.*s: %.*s", BH_FMT(host), BH_FMT(bh_doc_get_text(d, "where"))),
                                                                   .why = bh_doc_get_text(d, "why") };
        return r;
}

static struct bh_inspect_host host_of(struct reading *x, const struct bh_rows *rows) {
        struct bh_inspect_host h = { .name = bh_rows_copy(rows, 0, x->arena), .distribution = bh_rows_copy(rows, 1, x->arena), .when_s = bh_rows_int(rows, 2) / 1000 };

        h.count.by_state[BH_COMPLY_PASS] = (uint32_t) bh_rows_int(rows, 3);
        h.count.by_state[BH_COMPLY_FAIL] = (uint32_t) bh_rows_int(rows, 4);
        h.count.excepted = (uint32_t) bh_rows_int(rows, 5);
        h.count.by_state[BH_COMPLY_MANUAL] = (uint32_t) bh_rows_int(rows, 6);
        h.count.by_state[BH_COMPLY_UNKNOWN] = (uint32_t) bh_rows_int(rows, 7);
        h.count.by_state[BH_COMPLY_NOT_APPLICABLE] = (uint32_t) bh_rows_int(rows, 8);
        h.critical = (uint32_t) bh_rows_int(rows, 9);
        h.high = (uint32_t) bh_rows_int(rows, 10);
        h.fresh = (uint32_t) bh_rows_int(rows, 11);
        h.mended = (uint32_t) bh_rows_int(rows, 12);
        h.count.decided = (uint64_t) bh_rows_int(rows, 13);
        h.count.lost = (uint64_t) bh_rows_int(rows, 14);
        return h;
}

static int read_hosts(struct reading *x, struct bh_inspection *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int64_t decided = 0, lost = 0;
        int r = bh_db_ask(x->db,
                          "SELECT COALESCE(NULLIF(h.name, ''), c.host_id), c.distribution, c.done_ms, c.n_pass, c.n_fail, c.n_excepted, c.n_manual, c.n_unknown, "
                          "c.n_not_applicable, c.n_critical, c.n_high, c.n_new, c.n_mended, c.decided, c.lost, c.decided_before, c.lost_before, c.gaps "
                          "FROM compliance_host c LEFT JOIN host h ON h.id = c.host_id WHERE c.done_ms > 0 AND (?1 = '' OR c.host_id = ?1) ORDER BY c.score, c.host_id",
                          BH_ARGS(bh_arg_text(x->in->host_id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_inspect_host h = host_of(x, rows);

                *bh_vec_add(x->arena, &x->hosts) = h;
                ret->mended += h.mended;
                decided += bh_rows_int(rows, 15);
                lost += bh_rows_int(rows, 16);
                r = read_gaps(x, h.name, bh_rows_text(rows, 17), err);
        }
        ret->compared = decided > 0;
        ret->score_before = decided > 0 ? 100.0 * (double) (decided - lost) / (double) decided : -1;
        return r;
}

static int read_workloads(struct reading *x, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_arg args[MOST_ARGS];
        int r = bh_db_ask(x->db,
                          "SELECT r.host_id, r.container_id, r.namespace, r.workload, COALESCE(NULLIF(h.name, ''), r.host_id), COALESCE(k.name, ''), r.n_pass, r.n_fail, "
                          "r.n_excepted, r.n_critical, r.n_high, r.lost FROM compliance_workload r LEFT JOIN host h ON h.id = r.host_id "
                          "LEFT JOIN container k ON k.id = r.container_id WHERE " SCOPE_BY(BH_COMPLIANCE_IN_CONTAINERS) " ORDER BY r.lost DESC, r.host_id, r.container_id, r.namespace, r.workload",
                          scope(x, args), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct place p = { bh_rows_copy(rows, 0, x->arena), bh_rows_copy(rows, 1, x->arena), bh_rows_copy(rows, 2, x->arena), bh_rows_copy(rows, 3, x->arena) };
                struct bh_str name = bh_rows_copy(rows, 5, x->arena);

                *bh_vec_add(x->arena, &x->places) = p;
                *bh_vec_add(x->arena, &x->workloads) = (struct bh_inspect_workload){
                        .host = bh_rows_copy(rows, 4, x->arena), .kind = p.workload.len ? BH_STR("workload") : BH_STR("container"), .namespace = p.namespace,
                        .name = p.workload.len ? p.workload : name.len ? name : bh_str_part(p.container_id, 0, 12), .pass = (uint32_t) bh_rows_int(rows, 6),
                        .fail = (uint32_t) bh_rows_int(rows, 7), .excepted = (uint32_t) bh_rows_int(rows, 8), .critical = (uint32_t) bh_rows_int(rows, 9),
                        .high = (uint32_t) bh_rows_int(rows, 10), .lost = (uint64_t) bh_rows_int(rows, 11) };
        }
        return r;
}

static int read_gone(struct reading *x, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(x->db,
                          "SELECT COALESCE(NULLIF(h.name, ''), c.host_id), c.check_id, c.kind, c.name FROM compliance_change c JOIN compliance_host s ON s.host_id = c.host_id "
                          "LEFT JOIN host h ON h.id = c.host_id WHERE c.before = 'fail' AND c.after = 'gone' AND c.at_ms >= s.run_ms AND (?1 = '' OR c.host_id = ?1) "
                          "ORDER BY c.id LIMIT ?2",
                          BH_ARGS(bh_arg_text(x->in->host_id), bh_arg_int(GONE_MOST)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(x->arena, &x->gone) = bh_arena_printf(x->arena, "%.*s: %.*s: %.*s %.*s", BH_FMT(bh_rows_text(rows, 0)), BH_FMT(bh_rows_text(rows, 1)),
                                                                  BH_FMT(bh_rows_text(rows, 2)), BH_FMT(bh_rows_text(rows, 3)));
        return r;
}

/* What the platform knows besides. ?1: the host, empty for all. */
static const struct {
        enum bh_comply_category category;
        const char *en, *zh, *sql;
} figures[] = {
        { BH_COMPLY_HEALTH, "hosts without an agent that is here", "没有在线代理的主机",
          "SELECT COUNT(*) FROM host h WHERE h.gone_ms IS NULL AND ?1 IN ('', h.id) AND NOT EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.id AND a.state = 'here')" },
        { BH_COMPLY_HEALTH, "open incidents", "未关闭的事件", "SELECT COUNT(*) FROM incident WHERE status IN ('open', 'working') AND ?1 IN ('', host_id)" },
        { BH_COMPLY_IMAGES, "containers whose image was never scanned", "镜像从未扫描的容器",
          "SELECT COUNT(*) FROM container c WHERE c.gone_ms IS NULL AND ?1 IN ('', c.host_id) AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = c.image_id)" },
        { BH_COMPLY_IMAGES, "images that run with something critical", "正在运行且含严重问题的镜像",
          "SELECT COUNT(*) FROM image i WHERE i.n_critical > 0 AND EXISTS (SELECT 1 FROM container c WHERE c.image_id = i.id AND c.gone_ms IS NULL AND ?1 IN ('', c.host_id))" },
        { BH_COMPLY_IMAGES, "images that run with what is exploited elsewhere", "正在运行且含已被利用漏洞的镜像",
          "SELECT COUNT(DISTINCT w.subject) FROM work w WHERE w.n_exploited > 0 AND EXISTS (SELECT 1 FROM container c WHERE c.image_id = w.subject AND c.gone_ms IS NULL "
          "AND ?1 IN ('', c.host_id))" },
        { BH_COMPLY_NETWORK, "containers with published ports", "发布了端口的容器",
          "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL AND exposed <> '' AND ?1 IN ('', host_id)" },
        { BH_COMPLY_RESOURCES, "containers", "容器", "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL AND ?1 IN ('', host_id)" },
        { BH_COMPLY_SECURITY, "containers that are privileged or have the host's folders", "特权或挂载主机目录的容器",
          "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL AND (privileged = 1 OR host_mounts <> '') AND ?1 IN ('', host_id)" },
        { BH_COMPLY_SECURITY, "containers that run as root", "以 root 运行的容器",
          "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL AND root = 1 AND ?1 IN ('', host_id)" },
};

static int read_figures(struct reading *x, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < BH_LEN(figures) && r >= 0; i++) {
                int64_t n = 0;

                r = bh_db_number(x->db, figures[i].sql, BH_ARGS(bh_arg_text(x->in->host_id)), &n, err);
                *bh_vec_add(x->arena, &x->figures) = (struct bh_inspect_figure){ figures[i].category, { { bh_str_of(figures[i].en), bh_str_of(figures[i].zh) } },
                                                                                 bh_arena_printf(x->arena, "%lld", (long long) n) };
        }
        return r;
}

/* ---- rows ---- */

static int read_refs(struct reading *x, struct bh_str json, struct bh_err *err) {
        const struct bh_doc *refs = NULL;
        int r = bh_json_parse(x->texts, bh_arena_str(x->texts, json), &refs, err);

        x->check.refs = bh_arena_array(x->texts, struct bh_check_ref, bh_doc_count(refs));
        for (const struct bh_doc *d = bh_doc_first(refs); d && r >= 0; d = d->next)
                x->check.refs[x->check.n_refs++] = (struct bh_check_ref){ d->key, bh_doc_str(d) };
        return r;
}

static int read_check(struct reading *x, struct bh_str id, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r;

        if (x->check.id.len && bh_str_eq(x->check.id, id))
                return 0;
        bh_arena_reset(x->texts);
        x->check = (struct texts){ .id = bh_arena_str(x->texts, id), .level = 1 };
        r = bh_db_ask(x->db, "SELECT title_en, title_zh, why_en, why_zh, ask_en, ask_zh, level, refs FROM compliance_check WHERE id = ?1", BH_ARGS(bh_arg_text(id)), &rows, err);
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r <= 0)
                return r;
        x->check.title = both(rows, 0, x->texts);
        x->check.why = both(rows, 2, x->texts);
        x->check.ask = both(rows, 4, x->texts);
        x->check.level = (unsigned) bh_rows_int(rows, 6);
        return read_refs(x, bh_rows_text(rows, 7), err);
}

#define ROW                                                                                                                                             \
        "SELECT r.check_id, COALESCE(NULLIF(h.name, ''), r.host_id), r.kind, r.name, r.key, COALESCE(NULLIF(k.name, ''), substr(r.container_id, 1, 12)), " \
        "r.namespace, r.workload, r.state, r.severity, r.category, r.weight, r.mend_en, r.mend_zh, r.cause, r.evidence, r.excepted, r.is_new, e.owner, "    \
        "e.reason, e.expires_ms, r.since_ms FROM compliance_result r LEFT JOIN host h ON h.id = r.host_id LEFT JOIN container k ON k.id = r.container_id "   \
        "LEFT JOIN compliance_exception e ON e.id = r.exception_id WHERE " SCOPE

static int read_evidence(struct reading *x, struct bh_str json, struct bh_inspect_row *row, struct bh_err *err) {
        const struct bh_doc *list = NULL;
        struct bh_comply_evidence *at;
        int r = bh_json_parse(x->scratch, json, &list, err);

        at = bh_arena_array(x->scratch, struct bh_comply_evidence, bh_doc_count(list));
        row->evidence = at;
        for (const struct bh_doc *d = bh_doc_first(list); d && r >= 0; d = d->next)
                at[row->n_evidence++] = (struct bh_comply_evidence){ bh_doc_get_text(d, "field"), bh_doc_get_text(d, "value"), bh_doc_get_text(d, "where") };
        return r;
}

static int tell_row(struct reading *x, const struct bh_rows *rows, unsigned states, bh_inspect_row_fn *fn, void *user, struct bh_err *err) {
        struct bh_inspect_row row = { .check = bh_rows_text(rows, 0), .host = bh_rows_text(rows, 1), .kind = bh_rows_text(rows, 2), .name = bh_rows_text(rows, 3),
                                      .container = bh_rows_text(rows, 5), .namespace = bh_rows_text(rows, 6), .workload = bh_rows_text(rows, 7),
                                      .severity = severity_of(bh_rows_int(rows, 9)), .category = (enum bh_comply_category) category_of(bh_rows_text(rows, 10)),
                                      .weight = (unsigned) bh_rows_int(rows, 11), .mend = { { bh_rows_text(rows, 12), bh_rows_text(rows, 13) } },
                                      .cause = bh_rows_text(rows, 14), .excepted = bh_rows_int(rows, 16) != 0, .is_new = bh_rows_int(rows, 17) != 0,
                                      .owner = bh_rows_text(rows, 18), .reason = bh_rows_text(rows, 19), .until_s = bh_rows_int(rows, 20) / 1000,
                                      .since_s = bh_rows_int(rows, 21) / 1000 };
        int r;

        if (!bh_comply_state_of(bh_rows_text(rows, 8), &row.state) || !(states & BH_INSPECT(row.state)))
                return 0;
        bh_arena_reset(x->scratch);
        r = read_check(x, row.check, err);
        r = r < 0 ? r : read_evidence(x, bh_rows_text(rows, 15), &row, err);
        row.key = bh_arena_printf(x->scratch, "%.*s %.*s", BH_FMT(row.check), BH_FMT(bh_rows_text(rows, 4)));
        row.title = x->check.title;
        row.why = x->check.why;
        row.ask = x->check.ask;
        row.level = x->check.level;
        row.refs = x->check.refs;
        row.n_refs = x->check.n_refs;
        return r < 0 ? r : fn(user, &row, err);
}

static int tell_rows_of(struct reading *x, const char *sql, struct bh_args args, unsigned states, bh_inspect_row_fn *fn, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(x->db, sql, args, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                r = tell_row(x, rows, states, fn, user, err);
        return r;
}

struct group {
        struct bh_str check;
        int64_t badness;
};
BH_VEC_OF(groups, struct group);

/* What bh_compliance_badness made of a state. */
static bool is_of(int64_t badness, unsigned states) {
        for (int s = 0; s < _BH_COMPLY_STATE_MAX; s++)
                for (int excepted = 0; excepted < 2; excepted++)
                        if (states & BH_INSPECT(s) && badness / 10 == bh_compliance_badness((enum bh_comply_state) s, excepted, 0) / 10)
                                return true;
        return false;
}

static int read_groups(struct reading *x, unsigned states, struct bh_arena *arena, struct groups *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_arg args[MOST_ARGS];
        int r = bh_db_ask(x->db, "SELECT DISTINCT r.check_id, r.badness FROM compliance_result r WHERE " SCOPE " ORDER BY r.badness DESC, r.check_id", scope(x, args), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                if (is_of(bh_rows_int(rows, 1), states))
                        *bh_vec_add(arena, ret) = (struct group){ bh_rows_copy(rows, 0, arena), bh_rows_int(rows, 1) };
        return r;
}

static int tell_by_check(struct reading *x, unsigned states, bh_inspect_row_fn *fn, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct groups groups = { 0 };
        int r = read_groups(x, states, arena, &groups, err);

        for (size_t i = 0; i < groups.len && r >= 0; i++) {
                struct bh_arg args[MOST_ARGS];

                (void) scope(x, args);
                args[SCOPE_ARGS] = bh_arg_text(groups.at[i].check);
                args[SCOPE_ARGS + 1] = bh_arg_int(groups.at[i].badness);
                r = tell_rows_of(x, ROW " AND r.check_id = ?5 AND r.badness = ?6 ORDER BY r.id", (struct bh_args){ args, SCOPE_ARGS + 2 }, states, fn, user, err);
        }
        return r;
}

static int tell_by_workload(struct reading *x, unsigned states, bh_inspect_row_fn *fn, void *user, struct bh_err *err) {
        static const char of_container[] = ROW " AND r.container_id = ?5 AND r.host_id = ?6 ORDER BY r.badness DESC, r.id";
        static const char of_workload[] = ROW " AND r.host_id = ?5 AND r.namespace = ?6 AND r.workload = ?7 AND r.workload <> '' AND r.container_id = '' "
                                              "ORDER BY r.badness DESC, r.id";
        int r = 0;

        for (size_t i = 0; i < x->places.len && r >= 0; i++) {
                const struct place *p = &x->places.at[i];
                struct bh_arg args[MOST_ARGS];

                (void) scope(x, args);
                args[SCOPE_ARGS] = bh_arg_text(p->container_id.len ? p->container_id : p->host_id);
                args[SCOPE_ARGS + 1] = bh_arg_text(p->container_id.len ? p->host_id : p->namespace);
                args[SCOPE_ARGS + 2] = bh_arg_text(p->workload);
                r = tell_rows_of(x, p->container_id.len ? of_container : of_workload, (struct bh_args){ args, p->container_id.len ? SCOPE_ARGS + 2 : SCOPE_ARGS + 3 },
                                 states, fn, user, err);
        }
        return r;
}

static int tell_rows(void *user, enum bh_inspect_order order, unsigned states, bh_inspect_row_fn *fn, void *fn_user, struct bh_err *err) {
        struct reading *x = user;

        return order == BH_INSPECT_BY_CHECK ? tell_by_check(x, states, fn, fn_user, err) : tell_by_workload(x, states, fn, fn_user, err);
}

/* ---- the whole ---- */

/* What it is of, where that is neither one machine nor all. */
static int read_of(struct reading *x, struct bh_inspection *ret, struct bh_err *err) {
        const struct bh_compliance_report_in *in = x->in;
        struct bh_str name = in->image_id;
        int r = 0;

        if (in->image_id.len)
                r = bh_db_text(x->db, "SELECT name FROM image WHERE id = ?1 AND name <> ''", BH_ARGS(bh_arg_text(in->image_id)), x->arena, &name, err);
        else if (in->team_id)
                r = bh_db_text(x->db, "SELECT name FROM team WHERE id = ?1", BH_ARGS(bh_arg_int(in->team_id)), x->arena, &name, err);
        else if (in->mine)
                ret->of = (struct bh_both){ { BH_STR("what your teams own"), BH_STR("您的团队所拥有的内容") } };
        if (r >= 0 && (in->image_id.len || in->team_id))
                ret->of = (struct bh_both){ { bh_arena_printf(x->arena, "%s %.*s", in->image_id.len ? "image" : "team", BH_FMT(name)),
                                              bh_arena_printf(x->arena, "%s %.*s", in->image_id.len ? "镜像" : "团队", BH_FMT(name)) } };
        return r;
}

static int read_all(struct reading *x, struct bh_inspection *ret, struct bh_err *err) {
        int r = read_of(x, ret, err);

        r = r < 0 ? r : read_sums(x, ret, err);
        r = r < 0 ? r : read_benchmarks(x, err);
        r = r < 0 ? r : read_workloads(x, err);
        if (!x->in->mine && !x->in->image_id.len && !x->in->team_id) { /* hosts are nobody's in particular */
                r = r < 0 ? r : read_hosts(x, ret, err);
                r = r < 0 ? r : read_gone(x, err);
                r = r < 0 ? r : read_figures(x, err);
        }
        ret->benchmarks = x->benchmarks.at;
        ret->n_benchmarks = x->benchmarks.len;
        ret->hosts = x->hosts.at;
        ret->n_hosts = x->hosts.len;
        ret->workloads = x->workloads.at;
        ret->n_workloads = x->workloads.len;
        ret->figures = x->figures.at;
        ret->n_figures = x->figures.len;
        ret->gaps = x->gaps.at;
        ret->n_gaps = x->gaps.len;
        ret->gone = x->gone.at;
        ret->n_gone = x->gone.len;
        return r;
}

const char *bh_compliance_report_type(struct bh_str format, const char **ret_suffix) {
        const struct bh_inspect_format *f = bh_inspect_format_of(format);

        if (f)
                *ret_suffix = f->suffix;
        return f ? f->type : NULL;
}

int bh_compliance_report(struct bh_db *db, const struct bh_compliance_report_in *in, struct bh_buf *out, bh_compliance_flush *flush, void *user, struct bh_err *err) {
        const struct bh_inspect_format *f = bh_inspect_format_of(in->format);
        struct bh_inspect_opts opts = { in->chinese ? BH_LANG_ZH : BH_LANG_EN, in->all };
        struct bh_inspect_out to = { out, flush, user };
        struct reading x = { .db = db, .in = in, .arena = bh_arena_new(), .scratch = bh_arena_new(), .texts = bh_arena_new() };
        struct bh_inspection inspection = { .when_s = in->now_ms / 1000, .score_before = -1, .user = &x, .rows = tell_rows };
        int r = f ? read_all(&x, &inspection, err) : bh_fail(err, BH_E_FORMAT, "there is no format %s: html, json, csv, junit or oscal", BH_QUOTE(in->format));

        r = r < 0 ? r : f->write(&inspection, &opts, &to, err);
        if (r >= 0 && flush)
                r = flush(user, out, err);
        bh_arena_free(&x.arena);
        bh_arena_free(&x.scratch);
        bh_arena_free(&x.texts);
        return r < 0 ? r : 0;
}
