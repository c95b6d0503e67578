/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/scans.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "manage/exceptions.h"
#include "manage/findings.h"
#include "manage/intake.h"
#include "manage/match.h"
#include "manage/subject.h"
#include "manage/uses.h"
#include "model/finding.h"

struct taking {
        struct bh_db *db;
        const struct bh_scan_in *in;
        struct bh_arena *arena;
        const struct bh_doc *report, *target, *release;
        struct bh_str subject, space;
        BH_VEC(int64_t) packages; /* ids of rows, by the report's index */
        uint64_t set;             /* of all packages, in no order */
};

static int64_t when_ms(const struct bh_doc *d, const char *key) {
        int64_t s = 0;

        return bh_time_parse(bh_doc_get_text(d, key), &s) ? s * 1000 : 0;
}

/* ---- names ---- */

/* A first part with a dot, a colon, or "localhost" is a registry; else it is a path of the usual one. */
struct bh_ref_parts bh_ref_split(struct bh_arena *arena, struct bh_str ref) {
        struct bh_ref_parts p = { .registry = BH_STR_INIT("docker.io") };
        struct bh_str first, rest, name;
        ptrdiff_t colon;

        (void) bh_str_cut(ref, '@', &name, &p.digest);
        if (bh_str_cut(name, '/', &first, &rest) &&
            (bh_str_chr(first, '.') >= 0 || bh_str_chr(first, ':') >= 0 || bh_str_is(first, "localhost"))) {
                p.registry = first;
                name = rest;
        }
        colon = bh_str_rchr(name, ':');
        if (colon >= 0) {
                p.tag = bh_str_from(name, (size_t) colon + 1);
                name = bh_str_part(name, 0, (size_t) colon);
        }
        p.repository = name;
        if (bh_str_is(p.registry, "docker.io") && bh_str_chr(name, '/') < 0)
                p.repository = bh_arena_cat(arena, BH_STR("library/"), name);
        return p;
}

static int take_ref(struct taking *t, struct bh_str ref, struct bh_err *err) {
        struct bh_ref_parts p = bh_ref_split(t->arena, ref);

        if (!ref.len || !p.repository.len)
                return 0;
        return bh_db_run(t->db,
                         "INSERT INTO image_ref(ref, registry, repository, tag, digest, image_id, host_id, registry_id, first_ms, seen_ms) "
                         "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) ON CONFLICT(ref, image_id, host_id) DO UPDATE SET seen_ms = excluded.seen_ms, "
                         "gone_ms = NULL, digest = CASE WHEN excluded.digest <> '' THEN excluded.digest ELSE image_ref.digest END, "
                         "registry_id = COALESCE(excluded.registry_id, image_ref.registry_id)",
                         BH_ARGS(bh_arg_text(ref), bh_arg_text(p.registry), bh_arg_text(p.repository), bh_arg_text(p.tag),
                                 bh_arg_text(t->in->digest.len ? t->in->digest : p.digest), bh_arg_text(t->subject), bh_arg_text(t->in->host_id),
                                 t->in->registry_id ? bh_arg_int(t->in->registry_id) : bh_arg_null(), bh_arg_int(t->in->now_ms)),
                         NULL, err);
}

/* A name points to one image of an engine or registry: the one it pointed to before has lost it. */
static int lose_ref(struct taking *t, struct bh_str ref, struct bh_err *err) {
        return bh_db_run(t->db, "UPDATE image_ref SET gone_ms = ?4 WHERE ref = ?1 AND host_id = ?2 AND image_id <> ?3 AND gone_ms IS NULL",
                         BH_ARGS(bh_arg_text(ref), bh_arg_text(t->in->host_id), bh_arg_text(t->subject), bh_arg_int(t->in->now_ms)), NULL, err);
}

static int take_refs(struct taking *t, struct bh_err *err) {
        const struct bh_doc *refs = t->in->refs && bh_doc_count(t->in->refs) ? t->in->refs : bh_doc_get(t->target, "tags");
        int r = 0;

        for (const struct bh_doc *d = bh_doc_first(refs); d && r >= 0; d = d->next) {
                r = lose_ref(t, bh_doc_str(d), err);
                r = r < 0 ? r : take_ref(t, bh_doc_str(d), err);
        }
        return r;
}

static struct bh_str first_ref(const struct taking *t) {
        const struct bh_doc *refs = t->in->refs && bh_doc_count(t->in->refs) ? t->in->refs : bh_doc_get(t->target, "tags");
        struct bh_str ref = bh_doc_str(bh_doc_first(refs));

        return ref.len ? ref : bh_doc_get_text(t->target, "name");
}

/* ---- the image ---- */

static struct bh_str distro_of(struct taking *t) {
        struct bh_str id = bh_doc_get_text(t->release, "id"), version = bh_doc_get_text(t->release, "version");

        return bh_arena_printf(t->arena, "%.*s%s%.*s", BH_FMT(id), id.len && version.len ? " " : "", BH_FMT(version));
}

static struct bh_str join(struct taking *t, const struct bh_doc *list) {
        struct bh_str s = BH_STR("");

        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next)
                s = bh_arena_printf(t->arena, "%.*s%s%.*s", BH_FMT(s), s.len ? "," : "", BH_FMT(bh_doc_str(d)));
        return s;
}

static void put_part(struct bh_json_put *j, const struct bh_doc *of, const char *key) {
        const struct bh_doc *d = bh_doc_get(of, key);

        if (d && !bh_doc_is(d, BH_DOC_NULL))
                bh_json_put_doc(j, key, d);
}

/* The report's other parts, as they came. */
static struct bh_str detail_of(struct taking *t) {
        static const char *const parts[] = { "looked_for", "licences", "base", "gaps", "notes" };
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        struct bh_str ret;

        bh_json_put_open(&j, NULL, '{');
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                put_part(&j, t->report, parts[i]);
        bh_json_put_some(&j, "system", bh_doc_get_text(t->release, "name"));
        bh_json_put_close(&j);
        ret = bh_arena_str(t->arena, bh_str_trim(bh_buf_str(&out)));
        bh_buf_done(&out);
        return ret;
}

static int take_image(struct taking *t, struct bh_err *err) {
        const struct bh_doc *layers = bh_doc_get(t->report, "layers"), *base = bh_doc_get(t->report, "base");
        int64_t bytes = 0;

        for (const struct bh_doc *l = bh_doc_first(layers); l; l = l->next)
                bytes += bh_doc_int(bh_doc_get(l, "bytes"), 0);
        return bh_db_run(
                t->db,
                "INSERT INTO image(id, name, os, arch, distro, end_of_life, user_name, created_ms, bytes, n_layers, base_name, base_layers, ports, "
                "environment, first_ms, scanned_ms, n_packages, detail) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16) "
                "ON CONFLICT(id) DO UPDATE SET name = excluded.name, os = excluded.os, arch = excluded.arch, distro = excluded.distro, "
                "user_name = excluded.user_name, created_ms = excluded.created_ms, bytes = excluded.bytes, n_layers = excluded.n_layers, "
                "base_name = excluded.base_name, base_layers = excluded.base_layers, ports = excluded.ports, "
                "environment = CASE WHEN excluded.environment <> '' THEN excluded.environment ELSE image.environment END, "
                "scanned_ms = excluded.scanned_ms, n_packages = excluded.n_packages, detail = excluded.detail",
                BH_ARGS(bh_arg_text(t->subject), bh_arg_text(first_ref(t)), bh_arg_text(bh_doc_get_text(t->target, "os")),
                        bh_arg_text(bh_doc_get_text(t->target, "architecture")), bh_arg_text(distro_of(t)),
                        bh_arg_text(bh_doc_get_text(t->target, "user")), bh_arg_int(when_ms(t->target, "created")), bh_arg_int(bytes),
                        bh_arg_int((int64_t) bh_doc_count(layers)), bh_arg_text(bh_doc_get_text(base, "name")),
                        bh_arg_int(bh_doc_int(bh_doc_get(base, "layers"), 0)), bh_arg_text(join(t, bh_doc_get(t->target, "exposed"))),
                        bh_arg_text(t->in->environment), bh_arg_int(t->in->now_ms), bh_arg_int((int64_t) bh_doc_count(bh_doc_get(t->report, "packages"))),
                        bh_arg_text(detail_of(t))),
                NULL, err);
}

static int take_layers(struct taking *t, struct bh_err *err) {
        int64_t position = 0;
        int r = bh_db_run(t->db, "DELETE FROM image_layer WHERE image_id = ?1", BH_ARGS(bh_arg_text(t->subject)), NULL, err);

        for (const struct bh_doc *l = bh_doc_first(bh_doc_get(t->report, "layers")); l && r >= 0; l = l->next)
                r = bh_db_run(t->db,
                              "INSERT INTO image_layer(image_id, position, diff_id, digest, side, owner, instruction, bytes, created_ms) "
                              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                              BH_ARGS(bh_arg_text(t->subject), bh_arg_int(position++), bh_arg_text(bh_doc_get_text(l, "diff_id")),
                                      bh_arg_text(bh_doc_get_text(l, "digest")), bh_arg_text(bh_doc_get_text(l, "side")),
                                      bh_arg_text(bh_doc_get_text(l, "owner")), bh_arg_text(bh_doc_get_text(l, "instruction")),
                                      bh_arg_int(bh_doc_int(bh_doc_get(l, "bytes"), 0)), bh_arg_int(when_ms(l, "created"))),
                              NULL, err);
        return r;
}

/* ---- packages ---- */

static int package_row(struct taking *t, const struct bh_doc *p, int64_t *ret, struct bh_err *err) {
        struct bh_str text[11] = { bh_doc_get_text(p, "type"), bh_doc_get_text(p, "name"), bh_doc_get_text(p, "version"),
                                   bh_doc_get_text(p, "architecture"), bh_doc_get_text(p, "source"), bh_doc_get_text(p, "source_version"),
                                   bh_doc_get_text(p, "module"), bh_doc_get_text(p, "vendor"), t->space, bh_doc_get_text(p, "licence"),
                                   bh_doc_get_text(p, "purl") };
        struct bh_arg a[11];
        int r;

        if (!bh_eco_is_os(bh_eco_of(text[0])))
                text[8] = text[0];
        for (size_t i = 0; i < 11; i++)
                a[i] = bh_arg_text(text[i]);
        r = bh_db_number(t->db,
                         "SELECT id FROM package WHERE eco = ?1 AND name = ?2 AND version = ?3 AND arch = ?4 AND source = ?5 AND source_version = ?6 AND "
                         "module = ?7 AND vendor = ?8 AND space = ?9",
                         (struct bh_args){ a, 9 }, ret, err);
        if (r == 0)
                r = bh_db_number(t->db,
                                 "INSERT INTO package(eco, name, version, arch, source, source_version, module, vendor, space, licence, purl) "
                                 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id",
                                 (struct bh_args){ a, 11 }, ret, err);
        return r;
}

static struct bh_str holding_key(struct bh_arena *arena, int64_t package, struct bh_str location) {
        return bh_arena_printf(arena, "%lld|%.*s", (long long) package, BH_FMT(location));
}

struct held {
        int64_t id;
        bool met;
};

static int load_held(struct taking *t, struct bh_map *held, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(t->db, "SELECT id, package_id, location FROM holding WHERE subject = ?1", BH_ARGS(bh_arg_text(t->subject)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct held *h = bh_arena_make(t->arena, struct held);

                h->id = bh_rows_int(rows, 0);
                bh_map_set(held, holding_key(t->arena, bh_rows_int(rows, 1), bh_rows_text(rows, 2)), h);
        }
        bh_rows_done(&rows);
        return r;
}

static int take_holding(struct taking *t, const struct bh_doc *p, int64_t package, struct bh_map *held, struct bh_err *err) {
        struct bh_str location = bh_doc_get_text(p, "location"), owner = bh_doc_get_text(p, "owned_by"), key = holding_key(t->arena, package, location);
        struct held *h = bh_map_get(held, key);
        int64_t layer = bh_doc_int(bh_doc_get(p, "layer"), 0), dev = bh_doc_bool(bh_doc_get(p, "development"), false);

        t->set += bh_hash64(bh_arena_printf(t->arena, "%.*s|%.*s|%lld", BH_FMT(key), BH_FMT(owner), (long long) dev));
        if (h)
                h->met = true;
        return bh_db_run(t->db,
                         "INSERT INTO holding(subject, package_id, location, layer, evidence, owned_by, development) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                         "ON CONFLICT(subject, package_id, location) DO UPDATE SET layer = excluded.layer, evidence = excluded.evidence, "
                         "owned_by = excluded.owned_by, development = excluded.development "
                         "WHERE holding.layer <> excluded.layer OR holding.owned_by <> excluded.owned_by OR holding.evidence <> excluded.evidence "
                         "OR holding.development <> excluded.development",
                         BH_ARGS(bh_arg_text(t->subject), bh_arg_int(package), bh_arg_text(location), bh_arg_int(layer),
                                 bh_arg_text(bh_doc_get_text(p, "evidence")), bh_arg_text(owner), bh_arg_int(dev)),
                         NULL, err);
}

static int drop_rest(struct taking *t, const struct bh_map *held, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < held->len && r >= 0; i++) {
                const struct held *h = held->items[i].value;

                if (!h->met)
                        r = bh_db_run(t->db, "DELETE FROM holding WHERE id = ?1", BH_ARGS(bh_arg_int(h->id)), NULL, err);
        }
        return r;
}

static int take_packages(struct taking *t, struct bh_err *err) {
        struct bh_map held = bh_map_in(t->arena);
        int r = load_held(t, &held, err);

        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(t->report, "packages")); p && r >= 0; p = p->next) {
                int64_t id = 0;

                r = package_row(t, p, &id, err);
                *bh_vec_add(t->arena, &t->packages) = id;
                r = r < 0 ? r : take_holding(t, p, id, &held, err);
        }
        r = r < 0 ? r : drop_rest(t, &held, err);
        return r < 0 ? r : bh_uses_of_subject(t->db, t->subject, t->in->now_ms, err);
}

/* ---- findings ---- */

/* How bad by itself; where it runs and whether somebody is inside comes on top. The kinds are weighed so that they can stand in one list. */
static const struct {
        double value;
        const char *words;
} severities[_BH_SEVERITY_MAX] = {
        [BH_SEVERITY_UNKNOWN] = { 0.05, "how bad it is, is unknown" }, [BH_SEVERITY_INFO] = { 0.02, "good to know" },
        [BH_SEVERITY_LOW] = { 0.10, "low" },                           [BH_SEVERITY_MEDIUM] = { 0.30, "medium" },
        [BH_SEVERITY_HIGH] = { 0.60, "high" },                         [BH_SEVERITY_CRITICAL] = { 0.85, "critical" },
};
static const struct {
        double value;
        const char *words;
} kinds[_BH_FINDING_MAX] = {
        [BH_FINDING_MALWARE] = { 1.00, "somebody's tool is in the image" },
        [BH_FINDING_WEBSHELL] = { 1.00, "it hands the server to whoever asks" },
        [BH_FINDING_TAMPER] = { 1.00, "made to deceive" },
        [BH_FINDING_SECRET] = { 0.60, "a credential opens what it opens for whoever has the image" },
        [BH_FINDING_INTEGRITY] = { 0.40, "a file is not what its package brought" },
        [BH_FINDING_CONFIG] = { 0.03, "it helps an attacker who is inside already" },
        [BH_FINDING_LICENCE] = { 0.02, "a matter of law, not of attack" },
        [BH_FINDING_WEIGHT] = { 0.01, "bytes that need not be there" },
};

static struct bh_risk risk_of(struct bh_arena *arena, enum bh_finding_kind kind, enum bh_severity severity) {
        struct bh_risk r = { .factors = bh_arena_array(arena, struct bh_risk_factor, 2), .n_factors = 2 };
        double s = severities[severity].value, k = kinds[kind].value;

        r.factors[0] = (struct bh_risk_factor){ BH_STR_INIT("severity"), s, s, s, bh_str_of(severities[severity].words), true };
        r.factors[1] = (struct bh_risk_factor){ BH_STR_INIT("kind"), k, k, k, bh_str_of(kinds[kind].words), true };
        r.score = r.low = r.high = 100 * s * k;
        return r;
}

static struct bh_str finding_detail(struct taking *t, const struct bh_doc *f) {
        static const char *const parts[] = { "detail", "author", "package_name", "tags", "references", "removed_later", "verified", "more_places", "hidden", "hidden_because" };
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        struct bh_str ret;

        bh_json_put_open(&j, NULL, '{');
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                put_part(&j, f, parts[i]);
        bh_json_put_close(&j);
        ret = bh_arena_str(t->arena, bh_str_trim(bh_buf_str(&out)));
        bh_buf_done(&out);
        return ret;
}

static struct bh_finding_row finding_row(struct taking *t, const struct bh_doc *f) {
        enum bh_severity severity = bh_severity_of(bh_doc_get_text(f, "severity"));

        return (struct bh_finding_row){
                .kind = bh_doc_get_text(f, "kind"), .fingerprint = bh_doc_get_text(f, "fingerprint"), .rule = bh_doc_get_text(f, "rule"), .title = bh_doc_get_text(f, "title"),
                .category = bh_doc_get_text(f, "category"), .path = bh_doc_get_text(f, "path"), .evidence = bh_doc_get_text(f, "evidence"),
                .mend = bh_doc_get_text(f, "mend"), .side = bh_doc_get_text(f, "side"), .owner = bh_doc_get_text(f, "owner"),
                .detail = finding_detail(t, f), .severity = (int) severity, .line = (uint32_t) bh_doc_int(bh_doc_get(f, "line"), 0),
                .layer = (uint32_t) bh_doc_int(bh_doc_get(f, "layer"), 0), .risk = risk_of(t->arena, bh_finding_kind_of(bh_doc_get_text(f, "kind")), severity) };
}

static int take_findings(struct taking *t, struct bh_err *err) {
        const struct bh_doc *list = bh_doc_get(t->report, "findings");
        struct bh_finding_row *rows = bh_arena_array(t->arena, struct bh_finding_row, bh_doc_count(list));
        struct bh_findings_change change;
        struct bh_place *places = NULL;
        size_t n = 0, n_places = 0;
        int r = bh_subject_places(t->db, t->subject, t->arena, &places, &n_places, err);

        for (const struct bh_doc *f = bh_doc_first(list); f && r >= 0; f = f->next)
                rows[n++] = finding_row(t, f);
        return r < 0 ? r : bh_findings_replace(t->db, t->subject, false, rows, n, places, n_places, t->in->now_ms, &change, err);
}

/* ---- the whole ---- */

static int take_subject(struct taking *t, struct bh_err *err) {
        const struct bh_doc *base = bh_doc_get(t->report, "base");
        struct bh_str os[4] = { bh_doc_get_text(t->release, "id"), bh_doc_get_text(t->release, "version"), bh_doc_get_text(t->release, "codename"),
                                bh_doc_get_text(t->release, "like") };
        struct bh_str set;

        for (size_t i = 0; i < 4; i++)
                t->set = t->set * 1000003 + bh_hash64(os[i]);
        set = bh_arena_printf(t->arena, "%016llx", (unsigned long long) t->set);
        return bh_db_run(t->db,
                         "INSERT INTO subject(id, target, os_id, os_version, os_codename, os_like, package_set, base_name, base_layers, base_how, base_sure, "
                         "scanned_ms, scanned_by) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT(id) DO UPDATE SET "
                         "target = excluded.target, os_id = excluded.os_id, os_version = excluded.os_version, os_codename = excluded.os_codename, "
                         "os_like = excluded.os_like, package_set = excluded.package_set, base_name = excluded.base_name, "
                         "base_layers = excluded.base_layers, base_how = excluded.base_how, base_sure = excluded.base_sure, "
                         "scanned_ms = excluded.scanned_ms, scanned_by = excluded.scanned_by, matched_with = ''",
                         BH_ARGS(bh_arg_text(t->subject), bh_arg_text(bh_doc_get_text(t->target, "name")), bh_arg_text(os[0]), bh_arg_text(os[1]),
                                 bh_arg_text(os[2]), bh_arg_text(os[3]), bh_arg_text(set), bh_arg_text(bh_doc_get_text(base, "name")),
                                 bh_arg_int(bh_doc_int(bh_doc_get(base, "layers"), 0)), bh_arg_text(bh_doc_get_text(base, "how")),
                                 bh_arg_int(bh_doc_bool(bh_doc_get(base, "sure"), false)), bh_arg_int(t->in->now_ms), bh_arg_text(t->in->by)),
                         NULL, err);
}

static bool is_image_id(struct bh_str id) {
        return id.len == 71 && bh_str_starts(id, BH_STR("sha256:"));
}

/* All that could lie, before anything is written. */
static int check_lists(const struct bh_doc *report, struct bh_err *err) {
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(report, "packages")); p; p = p->next)
                if (bh_eco_of(bh_doc_get_text(p, "type")) == BH_ECO_NONE || !bh_doc_get_text(p, "name").len)
                        return bh_fail(err, BH_E_FORMAT, "line %u of the report: a package without type or name", p->line);
        for (const struct bh_doc *f = bh_doc_first(bh_doc_get(report, "findings")); f; f = f->next) {
                enum bh_finding_kind kind = bh_finding_kind_of(bh_doc_get_text(f, "kind"));
                struct bh_str fingerprint = bh_doc_get_text(f, "fingerprint");
                uint64_t checked;

                if (kind == _BH_FINDING_MAX || kind == BH_FINDING_VULN)
                        return bh_fail(err, BH_E_FORMAT, "line %u of the report: a finding of no known kind", f->line);
                if (fingerprint.len != 16 || !bh_str_hex64(fingerprint, &checked))
                        return bh_fail(err, BH_E_FORMAT, "line %u of the report: a finding without a fingerprint", f->line);
        }
        return 0;
}

static int find_report(struct taking *t, struct bh_err *err) {
        t->report = t->in->report;
        if (bh_doc_get(t->report, "reports"))
                t->report = bh_doc_first(bh_doc_get(t->report, "reports"));
        t->target = bh_doc_get(t->report, "target");
        t->release = bh_doc_get(t->report, "distribution");
        if (!bh_doc_is(t->target, BH_DOC_OBJECT) || !bh_doc_is(bh_doc_get(t->report, "packages"), BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "this is no report of a scan: it has no target or no packages");
        if (check_lists(t->report, err) < 0)
                return BH_E_FORMAT;
        if (t->in->host) {
                t->subject = bh_arena_cat(t->arena, BH_STR("host:"), t->in->id);
                return 0;
        }
        t->subject = bh_doc_get_text(t->target, "config_digest");
        if (!t->subject.len)
                t->subject = t->in->id;
        if (!is_image_id(t->subject))
                return bh_fail(err, BH_E_FORMAT, "the report names no image");
        if (t->in->id.len && !bh_str_eq(t->in->id, t->subject) && !bh_str_eq(t->in->id, bh_doc_get_text(t->target, "manifest_digest")))
                return bh_fail(err, BH_E_FORMAT, "the report is of another image than it is said to be");
        return 0;
}

int bh_scan_take(struct bh_db *db, const struct bh_scan_in *in, struct bh_arena *arena, struct bh_str *ret_subject, struct bh_err *err) {
        struct taking t = { .db = db, .in = in, .arena = arena };
        int r = find_report(&t, err);

        if (r < 0)
                return r;
        t.space = bh_doc_get_text(t.release, "space");
        if (!t.space.len)
                t.space = bh_arena_printf(arena, "%.*s:%.*s", BH_FMT(bh_doc_get_text(t.release, "id")), BH_FMT(bh_doc_get_text(t.release, "version")));
        if (!in->host) {
                r = take_image(&t, err);
                r = r < 0 ? r : take_refs(&t, err);
                r = r < 0 ? r : bh_exceptions_settle(db, t.subject, err);
        }
        r = r < 0 ? r : take_layers(&t, err);
        r = r < 0 ? r : take_packages(&t, err);
        r = r < 0 ? r : take_findings(&t, err);
        r = r < 0 ? r : take_subject(&t, err);
        if (r < 0)
                return r;
        *ret_subject = t.subject;
        if (in->manage)
                bh_match_hurry(in->manage);
        return 0;
}

/* An agent speaks of its own host only, whatever it says. */
int bh_intake_scan(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err) {
        bool host = bh_str_is(bh_doc_get_text(item->body, "subject"), "host");
        struct bh_scan_in in = { .host = host, .id = host ? from->host_id : bh_doc_get_text(item->body, "id"),
                                 .report = bh_doc_get(item->body, "report"), .refs = bh_doc_get(item->body, "refs"), .host_id = from->host_id,
                                 .by = from->agent_id, .now_ms = from->now_ms, .manage = from->manage };
        struct bh_str subject;
        int r;

        if (!in.report)
                return bh_fail(err, BH_E_FORMAT, "a scan without its report");
        r = bh_scan_take(db, &in, arena, &subject, err);
        return bh_wrap(err, r, "scan of %s", BH_QUOTE(in.id));
}
