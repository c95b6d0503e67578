/* SPDX-License-Identifier: Apache-2.0 */
/* From what the index says to rows: attribution, what would mend it, the vulnerabilities themselves. */
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "lib/mend.h"
#include "lib/vulns.h"
#include "manage/match.h"
#include "manage/risk.h"
#include "model/cvss.h"

/* ---- SSVC ---- */

static bool word_of(struct bh_str ssvc, unsigned n, struct bh_str *ret) {
        bool there = true;

        for (unsigned i = 0; i <= n && there; i++)
                there = bh_str_word(&ssvc, ret);
        return there;
}

bool bh_ssvc_automatable(struct bh_str ssvc, struct bh_str vector) {
        struct bh_str word;
        struct bh_cvss c;

        if (word_of(ssvc, 1, &word))
                return bh_str_is(word, "yes");
        return bh_cvss_parse(vector, &c, NULL) >= 0 && c.vector == BH_CVSS_NETWORK && c.complexity == BH_CVSS_NEED_NONE &&
               c.privileges == BH_CVSS_NEED_NONE && c.interaction == BH_CVSS_NEED_NONE;
}

bool bh_ssvc_total(struct bh_str ssvc, struct bh_str vector) {
        struct bh_str word;
        struct bh_cvss c;

        if (word_of(ssvc, 2, &word))
                return bh_str_is(word, "total");
        return bh_cvss_parse(vector, &c, NULL) >= 0 && c.confidentiality == BH_CVSS_LOSS_HIGH && c.integrity == BH_CVSS_LOSS_HIGH &&
               c.availability == BH_CVSS_LOSS_HIGH;
}

/* ---- attribution ---- */

int bh_known_bases_load(struct bh_db *db, struct bh_arena *arena, struct bh_known_base **ret, size_t *ret_n, struct bh_err *err) {
        BH_VEC(struct bh_known_base) bases = { 0 };
        BH_VEC(struct bh_str) layers = { 0 };
        struct bh_str id = BH_STR("");
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT i.id, i.name, l.diff_id FROM image i JOIN image_layer l ON l.image_id = i.id WHERE i.is_base = 1 ORDER BY i.id, l.position",
                          BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                if (!bh_str_eq(bh_rows_text(rows, 0), id)) {
                        id = bh_rows_copy(rows, 0, arena);
                        layers.at = NULL;
                        layers.len = layers.cap = 0;
                        *bh_vec_add(arena, &bases) = (struct bh_known_base){ .name = bh_rows_copy(rows, 1, arena) };
                }
                *bh_vec_add(arena, &layers) = bh_rows_copy(rows, 2, arena);
                bases.at[bases.len - 1].layers = layers.at;
                bases.at[bases.len - 1].n_layers = (uint32_t) layers.len;
        }
        bh_rows_done(&rows);
        *ret = bases.at;
        *ret_n = bases.len;
        return r;
}

static bool begins_with(const struct bh_report *r, const struct bh_known_base *b) {
        if (b->n_layers == 0 || b->n_layers > r->n_layers)
                return false;
        for (uint32_t i = 0; i < b->n_layers; i++)
                if (!r->layers[i].diff_id.len || !bh_str_eq(r->layers[i].diff_id, b->layers[i]))
                        return false;
        return true;
}

/* The longest marked base is the nearest parent; an image that is one itself is base throughout. */
static void find_base(struct bh_report *r, const struct bh_known_base *bases, size_t n) {
        uint32_t best = 0;

        for (size_t i = 0; i < n; i++)
                if (begins_with(r, &bases[i]) && bases[i].n_layers > best) {
                        best = bases[i].n_layers;
                        r->base = (struct bh_report_base){ best, bases[i].name, BH_STR_INIT("marked as a base here"), true };
                }
        for (uint32_t i = 0; best && i < r->n_layers; i++)
                r->layers[i].side = i < best ? BH_SIDE_BASE : BH_SIDE_APP;
}

static void attribute(struct bh_report *r, struct bh_arena *arena) {
        for (uint32_t i = 0; i < r->n_vulns; i++) {
                struct bh_vuln_finding *v = &r->vulns[i];
                const struct bh_report_layer *l;

                v->whose.layer = r->packages[v->package].layer;
                l = v->whose.layer < r->n_layers ? &r->layers[v->whose.layer] : NULL;
                v->whose.side = l ? l->side : BH_SIDE_UNKNOWN;
                v->whose.owner = l ? l->owner : BH_STR("");
                v->whose.mend = bh_mend_vuln(r, v, arena);
        }
}

/* ---- rows ---- */

static struct bh_str taken(struct bh_arena *arena, struct bh_buf *out) {
        struct bh_str s = bh_arena_str(arena, bh_str_trim(bh_buf_str(out)));

        bh_buf_done(out);
        return s;
}

/* What decided, and who says so. */
static struct bh_str detail_of(const struct bh_vuln_finding *v, struct bh_arena *arena) {
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_some(&j, "severity_source", v->severity_source);
        bh_json_put_some(&j, "source", v->match.source);
        bh_json_put_some(&j, "space", v->match.space);
        bh_json_put_some(&j, "fix_advisory", v->match.fix_id);
        bh_json_put_some(&j, "fix_channel", v->match.channel);
        bh_json_put_close(&j);
        return taken(arena, &out);
}

static struct bh_finding_row row_of(const struct bh_subject *s, const struct bh_vuln_finding *v, struct bh_arena *arena) {
        const struct bh_package *p = &s->report.packages[v->package];

        return (struct bh_finding_row){
                .kind = BH_STR_INIT("vulnerability"), .fingerprint = bh_arena_printf(arena, "%016llx", (unsigned long long) v->fingerprint),
                .package_id = s->package_ids[v->package], .vuln_id = v->vuln.id, .rule = v->vuln.id, .path = p->location,
                .title = bh_arena_printf(arena, "%.*s in %.*s %.*s", BH_FMT(v->vuln.id), BH_FMT(p->name), BH_FMT(p->version)),
                .category = bh_str_of(bh_eco_str(p->eco)), .status = bh_str_of(bh_status_str(v->match.status)), .fix = v->match.fixed,
                .mend = v->whose.mend, .side = bh_str_of(bh_side_str(v->whose.side)), .owner = v->whose.owner, .detail = detail_of(v, arena),
                .severity = (int) v->severity, .layer = v->whose.layer, .kev = v->vuln.kev,
                .automatable = bh_ssvc_automatable(v->vuln.ssvc, v->cvss_vector), .total = bh_ssvc_total(v->vuln.ssvc, v->cvss_vector),
                .use = s->uses[v->package], .risk = v->risk };
}

static struct bh_str advice_of(struct bh_report *r, struct bh_arena *arena) {
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_advise(r, arena);
        bh_json_put_open(&j, NULL, '[');
        for (uint32_t i = 0; i < r->n_advice; i++) {
                const struct bh_advice *a = &r->advice[i];

                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "text", a->text);
                bh_json_put_some(&j, "owner", a->owner);
                bh_json_put_u64(&j, "mends", a->n_vulns);
                bh_json_put_u64(&j, "critical", a->n_critical);
                bh_json_put_u64(&j, "exploited", a->n_exploited);
                bh_json_put_double(&j, "risk", a->risk, 1);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        return taken(arena, &out);
}

void bh_matched_of(struct bh_subject *subject, const struct bh_known_base *bases, size_t n_bases, struct bh_arena *arena, struct bh_matched *ret) {
        struct bh_report *r = &subject->report;

        find_base(r, bases, n_bases);
        attribute(r, arena);
        *ret = (struct bh_matched){ .subject = subject, .rows = bh_arena_array(arena, struct bh_finding_row, r->n_vulns) };
        for (uint32_t i = 0; i < r->n_vulns; i++)
                ret->rows[ret->n_rows++] = row_of(subject, &r->vulns[i], arena);
        ret->advice = advice_of(r, arena);
}

/* ---- the vulnerabilities themselves ---- */

static enum bh_severity severity_of(const struct bh_vuln_finding *v) {
        enum bh_severity severity = BH_SEVERITY_UNKNOWN;
        struct bh_cvss c;

        for (uint32_t i = 0; i < v->vuln.n_severities; i++)
                severity = BH_MAX(severity, bh_severity_of(v->vuln.severities[i].text));
        if (severity == BH_SEVERITY_UNKNOWN && bh_cvss_parse(v->cvss_vector, &c, NULL) >= 0)
                severity = bh_cvss_severity(&c);
        return severity == BH_SEVERITY_UNKNOWN ? v->severity : severity;
}

static struct bh_str vuln_stamp(const struct bh_vuln_finding *v, struct bh_arena *arena) {
        uint64_t h = bh_hash64(v->exploit_why) * 31 + bh_hash64(v->cvss_vector) * 17 + bh_hash64(v->vuln.ssvc);

        h = h * 1000003 + (uint64_t) v->vuln.modified_s;
        h = h * 1000003 + (uint64_t) v->vuln.kev_date_s;
        h = h * 1000003 + (uint64_t) (v->vuln.epss * 1e6);
        h = h * 1000003 + (uint64_t) severity_of(v) * 8 + (uint64_t) v->exploit;
        h = h * 1000003 + v->vuln.n_aliases * 64u + v->vuln.n_cwes;
        return bh_arena_printf(arena, "%016llx", (unsigned long long) h);
}

int bh_vulns_changed(struct bh_db *db, const struct bh_report *report, struct bh_arena *arena, bool **ret, struct bh_err *err) {
        bool *which = bh_arena_array(arena, bool, report->n_vulns);
        struct bh_map seen = bh_map_in(arena);
        int r = 0;

        for (uint32_t i = 0; i < report->n_vulns && r >= 0; i++) {
                const struct bh_vuln_finding *v = &report->vulns[i];
                struct bh_str stamp = BH_STR("");

                if (bh_map_set(&seen, v->vuln.id, which))
                        continue;
                r = bh_db_text(db, "SELECT stamp FROM vuln WHERE id = ?1", BH_ARGS(bh_arg_text(v->vuln.id)), arena, &stamp, err);
                which[i] = r == 0 || !bh_str_eq(stamp, vuln_stamp(v, arena));
        }
        if (r < 0)
                return r;
        *ret = which;
        return 0;
}

static void put_strings(struct bh_json_put *j, const char *key, const struct bh_str *at, uint32_t n) {
        if (!n)
                return;
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++)
                bh_json_put_str(j, NULL, at[i]);
        bh_json_put_close(j);
}

static struct bh_str vuln_detail(const struct bh_vuln_finding *v, struct bh_arena *arena) {
        struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        put_strings(&j, "aliases", v->vuln.aliases, v->vuln.n_aliases);
        put_strings(&j, "cwes", v->vuln.cwes, v->vuln.n_cwes);
        put_strings(&j, "references", v->text.references, v->text.n_references);
        bh_json_put_some(&j, "exploit_why", v->exploit_why);
        bh_json_put_double(&j, "epss_percentile", v->vuln.epss_percentile, 5);
        bh_json_put_bool(&j, "ransomware", v->vuln.ransomware);
        bh_json_put_some(&j, "details", v->text.details);
        bh_json_put_close(&j);
        return taken(arena, &out);
}

static int write_vuln(struct bh_db *db, const struct bh_vuln_finding *v, int64_t now_ms, struct bh_arena *arena, struct bh_err *err) {
        return bh_db_run(
                db,
                "INSERT INTO vuln(id, title, severity, cvss, vector, epss, kev, kev_ms, exploit, ssvc, published_ms, modified_ms, first_ms, detail, stamp) "
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT(id) DO UPDATE SET title = excluded.title, "
                "severity = excluded.severity, cvss = excluded.cvss, vector = excluded.vector, epss = excluded.epss, kev = excluded.kev, "
                "kev_ms = excluded.kev_ms, exploit = excluded.exploit, ssvc = excluded.ssvc, published_ms = excluded.published_ms, "
                "modified_ms = excluded.modified_ms, detail = excluded.detail, stamp = excluded.stamp",
                BH_ARGS(bh_arg_text(v->vuln.id), bh_arg_text(v->text.summary), bh_arg_int(severity_of(v)), bh_arg_real(v->cvss_score),
                        bh_arg_text(v->cvss_vector), bh_arg_real(v->vuln.epss), bh_arg_int(v->vuln.kev), bh_arg_int(v->vuln.kev_date_s * 1000),
                        bh_arg_text(bh_str_of(bh_exploit_level_str(v->exploit))), bh_arg_text(v->vuln.ssvc), bh_arg_int(v->vuln.published_s * 1000),
                        bh_arg_int(v->vuln.modified_s * 1000), bh_arg_int(now_ms), bh_arg_text(vuln_detail(v, arena)),
                        bh_arg_text(vuln_stamp(v, arena))),
                NULL, err);
}

int bh_vulns_write(struct bh_db *db, const struct bh_report *report, const bool *which, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        int r = 0;

        for (uint32_t i = 0; i < report->n_vulns && r >= 0; i++) {
                if (!which[i])
                        continue;
                bh_arena_reset(arena);
                r = write_vuln(db, &report->vulns[i], now_ms, arena, err);
        }
        return r;
}

/* ---- into the store ---- */

static int write_sides(struct bh_db *db, const struct bh_subject *s, struct bh_err *err) {
        int r = 0;

        if (!bh_str_is(s->report.base.how, "marked as a base here"))
                return 0;
        for (uint32_t i = 0; i < s->report.n_layers && r >= 0; i++) {
                struct bh_args a = BH_ARGS(bh_arg_text(s->id), bh_arg_int(i), bh_arg_text(bh_str_of(bh_side_str(s->report.layers[i].side))));

                r = bh_db_run(db, "UPDATE image_layer SET side = ?3 WHERE image_id = ?1 AND position = ?2", a, NULL, err);
                r = r < 0 ? r : bh_db_run(db, "UPDATE finding SET side = ?3 WHERE subject = ?1 AND layer = ?2 AND kind <> 'vulnerability'", a, NULL, err);
        }
        return r < 0 ? r
                     : bh_db_run(db, "UPDATE image SET base_name = ?2, base_layers = ?3 WHERE id = ?1",
                                 BH_ARGS(bh_arg_text(s->id), bh_arg_text(s->report.base.name), bh_arg_int(s->report.base.n_layers)), NULL, err);
}

static int write_state(struct bh_db *db, const struct bh_matched *m, struct bh_str root, int64_t date_s, int64_t now_ms, struct bh_err *err) {
        const struct bh_report *rep = &m->subject->report;
        int64_t end = BH_MAX(rep->lifecycle.end_s, rep->lifecycle.extended_end_s);
        int r = bh_db_run(db, "UPDATE subject SET matched_with = ?2, matched_ms = ?3, space = ?4, space_known = ?5, advice = ?6 WHERE id = ?1",
                          BH_ARGS(bh_arg_text(m->subject->id), bh_arg_text(root), bh_arg_int(now_ms), bh_arg_text(rep->space), bh_arg_int(rep->space_known),
                                  bh_arg_text(m->advice)),
                          NULL, err);

        return r < 0 ? r
                     : bh_db_run(db, "UPDATE image SET matched_ms = ?2, end_of_life = ?3 WHERE id = ?1",
                                 BH_ARGS(bh_arg_text(m->subject->id), bh_arg_int(date_s * 1000), bh_arg_int(rep->lifecycle.end_s && date_s > end)), NULL,
                                 err);
}

int bh_matched_write(struct bh_db *db, const struct bh_matched *m, struct bh_str root, int64_t date_s, int64_t now_ms, struct bh_findings_change *ret,
                     struct bh_err *err) {
        int64_t same = 0;
        int r = bh_db_number(db, "SELECT 1 FROM subject WHERE id = ?1 AND package_set = ?2",
                             BH_ARGS(bh_arg_text(m->subject->id), bh_arg_text(m->subject->package_set)), &same, err);

        if (r <= 0) {
                *ret = (struct bh_findings_change){ 0 };
                return r;
        }
        r = write_sides(db, m->subject, err);
        r = r < 0 ? r
                  : bh_findings_replace(db, m->subject->id, true, m->rows, m->n_rows, m->subject->places, m->subject->n_places, now_ms, ret, err);
        r = r < 0 ? r : write_state(db, m, root, date_s, now_ms, err);
        return r < 0 ? r : bh_risk_count(db, m->subject->id, err);
}
