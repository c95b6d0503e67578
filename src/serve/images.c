/* SPDX-License-Identifier: Apache-2.0 */
/* Images: the list, one with its layers and what to do first, its packages, its findings, its SBOM. */
#include "serve/images.h"

#include "manage/compliance.h"
#include "manage/subject.h"
#include "serve/mine.h"
#include "wire/report.h"

static const struct bh_list_column image_columns[] = {
        { "id", "i.id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "name", "i.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "risk", "i.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "distro", "i.distro", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET | BH_LIST_SEARCH, NULL },
        { "os", "i.os", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "arch", "i.arch", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "environment", "i.environment", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "base_name", "i.base_name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET | BH_LIST_SEARCH, NULL },
        { "base_layers", "i.base_layers", BH_LIST_INT, 0, NULL },
        { "is_base", "i.is_base", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "end_of_life", "i.end_of_life", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "running", "(i.n_containers > 0)", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "n_containers", "i.n_containers", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_packages", "i.n_packages", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_findings", "i.n_findings", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_critical", "i.n_critical", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_high", "i.n_high", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_fixable", "i.n_fixable", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_layers", "i.n_layers", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "bytes", "i.bytes", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "user", "i.user_name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "created_ms", "i.created_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "first_ms", "i.first_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "scanned_ms", "i.scanned_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "matched_ms", "i.matched_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { 0 },
};
static const struct bh_list images = { .name = "images", .from = "image i", .key = "i.id", .key_type = BH_LIST_TEXT, .sort = "-risk",
                                       .mine = BH_MINE_IMAGE("i.id"), .columns = image_columns };

static const struct bh_list_column held_columns[] = {
        { "id", "p.id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "type", "p.eco", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "name", "p.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "version", "p.version", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "arch", "p.arch", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "source", "p.source", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "licence", "p.licence", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET | BH_LIST_SEARCH, NULL },
        { "purl", "p.purl", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "location", "h.location", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "layer", "h.layer", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "side", "l.side", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "owned_by", "h.owned_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "in_use", "h.in_use", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "used_how", "h.used_how", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "used_path", "h.used_path", BH_LIST_TEXT, 0, NULL },
        { "used_in", "h.used_in", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "n_findings", "(SELECT COUNT(*) FROM finding f WHERE f.subject = h.subject AND f.package_id = p.id AND f.fixed_ms IS NULL)", BH_LIST_INT, 0, NULL },
        { 0 },
};
static const struct bh_list held = {
        .name = "packages",
        .from = "holding h JOIN package p ON p.id = h.package_id LEFT JOIN image_layer l ON l.image_id = h.subject AND l.position = h.layer",
        .key = "h.id", .key_type = BH_LIST_INT, .sort = "name", .columns = held_columns,
};

static const struct bh_list_column layer_columns[] = {
        { "position", "l.position", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "diff_id", "l.diff_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "digest", "l.digest", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "side", "l.side", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "owner", "l.owner", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "instruction", "l.instruction", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "bytes", "l.bytes", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "created_ms", "l.created_ms", BH_LIST_TIME, 0, NULL },
        { "n_packages", "(SELECT COUNT(*) FROM holding h WHERE h.subject = l.image_id AND h.layer = l.position)", BH_LIST_INT, 0, NULL },
        { "n_findings", "(SELECT COUNT(*) FROM finding f WHERE f.subject = l.image_id AND f.layer = l.position AND f.fixed_ms IS NULL AND f.state = 'open')",
          BH_LIST_INT, 0, NULL },
        { "n_images", "(SELECT COUNT(DISTINCT o.image_id) FROM image_layer o WHERE o.diff_id = l.diff_id)", BH_LIST_INT, 0, NULL,
          "(SELECT COUNT(DISTINCT o.image_id) FROM image_layer o WHERE o.diff_id = l.diff_id AND " BH_MINE_IMAGE("o.image_id") ")" },
        { 0 },
};
static const struct bh_list layers = { .name = "layers", .from = "image_layer l", .key = "l.position", .key_type = BH_LIST_INT, .sort = "position",
                                       .columns = layer_columns };

int bh_image_allowed(struct bh_call *call, struct bh_str id, struct bh_err *err) {
        int64_t there = 0;
        int r = call->who.scoped ? bh_db_number(call->db,
                                                "SELECT 1 FROM image i WHERE i.id = ?2 AND " BH_MINE_IMAGE("i.id"),
                                                BH_ARGS(bh_arg_int(call->who.user_id), bh_arg_text(id)), &there, err)
                                 : bh_db_number(call->db, "SELECT 1 FROM image i WHERE i.id = ?1", BH_ARGS(bh_arg_text(id)), &there, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no image %s", BH_QUOTE(id)) : r;
}

/* ---- one ---- */

static const char image_sql[] =
        "SELECT i.id, i.name, i.os, i.arch, i.distro, i.end_of_life, i.user_name, i.created_ms, i.bytes, i.n_layers, i.base_name, i.base_layers, "
        "COALESCE(s.base_how, ''), i.is_base, i.first_ms, i.scanned_ms, i.matched_ms, i.risk, i.n_packages, i.n_findings, i.n_critical, i.n_high, i.n_fixable, "
        "i.n_containers, i.ports, i.environment, COALESCE((SELECT NULLIF(a.name, '') FROM agent a WHERE a.id = s.scanned_by), s.scanned_by, ''), COALESCE(s.space, ''), COALESCE(s.space_known, 0), COALESCE(s.advice, '[]'), "
        "i.detail FROM image i LEFT JOIN subject s ON s.id = i.id WHERE i.id = ?1";
static const struct bh_show image_show[] = {
        { "id", BH_SHOW_TEXT }, { "name", BH_SHOW_TEXT }, { "os", BH_SHOW_TEXT }, { "arch", BH_SHOW_TEXT }, { "distro", BH_SHOW_TEXT },
        { "end_of_life", BH_SHOW_BOOL }, { "user", BH_SHOW_TEXT }, { "created_ms", BH_SHOW_INT }, { "bytes", BH_SHOW_INT }, { "n_layers", BH_SHOW_INT },
        { "base_name", BH_SHOW_TEXT }, { "base_layers", BH_SHOW_INT }, { "base_how", BH_SHOW_TEXT }, { "is_base", BH_SHOW_BOOL },
        { "first_ms", BH_SHOW_INT }, { "scanned_ms", BH_SHOW_INT_OR_NULL }, { "matched_ms", BH_SHOW_INT_OR_NULL }, { "risk", BH_SHOW_REAL },
        { "n_packages", BH_SHOW_INT }, { "n_findings", BH_SHOW_INT }, { "n_critical", BH_SHOW_INT }, { "n_high", BH_SHOW_INT },
        { "n_fixable", BH_SHOW_INT }, { "n_containers", BH_SHOW_INT }, { "ports", BH_SHOW_TEXT }, { "environment", BH_SHOW_TEXT },
        { "scanned_by", BH_SHOW_TEXT }, { "space", BH_SHOW_TEXT }, { "space_known", BH_SHOW_BOOL }, { "advice", BH_SHOW_RAW },
        { "detail", BH_SHOW_RAW }, { 0 } };

static const char refs_sql[] =
        "SELECT ref, registry, repository, tag, digest, host_id, registry_id, first_ms, seen_ms, gone_ms FROM image_ref WHERE image_id = ?1 "
        "ORDER BY gone_ms IS NOT NULL, seen_ms DESC, ref LIMIT 200";
static const struct bh_show refs_show[] = {
        { "ref", BH_SHOW_TEXT }, { "registry", BH_SHOW_TEXT }, { "repository", BH_SHOW_TEXT }, { "tag", BH_SHOW_TEXT }, { "digest", BH_SHOW_TEXT },
        { "host_id", BH_SHOW_TEXT }, { "registry_id", BH_SHOW_INT_OR_NULL }, { "first_ms", BH_SHOW_INT }, { "seen_ms", BH_SHOW_INT },
        { "gone_ms", BH_SHOW_INT_OR_NULL }, { 0 } };

static const char containers_sql[] =
        "SELECT c.id, c.name, c.host_id, COALESCE(h.name, ''), c.state, c.namespace, c.pod, c.privileged, c.root, c.exposed, c.n_alerts, c.risk "
        "FROM container c LEFT JOIN host h ON h.id = c.host_id WHERE c.image_id = ?1 AND c.gone_ms IS NULL ORDER BY c.risk DESC, c.id LIMIT 200";
static const struct bh_show containers_show[] = {
        { "id", BH_SHOW_TEXT }, { "name", BH_SHOW_TEXT }, { "host_id", BH_SHOW_TEXT }, { "host", BH_SHOW_TEXT }, { "state", BH_SHOW_TEXT },
        { "namespace", BH_SHOW_TEXT }, { "pod", BH_SHOW_TEXT }, { "privileged", BH_SHOW_BOOL }, { "root", BH_SHOW_BOOL }, { "exposed", BH_SHOW_TEXT },
        { "n_alerts", BH_SHOW_INT }, { "risk", BH_SHOW_REAL }, { 0 } };

static const char sides_sql[] = "SELECT side, severity, COUNT(*) FROM finding WHERE subject = ?1 AND fixed_ms IS NULL AND state = 'open' "
                                "GROUP BY side, severity ORDER BY side, severity DESC";
static const struct bh_show sides_show[] = { { "side", BH_SHOW_TEXT }, { "severity", BH_SHOW_SEVERITY }, { "count", BH_SHOW_INT }, { 0 } };

static const char kinds_sql[] = "SELECT kind, COUNT(*), MAX(risk) FROM finding WHERE subject = ?1 AND fixed_ms IS NULL AND state = 'open' GROUP BY kind "
                                "ORDER BY kind";
static const struct bh_show kinds_show[] = { { "kind", BH_SHOW_TEXT }, { "count", BH_SHOW_INT }, { "risk", BH_SHOW_REAL }, { 0 } };

static const char layers_sql[] = "SELECT position, diff_id, digest, side, owner, instruction, bytes, created_ms FROM image_layer WHERE image_id = ?1 "
                                 "ORDER BY position";
static const struct bh_show layers_show[] = {
        { "position", BH_SHOW_INT }, { "diff_id", BH_SHOW_TEXT }, { "digest", BH_SHOW_TEXT }, { "side", BH_SHOW_TEXT }, { "owner", BH_SHOW_TEXT },
        { "instruction", BH_SHOW_TEXT }, { "bytes", BH_SHOW_INT }, { "created_ms", BH_SHOW_INT }, { 0 } };

static int put_row(struct bh_call *call, struct bh_json_put *j, struct bh_str id, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(call->db, image_sql, BH_ARGS(bh_arg_text(id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                bh_show_row(j, rows, image_show);
        bh_rows_done(&rows);
        return r;
}

static int get_image(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_str id = bh_call_part(call, "id");
        struct bh_args a = BH_ARGS(bh_arg_text(id));
        int r = bh_image_allowed(call, id, err);

        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        r = put_row(call, &j, id, err);
        r = r < 0 ? r : bh_show_list(&j, "refs", call->db, refs_sql, a, refs_show, err);
        r = r < 0 ? r : bh_show_list(&j, "layers", call->db, layers_sql, a, layers_show, err);
        r = r < 0 ? r : bh_show_list(&j, "containers", call->db, containers_sql, a, containers_show, err);
        r = r < 0 ? r : bh_show_list(&j, "by_side", call->db, sides_sql, a, sides_show, err);
        r = r < 0 ? r : bh_show_list(&j, "by_kind", call->db, kinds_sql, a, kinds_show, err);
        bh_json_put_close(&j);
        return r;
}

/* ---- its parts ---- */

static int part_of(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_err *err) {
        struct bh_str id = bh_call_part(call, "id");
        int r = bh_image_allowed(call, id, err);

        return r < 0 ? r : bh_list_reply(call, list, fixed, bh_arg_text(id), err);
}

static int get_packages(struct bh_call *call, struct bh_err *err) {
        return part_of(call, &held, "h.subject = ?", err);
}

static int get_layers(struct bh_call *call, struct bh_err *err) {
        return part_of(call, &layers, "l.image_id = ?", err);
}

static int get_findings(struct bh_call *call, struct bh_err *err) {
        return part_of(call, &bh_list_findings, "f.subject = ?", err);
}

/* Of the image itself, and of containers made of it. */
static int get_compliance(struct bh_call *call, struct bh_err *err) {
        return part_of(call, &bh_list_results, BH_COMPLIANCE_OF_IMAGES("r", "?"), err);
}

static int get_sbom(struct bh_call *call, struct bh_err *err) {
        struct bh_str id = bh_call_part(call, "id"), name = bh_call_query(call, "format");
        const struct bh_report_format *format = NULL;
        struct bh_subject s;
        int r = bh_image_allowed(call, id, err);

        r = r < 0 ? r : bh_report_format_find(name.len ? name : BH_STR("cyclonedx"), &format, err);
        if (r >= 0 && !format->sbom)
                return bh_fail(err, BH_E_FORMAT, "an SBOM is cyclonedx or spdx, not %s", format->name);
        r = r < 0 ? r : bh_subject_load(call->db, id, call->arena, &s, err);
        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "image %s was not scanned yet", BH_QUOTE(id));
        r = r < 0 ? r : format->write(&call->out, &s.report, 1, &(struct bh_report_opts){ 0 }, err);
        if (r < 0)
                return r;
        bh_buf_printf(&call->headers, "Content-Disposition: attachment; filename=\"sbom.%s.json\"\r\n", format->name);
        return 0;
}

const struct bh_route bh_routes_images[] = {
        { "GET", "/api/v1/images", "listImages", BH_MAY_READ, NULL, &images, 0 },
        { "GET", "/api/v1/images/{id}", "getImage", BH_MAY_READ, get_image, NULL, 0 },
        { "GET", "/api/v1/images/{id}/packages", "listImagePackages", BH_MAY_READ, get_packages, NULL, 0 },
        { "GET", "/api/v1/images/{id}/layers", "listImageLayers", BH_MAY_READ, get_layers, NULL, 0 },
        { "GET", "/api/v1/images/{id}/findings", "listImageFindings", BH_MAY_READ, get_findings, NULL, 0 },
        { "GET", "/api/v1/images/{id}/compliance", "listImageCompliance", BH_MAY_READ, get_compliance, NULL, 0 },
        { "GET", "/api/v1/images/{id}/sbom", "getImageSbom", BH_MAY_READ, get_sbom, NULL, 0 },
        { 0 },
};
