/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/exceptions.h"

#include "base/glob.h"
#include "model/purl.h"

struct applying {
        struct bh_report *report;
        struct bh_arena *arena;
        const struct bh_policy_exception *exception;
        struct bh_str why;
        bool expired;
        uint32_t n_fits;
};

struct bh_str *bh_gate_image_names(const struct bh_report *report, struct bh_arena *arena, uint32_t *ret_n) {
        static const char *const kinds[] = { "docker:", "podman:", "registry:", "archive:", "oci:", "rootfs:", "container:", "sbom:" };
        struct bh_str *names = bh_arena_array(arena, struct bh_str, report->image.n_repo_tags + 4u), bare = report->target;
        uint32_t n = 0;

        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (bh_str_cut_prefix(&bare, bh_str_of(kinds[i])))
                        break;
        names[n++] = report->target;
        if (bare.len != report->target.len)
                names[n++] = bare;
        for (uint32_t i = 0; i < report->image.n_repo_tags; i++)
                names[n++] = report->image.repo_tags[i];
        if (report->image.manifest_digest.len)
                names[n++] = report->image.manifest_digest;
        if (report->image.config_digest.len)
                names[n++] = report->image.config_digest;
        *ret_n = n;
        return names;
}

static bool fits_image(const struct applying *a) {
        struct bh_str *names, glob = a->exception->image;
        uint32_t n;

        if (glob.len == 0)
                return true;
        names = bh_gate_image_names(a->report, a->arena, &n);
        for (uint32_t i = 0; i < n; i++)
                if (bh_glob(glob, names[i]))
                        return true;
        return false;
}

static bool fits_fingerprint(struct bh_str id, uint64_t fingerprint) {
        uint64_t n;

        return id.len == 16 && bh_str_hex64(id, &n) && n == fingerprint;
}

static bool fits_vuln_id(const struct bh_policy_exception *e, const struct bh_vuln_finding *v) {
        for (uint32_t i = 0; i < e->n_ids; i++) {
                if (bh_str_eq_nocase(e->ids[i], v->vuln.id) || fits_fingerprint(e->ids[i], v->fingerprint))
                        return true;
                for (uint32_t k = 0; k < v->vuln.n_aliases; k++)
                        if (bh_str_eq_nocase(e->ids[i], v->vuln.aliases[k]))
                                return true;
        }
        return e->n_ids == 0;
}

/* A purl without version or qualifiers is meant for every one of them. */
static bool fits_purl(struct bh_str glob, struct bh_str purl) {
        struct bh_str bare = purl, versioned, rest;

        BH_IGNORE(bh_str_cut(purl, '?', &versioned, &rest));
        if (bh_str_rchr(versioned, '@') > 0)
                bare = bh_str_part(versioned, 0, (size_t) bh_str_rchr(versioned, '@'));
        return bh_glob(glob, purl) || bh_glob(glob, versioned) || bh_glob(glob, bare);
}

static bool fits_package(const struct applying *a, const struct bh_package *p) {
        struct bh_str glob = a->exception->package;

        if (glob.len == 0 || bh_glob(glob, p->name) || (p->source.len && bh_glob(glob, p->source)))
                return true;
        return bh_str_starts(glob, BH_STR("pkg:")) && fits_purl(glob, bh_purl_of_package(a->arena, p, &a->report->release));
}

static bool fits_path(const struct applying *a, struct bh_str path) {
        return a->exception->path.len == 0 || bh_glob_path(a->exception->path, path);
}

static void excuse(struct applying *a, struct bh_attribution *whose) {
        a->n_fits++;
        if (a->expired || whose->hidden != BH_HIDDEN_NO)
                return;
        whose->hidden = BH_HIDDEN_EXCEPTION;
        whose->hidden_why = a->why;
        whose->hidden_as = a->exception->justification;
}

static void to_vulns(struct applying *a) {
        for (uint32_t i = 0; i < a->report->n_vulns; i++) {
                struct bh_vuln_finding *v = &a->report->vulns[i];
                const struct bh_package *p = &a->report->packages[v->package];

                if (fits_vuln_id(a->exception, v) && fits_package(a, p) && fits_path(a, p->location))
                        excuse(a, &v->whose);
        }
}

/* What is about no package is never excused by a package's name. */
static void to_findings(struct applying *a) {
        const struct bh_policy_exception *e = a->exception;

        for (uint32_t i = 0; i < a->report->n_findings; i++) {
                struct bh_report_finding *f = &a->report->findings[i];
                bool named = e->n_ids == 0;

                for (uint32_t k = 0; k < e->n_ids && !named; k++)
                        named = bh_str_eq_nocase(e->ids[k], f->finding.rule) || fits_fingerprint(e->ids[k], f->finding.fingerprint);
                if (e->package.len && (f->finding.package.len == 0 || !bh_glob(e->package, f->finding.package)))
                        named = false;
                if (named && fits_path(a, f->finding.path))
                        excuse(a, &f->whose);
        }
}

static struct bh_str what(struct bh_arena *arena, const struct bh_policy_exception *e) {
        struct bh_str first = e->n_ids ? e->ids[0] : e->package.len ? e->package : e->path;

        return bh_arena_printf(arena, "%.*s%s%.*s%s", BH_FMT(first), e->owner.len ? " (owner " : "", BH_FMT(e->owner), e->owner.len ? ")" : "");
}

static void note_outcome(struct applying *a, struct bh_gate_notes *notes) {
        const struct bh_policy_exception *e = a->exception;
        struct bh_str name = what(a->arena, e);

        if (a->expired && a->n_fits)
                *bh_vec_add(a->arena, notes) = bh_arena_printf(a->arena, "%.*s: the exception for %.*s expired on %.*s: %u finding%s count%s again",
                                                               BH_FMT(e->place), BH_FMT(name), BH_FMT(e->date), a->n_fits,
                                                               a->n_fits == 1 ? "" : "s", a->n_fits == 1 ? "s" : "");
        else if (a->expired)
                *bh_vec_add(a->arena, notes) = bh_arena_printf(a->arena, "%.*s: the exception for %.*s expired on %.*s and fits nothing here",
                                                               BH_FMT(e->place), BH_FMT(name), BH_FMT(e->date));
        else if (a->n_fits == 0)
                *bh_vec_add(a->arena, notes) = bh_arena_printf(a->arena, "%.*s: the exception for %.*s fits nothing here", BH_FMT(e->place), BH_FMT(name));
}

void bh_exceptions_apply(const struct bh_policy *policy, int64_t today_s, struct bh_report *report, struct bh_arena *arena,
                         struct bh_gate_notes *notes) {
        for (size_t i = 0; i < policy->exceptions.len; i++) {
                const struct bh_policy_exception *e = &policy->exceptions.at[i];
                struct applying a = { .report = report, .arena = arena, .exception = e, .expired = today_s >= e->expires_s };

                if (!fits_image(&a))
                        continue; /* meant for another image: nothing to be said of it here */
                a.why = bh_arena_printf(arena, "%.*s (until %.*s%s%.*s; %.*s)", BH_FMT(e->reason), BH_FMT(e->date),
                                        e->owner.len ? "; owner " : "", BH_FMT(e->owner), BH_FMT(e->place));
                to_vulns(&a);
                to_findings(&a);
                note_outcome(&a, notes);
        }
}

void bh_gate_count(struct bh_report *report) {
        report->n_vulns_hidden = report->n_findings_hidden = 0;
        for (uint32_t i = 0; i < report->n_vulns; i++)
                report->n_vulns_hidden += report->vulns[i].whose.hidden != BH_HIDDEN_NO;
        for (uint32_t i = 0; i < report->n_findings; i++)
                report->n_findings_hidden += report->findings[i].whose.hidden != BH_HIDDEN_NO;
}
