/* SPDX-License-Identifier: Apache-2.0 */
/* Vulnerabilities and packages: where they are, and what one of them reaches. */
#include "base/map.h"
#include "base/vec.h"
#include "serve/images.h"
#include "serve/mine.h"

#define MINE_VULNS "v.id IN (SELECT f.vuln_id FROM finding f WHERE f.fixed_ms IS NULL AND " BH_MINE_IMAGE("f.subject") ")"

/* What is counted of a vulnerability, of what a person of teams may see: as manage/risk.c counts it of all. */
#define MINE_FINDINGS "finding f WHERE f.vuln_id = v.id AND f.fixed_ms IS NULL AND " BH_MINE_IMAGE("f.subject")
#define MINE_RISK "COALESCE((SELECT MAX(f.risk) FROM " MINE_FINDINGS " AND f.state = 'open'), 0)"
#define MINE_N_IMAGES "(SELECT COUNT(DISTINCT f.subject) FROM " MINE_FINDINGS ")"
#define MINE_CONTAINERS "container c WHERE c.gone_ms IS NULL AND c.image_id IN (SELECT f.subject FROM " MINE_FINDINGS ")"
#define MINE_N_CONTAINERS "(SELECT COUNT(*) FROM " MINE_CONTAINERS ")"
#define MINE_N_HOSTS "(SELECT COUNT(DISTINCT c.host_id) FROM " MINE_CONTAINERS ")"

static const struct bh_list_column vuln_columns[] = {
        { "id", "v.id", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "title", "v.title", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "severity", "v.severity", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, bh_words_severity },
        { "risk", "v.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL, MINE_RISK },
        { "cvss", "v.cvss", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "vector", "v.vector", BH_LIST_TEXT, 0, NULL },
        { "epss", "v.epss", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "kev", "v.kev", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "kev_ms", "v.kev_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "exploit", "v.exploit", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "ssvc", "v.ssvc", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "n_images", "v.n_images", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL, MINE_N_IMAGES },
        { "n_containers", "v.n_containers", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL, MINE_N_CONTAINERS },
        { "n_hosts", "v.n_hosts", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL, MINE_N_HOSTS },
        { "running", "(v.n_containers > 0)", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL, "EXISTS (SELECT 1 FROM " MINE_CONTAINERS ")" },
        { "published_ms", "v.published_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "modified_ms", "v.modified_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "first_ms", "v.first_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { 0 },
};
static const struct bh_list vulns = { .name = "vulnerabilities", .from = "vuln v", .where = "(v.n_images > 0 OR v.n_hosts > 0)", .key = "v.id",
                                      .key_type = BH_LIST_TEXT, .sort = "-risk", .mine = MINE_VULNS, .columns = vuln_columns };

/* What is counted of a package; `and`: of which holdings or findings, nothing for all. */
#define HELD(what, and) "(SELECT " what " FROM holding h WHERE h.package_id = p.id" and ")"
#define IN_USE(and) "EXISTS (SELECT 1 FROM holding h WHERE h.package_id = p.id AND h.in_use = 1" and ")"
#define FOUND(what, and) "(SELECT " what " FROM finding f WHERE f.package_id = p.id AND f.fixed_ms IS NULL" and ")"
#define WORST(and) "COALESCE(" FOUND("MAX(f.risk)", " AND f.state = 'open'" and) ", 0)"
#define MINE_HELD " AND " BH_MINE_IMAGE("h.subject")
#define MINE_FOUND " AND " BH_MINE_IMAGE("f.subject")

static const struct bh_list_column package_columns[] = {
        { "id", "p.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "type", "p.eco", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "name", "p.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "version", "p.version", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "arch", "p.arch", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "source", "p.source", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "space", "p.space", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "licence", "p.licence", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET | BH_LIST_SEARCH, NULL },
        { "vendor", "p.vendor", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_HIDDEN, NULL },
        { "purl", "p.purl", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_HIDDEN, NULL },
        { "n_subjects", HELD("COUNT(DISTINCT h.subject)", ), BH_LIST_INT, 0, NULL, HELD("COUNT(DISTINCT h.subject)", MINE_HELD) },
        { "in_use", IN_USE(), BH_LIST_BOOL, BH_LIST_FILTER, NULL, IN_USE(MINE_HELD) },
        { "n_findings", FOUND("COUNT(*)", ), BH_LIST_INT, 0, NULL, FOUND("COUNT(*)", MINE_FOUND) },
        { "risk", WORST(), BH_LIST_REAL, 0, NULL, WORST(MINE_FOUND) },
        { 0 },
};
static const struct bh_list packages = { .name = "packages", .from = "package p", .where = "EXISTS (SELECT 1 FROM holding h WHERE h.package_id = p.id)",
                                         .key = "p.id", .key_type = BH_LIST_INT, .sort = "name",
                                         .mine = "p.id IN (SELECT h.package_id FROM holding h WHERE " BH_MINE_IMAGE("h.subject") ")",
                                         .columns = package_columns };

/* ---- one ---- */

/* ?1: whose numbers; ?2: the vulnerability. */
#define VULN_SQL(n_images, n_containers, n_hosts, risk)                                                                                            \
        "SELECT v.id, v.title, v.severity, v.cvss, v.vector, v.epss, v.kev, v.kev_ms, v.exploit, v.ssvc, v.published_ms, v.modified_ms, v.first_ms, " \
        n_images ", " n_containers ", " n_hosts ", " risk ", v.detail FROM vuln v WHERE ?1 = ?1 AND v.id = ?2"
static const char vuln_sql[] = VULN_SQL("v.n_images", "v.n_containers", "v.n_hosts", "v.risk");
static const char vuln_mine_sql[] = VULN_SQL(MINE_N_IMAGES, MINE_N_CONTAINERS, MINE_N_HOSTS, MINE_RISK);
static const struct bh_show vuln_show[] = {
        { "id", BH_SHOW_TEXT }, { "title", BH_SHOW_TEXT }, { "severity", BH_SHOW_SEVERITY }, { "cvss", BH_SHOW_REAL }, { "vector", BH_SHOW_TEXT },
        { "epss", BH_SHOW_REAL }, { "kev", BH_SHOW_BOOL }, { "kev_ms", BH_SHOW_INT }, { "exploit", BH_SHOW_TEXT }, { "ssvc", BH_SHOW_TEXT },
        { "published_ms", BH_SHOW_INT }, { "modified_ms", BH_SHOW_INT }, { "first_ms", BH_SHOW_INT }, { "n_images", BH_SHOW_INT },
        { "n_containers", BH_SHOW_INT }, { "n_hosts", BH_SHOW_INT }, { "risk", BH_SHOW_REAL }, { "detail", BH_SHOW_RAW }, { 0 } };

static const char fixes_sql[] = "SELECT p.eco, p.name, p.version, f.status, f.fix, COUNT(DISTINCT f.subject), MAX(f.risk) FROM finding f "
                                "JOIN package p ON p.id = f.package_id WHERE f.vuln_id = ?1 AND f.fixed_ms IS NULL "
                                "GROUP BY p.eco, p.name, p.version, f.status, f.fix ORDER BY MAX(f.risk) DESC, p.name, p.version LIMIT 200";
static const struct bh_show fixes_show[] = {
        { "type", BH_SHOW_TEXT }, { "name", BH_SHOW_TEXT }, { "version", BH_SHOW_TEXT }, { "status", BH_SHOW_TEXT }, { "fix", BH_SHOW_TEXT },
        { "n_subjects", BH_SHOW_INT }, { "risk", BH_SHOW_REAL }, { 0 } };

static int vuln_allowed(struct bh_call *call, struct bh_str id, struct bh_err *err) {
        int64_t there = 0;
        int r = call->who.scoped ? bh_db_number(call->db, "SELECT 1 FROM vuln v WHERE v.id = ?2 AND " MINE_VULNS,
                                                BH_ARGS(bh_arg_int(call->who.user_id), bh_arg_text(id)), &there, err)
                                 : bh_db_number(call->db, "SELECT 1 FROM vuln v WHERE v.id = ?1", BH_ARGS(bh_arg_text(id)), &there, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "nothing here has the vulnerability %s", BH_QUOTE(id)) : r;
}

static int get_vuln(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_str id = bh_call_part(call, "id");
        struct bh_args a = BH_ARGS(bh_arg_text(id));
        struct bh_rows *rows = NULL;
        int r = vuln_allowed(call, id, err);

        r = r < 0 ? r : bh_db_ask(call->db, call->who.scoped ? vuln_mine_sql : vuln_sql, BH_ARGS(bh_arg_int(call->who.user_id), bh_arg_text(id)), &rows, err);
        r = r < 0 ? r : bh_rows_next(rows, err);
        bh_json_put_open(&j, NULL, '{');
        if (r > 0)
                bh_show_row(&j, rows, vuln_show);
        bh_rows_done(&rows);
        if (r >= 0 && !call->who.scoped)
                r = bh_show_list(&j, "packages", call->db, fixes_sql, a, fixes_show, err);
        bh_json_put_close(&j);
        return r;
}

/* ---- what it reaches ---- */

enum { MOST_IMAGES = 60, MOST_CONTAINERS = 150 };

/* Nodes and edges, each once; a column is cut where a picture could show no more, and the counts say what it stands for. */
struct impact {
        struct bh_call *call;
        struct bh_json_put *j;
        struct bh_str vuln;
        struct bh_map nodes, edges; /* to their JSON */
        BH_VEC(struct bh_str) images;
};

static struct bh_str node_id(struct impact *i, const char *kind, struct bh_str id) {
        return bh_arena_printf(i->call->arena, "%s:%.*s", kind, BH_FMT(id));
}

static struct bh_str add_node(struct impact *i, const char *kind, struct bh_str id, struct bh_str name, double risk) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        struct bh_str key = node_id(i, kind, id);

        if (bh_map_has(&i->nodes, key))
                return key;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", key);
        bh_json_put_cstr(&j, "kind", kind);
        bh_json_put_str(&j, "ref", id);
        bh_json_put_str(&j, "name", name.len ? name : id);
        bh_json_put_double(&j, "risk", risk, 6);
        bh_json_put_close(&j);
        *bh_map_at(&i->nodes, key) = (void *) (uintptr_t) bh_arena_cstr(i->call->arena, bh_str_trim(bh_buf_str(&out)));
        return key;
}

static void add_edge(struct impact *i, struct bh_str from, struct bh_str to) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        struct bh_str key = bh_arena_printf(i->call->arena, "%.*s>%.*s", BH_FMT(from), BH_FMT(to));

        if (bh_map_has(&i->edges, key))
                return;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "from", from);
        bh_json_put_str(&j, "to", to);
        bh_json_put_close(&j);
        *bh_map_at(&i->edges, key) = (void *) (uintptr_t) bh_arena_cstr(i->call->arena, bh_str_trim(bh_buf_str(&out)));
}

static void put_all(struct bh_json_put *j, const char *key, const struct bh_map *map) {
        bh_json_put_open(j, key, '[');
        for (size_t i = 0; i < map->len; i++)
                bh_json_put_raw(j, NULL, bh_str_of(map->items[i].value));
        bh_json_put_close(j);
}

/* The images it is worst in, then the packages that bring it there. */
static const char impact_sql[] =
        "SELECT f.subject, COALESCE(i.name, h.name, ''), f.risk, p.id, p.name || ' ' || p.version FROM (SELECT subject, package_id, MAX(risk) AS risk FROM finding "
        "WHERE vuln_id = ?1 AND fixed_ms IS NULL AND package_id IS NOT NULL GROUP BY subject, package_id ORDER BY MAX(risk) DESC, subject LIMIT ?2) f "
        "JOIN package p ON p.id = f.package_id LEFT JOIN image i ON i.id = f.subject LEFT JOIN host h ON h.id = SUBSTR(f.subject, 6) AND f.subject LIKE 'host:%' "
        "ORDER BY f.risk DESC, f.subject";
static const char impact_mine_sql[] =
        "SELECT f.subject, COALESCE(i.name, ''), MAX(f.risk), p.id, p.name || ' ' || p.version FROM finding f JOIN package p ON p.id = f.package_id "
        "LEFT JOIN image i ON i.id = f.subject WHERE f.vuln_id = ?3 AND f.fixed_ms IS NULL AND " BH_MINE_IMAGE("f.subject") " "
        "GROUP BY f.subject, i.name, p.id, p.name, p.version ORDER BY MAX(f.risk) DESC, f.subject LIMIT ?2";

static void add_image(struct impact *i, const struct bh_rows *rows, struct bh_str vuln_node) {
        struct bh_str subject = bh_rows_copy(rows, 0, i->call->arena), host = subject;
        struct bh_str package = add_node(i, "package", bh_rows_copy(rows, 3, i->call->arena), bh_rows_text(rows, 4), bh_rows_real(rows, 2));
        bool of_host = bh_str_cut_prefix(&host, BH_STR("host:"));
        struct bh_str node = add_node(i, of_host ? "host" : "image", host, bh_rows_text(rows, 1), bh_rows_real(rows, 2));

        add_edge(i, vuln_node, package);
        add_edge(i, package, node);
        if (!of_host)
                *bh_vec_add(i->call->arena, &i->images) = subject;
}

static int find_images(struct impact *i, struct bh_str vuln_node, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = i->call->who.scoped ? bh_db_ask(i->call->db, impact_mine_sql,
                                                BH_ARGS(bh_arg_int(i->call->who.user_id), bh_arg_int(MOST_IMAGES), bh_arg_text(i->vuln)), &rows, err)
                                    : bh_db_ask(i->call->db, impact_sql, BH_ARGS(bh_arg_text(i->vuln), bh_arg_int(MOST_IMAGES)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                add_image(i, rows, vuln_node);
        bh_rows_done(&rows);
        return r;
}

static int find_containers(struct impact *i, struct bh_str image, size_t *left, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(i->call->db,
                          "SELECT c.id, c.name, c.risk, c.host_id, COALESCE(h.name, ''), COALESCE(h.risk, 0) FROM container c LEFT JOIN host h ON h.id = c.host_id "
                          "WHERE c.image_id = ?1 AND c.gone_ms IS NULL ORDER BY c.risk DESC, c.id LIMIT ?2",
                          BH_ARGS(bh_arg_text(image), bh_arg_int((int64_t) *left)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_str container = add_node(i, "container", bh_rows_copy(rows, 0, i->call->arena), bh_rows_text(rows, 1), bh_rows_real(rows, 2));
                struct bh_str host = add_node(i, "host", bh_rows_copy(rows, 3, i->call->arena), bh_rows_text(rows, 4), bh_rows_real(rows, 5));

                add_edge(i, node_id(i, "image", image), container);
                add_edge(i, container, host);
                (*left)--;
        }
        bh_rows_done(&rows);
        return r;
}

static int put_counts(struct impact *i, struct bh_err *err) {
        static const struct bh_show counts_show[] = { { "images", BH_SHOW_INT }, { "containers", BH_SHOW_INT }, { "hosts", BH_SHOW_INT }, { 0 } };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(i->call->db, "SELECT n_images, n_containers, n_hosts FROM vuln WHERE id = ?1", BH_ARGS(bh_arg_text(i->vuln)), &rows, err);

        bh_json_put_open(i->j, "counts", '{');
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                bh_show_row(i->j, rows, counts_show);
        bh_rows_done(&rows);
        bh_json_put_close(i->j);
        return r;
}

static int get_impact(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct impact i = { .call = call, .j = &j, .vuln = bh_call_part(call, "id"), .nodes = bh_map_in(call->arena), .edges = bh_map_in(call->arena) };
        size_t left = MOST_CONTAINERS;
        struct bh_str node;
        int r = vuln_allowed(call, i.vuln, err);

        if (r < 0)
                return r;
        node = add_node(&i, "vulnerability", i.vuln, i.vuln, 0);
        r = find_images(&i, node, err);
        for (size_t k = 0; k < i.images.len && left && r >= 0; k++)
                r = find_containers(&i, i.images.at[k], &left, err);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", i.vuln);
        if (!call->who.scoped)
                r = r < 0 ? r : put_counts(&i, err);
        put_all(&j, "nodes", &i.nodes);
        put_all(&j, "edges", &i.edges);
        bh_json_put_close(&j);
        return r;
}

const struct bh_route bh_routes_vulns[] = {
        { "GET", "/api/v1/vulnerabilities", "listVulnerabilities", BH_MAY_READ, NULL, &vulns, 0 },
        { "GET", "/api/v1/vulnerabilities/{id}", "getVulnerability", BH_MAY_READ, get_vuln, NULL, 0 },
        { "GET", "/api/v1/vulnerabilities/{id}/impact", "getVulnerabilityImpact", BH_MAY_READ, get_impact, NULL, 0 },
        { "GET", "/api/v1/packages", "listPackages", BH_MAY_READ, NULL, &packages, 0 },
        { 0 },
};
