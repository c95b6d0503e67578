/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/findings.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "manage/risk.h"
#include "model/finding.h"

enum { DIGITS = 16 };

/* ---- factors ---- */

void bh_factors_put(struct bh_buf *out, const struct bh_risk *risk) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '[');
        for (uint32_t i = 0; i < risk->n_factors; i++) {
                const struct bh_risk_factor *f = &risk->factors[i];

                bh_json_put_open(&j, NULL, '[');
                bh_json_put_str(&j, NULL, f->name);
                bh_json_put_double(&j, NULL, f->value, DIGITS);
                bh_json_put_str(&j, NULL, f->words);
                if (!f->known) {
                        bh_json_put_double(&j, NULL, f->low, DIGITS);
                        bh_json_put_double(&j, NULL, f->high, DIGITS);
                }
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        out->len -= out->len > 0 && out->at[out->len - 1] == '\n';
}

static struct bh_risk_factor factor_of(const struct bh_doc *d) {
        const struct bh_doc *name = bh_doc_first(d), *value = name ? name->next : NULL, *words = value ? value->next : NULL;
        const struct bh_doc *low = words ? words->next : NULL, *high = low ? low->next : NULL;
        double v = bh_doc_double(value, 1);

        return (struct bh_risk_factor){ .name = bh_doc_str(name), .value = v, .words = bh_doc_str(words), .low = bh_doc_double(low, v),
                                        .high = bh_doc_double(high, v), .known = !low };
}

int bh_factors_parse(struct bh_arena *arena, struct bh_str text, struct bh_risk *ret, struct bh_err *err) {
        const struct bh_doc *root = NULL;
        struct bh_risk risk = { .score = 100, .low = 100, .high = 100 };
        int r = bh_json_parse(arena, text, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "factors");
        risk.factors = bh_arena_array(arena, struct bh_risk_factor, bh_doc_count(root));
        for (const struct bh_doc *d = bh_doc_first(root); d; d = d->next) {
                struct bh_risk_factor f = factor_of(d);

                risk.factors[risk.n_factors++] = f;
                risk.score *= f.value;
                risk.low *= f.low;
                risk.high *= f.high;
        }
        *ret = risk;
        return 0;
}

/* ---- rows ---- */

struct kept {
        int64_t id;
        struct bh_str stamp;
        bool open, met;
};

struct replacing {
        struct bh_db *db;
        struct bh_arena *arena, *scratch; /* scratch: of one row */
        struct bh_str subject;
        const struct bh_place *places;
        size_t n_places;
        int64_t now_ms;
        struct bh_map kept;
        struct bh_findings_change change;
};

static int load_kept(struct replacing *r, bool vulns, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int e = bh_db_ask(r->db,
                          vulns ? "SELECT fingerprint, id, stamp, fixed_ms FROM finding WHERE subject = ?1 AND kind = 'vulnerability'"
                                : "SELECT fingerprint, id, stamp, fixed_ms FROM finding WHERE subject = ?1 AND kind <> 'vulnerability' AND rule <> 'counterfeit'",
                          BH_ARGS(bh_arg_text(r->subject)), &rows, err);

        while (e >= 0 && (e = bh_rows_next(rows, err)) > 0) {
                struct kept *k = bh_arena_make(r->arena, struct kept);

                *k = (struct kept){ .id = bh_rows_int(rows, 1), .stamp = bh_rows_copy(rows, 2, r->arena), .open = bh_rows_null(rows, 3) };
                bh_map_set(&r->kept, bh_rows_copy(rows, 0, r->arena), k);
        }
        bh_rows_done(&rows);
        return e;
}

/* Of everything that would be written; places have their own way (manage/risk.c). */
static struct bh_str stamp_of(struct bh_arena *arena, const struct bh_finding_row *f, struct bh_str factors) {
        const struct bh_str parts[] = { f->vuln_id, f->rule, f->title, f->category, f->path, f->evidence, f->status, f->fix, f->mend, f->side, f->owner,
                                        f->detail, factors };
        uint64_t h = (uint64_t) f->package_id * 31 + (uint64_t) f->severity;

        h = h * 1000003 + f->line;
        h = h * 1000003 + f->layer * 8u + f->total * 4u + f->automatable * 2u + f->kev;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                h = h * 1000003 + bh_hash64(parts[i]);
        return bh_arena_printf(arena, "%016llx", (unsigned long long) h);
}

static const char insert_finding[] =
        "INSERT INTO finding(subject, fingerprint, kind, package_id, vuln_id, rule, title, category, path, line, evidence, severity, status, fix, mend, "
        "layer, side, owner, risk, risk_low, risk_high, factors, due, container_id, stamp, detail, first_ms, seen_ms, fixed_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?27, NULL) "
        "ON CONFLICT(subject, fingerprint) DO UPDATE SET package_id = excluded.package_id, vuln_id = excluded.vuln_id, rule = excluded.rule, "
        "title = excluded.title, category = excluded.category, path = excluded.path, line = excluded.line, evidence = excluded.evidence, "
        "severity = excluded.severity, status = excluded.status, fix = excluded.fix, mend = excluded.mend, layer = excluded.layer, side = excluded.side, "
        "owner = excluded.owner, risk = excluded.risk, risk_low = excluded.risk_low, risk_high = excluded.risk_high, factors = excluded.factors, "
        "due = excluded.due, container_id = excluded.container_id, stamp = excluded.stamp, detail = excluded.detail, seen_ms = excluded.seen_ms, "
        "state = CASE WHEN state = 'fixed' THEN 'open' ELSE state END, fixed_ms = NULL";

static int write_row(struct replacing *r, const struct bh_finding_row *f, struct bh_str stamp, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf factors = { 0 };
        struct bh_risk risk;
        size_t worst = bh_risk_worst_place(r->scratch, &f->risk, r->places, r->n_places, &f->use, &risk);
        bool exposed = worst == r->n_places || bh_place_exposure(&r->places[worst]) == BH_RISK_EXPOSED_INTERNET ||
                       bh_place_exposure(&r->places[worst]) == BH_RISK_EXPOSURE_UNKNOWN;
        bool vuln = f->vuln_id.len > 0;
        const char *due = vuln ? bh_due_str(bh_due_of(f->kev, exposed, f->automatable, f->total)) : "";

        bh_factors_put(&factors, &risk);
        return bh_db_run(
                r->db, insert_finding,
                BH_ARGS(bh_arg_text(r->subject), bh_arg_text(f->fingerprint), bh_arg_text(f->kind),
                        f->package_id ? bh_arg_int(f->package_id) : bh_arg_null(), bh_arg_text(f->vuln_id), bh_arg_text(f->rule), bh_arg_text(f->title),
                        bh_arg_text(f->category), bh_arg_text(f->path), bh_arg_int(f->line), bh_arg_text(f->evidence), bh_arg_int(f->severity),
                        bh_arg_text(f->status), bh_arg_text(f->fix), bh_arg_text(f->mend), bh_arg_int(f->layer), bh_arg_text(f->side),
                        bh_arg_text(f->owner), bh_arg_real(risk.score), bh_arg_real(risk.low), bh_arg_real(risk.high), bh_arg_text(bh_buf_str(&factors)),
                        bh_arg_text(bh_str_of(due)), bh_arg_text(worst < r->n_places ? r->places[worst].id : BH_STR("")), bh_arg_text(stamp),
                        bh_arg_text(f->detail.len ? f->detail : BH_STR("{}")), bh_arg_int(r->now_ms)),
                NULL, err);
}

static int put(struct replacing *r, const struct bh_finding_row *f, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf factors = { 0 };
        struct kept *k = bh_map_get(&r->kept, f->fingerprint);
        struct bh_str stamp;
        int e;

        bh_arena_reset(r->scratch);
        bh_factors_put(&factors, &f->risk);
        stamp = stamp_of(r->scratch, f, bh_buf_str(&factors));
        if (k)
                k->met = true;
        if (k && k->open && bh_str_eq(k->stamp, stamp)) {
                r->change.n_same++;
                return 0;
        }
        if (k)
                r->change.n_changed++;
        else
                r->change.n_new++;
        e = write_row(r, f, stamp, err);
        return e < 0 || !f->vuln_id.len ? e : bh_risk_vuln_dirty(r->db, f->vuln_id, err);
}

/* What is no longer there; whatever somebody had decided of it is over with it. */
static int close_rest(struct replacing *r, struct bh_err *err) {
        int e = 0;

        for (size_t i = 0; e >= 0 && i < r->kept.len; i++) {
                const struct kept *k = r->kept.items[i].value;

                if (k->met || !k->open)
                        continue;
                r->change.n_gone++;
                e = bh_db_run(r->db, "UPDATE finding SET state = 'fixed', state_why = '', state_by = '', state_until_ms = NULL, fixed_ms = ?2 WHERE id = ?1",
                              BH_ARGS(bh_arg_int(k->id), bh_arg_int(r->now_ms)), NULL, err);
                e = e < 0 ? e
                          : bh_db_run(r->db, "INSERT INTO vuln_dirty(id) SELECT vuln_id FROM finding WHERE id = ?1 AND vuln_id <> '' ON CONFLICT DO NOTHING",
                                      BH_ARGS(bh_arg_int(k->id)), NULL, err);
                e = e < 0 ? e : bh_db_run(r->db, "DELETE FROM finding_exception WHERE finding_id = ?1", BH_ARGS(bh_arg_int(k->id)), NULL, err);
        }
        return e;
}

int bh_findings_replace(struct bh_db *db, struct bh_str subject, bool vulns, const struct bh_finding_row *rows, size_t n,
                        const struct bh_place *places, size_t n_places, int64_t now_ms, struct bh_findings_change *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct replacing r = { .db = db, .arena = arena, .scratch = scratch, .subject = subject, .places = places, .n_places = n_places, .now_ms = now_ms,
                               .kept = bh_map_in(arena) };
        int e = load_kept(&r, vulns, err);

        for (size_t i = 0; e >= 0 && i < n; i++)
                e = put(&r, &rows[i], err);
        e = e < 0 ? e : close_rest(&r, err);
        if (e >= 0)
                *ret = r.change;
        return e;
}

int bh_finding_put(struct bh_db *db, struct bh_str subject, const struct bh_finding_row *row, const struct bh_place *places, size_t n_places, int64_t now_ms,
                   struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct replacing r = { .db = db, .arena = arena, .scratch = arena, .subject = subject, .places = places, .n_places = n_places, .now_ms = now_ms };

        return write_row(&r, row, BH_STR("server"), err);
}
