/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/layer.h"

#include "wire/io.h"

static void text(struct bh_wire *w, struct bh_str *s) {
        bh_wire_text(w, s);
}

static void name(struct bh_wire *w, struct bh_str *s) {
        bh_wire_name(w, s);
}

static void owned(struct bh_wire *w, struct bh_owned_file *f) {
        static const size_t bytes_of[_BH_DIGEST_MAX] = { 0, 16, 20, 32 };

        bh_wire_name(w, &f->path);
        f->digest_kind = (uint8_t) bh_wire_enum(w, f->digest_kind, _BH_DIGEST_MAX);
        bh_wire_raw(w, f->digest, bytes_of[f->digest_kind]);
        bh_wire_bool(w, &f->config);
}

static void package(struct bh_wire *w, struct bh_package *p) {
        p->eco = (enum bh_eco) bh_wire_enum(w, p->eco, _BH_ECO_MAX);
        p->evidence = (enum bh_evidence) bh_wire_enum(w, p->evidence, _BH_EVIDENCE_MAX);
        bh_wire_name(w, &p->name);
        bh_wire_name(w, &p->version);
        bh_wire_name(w, &p->arch);
        bh_wire_name(w, &p->source);
        bh_wire_name(w, &p->source_version);
        bh_wire_name(w, &p->licence);
        bh_wire_name(w, &p->vendor);
        bh_wire_name(w, &p->module);
        bh_wire_name(w, &p->location);
        bh_wire_name(w, &p->purl);
        bh_wire_name(w, &p->owner);
        bh_wire_bool(w, &p->dev);
        bh_wire_rows(w, &p->files, &p->n_files, owned);
}

static void strings(struct bh_wire *w, const struct bh_str **at, uint32_t *n) {
        struct bh_str *rows = (struct bh_str *) *at; /* read only when writing, our own when reading */

        bh_wire_rows(w, &rows, n, text);
        *at = rows;
}

static void finding(struct bh_wire *w, struct bh_finding *f) {
        f->kind = (enum bh_finding_kind) bh_wire_enum(w, f->kind, _BH_FINDING_MAX);
        f->severity = (enum bh_severity) bh_wire_enum(w, f->severity, _BH_SEVERITY_MAX);
        bh_wire_text(w, &f->rule);
        bh_wire_text(w, &f->title);
        bh_wire_text(w, &f->category);
        bh_wire_name(w, &f->path);
        bh_wire_text(w, &f->evidence);
        bh_wire_text(w, &f->detail);
        bh_wire_text(w, &f->mend);
        bh_wire_text(w, &f->author);
        strings(w, &f->references, &f->n_references);
        strings(w, &f->tags, &f->n_tags);
        bh_wire_u32(w, &f->line);
        bh_wire_u32(w, &f->more);
        bh_wire_bool(w, &f->verified);
        bh_wire_u64(w, &f->fingerprint);
}

static void gap(struct bh_wire *w, struct bh_gap *g) {
        bh_wire_text(w, &g->where);
        bh_wire_text(w, &g->why);
        bh_wire_int(w, &g->code);
}

static void licence(struct bh_wire *w, struct bh_package_licence *l) {
        bh_wire_name(w, &l->package);
        bh_wire_name(w, &l->expression);
}

static void special(struct bh_wire *w, struct bh_special *s) {
        s->kind = (enum bh_special_kind) bh_wire_enum(w, s->kind, _BH_SPECIAL_MAX);
        bh_wire_name(w, &s->path);
        bh_wire_name(w, &s->detail);
        bh_wire_u32(w, &s->mode);
        bh_wire_u32(w, &s->uid);
}

static void digest(struct bh_wire *w, struct bh_file_digest *d) {
        bh_wire_raw(w, d, sizeof *d);
}

static void size(struct bh_wire *w, struct bh_file_size *s) {
        bh_wire_raw(w, s, sizeof *s);
}

static void release(struct bh_wire *w, struct bh_release *r) {
        bh_wire_name(w, &r->id);
        bh_wire_name(w, &r->version_id);
        bh_wire_name(w, &r->codename);
        bh_wire_name(w, &r->pretty);
        bh_wire_name(w, &r->like);
        r->rank = (uint8_t) bh_wire_enum(w, r->rank, 256);
}

static void layer(struct bh_wire *w, struct bh_layer *l) {
        bh_wire_text(w, &l->digest);
        bh_wire_text(w, &l->diff_id);
        bh_wire_u64(w, &l->packed_bytes);
        bh_wire_u64(w, &l->bytes);
        bh_wire_u64(w, &l->n_files);
        bh_wire_u64(w, &l->n_dirs);
        bh_wire_u64(w, &l->n_others);
        bh_wire_bool(w, &l->whole);
        bh_wire_rows(w, &l->packages, &l->n_packages, package);
        bh_wire_rows(w, &l->findings, &l->n_findings, finding);
        bh_wire_rows(w, &l->gaps, &l->n_gaps, gap);
        bh_wire_rows(w, &l->owned, &l->n_owned, owned);
        bh_wire_rows(w, &l->licences, &l->n_licences, licence);
        bh_wire_rows(w, &l->content_sets, &l->n_content_sets, name);
        release(w, &l->release);
        bh_wire_rows(w, &l->whiteouts, &l->n_whiteouts, name);
        bh_wire_rows(w, &l->opaques, &l->n_opaques, name);
        bh_wire_rows(w, &l->digests, &l->n_digests, digest);
        bh_wire_rows(w, &l->sizes, &l->n_sizes, size);
        bh_wire_rows(w, &l->specials, &l->n_specials, special);
        bh_wire_u64(w, &l->n_paths);
        bh_wire_pad(w);
}

/* Hashes stand as this machine has them: neither the socket nor the cache leaves it, and who carries one away is told. */
static const char magic[4] = { 'B', 'H', 'L', BH_WIRE_LAYER_VERSION | (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 0x40 : 0) };

struct bh_str bh_wire_layer_put_head(struct bh_buf *out, const struct bh_layer *l) {
        struct bh_wire w = bh_wire_writer(out);

        bh_buf_add(out, (struct bh_str){ magic, sizeof magic });
        layer(&w, (struct bh_layer *) (uintptr_t) l); /* a writer only reads */
        return (struct bh_str){ (const char *) l->paths, (size_t) l->n_paths * sizeof *l->paths };
}

void bh_wire_layer_put(struct bh_buf *out, const struct bh_layer *l) {
        bh_buf_add(out, bh_wire_layer_put_head(out, l));
}

int bh_wire_layer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_layer *ret, struct bh_err *err) {
        struct bh_wire w = bh_wire_reader(arena, bytes);
        struct bh_layer l = { 0 };

        if (!bh_str_eq(bh_cur_take(&w.in, sizeof magic), (struct bh_str){ magic, sizeof magic }))
                return bh_fail(err, BH_E_FORMAT, "not a layer of this version");
        layer(&w, &l);
        bh_wire_take_words(&w, &l.paths, l.n_paths);
        if (bh_wire_bad(&w) || w.in.left)
                return bh_fail(err, BH_E_FORMAT, "a broken layer message");
        *ret = l;
        return 0;
}
