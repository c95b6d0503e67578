/* SPDX-License-Identifier: Apache-2.0 */
/* Reads content/products/: every key is known, every rule has a version and its proofs. */
#include <string.h>

#include "fmt/yaml.h"
#include "scan/content/rules.h"
#include "scan/product_rules.h"

struct loader {
        struct bh_products *products;
        struct bh_arena *trees;
        struct bh_buf any_path;
        struct bh_err *err;
};

static int wrong(struct loader *l, const struct bh_doc *at, const char *what, struct bh_str detail) {
        char text[80];

        return bh_fail(l->err, BH_E_FORMAT, "line %u: %s %s", at->line, what, bh_str_quote(detail, text, sizeof text));
}

static struct bh_str keep(struct loader *l, struct bh_str s) {
        return bh_arena_str(l->products->arena, s);
}

static int compile(struct loader *l, const struct bh_doc *at, struct bh_str pattern, struct bh_regex **ret) {
        size_t offset;
        int r = bh_regex_compile(pattern, ret, &offset, l->err);

        return r < 0 ? bh_wrap(l->err, r, "line %u", at->line) : 0;
}

static bool plain(char c) {
        return !memchr("*?[]{},\\", c, 8);
}

/* The names a glob can fit begin and end as its last part does; whatever stands there that is not plain is any byte. */
static void note_ends(struct bh_products *p, struct bh_str glob) {
        struct bh_str name = bh_str_basename(glob);
        bool open = name.len == 0 || memchr(glob.at, '{', glob.len);
        bool any_first = open || !plain(name.at[0]), any_last = open || !plain(name.at[name.len - 1]);

        for (unsigned a = 0; a < 256; a++)
                for (unsigned z = 0; z < 256; z++)
                        if ((any_first || (char) a == bh_lower(name.at[0])) && (any_last || (char) z == bh_lower(name.at[name.len - 1])))
                                p->ends[a][z / 8] |= (uint8_t) (1 << z % 8);
}

/* A glob's last part up to its first byte that is not plain, and after its last one. */
static void note_name(struct bh_products *p, struct bh_str glob) {
        bool open = memchr(glob.at, '{', glob.len) != NULL; /* where its parts begin and end is not told */
        struct bh_str name = open ? BH_STR("") : bh_str_basename(glob);
        char *lower = bh_arena_bytes(p->arena, name.len + 1);
        size_t from = 0, to = name.len;

        for (size_t i = 0; i < name.len; i++)
                lower[i] = bh_lower(name.at[i]);
        while (from < name.len && plain(name.at[from]))
                from++;
        while (to > from && plain(name.at[to - 1]))
                to--;
        *bh_vec_add(p->arena, &p->names) = (struct bh_product_name){ { lower, from }, { lower + to, name.len - to } };
}

static int load_paths(struct loader *l, const struct bh_doc *list, struct bh_product *p) {
        BH_CLEANUP(bh_buf_done) struct bh_buf one = { 0 };

        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next) {
                if (one.len)
                        bh_buf_putc(&one, '|');
                bh_regex_of_glob(&one, bh_doc_str(n));
                if (p->n_literals == 0) {
                        note_ends(l->products, bh_doc_str(n));
                        note_name(l->products, bh_doc_str(n));
                }
        }
        if (one.len && p->n_literals == 0) {
                if (l->any_path.len)
                        bh_buf_putc(&l->any_path, '|');
                bh_buf_add(&l->any_path, bh_buf_str(&one));
        }
        return one.len ? compile(l, list, bh_buf_str(&one), &p->paths) : 0;
}

static int load_literals(struct loader *l, const struct bh_doc *list, struct bh_product *p) {
        p->literals = bh_arena_array(l->products->arena, struct bh_str, bh_doc_count(list) + 1);
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next) {
                if (bh_doc_str(n).len < 4)
                        return wrong(l, n, "a literal of less than 4 bytes:", bh_doc_str(n));
                p->literals[p->n_literals++] = keep(l, bh_doc_str(n));
        }
        return 0;
}

/* "\0" becomes NUL: YAML has no way to write one in most of its quotes. */
static struct bh_str proof_text(struct loader *l, struct bh_str s) {
        char *out = bh_arena_bytes(l->products->arena, s.len);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) {
                bool nul = s.at[i] == '\\' && i + 1 < s.len && s.at[i + 1] == '0';

                out[n++] = nul ? '\0' : s.at[i];
                i += nul;
        }
        return (struct bh_str){ out, n };
}

static int load_proofs(struct loader *l, const struct bh_doc *rule, struct bh_product *p) {
        const struct bh_doc *lists[] = { bh_doc_get(rule, "fires"), bh_doc_get(rule, "quiet") };

        if (bh_doc_count(lists[0]) == 0 || bh_doc_count(lists[1]) == 0)
                return wrong(l, rule, "a rule needs 'fires' and 'quiet':", p->product);
        p->proofs = bh_arena_array(l->products->arena, struct bh_product_proof,
                                   bh_doc_count(lists[0]) + bh_doc_count(lists[1]));
        for (size_t i = 0; i < 2; i++)
                for (const struct bh_doc *n = bh_doc_first(lists[i]); n; n = n->next)
                        p->proofs[p->n_proofs++] = (struct bh_product_proof){
                                .path = keep(l, bh_doc_get_text(n, "path")),
                                .text = proof_text(l, bh_doc_get_text(n, "text")),
                                .version = keep(l, bh_doc_get_text(n, "version")),
                                .line = n->line,
                                .fires = i == 0,
                        };
        return 0;
}

static int check_keys(struct loader *l, const struct bh_doc *rule) {
        static const char *const keys[] = { "product", "name",    "cpe",   "literals", "paths",
                                            "in",      "version", "fires", "quiet", "unless-linked" };

        for (const struct bh_doc *n = bh_doc_first(rule); n; n = n->next) {
                bool known = false;

                for (size_t i = 0; i < BH_LEN(keys); i++)
                        known |= bh_str_is(n->key, keys[i]);
                if (!known)
                        return wrong(l, n, "no such key:", n->key);
        }
        return 0;
}

static int load_rule(struct loader *l, const struct bh_doc *rule) {
        struct bh_product *p = bh_vec_add(l->products->arena, &l->products->each);
        struct bh_str version = bh_doc_get_text(rule, "version"), in = bh_doc_get_text(rule, "in");
        int r = check_keys(l, rule);

        p->product = keep(l, bh_doc_get_text(rule, "product"));
        p->name = keep(l, bh_doc_get_text(rule, "name"));
        p->cpe = keep(l, bh_doc_get_text(rule, "cpe"));
        p->unless_linked = keep(l, bh_doc_get_text(rule, "unless-linked"));
        p->text = bh_str_is(in, "text");
        if (r == 0 && (p->product.len == 0 || p->name.len == 0 || version.len == 0))
                r = wrong(l, rule, "a rule needs 'product', 'name' and 'version':", p->product);
        if (r == 0 && in.len && !p->text && !bh_str_is(in, "binary"))
                r = wrong(l, rule, "neither 'binary' nor 'text':", in);
        if (r == 0)
                r = load_literals(l, bh_doc_get(rule, "literals"), p);
        if (r == 0)
                r = load_paths(l, bh_doc_get(rule, "paths"), p);
        if (r == 0 && !p->paths && p->n_literals == 0)
                r = wrong(l, rule, "a rule needs 'literals' or 'paths':", p->product);
        if (r == 0)
                r = compile(l, rule, version, &p->version);
        if (r == 0 && bh_regex_groups(p->version) < 1)
                r = wrong(l, rule, "'version' has no group:", p->product);
        l->products->text_literals |= p->text && p->n_literals;
        return r == 0 ? load_proofs(l, rule, p) : r;
}

static int load_file(struct loader *l, struct bh_str path, struct bh_str bytes) {
        const struct bh_doc *root;
        int r = bh_yaml_parse(l->trees, bytes, &root, l->err);

        for (const struct bh_doc *n = r == 0 ? bh_doc_first(root) : NULL; r == 0 && n; n = n->next)
                r = load_rule(l, n);
        return r < 0 ? bh_wrap(l->err, r, "%s", BH_QUOTE(path)) : 0;
}

static int load_all(struct loader *l, struct bh_str bundle) {
        struct bh_str path, bytes;
        size_t at = 0, offset;
        int r;

        while ((r = bh_content_bundle_next(bundle, &at, &path, &bytes, l->err)) > 0) {
                if (bh_str_find(path, BH_STR("products/")) < 0)
                        continue;
                r = load_file(l, path, bytes);
                if (r < 0)
                        return r;
        }
        if (r == 0 && l->any_path.len)
                r = bh_regex_compile(bh_buf_str(&l->any_path), &l->products->any_path, &offset, l->err);
        return r;
}

int bh_products_load(struct bh_str bundle, struct bh_products **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new(), *trees = bh_arena_new();
        struct bh_products *p = bh_arena_make(arena, struct bh_products);
        struct loader l = { .products = p, .trees = trees, .err = err };
        int r;

        p->arena = arena;
        r = load_all(&l, bundle);
        bh_buf_done(&l.any_path);
        bh_arena_free(&trees);
        if (r < 0)
                bh_products_free(&p);
        else
                *ret = p;
        return r;
}

void bh_products_free(struct bh_products **p) {
        struct bh_arena *arena = *p ? (*p)->arena : NULL;

        for (size_t i = 0; *p && i < (*p)->each.len; i++) {
                bh_regex_free(&(*p)->each.at[i].paths);
                bh_regex_free(&(*p)->each.at[i].version);
        }
        if (*p)
                bh_regex_free(&(*p)->any_path);
        bh_arena_free(&arena);
        *p = NULL;
}
