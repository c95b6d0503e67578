/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/promote.h"

#include "base/hash.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "gate/exceptions.h"
#include "gate/gate.h"
#include "manage/findings.h"
#include "manage/risk.h"
#include "manage/subject.h"
#include "model/finding.h"

/* ---- the gate over rows ---- */

static enum bh_side side_of(struct bh_str word) {
        return bh_str_is(word, "base") ? BH_SIDE_BASE : bh_str_is(word, "application") ? BH_SIDE_APP : BH_SIDE_UNKNOWN;
}

static struct bh_attribution whose_of(struct bh_rows *rows, struct bh_arena *arena) {
        struct bh_str state = bh_rows_text(rows, 13);

        return (struct bh_attribution){ .layer = (uint32_t) bh_rows_int(rows, 9), .side = side_of(bh_rows_text(rows, 10)),
                                        .owner = bh_rows_copy(rows, 11, arena), .mend = bh_rows_copy(rows, 12, arena),
                                        .hidden = bh_str_is(state, "open") ? BH_HIDDEN_NO : BH_HIDDEN_EXCEPTION,
                                        .hidden_why = bh_rows_copy(rows, 14, arena) };
}

static enum bh_status status_of(struct bh_str word) {
        return bh_status_of(word) == _BH_STATUS_MAX ? BH_STATUS_AFFECTED : bh_status_of(word);
}

static void take_vuln(struct bh_subject *s, struct bh_rows *rows, struct bh_arena *arena) {
        struct bh_vuln_finding *v = &s->report.vulns[s->report.n_vulns];
        int64_t package = bh_rows_int(rows, 2);
        uint32_t p = 0;

        while (p < s->report.n_packages && s->package_ids[p] != package)
                p++;
        if (p == s->report.n_packages)
                return; /* its package went away meanwhile */
        *v = (struct bh_vuln_finding){
                .package = p, .severity = (enum bh_severity) bh_rows_int(rows, 3), .whose = whose_of(rows, arena),
                .vuln = { .id = bh_rows_copy(rows, 1, arena), .kev = bh_rows_int(rows, 15), .epss = bh_rows_real(rows, 16) },
                .match = { .package = p, .id = bh_rows_copy(rows, 1, arena), .vulnerable = true, .status = status_of(bh_rows_text(rows, 4)),
                           .fixed = bh_rows_copy(rows, 5, arena) },
                .cvss_score = bh_rows_real(rows, 17), .exploit = bh_exploit_level_of(bh_rows_text(rows, 18)),
                .risk = { .score = bh_rows_real(rows, 6), .low = bh_rows_real(rows, 7), .high = bh_rows_real(rows, 8) } };
        if (v->exploit == _BH_EXPLOIT_LEVEL_MAX)
                v->exploit = BH_EXPLOIT_LEVEL_NONE_KNOWN;
        v->text.summary = bh_rows_copy(rows, 24, arena);
        v->cvss_vector = bh_rows_copy(rows, 25, arena);
        s->report.n_vulns_hidden += v->whose.hidden != BH_HIDDEN_NO;
        s->report.n_vulns++;
}

static void take_finding(struct bh_subject *s, struct bh_rows *rows, struct bh_arena *arena) {
        enum bh_finding_kind kind = bh_finding_kind_of(bh_rows_text(rows, 0));
        struct bh_report_finding *f = &s->report.findings[s->report.n_findings];

        if (kind == _BH_FINDING_MAX)
                return;
        *f = (struct bh_report_finding){
                .finding = { .kind = kind, .severity = (enum bh_severity) bh_rows_int(rows, 3), .rule = bh_rows_copy(rows, 19, arena),
                             .title = bh_rows_copy(rows, 20, arena), .category = bh_rows_copy(rows, 21, arena), .path = bh_rows_copy(rows, 22, arena),
                             .evidence = bh_rows_copy(rows, 23, arena), .layer = (uint32_t) bh_rows_int(rows, 9) },
                .whose = whose_of(rows, arena) };
        s->report.n_findings_hidden += f->whose.hidden != BH_HIDDEN_NO;
        s->report.n_findings++;
}

int bh_subject_load_findings(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM finding WHERE subject = ?1 AND fixed_ms IS NULL", BH_ARGS(bh_arg_text(s->id)), &n, err);

        r = r < 0 ? r
                  : bh_db_ask(db,
                              "SELECT f.kind, f.vuln_id, COALESCE(f.package_id, 0), f.severity, f.status, f.fix, f.risk, f.risk_low, f.risk_high, f.layer, f.side, "
                              "f.owner, f.mend, f.state, f.state_why, COALESCE(v.kev, 0), COALESCE(v.epss, 0), COALESCE(v.cvss, 0), COALESCE(v.exploit, ''), "
                              "f.rule, f.title, f.category, f.path, f.evidence, COALESCE(v.title, ''), COALESCE(v.vector, '') FROM finding f LEFT JOIN vuln v ON v.id = f.vuln_id "
                              "WHERE f.subject = ?1 AND f.fixed_ms IS NULL ORDER BY f.state <> 'open', f.risk DESC, f.id",
                              BH_ARGS(bh_arg_text(s->id)), &rows, err);
        s->report.vulns = bh_arena_array(arena, struct bh_vuln_finding, (size_t) n + 1);
        s->report.findings = bh_arena_array(arena, struct bh_report_finding, (size_t) n + 1);
        for (int64_t i = 0; i < n && r >= 0 && (r = bh_rows_next(rows, err)) > 0; i++) {
                if (bh_str_is(bh_rows_text(rows, 0), "vulnerability"))
                        take_vuln(s, rows, arena);
                else
                        take_finding(s, rows, arena);
        }
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

int bh_subject_load_detail(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, const struct bh_doc **ret, struct bh_err *err) {
        const struct bh_doc *root = NULL, *gaps;
        struct bh_str detail = BH_STR("{}");
        int64_t eol = 0;
        int r = bh_db_text(db, "SELECT detail FROM image WHERE id = ?1", BH_ARGS(bh_arg_text(s->id)), arena, &detail, err);

        r = r < 0 ? r : bh_db_number(db, "SELECT end_of_life FROM image WHERE id = ?1", BH_ARGS(bh_arg_text(s->id)), &eol, err);
        r = r < 0 ? r : bh_json_parse(arena, detail, &root, err);
        if (r < 0)
                return r;
        s->report.end_of_life = eol;
        gaps = bh_doc_get(root, "gaps");
        s->report.gaps = bh_arena_array(arena, struct bh_gap, bh_doc_count(gaps) + 1);
        for (const struct bh_doc *d = bh_doc_first(gaps); d; d = d->next)
                s->report.gaps[s->report.n_gaps++] = (struct bh_gap){ .where = bh_doc_get_text(d, "where"), .why = bh_doc_get_text(d, "why") };
        *ret = root;
        return 0;
}

static int load_looked(struct bh_db *db, struct bh_subject *s, struct bh_gate_looked *ret, struct bh_arena *arena, struct bh_err *err) {
        const struct bh_doc *detail = NULL;
        int r = bh_subject_load_detail(db, s, arena, &detail, err);

        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(detail, "looked_for")); d; d = d->next) {
                ret->secrets |= bh_str_is(bh_doc_str(d), "secrets");
                ret->malware |= bh_str_is(bh_doc_str(d), "malware");
                ret->files |= bh_str_is(bh_doc_str(d), "files");
                ret->licences |= bh_str_is(bh_doc_str(d), "licences");
        }
        return r;
}

static struct bh_str reasons_of(const struct bh_verdict *v, struct bh_arena *arena) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '[');
        for (uint32_t i = 0; i < v->n_reasons; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "action", v->reasons[i].deny ? "deny" : "warn");
                bh_json_put_str(&j, "rule", v->reasons[i].rule);
                bh_json_put_str(&j, "term", v->reasons[i].term);
                bh_json_put_u64(&j, "count", v->reasons[i].count);
                bh_json_put_str(&j, "text", v->reasons[i].text);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static int judge(struct bh_db *db, struct bh_str policy_text, const struct bh_promote_in *in, struct bh_arena *arena, struct bh_promote_out *out,
                 struct bh_err *err) {
        struct bh_policy policy = { 0 };
        struct bh_gate_looked looked = { 0 };
        struct bh_gate_notes notes = { 0 };
        struct bh_verdict verdict = { 0 };
        struct bh_subject s;
        int r = policy_text.len ? bh_policy_parse(arena, BH_STR("policy of the registry"), policy_text, &policy, err)
                                : bh_policy_fail_on(arena, BH_STR(BH_PROMOTE_DEFAULT), &policy, err);

        r = r < 0 ? r : bh_subject_load(db, out->image_id, arena, &s, err);
        if (r == 0 || (r > 0 && !s.matched_with.len))
                return bh_fail(err, BH_E_FORMAT, "its image was not scanned and matched yet");
        r = r < 0 ? r : bh_subject_load_findings(db, &s, arena, err);
        r = r < 0 ? r : load_looked(db, &s, &looked, arena, err);
        if (r < 0)
                return r;
        s.report.db.present = true;
        bh_exceptions_apply(&policy, in->now_ms / 1000, &s.report, arena, &notes);
        bh_gate_count(&s.report);
        bh_gate_judge(&policy, &looked, &s.report, arena, &verdict);
        out->allowed = verdict.passed || !verdict.asked;
        out->reasons = reasons_of(&verdict, arena);
        return 0;
}

int bh_promote_check_policy(struct bh_str text, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_policy policy = { 0 };

        return bh_policy_parse(arena, BH_STR("policy"), text, &policy, err);
}

/* ---- promotion ---- */

static int stage_number(struct bh_str stage) {
        return bh_str_is(stage, "base") ? 0 : bh_str_is(stage, "test") ? 1 : 2;
}

static int check_stages(struct bh_db *db, const struct bh_promote_in *in, struct bh_arena *arena, struct bh_str *ret_policy, struct bh_err *err) {
        struct bh_str from = BH_STR(""), to = BH_STR("");
        int r = bh_db_text(db, "SELECT stage FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(in->from_id)), arena, &from, err);

        if (r > 0)
                r = bh_db_text(db, "SELECT stage FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(in->to_id)), arena, &to, err);
        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no such registry");
        if (r > 0 && stage_number(to) <= stage_number(from))
                return bh_fail(err, BH_E_DENIED, "from %.*s to %.*s is no way up", BH_FMT(from), BH_FMT(to));
        return r < 0 ? r : bh_db_text(db, "SELECT policy FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(in->to_id)), arena, ret_policy, err);
}

static int find_tag(struct bh_db *db, const struct bh_promote_in *in, struct bh_arena *arena, struct bh_promote_out *out, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT digest, image_id FROM registry_tag WHERE registry_id = ?1 AND repository = ?2 AND tag = ?3 AND gone_ms IS NULL "
                          "ORDER BY seen_ms DESC LIMIT 1",
                          BH_ARGS(bh_arg_int(in->from_id), bh_arg_text(in->repository), bh_arg_text(in->tag)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                out->digest = bh_rows_copy(rows, 0, arena);
                out->image_id = bh_rows_copy(rows, 1, arena);
        }
        bh_rows_done(&rows);
        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "that registry has no %s:%s", BH_QUOTE(in->repository), BH_QUOTE(in->tag)) : r;
}

int bh_promote(struct bh_db *db, const struct bh_promote_in *in, struct bh_arena *arena, struct bh_promote_out *ret, struct bh_err *err) {
        struct bh_promote_out out = { 0 };
        struct bh_str policy = BH_STR("");
        int r = check_stages(db, in, arena, &policy, err);

        r = r < 0 ? r : find_tag(db, in, arena, &out, err);
        r = r < 0 ? r : judge(db, policy, in, arena, &out, err);
        if (r >= 0 && !in->dry_run)
                r = bh_db_number(db,
                                 "INSERT INTO promotion(from_id, to_id, repository, tag, digest, image_id, allowed, reasons, why, who, at_ms) "
                                 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id",
                                 BH_ARGS(bh_arg_int(in->from_id), bh_arg_int(in->to_id), bh_arg_text(in->repository), bh_arg_text(in->tag),
                                         bh_arg_text(out.digest), bh_arg_text(out.image_id), bh_arg_int(out.allowed), bh_arg_text(out.reasons),
                                         bh_arg_text(in->why), bh_arg_text(in->who), bh_arg_int(in->now_ms)),
                                 &out.id, err);
        if (r < 0)
                return r;
        *ret = out;
        return 0;
}

/* ---- what lies there and was not let through ---- */

static int tell_incident(struct bh_db *db, struct bh_str title, struct bh_str image, int64_t now_ms, struct bh_err *err) {
        int64_t there = 0;
        int r = bh_db_number(db, "SELECT 1 FROM incident WHERE title = ?1 AND status IN ('open', 'working')", BH_ARGS(bh_arg_text(title)), &there, err);

        return r != 0 ? r
                      : bh_db_run(db,
                                  "INSERT INTO incident(title, level, host_id, image_id, first_ms, last_ms, tactics, techniques) "
                                  "VALUES(?1, 2, '', ?2, ?3, ?3, '[\"persistence\"]', '[\"T1525\"]')",
                                  BH_ARGS(bh_arg_text(title), bh_arg_text(image), bh_arg_int(now_ms)), NULL, err);
}

static int tell_tampered(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, struct bh_str promoted,
                         int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str name = bh_arena_printf(arena, "%.*s/%.*s:%.*s", BH_FMT(reg->address), BH_FMT(seen->repository), BH_FMT(seen->tag));
        struct bh_str title = promoted.len ? bh_arena_printf(arena, "%.*s is another image than the one that was promoted", BH_FMT(name))
                                           : bh_arena_printf(arena, "%.*s was moved to an image that nobody promoted", BH_FMT(name));
        struct bh_risk_factor severity = { BH_STR_INIT("severity"), 0.85, 0.85, 0.85, BH_STR_INIT("critical"), true };
        struct bh_finding_row row = {
                .kind = BH_STR_INIT("tamper"), .rule = BH_STR_INIT("counterfeit"), .title = title, .category = BH_STR_INIT("registry"), .path = name,
                .evidence = bh_arena_printf(arena, "%.*s; promoted: %.*s", BH_FMT(seen->digest), BH_FMT(promoted.len ? promoted : BH_STR("nothing"))),
                .mend = BH_STR_INIT("find out who pushed it; push the promoted image again, or promote this one"), .side = BH_STR_INIT("unknown"),
                .fingerprint = bh_arena_printf(arena, "%016llx", (unsigned long long) bh_hash64(bh_arena_cat(arena, name, seen->digest))),
                .severity = BH_SEVERITY_CRITICAL, .risk = { 85, 85, 85, &severity, 1 } };
        struct bh_place *places = NULL;
        size_t n = 0;
        int r = bh_subject_places(db, image, arena, &places, &n, err);

        r = r < 0 ? r : bh_finding_put(db, image, &row, places, n, now_ms, err);
        r = r < 0 ? r : tell_incident(db, title, image, now_ms, err);
        return r < 0 ? r : bh_risk_count(db, image, err);
}

int bh_promoted_check(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, int64_t now_ms,
                      struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_args a = BH_ARGS(bh_arg_int(reg->id), bh_arg_text(seen->repository), bh_arg_text(seen->tag), bh_arg_text(seen->digest), bh_arg_int(now_ms));
        struct bh_str promoted = BH_STR("");
        int64_t moved = 0;
        uint64_t seen_there = 0;
        int r;

        if (!bh_str_is(reg->stage, "production") || !seen->tag.len)
                return 0;
        r = bh_db_run(db,
                      "UPDATE promotion SET seen_ms = ?5 WHERE to_id = ?1 AND repository = ?2 AND tag = ?3 AND digest = ?4 AND allowed = 1 AND seen_ms = 0", a,
                      &seen_there, err);
        r = r < 0 ? r
                  : bh_db_text(db, "SELECT digest FROM promotion WHERE to_id = ?1 AND repository = ?2 AND tag = ?3 AND allowed = 1 ORDER BY at_ms DESC, id DESC LIMIT 1",
                               (struct bh_args){ a.at, 3 }, arena, &promoted, err);
        if (r < 0 || bh_str_eq(promoted, seen->digest))
                return r;
        r = bh_db_number(db, "SELECT 1 FROM registry_tag WHERE registry_id = ?1 AND repository = ?2 AND tag = ?3 AND digest <> ?4", (struct bh_args){ a.at, 4 },
                         &moved, err);
        if (r < 0 || (!promoted.len && !moved))
                return r; /* it was there when we first looked: that is where history begins */
        return tell_tampered(db, reg, seen, image, promoted, now_ms, err);
}
