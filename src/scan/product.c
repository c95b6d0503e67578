/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/product.h"

#include <stdlib.h>
#include <string.h>

#include "fmt/gobuildinfo.h"
#include "scan/pkg/go.h"
#include "scan/product_rules.h"

/* A rule's answer for the file at hand. */
struct found {
        char version[64];
        uint8_t len;
};

struct bh_product_run {
        const struct bh_products *products;
        struct bh_regex_scratch *scratch;
        struct found *found;
        struct bh_str path;
        bool elf, held, any, audited;
        struct bh_arena *arena; /* of this file */
        struct bh_go_build go;
};

uint32_t bh_products_count(const struct bh_products *p) {
        return (uint32_t) p->each.len;
}

struct bh_str bh_products_cpe(const struct bh_products *p, struct bh_str name) {
        for (size_t i = 0; i < p->each.len; i++)
                if (bh_str_eq(p->each.at[i].name, name))
                        return p->each.at[i].cpe;
        return (struct bh_str){ "", 0 };
}

/* The rules behind the last one: Go's build record, and the section of Rust's audit data. */
static uint32_t go_rule(const struct bh_products *p) {
        return bh_products_count(p);
}

static uint32_t rust_rule(const struct bh_products *p) {
        return bh_products_count(p) + 1;
}

int bh_products_register(const struct bh_products *p, struct bh_literals_builder *b, struct bh_err *err) {
        int r = bh_literals_add(b, BH_OWNER_PRODUCT, go_rule(p), BH_GO_BUILD_MAGIC, false, err);

        if (r == 0)
                r = bh_literals_add(b, BH_OWNER_PRODUCT, rust_rule(p), BH_RUST_AUDIT_SECTION, false, err);
        for (uint32_t i = 0; r == 0 && i < p->each.len; i++)
                for (uint32_t k = 0; r == 0 && k < p->each.at[i].n_literals; k++)
                        r = bh_literals_add(b, BH_OWNER_PRODUCT, i, p->each.at[i].literals[k], false, err);
        return r;
}

struct bh_product_run *bh_product_run_new(const struct bh_products *p) {
        struct bh_product_run *run = calloc(1, sizeof *run);

        if (!run || !(run->found = calloc(p->each.len + 1, sizeof *run->found)))
                bh_nomem(sizeof *run);
        run->products = p;
        run->scratch = bh_regex_scratch_new();
        run->arena = bh_arena_new();
        return run;
}

void bh_product_run_free(struct bh_product_run **run) {
        if (!*run)
                return;
        bh_regex_scratch_free(&(*run)->scratch);
        bh_arena_free(&(*run)->arena);
        free((*run)->found);
        free(*run);
        *run = NULL;
}

void bh_product_run_begin(struct bh_product_run *run, struct bh_str path, struct bh_str head, bool held) {
        if (run->any)
                memset(run->found, 0, (run->products->each.len + 1) * sizeof *run->found);
        run->any = run->audited = false;
        run->path = path;
        run->elf = bh_elf_is(head);
        run->held = held;
        run->go = (struct bh_go_build){ 0 };
        bh_arena_reset(run->arena);
}

static bool right_file(struct bh_product_run *run, const struct bh_product *p) {
        return p->text != run->elf && (!p->paths || bh_regex_has(p->paths, run->scratch, run->path));
}

static void look(struct bh_product_run *run, uint32_t rule, struct bh_str bytes) {
        const struct bh_product *p = &run->products->each.at[rule];
        struct found *f = &run->found[rule];
        struct bh_regex_match m;
        struct bh_str version;

        if (bh_regex_find(p->version, run->scratch, bytes, 0, &m, NULL) <= 0 || m.group[1].from >= m.group[1].to)
                return;
        version = bh_str_part(bytes, m.group[1].from, m.group[1].to - m.group[1].from);
        if (version.len > sizeof f->version || !bh_str_is_text(version))
                return;
        memcpy(f->version, version.at, version.len);
        f->len = (uint8_t) version.len;
        run->any = true;
}

/* A large Go program is read where its record passes by; one that is held whole has its own cataloger. */
static void go_record(struct bh_product_run *run, struct bh_str from) {
        struct bh_go_build build;

        if (run->held || !run->elf || run->go.go_version.len || bh_go_build_inline(from, &build, NULL) < 0)
                return;
        run->go.go_version = bh_arena_str(run->arena, build.go_version);
        run->go.modinfo = bh_arena_str(run->arena, build.modinfo);
}

void bh_product_run_hit(struct bh_product_run *run, uint32_t rule, struct bh_str chunk, size_t end) {
        size_t from = end > BH_PRODUCT_BEFORE ? end - BH_PRODUCT_BEFORE : 0;

        if (rule == go_rule(run->products) && end >= BH_GO_BUILD_MAGIC.len)
                go_record(run, bh_str_from(chunk, end - BH_GO_BUILD_MAGIC.len));
        if (rule == rust_rule(run->products))
                run->audited = run->elf;
        if (rule >= run->products->each.len || run->found[rule].len || !right_file(run, &run->products->each.at[rule]))
                return;
        look(run, rule, bh_str_part(chunk, from, end - from + BH_PRODUCT_AFTER));
}

bool bh_product_run_audited(const struct bh_product_run *run) {
        return run->audited;
}

/* Whether a rule that goes by the name alone may be meant: the regular expression over all of them is dear. */
static bool may_be_named(const struct bh_products *all, struct bh_str name) {
        unsigned char last = name.len ? (unsigned char) bh_lower(name.at[name.len - 1]) : 0;

        if (name.len == 0 || !(all->ends[(unsigned char) bh_lower(name.at[0])][last / 8] >> last % 8 & 1))
                return false;
        for (size_t i = 0; i < all->names.len; i++) {
                struct bh_str begin = all->names.at[i].begin, end = all->names.at[i].end;

                if (name.len >= begin.len + end.len && bh_str_eq_nocase(bh_str_part(name, 0, begin.len), begin) &&
                    bh_str_eq_nocase(bh_str_from(name, name.len - end.len), end))
                        return true;
        }
        return false;
}

bool bh_products_want(const struct bh_products *p, struct bh_str name, struct bh_str head) {
        return p->text_literals || bh_elf_is(head) || may_be_named(p, name);
}

/* Rules that go by the name alone: their text is too plain to be looked for everywhere. */
static void by_name(struct bh_product_run *run, struct bh_str bytes) {
        const struct bh_products *all = run->products;

        if (!all->any_path || !may_be_named(all, bh_str_basename(run->path)) || !bh_regex_has(all->any_path, run->scratch, run->path))
                return;
        for (uint32_t i = 0; i < all->each.len; i++)
                if (all->each.at[i].n_literals == 0 && right_file(run, &all->each.at[i]))
                        look(run, i, bytes);
}

/* The text is of the library's headers; the code is in the library, where it is found as well. */
static bool only_linked(const struct bh_product *p, struct bh_str bytes) {
        struct bh_elf elf;
        struct bh_str lib;
        uint32_t i = 0;

        if (p->unless_linked.len == 0 || bh_elf_open(bytes, &elf, NULL) < 0)
                return false;
        while (bh_elf_needed(&elf, &i, &lib))
                if (bh_str_starts(lib, p->unless_linked))
                        return true;
        return false;
}

void bh_product_run_end(struct bh_product_run *run, struct bh_str bytes, struct bh_catalog *c) {
        by_name(run, bytes);
        if (run->go.go_version.len)
                bh_go_add_build(c, run->path, &run->go);
        for (uint32_t i = 0; run->any && i < run->products->each.len; i++) {
                const struct bh_product *p = &run->products->each.at[i];
                bool told = run->found[i].len == 0;

                for (uint32_t k = 0; k < i && !told; k++) /* two rules for one product: the first that knows */
                        told = run->found[k].len && bh_str_eq(p->name, run->products->each.at[k].name);
                if (!told && !only_linked(p, bytes))
                        (void) bh_catalog_add(c, &(struct bh_package){
                                .eco = BH_ECO_GENERIC,
                                .evidence = p->text ? BH_EVIDENCE_METADATA : BH_EVIDENCE_BINARY,
                                .name = p->name,
                                .version = { run->found[i].version, run->found[i].len },
                                .location = run->path,
                        });
        }
}

/* The proofs */

static bool tries(struct bh_product_run *run, uint32_t rule, const struct bh_product_proof *proof) {
        static const char elf[20] = "\177ELF\2\1\1";
        const struct bh_product *p = &run->products->each.at[rule];
        struct bh_str head = { elf, sizeof elf };

        bh_product_run_begin(run, proof->path, p->text ? proof->text : head, true);
        for (uint32_t i = 0; i < p->n_literals; i++)
                for (size_t at = 0; at < proof->text.len; at++)
                        if (bh_str_starts(bh_str_from(proof->text, at), p->literals[i]))
                                bh_product_run_hit(run, rule, proof->text, at + p->literals[i].len);
        by_name(run, proof->text);
        return run->found[rule].len != 0;
}

unsigned bh_products_prove(const struct bh_products *p, bh_product_proof_fn fn, void *user) {
        struct bh_product_run *run = bh_product_run_new(p);
        unsigned failed = 0;

        for (uint32_t i = 0; i < p->each.len; i++)
                for (uint32_t k = 0; k < p->each.at[i].n_proofs; k++) {
                        const struct bh_product_proof *proof = &p->each.at[i].proofs[k];
                        bool fired = tries(run, i, proof);
                        struct bh_str got = { run->found[i].version, run->found[i].len };

                        if (fired == proof->fires && (!fired || bh_str_eq(got, proof->version)))
                                continue;
                        failed++;
                        fn(user, p->each.at[i].product, proof->line,
                           fired == proof->fires ? "has another version" : fired ? "is not quiet" : "does not fire", got);
                }
        bh_product_run_free(&run);
        return failed;
}
