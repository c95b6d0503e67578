/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSV (https://ossf.github.io/osv-schema/), in JSON and in the YAML that PyPA
 * writes: the one format that most publishers share, each with its own habits.
 *
 *  - Git ranges and entries without a package say nothing of packages.
 *  - GHSA: a withdrawn record may say so only in its words; a range without an
 *    end may have its end in "last_known_affected_version_range".
 *  - Debian: the urgency is the vendor's verdict; a fix at "0" means never
 *    affected; the list of versions only repeats the ranges.
 *  - An erratum names its CVEs in `related`, and is no alias of any of them.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "advisory/feed/rhel.h"

struct ecosystem {
        const char *name; /* OSV's, up to the ':' */
        const char *space;
        enum bh_eco eco;
        bool binary;    /* package names are those of binary packages */
        bool by_release; /* "space:RELEASE" */
};

static const struct ecosystem ecosystems[] = {
        { "npm", "npm", BH_ECO_NPM, false, false },
        { "PyPI", "pypi", BH_ECO_PYPI, false, false },
        { "Maven", "maven", BH_ECO_MAVEN, false, false },
        { "Go", "go", BH_ECO_GO, false, false },
        { "crates.io", "cargo", BH_ECO_CARGO, false, false },
        { "RubyGems", "gem", BH_ECO_GEM, false, false },
        { "Packagist", "composer", BH_ECO_COMPOSER, false, false },
        { "NuGet", "nuget", BH_ECO_NUGET, false, false },
        { "Hackage", "hackage", BH_ECO_HACKAGE, false, false },
        { "GHC", "hackage", BH_ECO_HACKAGE, false, false },
        { "Bitnami", "bitnami", BH_ECO_BITNAMI, false, false },
        { "kubernetes", "k8s", BH_ECO_K8S, false, false },
        { "Kubernetes", "k8s", BH_ECO_K8S, false, false },
        { "Debian", "debian", BH_ECO_DEB, false, true },
        { "Ubuntu", "ubuntu", BH_ECO_DEB, false, true },
        { "Alpine", "alpine", BH_ECO_APK, false, true },
        { "Wolfi", "wolfi", BH_ECO_APK, false, false },
        { "Chainguard", "chainguard", BH_ECO_APK, false, false },
        { "AlmaLinux", "alma", BH_ECO_RPM, true, true },
        { "Rocky Linux", "rocky", BH_ECO_RPM, true, true },
        { "Red Hat", "rhel", BH_ECO_RPM, true, true },
        { "SUSE", "suse", BH_ECO_RPM, true, true },
        { "openSUSE", "opensuse", BH_ECO_RPM, true, true },
};

static const struct ecosystem *ecosystem_of(struct bh_str name) {
        struct bh_str head, release;

        (void) bh_str_cut(name, ':', &head, &release);
        for (size_t i = 0; i < BH_LEN(ecosystems); i++)
                if (bh_str_is(head, ecosystems[i].name))
                        return &ecosystems[i];
        return NULL;
}

/* "Debian:12", "Alpine:v3.19", "Ubuntu:Pro:18.04:LTS", "Red Hat:enterprise_linux:9::appstream" */
static struct bh_str space_of(struct bh_arena *arena, const struct ecosystem *e, struct bh_str name) {
        struct bh_str head, release;
        bool pro;

        (void) bh_str_cut(name, ':', &head, &release);
        if (!e->by_release)
                return bh_str_of(e->space);
        if (release.len == 0)
                return release;
        if (e->eco == BH_ECO_APK && release.len > 1 && release.at[0] == 'v' && bh_is_digit(release.at[1]))
                release = bh_str_from(release, 1);
        if (bh_str_is(head, "Red Hat"))
                return bh_rhel_space(arena, bh_arena_cat(arena, BH_STR("cpe:/a:redhat:"), release));
        if (bh_str_is(head, "Ubuntu")) {
                pro = bh_str_cut_prefix(&release, BH_STR("Pro:"));
                (void) bh_str_cut(release, ':', &release, &head);
                return bh_arena_printf(arena, "ubuntu:%.*s%s", BH_FMT(release), pro ? ":esm" : "");
        }
        if (bh_str_is(release, "6.0") && bh_str_is(head, "Debian"))
                release = BH_STR("6");
        return bh_arena_printf(arena, "%s:%.*s", e->space, BH_FMT(release));
}

/* The events of one range, in the order the publisher gave them. */
static void read_events(struct bh_arena *arena, const struct bh_doc *events, bh_feed_ranges *out) {
        struct bh_str from = { 0 };
        bool open = false;

        for (const struct bh_doc *e = bh_doc_first(events); e; e = e->next) {
                struct bh_str introduced = bh_doc_get_text(e, "introduced"), fixed = bh_doc_get_text(e, "fixed");
                struct bh_str last = bh_doc_get_text(e, "last_affected");

                if (introduced.len) {
                        if (open)
                                bh_feed_add_range(arena, out, from, BH_STR(""), BH_STR(""));
                        open = true;
                        from = bh_str_is(introduced, "0") || bh_str_is(introduced, "0.0.0-0") ? BH_STR("") : introduced;
                }
                if (fixed.len || last.len) {
                        if (open || introduced.len || !out->len)
                                bh_feed_add_range(arena, out, open ? from : BH_STR(""), fixed, fixed.len ? BH_STR("") : last);
                        open = false;
                }
        }
        if (open)
                bh_feed_add_range(arena, out, from, BH_STR(""), BH_STR(""));
}

/* "<= 1.2.3" or "< 1.2.3" beside a range that has no end. */
static void close_by_last_known(struct bh_str known, bh_feed_ranges *ranges) {
        struct bh_feed_terms t = { 0 };
        struct bh_range *r = ranges->len ? &ranges->at[ranges->len - 1] : NULL;

        if (!r || r->fixed.len || r->last_affected.len || known.len == 0 || !bh_feed_term(NULL, known, &t))
                return;
        if (t.upto.len)
                r->last_affected = t.upto;
        else if (t.below.len)
                r->fixed = t.below;
}

static void read_ranges(struct bh_arena *arena, const struct bh_doc *affected, struct bh_affected *a) {
        bh_feed_ranges ranges = { 0 };

        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(affected, "ranges")); r; r = r->next)
                if (!bh_str_is(bh_doc_get_text(r, "type"), "GIT")) {
                        read_events(arena, bh_doc_get(r, "events"), &ranges);
                        close_by_last_known(
                                bh_doc_get_text(bh_doc_get(r, "database_specific"), "last_known_affected_version_range"),
                                &ranges);
                }
        close_by_last_known(bh_doc_get_text(bh_doc_get(affected, "database_specific"), "last_known_affected_version_range"),
                            &ranges);
        bh_feed_set_ranges(a, &ranges);
}

/* Go: imports[].{path, symbols}; Rust: affects.functions. */
static void read_symbols(struct bh_arena *arena, const struct bh_doc *specific, struct bh_affected *a) {
        bh_feed_strs out = { 0 };

        for (const struct bh_doc *i = bh_doc_first(bh_doc_get(specific, "imports")); i; i = i->next) {
                struct bh_str path = bh_doc_get_text(i, "path");
                const struct bh_doc *symbols = bh_doc_get(i, "symbols");

                if (path.len && bh_doc_count(symbols) == 0)
                        *bh_vec_add(arena, &out) = path;
                for (const struct bh_doc *s = bh_doc_first(symbols); s; s = s->next)
                        *bh_vec_add(arena, &out) =
                                bh_arena_printf(arena, "%.*s.%.*s", BH_FMT(path), BH_FMT(bh_doc_str(s)));
        }
        bh_feed_add_text(arena, &out, bh_doc_path(specific, "affects.functions"));
        a->symbols = out.at;
        a->n_symbols = (uint32_t) out.len;
}

static enum bh_status by_ranges(const struct bh_affected *a) {
        for (uint32_t i = 0; i < a->n_ranges; i++)
                if (a->ranges[i].fixed.len)
                        return BH_STATUS_FIXED;
        return BH_STATUS_AFFECTED;
}

/* Fixed before it began: Debian and Alpine say "never affected" so. */
static bool never_affected(const struct bh_affected *a) {
        return bh_eco_is_os(a->eco) && a->n_ranges == 1 && a->ranges[0].introduced.len == 0 &&
                bh_str_is(a->ranges[0].fixed, "0");
}

static void read_status(const struct bh_doc *affected, struct bh_affected *a) {
        const struct bh_doc *specific = bh_doc_get(affected, "ecosystem_specific");
        struct bh_str urgency = bh_doc_get_text(specific, "urgency");
        struct bh_str informational = bh_doc_get_text(bh_doc_get(affected, "database_specific"), "informational");

        a->status = by_ranges(a);
        if (urgency.len && !bh_str_is(urgency, "not yet assigned"))
                a->severity = urgency;
        if (never_affected(a)) {
                a->status = BH_STATUS_NOT_AFFECTED;
                a->ranges = NULL;
                a->n_ranges = 0;
        } else if (bh_str_is(urgency, "unimportant")) {
                a->status = BH_STATUS_UNIMPORTANT;
        } else if (bh_str_is(urgency, "end-of-life") && a->status == BH_STATUS_AFFECTED) {
                a->status = BH_STATUS_END_OF_LIFE;
        }
        if (informational.len) { /* RustSec: unmaintained, notice, unsound */
                a->severity = informational;
                if (!bh_str_is(informational, "unsound"))
                        a->status = BH_STATUS_UNIMPORTANT;
        }
}

/* False: the entry is about no package, or of a world that is not ours. */
static bool read_affected(struct bh_arena *arena, const struct bh_doc *affected, struct bh_affected *a) {
        const struct bh_doc *package = bh_doc_get(affected, "package");
        struct bh_str name = bh_doc_get_text(package, "ecosystem");
        const struct ecosystem *e = ecosystem_of(name);
        bh_feed_strs versions = { 0 };

        a->package = bh_doc_get_text(package, "name");
        if (!e || a->package.len == 0)
                return false;
        a->eco = e->eco;
        a->space = space_of(arena, e, name);
        a->binary = e->binary;
        if (a->space.len == 0)
                return false;
        read_ranges(arena, affected, a);
        if (!bh_eco_is_os(e->eco) || a->n_ranges == 0) {
                bh_feed_add_text(arena, &versions, bh_doc_get(affected, "versions"));
                a->versions = versions.at;
                a->n_versions = (uint32_t) versions.len;
        }
        /* Nothing but git ranges: it does not say which versions, and all of them would be a lie. */
        if (a->n_ranges == 0 && a->n_versions == 0 && bh_doc_count(bh_doc_get(affected, "ranges")))
                return false;
        read_symbols(arena, bh_doc_get(affected, "ecosystem_specific"), a);
        read_status(affected, a);
        return true;
}

static void read_severity(struct bh_arena *arena, const struct bh_doc *list, bh_feed_strs *cvss, struct bh_str *word) {
        for (const struct bh_doc *s = bh_doc_first(list); s; s = s->next) {
                struct bh_str score = bh_doc_get_text(s, "score");

                if (bh_str_starts(score, BH_STR("CVSS:")) || bh_str_starts(score, BH_STR("AV:")))
                        bh_feed_add_once(arena, cvss, score);
                else if (score.len && word->len == 0)
                        *word = score;
        }
}

static bool starts_nocase(struct bh_str s, struct bh_str prefix) {
        return s.len >= prefix.len && bh_str_eq_nocase(bh_str_part(s, 0, prefix.len), prefix);
}

/* What is left where the `withdrawn` field was lost: how GitHub words it in the title or the first heading. */
static bool withdrawn_in_words(const struct bh_advisory *a) {
        struct bh_str head = bh_str_part(a->details, 0, 400);

        while (head.len && (head.at[0] == '#' || bh_is_space(head.at[0]) || head.at[0] == '*' || head.at[0] == '_'))
                head = bh_str_from(head, 1);
        return starts_nocase(a->summary, BH_STR("withdrawn")) || starts_nocase(a->summary, BH_STR("(withdrawn")) ||
                bh_str_find_nocase(a->summary, BH_STR("withdrawn advisory")) >= 0 ||
                starts_nocase(a->summary, BH_STR("duplicate advisory")) ||
                starts_nocase(a->summary, BH_STR("duplicate of")) ||
                starts_nocase(head, BH_STR("duplicate advisory")) || starts_nocase(head, BH_STR("withdrawn")) ||
                bh_str_find_nocase(head, BH_STR("advisory has been withdrawn")) >= 0 ||
                bh_str_find_nocase(head, BH_STR("withdrawn because")) >= 0;
}

static void read_words(struct bh_arena *arena, const struct bh_doc *root, struct bh_advisory *a) {
        const struct bh_doc *specific = bh_doc_get(root, "database_specific");
        bh_feed_strs cwes = { 0 }, refs = { 0 }, cvss = { 0 };

        a->summary = bh_doc_get_text(root, "summary");
        a->details = bh_doc_get_text(root, "details");
        a->severity = bh_doc_get_text(specific, "severity");
        a->published_s = bh_feed_time(bh_doc_get_text(root, "published"));
        a->modified_s = bh_feed_time(bh_doc_get_text(root, "modified"));
        read_severity(arena, bh_doc_get(root, "severity"), &cvss, &a->severity);
        for (const struct bh_doc *x = bh_doc_first(bh_doc_get(root, "affected")); x; x = x->next)
                read_severity(arena, bh_doc_get(x, "severity"), &cvss, &a->severity);
        bh_feed_add_text(arena, &cwes, bh_doc_get(specific, "cwe_ids"));
        for (const struct bh_doc *w = bh_doc_first(bh_doc_get(specific, "cwes")); w; w = w->next)
                if (bh_doc_get_text(w, "cweId").len)
                        *bh_vec_add(arena, &cwes) = bh_doc_get_text(w, "cweId");
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(root, "references")); r; r = r->next)
                if (bh_doc_get_text(r, "url").len)
                        *bh_vec_add(arena, &refs) = bh_doc_get_text(r, "url");
        a->cvss = cvss.at;
        a->n_cvss = (uint32_t) cvss.len;
        a->cwes = cwes.at;
        a->n_cwes = (uint32_t) cwes.len;
        a->references = refs.at;
        a->n_references = (uint32_t) refs.len;
        a->withdrawn = bh_doc_get_text(root, "withdrawn").len > 0 || withdrawn_in_words(a);
}

static bool is_erratum(struct bh_str id) {
        return bh_feed_has_prefix(id, "DSA- DLA- DTSA- ALSA- ALBA- ALEA- RLSA- RLBA- RLEA- RXSA- RHSA- RHBA- RHEA- USN- "
                                      "SUSE- openSUSE- ELSA- ALAS");
}

/* Which CVEs an erratum is about; as a last resort, those its text names. */
static void read_cves(struct bh_arena *arena, const struct bh_doc *root, struct bh_str details, bh_feed_strs *out) {
        static const char *const fields[] = { "related", "upstream", "aliases" };
        struct bh_str cve;

        for (size_t i = 0; i < BH_LEN(fields); i++)
                for (const struct bh_doc *n = bh_doc_first(bh_doc_get(root, fields[i])); n; n = n->next)
                        if (bh_feed_is_cve(bh_doc_str(n)))
                                bh_feed_add_once(arena, out, bh_doc_str(n));
        for (const struct bh_doc *r = out->len ? NULL : bh_doc_first(bh_doc_get(root, "references")); r; r = r->next) {
                struct bh_str url = bh_doc_get_text(r, "url");

                if (bh_feed_next_cve(&url, &cve))
                        bh_feed_add_once(arena, out, cve);
        }
        while (out->len == 0 && bh_feed_next_cve(&details, &cve))
                bh_feed_add_once(arena, out, cve);
}

/* "Important: nodejs:18 security update" */
static void read_erratum_title(struct bh_advisory *a) {
        struct bh_str word, rest = a->summary, stream, module = { 0 };

        if (bh_str_cut(a->summary, ':', &word, &rest) && word.len && word.len < 10)
                a->severity = word;
        else
                rest = a->summary;
        if (bh_str_word(&rest, &word) && bh_str_cut(word, ':', &word, &stream) && stream.len)
                module = (struct bh_str){ word.at, word.len + 1 + stream.len };
        for (uint32_t i = 0; module.len && i < a->n_affected; i++)
                for (uint32_t k = 0; k < a->affected[i].n_ranges; k++)
                        if (bh_str_find(a->affected[i].ranges[k].fixed, BH_STR("module")) >= 0)
                                a->affected[i].module = module;
}

/* OSV.dev renames trackers' records: DEBIAN-CVE-2024-3094, UBUNTU-CVE-... */
static void add_own_cve(struct bh_arena *arena, struct bh_str id, bh_feed_strs *aliases) {
        ptrdiff_t at = bh_str_find(id, BH_STR("-CVE-"));

        if (at > 0 && bh_feed_has_prefix(id, "DEBIAN- UBUNTU- ALPINE-") && bh_feed_is_cve(bh_str_from(id, (size_t) at + 1)))
                bh_feed_add_once(arena, aliases, bh_str_from(id, (size_t) at + 1));
}

/* The record's names for itself, among them its id in the world's eyes: whose word it is decides the row in feed.c. */
bool bh_osv_is(const struct bh_feed_in *in) {
        const struct bh_doc *root = in->root, *affected = bh_doc_get(root, "affected");
        struct bh_str id = bh_doc_get_text(root, "id");

        if (id.len == 0 || !bh_doc_is(root, BH_DOC_OBJECT))
                return false;
        if (!bh_doc_is(affected, BH_DOC_ARRAY) && bh_doc_get_text(root, "modified").len == 0)
                return false;
        if (!in->feed->ids)
                return true;
        if (!bh_feed_has_prefix(id, in->feed->ids))
                return false;
        for (const struct bh_doc *a = bh_doc_first(affected); a && in->feed->ecosystem; a = a->next)
                if (bh_str_starts(bh_doc_get_text(bh_doc_get(a, "package"), "ecosystem"), bh_str_of(in->feed->ecosystem)))
                        return true;
        return !in->feed->ecosystem;
}

int bh_osv_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_advisory a = { .id = bh_doc_get_text(in->root, "id") };
        bh_feed_affs affected = { 0 };
        bh_feed_strs names = { 0 };

        for (const struct bh_doc *x = bh_doc_first(bh_doc_get(in->root, "affected")); x; x = x->next) {
                struct bh_affected one = { 0 };

                if (read_affected(in->arena, x, &one))
                        *bh_vec_add(in->arena, &affected) = one;
        }
        a.affected = affected.at;
        a.n_affected = (uint32_t) affected.len;
        read_words(in->arena, in->root, &a);
        if (is_erratum(a.id)) {
                read_cves(in->arena, in->root, a.details, &names);
                read_erratum_title(&a);
                return bh_feed_erratum(in, &a, &names, err);
        }
        bh_feed_add_text(in->arena, &names, bh_doc_get(in->root, "aliases"));
        add_own_cve(in->arena, a.id, &names);
        a.aliases = names.at;
        a.n_aliases = (uint32_t) names.len;
        return bh_feed_emit(in, &a, err);
}
