/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sbom/item.h"

#include <stddef.h>

#include "base/limits.h"
#include "model/purl.h"

/* What other programs call what we want to know; the later row wins, and ours come last. */
static const struct {
        const char *name;
        size_t field;
} note_rows[] = {
        { "aquasecurity:trivy:SrcName", offsetof(struct bh_package, source) },
        { "aquasecurity:trivy:Modularitylabel", offsetof(struct bh_package, module) },
        { "aquasecurity:trivy:FilePath", offsetof(struct bh_package, location) },
        { "syft:metadata:source", offsetof(struct bh_package, source) },
        { "syft:metadata:sourceVersion", offsetof(struct bh_package, source_version) },
        { "syft:metadata:originPackage", offsetof(struct bh_package, source) },
        { "syft:metadata:modularityLabel", offsetof(struct bh_package, module) },
        { "syft:location:0:path", offsetof(struct bh_package, location) },
        { "bulkhead:name", offsetof(struct bh_package, name) },
        { "bulkhead:version", offsetof(struct bh_package, version) },
        { "bulkhead:arch", offsetof(struct bh_package, arch) },
        { "bulkhead:source", offsetof(struct bh_package, source) },
        { "bulkhead:sourceVersion", offsetof(struct bh_package, source_version) },
        { "bulkhead:module", offsetof(struct bh_package, module) },
        { "bulkhead:owner", offsetof(struct bh_package, owner) },
        { "bulkhead:location", offsetof(struct bh_package, location) },
};

void bh_sbom_item_note(struct bh_sbom *s, struct bh_sbom_item *item, struct bh_str name, struct bh_str value) {
        if (name.len && value.len)
                *bh_vec_add(s->arena, &item->notes) = (struct bh_sbom_note_read){ name, value };
}

void bh_sbom_item_comment(struct bh_sbom *s, struct bh_sbom_item *item, struct bh_str comment) {
        struct bh_str line, name, value;

        while (bh_str_split(&comment, '\n', &line)) {
                line = bh_str_trim(line);
                if (bh_str_starts(line, BH_STR("bulkhead:")) && bh_str_cut(line, '=', &name, &value))
                        bh_sbom_item_note(s, item, name, value);
        }
}

static struct bh_str note_of(const struct bh_sbom_item *item, const char *name) {
        for (size_t i = 0; i < item->notes.len; i++)
                if (bh_str_is(item->notes.at[i].name, name))
                        return item->notes.at[i].value;
        return (struct bh_str){ 0 };
}

/* Trivy gives a source's version in three parts. */
static void trivy_source_version(struct bh_sbom *s, const struct bh_sbom_item *item, struct bh_package *p) {
        struct bh_str version = note_of(item, "aquasecurity:trivy:SrcVersion"), epoch = note_of(item, "aquasecurity:trivy:SrcEpoch"),
                      release = note_of(item, "aquasecurity:trivy:SrcRelease");

        if (!version.len)
                return;
        if (release.len)
                version = bh_arena_cat(s->arena, bh_arena_cat(s->arena, version, BH_STR("-")), release);
        if (epoch.len && !bh_str_is(epoch, "0"))
                version = bh_arena_cat(s->arena, bh_arena_cat(s->arena, epoch, BH_STR(":")), version);
        p->source_version = version;
}

static void apply_notes(struct bh_sbom *s, const struct bh_sbom_item *item, struct bh_package *p) {
        struct bh_str eco = note_of(item, "bulkhead:type");

        trivy_source_version(s, item, p);
        for (size_t i = 0; i < BH_LEN(note_rows); i++) {
                struct bh_str value = note_of(item, note_rows[i].name);
                bool os_only = note_rows[i].field == offsetof(struct bh_package, source) ||
                               note_rows[i].field == offsetof(struct bh_package, source_version);

                if (value.len && (!os_only || bh_eco_is_os(p->eco)))
                        *(struct bh_str *) (void *) ((char *) p + note_rows[i].field) = value;
        }
        bh_str_cut_prefix(&p->location, BH_STR("/"));
        if (bh_eco_of(eco) != BH_ECO_NONE)
                p->eco = bh_eco_of(eco);
        p->dev = item->dev || bh_str_is(note_of(item, "bulkhead:dev"), "true");
        if (bh_str_eq(p->source, p->name) && !p->source_version.len)
                p->source = (struct bh_str){ 0 };
}

static bool is_clean(const struct bh_package *p) {
        const struct bh_str all[] = { p->name, p->version, p->arch, p->source, p->source_version, p->licence,
                                      p->vendor, p->module, p->location, p->purl, p->owner };

        for (size_t i = 0; i < BH_LEN(all); i++)
                if (!bh_str_is_text(all[i]))
                        return false;
        return p->name.len != 0;
}

static void count(uint32_t *n, struct bh_str *first, struct bh_str name) {
        if ((*n)++ == 0)
                *first = name;
}

static struct bh_str lower(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len + 1);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

static void take_system(struct bh_sbom *s, const struct bh_sbom_item *item) {
        struct bh_release r = { .id = lower(s->arena, item->name), .version_id = item->version, .pretty = item->description, .rank = 1 };

        r.codename = note_of(item, "bulkhead:codename");
        if (!r.codename.len)
                r.codename = note_of(item, "syft:distro:versionCodename");
        r.like = note_of(item, "bulkhead:like");
        if (!r.like.len)
                r.like = note_of(item, "syft:distro:idLike:0");
        if (r.id.len && !s->release.id.len && bh_str_is_text(r.id) && bh_str_is_text(r.version_id) && bh_str_is_text(r.pretty) &&
            bh_str_is_text(r.codename) && bh_str_is_text(r.like))
                s->release = r;
}

static int take_package(struct bh_sbom *s, const struct bh_sbom_item *item, struct bh_err *err) {
        struct bh_release release;
        struct bh_package p;
        int r;

        if (!item->purl.len) {
                count(&s->n_without, &s->without, item->name);
                return 0;
        }
        if (s->packages.len >= BH_LIMIT_DB_ROWS)
                return bh_fail(err, BH_E_LIMIT, "more than %u packages", BH_LIMIT_DB_ROWS);
        r = bh_purl_to_package(s->arena, item->purl, &p, &release, NULL);
        if (r == BH_E_UNSUPPORTED) {
                count(&s->n_unknown, &s->unknown, item->purl);
                return 0;
        }
        if (r >= 0) {
                if (!p.version.len)
                        p.version = item->version;
                /* Many purl libraries write npm's and Go's names in lower case, but JSONStream is not jsonstream. */
                if ((p.eco == BH_ECO_NPM || p.eco == BH_ECO_GO) && bh_str_eq_nocase(p.name, item->name))
                        p.name = item->name;
                if (item->source.len && bh_eco_is_os(p.eco)) {
                        p.source = item->source;
                        p.source_version = item->source_version;
                }
                p.licence = item->licence;
                p.vendor = item->vendor;
                p.evidence = BH_EVIDENCE_SBOM;
                apply_notes(s, item, &p);
        }
        if (r < 0 || !is_clean(&p)) {
                count(&s->n_broken, &s->broken, item->purl);
                return 0;
        }
        if (!s->from_purl.id.len && release.id.len && (release.version_id.len || release.codename.len) && bh_str_is_text(release.id) &&
            bh_str_is_text(release.version_id) && bh_str_is_text(release.codename)) {
                s->from_purl = release;
                s->from_purl.rank = 1;
        }
        *bh_vec_add(s->arena, &s->packages) = p;
        return 0;
}

int bh_sbom_take(struct bh_sbom *s, const struct bh_sbom_item *item, struct bh_err *err) {
        if (item->kind == BH_SBOM_SYSTEM)
                take_system(s, item);
        else if (item->kind == BH_SBOM_PACKAGE || item->purl.len)
                return take_package(s, item, err);
        return 0;
}
