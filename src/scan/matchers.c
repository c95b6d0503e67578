/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/matchers.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "scan/content/ahead.h"
#include "scan/content/run.h"
#include "scan/layer.h"
#include "scan/malware/hashes.h"
#include "scan/malware/yara.h"
#include "scan/product.h"
#include "scan/webshell/webshell.h"

struct bh_matchers {
        struct bh_content *content;
        struct bh_products *products;
        struct bh_yara *yara;
        struct bh_hashes *hashes; /* NULL: no list was given */
        struct bh_literals *literals;
        const struct bh_second_opinion *second; /* NULL: nobody else is asked */
        bool was_saved; /* the literals came ready with the bundle */
};

struct passing;

struct bh_matching {
        const struct bh_matchers *m;
        unsigned parts;
        struct bh_content_run *run;
        struct bh_product_run *products;
        struct bh_ahead *ahead;
        struct bh_arena *arena;     /* of the file at hand */
        struct bh_str chunk;        /* of the file at hand; mostly all of it */
        struct passing *passing;    /* a file that comes in chunks */
        unsigned signs;             /* of webshells, in it */
        bool chunked;               /* the file at hand comes in chunks, and its lines count */
        bool told;                  /* which rules of the user are missing */
        bool triggered;             /* a YARA rule may match */
        struct bh_yara_run *yara;
        struct bh_hashes_run *hashes;
        uint64_t shown_bytes;       /* to the other scanner, of this layer */
        bool second_failed, second_told;
};

/* What the bundle brings ready made; empty when it brings nothing. */
static int find_saved(struct bh_str bundle, struct bh_str *ret, struct bh_err *err) {
        struct bh_str path, bytes;
        size_t at = 0;
        int r;

        *ret = (struct bh_str){ 0 };
        while ((r = bh_content_bundle_next(bundle, &at, &path, &bytes, err)) > 0)
                if (bh_str_is(path, BH_MATCHERS_SAVED))
                        *ret = bytes;
        return r;
}

static int build(struct bh_matchers *m, struct bh_str bundle, struct bh_err *err) {
        struct bh_literals_builder *b = bh_literals_builder_new();
        struct bh_str saved = { 0 };
        int r = bh_content_register(m->content, b, err);

        if (r >= 0)
                r = bh_products_register(m->products, b, err);
        if (r >= 0)
                r = bh_webshell_register(b, err);
        if (r >= 0)
                r = bh_yara_register(m->yara, b, err);
        if (r >= 0)
                r = find_saved(bundle, &saved, err);
        if (r >= 0)
                r = bh_literals_build_from(b, saved, &m->literals, err);
        m->was_saved = r > 0;
        bh_literals_builder_free(&b);
        return r;
}

int bh_matchers_load(struct bh_str bundle, struct bh_matchers **ret, struct bh_err *err) {
        struct bh_matchers *m = calloc(1, sizeof *m);
        int r;

        if (!m)
                bh_nomem(sizeof *m);
        r = bh_content_load(bundle, &m->content, err);
        if (r >= 0)
                r = bh_products_load(bundle, &m->products, err);
        if (r >= 0)
                r = bh_yara_load(bundle, &m->yara, err);
        if (r >= 0)
                r = bh_hashes_load(bundle, &m->hashes, err);
        if (r >= 0)
                r = build(m, bundle, err);
        (void) malloc_trim(0); /* compilers take much more than what they leave */
        if (r < 0)
                bh_matchers_free(&m);
        else
                *ret = m;
        return r < 0 ? r : 0;
}

void bh_matchers_second(struct bh_matchers *m, const struct bh_second_opinion *second) {
        m->second = second;
}

int bh_matchers_save(const struct bh_matchers *m, struct bh_buf *out, struct bh_err *err) {
        int r = m->was_saved ? 0 : bh_literals_save(m->literals, out, err);

        return r < 0 ? r : !m->was_saved;
}

void bh_matchers_free(struct bh_matchers **m) {
        if (!*m)
                return;
        bh_literals_free(&(*m)->literals);
        bh_hashes_free(&(*m)->hashes);
        bh_yara_free(&(*m)->yara);
        bh_products_free(&(*m)->products);
        bh_content_free(&(*m)->content);
        free(*m);
        *m = NULL;
}

struct bh_matching *bh_matching_new(const struct bh_matchers *m, unsigned parts) {
        struct bh_matching *x = calloc(1, sizeof *x);

        if (!x)
                bh_nomem(sizeof *x);
        x->m = m;
        x->parts = parts;
        x->run = bh_content_run_new(m->content, m->literals);
        x->products = bh_product_run_new(m->products);
        x->yara = bh_yara_run_new(m->yara);
        if (m->hashes)
                x->hashes = bh_hashes_run_new(m->hashes);
        x->arena = bh_arena_new();
        x->ahead = bh_ahead_new(m->literals);
        return x;
}

void bh_matching_free(struct bh_matching **m) {
        if (!*m)
                return;
        bh_ahead_free(&(*m)->ahead);
        bh_product_run_free(&(*m)->products);
        bh_hashes_run_free(&(*m)->hashes);
        bh_yara_run_free(&(*m)->yara);
        bh_arena_free(&(*m)->arena);
        bh_content_run_free(&(*m)->run);
        free((*m)->passing);
        free(*m);
        *m = NULL;
}

static int on_hit(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        struct bh_matching *m = user;

        if (owner == BH_OWNER_CONTENT)
                bh_content_run_hit(m->run, rule, end);
        else if (owner == BH_OWNER_PRODUCT)
                bh_product_run_hit(m->products, rule, m->chunk, end);
        else if (owner == BH_OWNER_OTHER)
                m->signs |= 1u << rule;
        else if (owner == BH_OWNER_YARA)
                m->triggered = true;
        return 0;
}

/* Only what was asked for goes on to the caller's sink. */
struct filter {
        const struct bh_finding_sink *sink;
        unsigned parts;
};

static int filtered(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct filter *x = user;
        unsigned part = f->kind == BH_FINDING_SECRET ? BH_SCAN_SECRETS : BH_SCAN_MALWARE;

        return x->parts & part ? x->sink->finding(x->sink->user, f, err) : 0;
}

static void filtered_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct filter *x = user;

        x->sink->gap(x->sink->user, where, err);
}

/* Rules of the user that do not compile: said once a layer. */
static void missing_rules(struct bh_matching *m, const struct bh_finding_sink *sink) {
        const struct bh_str *gaps;
        uint32_t n = bh_yara_gaps(m->m->yara, &gaps);

        for (uint32_t i = 0; i < n && !m->told; i++) {
                struct bh_err why = BH_ERR_NONE;

                (void) bh_fail(&why, BH_E_FORMAT, "left out: %.*s", BH_FMT(gaps[i]));
                sink->gap(sink->user, BH_STR("YARA rules"), &why);
        }
        m->told = true;
}

static void second_gap(struct bh_matching *m, const struct bh_finding_sink *sink, const struct bh_err *why) {
        if (!m->second_told)
                sink->gap(sink->user, bh_str_of(m->m->second->name), why);
        m->second_told = true;
}

static int second_found(struct bh_matching *m, const struct bh_file *file, struct bh_str name, const struct bh_finding_sink *sink, struct bh_err *err) {
        struct bh_finding f = { .kind = BH_FINDING_MALWARE, .severity = BH_SEVERITY_HIGH, .rule = BH_STR("second-opinion"),
                                .title = BH_STR("Another scanner knows this file as malware"), .category = BH_STR("second-opinion"), .path = file->path,
                                .evidence = name, .author = bh_str_of(m->m->second->name),
                                .mend = BH_STR("Find out how it came here; rebuild from clean sources.") };

        f.fingerprint = bh_hash64(bh_arena_printf(m->arena, "second-opinion|%.*s|%.*s", BH_FMT(file->path), BH_FMT(name)));
        return sink->finding(sink->user, &f, err);
}

/* What is too large, or too much, is said once a layer; so is a scanner that is gone. */
static int second(struct bh_matching *m, const struct bh_file *file, const struct bh_finding_sink *sink, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str name;
        int r;

        if (m->second_failed || file->bytes.len == 0)
                return 0;
        if (file->truncated || file->bytes.len > BH_LIMIT_SECOND_FILE || file->bytes.len > BH_LIMIT_SECOND_LAYER - m->shown_bytes) {
                BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "files beyond its budget were not shown to it, the first %s", BH_QUOTE(file->path)));
                second_gap(m, sink, &why);
                return 0;
        }
        m->shown_bytes += file->bytes.len;
        r = m->m->second->ask(m->m->second->user, m->arena, file->bytes, &name, &why);
        m->second_failed = r < 0;
        if (r < 0)
                second_gap(m, sink, &why);
        return r > 0 ? second_found(m, file, name, sink, err) : 0;
}

/* Hash lists speak of whole files; the others look at as much as there is. */
static int malware(struct bh_matching *m, const struct bh_file *file, const struct bh_finding_sink *sink, struct bh_err *err) {
        int r;

        missing_rules(m, sink);
        r = bh_webshell_scan(m->arena, file->path, file->bytes, m->signs, sink, err);

        if (r >= 0 && m->hashes && !file->truncated)
                r = bh_hashes_scan(m->hashes, m->arena, file->path, file->bytes, sink, err);
        if (r >= 0 && m->m->second)
                r = second(m, file, sink, err);
        return r < 0 ? r : bh_yara_scan(m->yara, file->path, file->bytes, m->triggered, sink, err);
}

bool bh_matching_wants(const struct bh_matching *m, struct bh_str name, struct bh_str head) {
        return (m->parts & (BH_SCAN_SECRETS | BH_SCAN_MALWARE)) || bh_products_want(m->m->products, name, head);
}

void bh_matching_ahead(struct bh_matching *m, struct bh_str bytes) {
        bh_ahead_look(m->ahead, bytes);
        if (m->chunked)
                bh_content_run_ahead(m->run, bytes);
}

int bh_matching_file(struct bh_matching *m, const struct bh_file *file, const struct bh_finding_sink *sink,
                     struct bh_catalog *catalog, struct bh_err *err) {
        struct filter filter = { sink, m->parts };
        struct bh_finding_sink through = { &filter, filtered, filtered_gap };
        struct bh_content_where where = { file->path, 0 };
        int r;

        if (!bh_matching_wants(m, bh_str_basename(file->path), file->bytes))
                return 0;
        m->chunk = file->bytes;
        m->signs = 0;
        m->triggered = false;
        bh_product_run_begin(m->products, file->path, file->bytes, !file->truncated);
        bh_content_run_begin(m->run, &where, &through);
        bh_content_run_chunk(m->run, 0, file->bytes);
        r = bh_ahead_tell(m->ahead, file->bytes, 0, SIZE_MAX, on_hit, m, err);
        bh_ahead_begin(m->ahead);
        bh_content_run_flush(m->run, true);
        bh_product_run_end(m->products, file->bytes, catalog);
        if (r >= 0)
                r = bh_content_run_end(m->run, err);
        if (r >= 0 && (m->parts & BH_SCAN_MALWARE)) {
                r = malware(m, file, &through, err);
                bh_arena_reset(m->arena);
        }
        return r;
}

struct passing {
        struct filter filter;
        struct bh_finding_sink through;
        struct bh_content_where where;
        const struct bh_file *file;
        bool program; /* our own YARA rules mind no other file of this size, see BH_LIMIT_YARA_TEXT */
        bool missed;  /* something that matters was not looked at as a whole */
};

void bh_matching_begin(struct bh_matching *m, const struct bh_file *file, const struct bh_finding_sink *sink) {
        struct passing *p = m->passing ? m->passing : calloc(1, sizeof *p);

        if (!p)
                bh_nomem(sizeof *p);
        m->passing = p;
        m->chunked = m->parts & (BH_SCAN_SECRETS | BH_SCAN_MALWARE);
        *p = (struct passing){ .filter = { sink, m->parts }, .where = { file->path, 0 }, .file = file };
        p->through = (struct bh_finding_sink){ &p->filter, filtered, filtered_gap };
        p->program = bh_str_starts(file->bytes, BH_STR("\x7f" "ELF")) || bh_str_starts(file->bytes, BH_STR("MZ"));
        bh_product_run_begin(m->products, file->path, file->bytes, false);
        bh_content_run_begin(m->run, &p->where, &p->through);
        bh_ahead_begin(m->ahead);
}

/* The beginning is looked at like any file that is cut; of the rest only what triggers a rule. */
static int malware_chunk(struct bh_matching *m, bool first, bool last, struct bh_err *err) {
        struct passing *p = m->passing;
        struct bh_file part = *p->file;
        int r = 0;

        part.bytes = m->chunk;
        part.truncated = true;
        if (first)
                r = malware(m, &part, &p->through, err);
        else if (m->triggered)
                r = bh_yara_scan(m->yara, part.path, part.bytes, true, &p->through, err);
        p->missed |= m->hashes || (m->triggered && p->program && !(first && last));
        bh_arena_reset(m->arena);
        return r;
}

int bh_matching_chunk(struct bh_matching *m, uint64_t offset, struct bh_str bytes, bool last, struct bh_err *err) {
        size_t after = offset ? BH_CONTENT_OVERLAP : 0, upto = last ? SIZE_MAX : bytes.len - BH_PRODUCT_OVERLAP;
        int r;

        m->chunk = bytes;
        m->signs = 0;
        m->triggered = false;
        bh_content_run_chunk(m->run, offset, bytes);
        r = bh_ahead_tell(m->ahead, bytes, after, upto, on_hit, m, err);
        bh_content_run_flush(m->run, last || !(m->parts & (BH_SCAN_SECRETS | BH_SCAN_MALWARE)));
        if (r < 0 || !(m->parts & BH_SCAN_MALWARE))
                return r;
        return malware_chunk(m, offset == 0, last, err);
}

void bh_matching_pass(struct bh_matching *m, size_t n) {
        bh_ahead_pass(m->ahead, n);
}

int bh_matching_end(struct bh_matching *m, struct bh_catalog *catalog, struct bh_err *err) {
        int r;

        m->chunked = false;
        m->passing->missed |= bh_product_run_audited(m->products);
        bh_product_run_end(m->products, (struct bh_str){ "", 0 }, catalog);
        bh_ahead_begin(m->ahead);
        r = bh_content_run_end(m->run, err);
        return r < 0 ? r : m->passing->missed;
}
