/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PRODUCT_H
#define BH_SCAN_PRODUCT_H
/*
 * Software that no package manager put there: recognised by the text that its
 * authors left in the program. What we know stands in content/products/:
 *
 *     - product: nginx
 *       name: nginx                       as advisories call it, pkg:generic/NAME
 *       cpe: 'f5:nginx'
 *       literals: ['nginx version: ']     any of these calls for a look around it,
 *       paths: ['nginx', 'lib*.so*']      in files of these names (globs; without: in all);
 *                                         paths without literals: the whole file is searched
 *       in: binary                        ELF (the default), or text
 *       version: 'nginx/(\d+\.\d+\.\d+)'  group 1 is the version
 *       unless-linked: libcrypto.so       not in what is linked with a library of this name: programs carry
 *                                         the version of the headers they were built with
 *       fires: [ { path: usr/sbin/nginx, text: "...", version: 1.22.1 } ]
 *       quiet: [ { path: usr/sbin/nginx, text: "..." } ]       \0 in a text is a NUL byte
 *
 * Rules are immutable and shared; a run is one thread's state, used again for
 * file after file. The pass walks a file with bh_literals_scan and hands on:
 *
 *     bh_product_run_begin(run, path, head);               head: the first bytes, at least 20
 *     BH_OWNER_PRODUCT hits  ->  bh_product_run_hit(run, rule, chunk, end)
 *     bh_product_run_end(run, bytes, catalog);             bytes: what of the file is held; may be its beginning
 *
 * Chunks of a large file overlap by at least BH_PRODUCT_OVERLAP. The record of a
 * Go program is found the same way, for programs too large to be held.
 */
#include "base/buf.h"
#include "scan/catalog.h"
#include "scan/content/literals.h"

#define BH_RUST_AUDIT_SECTION BH_STR(".dep-v0")

enum { BH_PRODUCT_BEFORE = 96, BH_PRODUCT_AFTER = 224, BH_PRODUCT_OVERLAP = 65536 };

struct bh_products;
struct bh_product_run;

/* Reads the files below "products/" of a content bundle (scan/content/rules.h). */
int bh_products_load(struct bh_str bundle, struct bh_products **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_products_free(struct bh_products **p);
uint32_t bh_products_count(const struct bh_products *p);
/* "vendor:product" of a name we gave to a package; empty when we have none. */
struct bh_str bh_products_cpe(const struct bh_products *p, struct bh_str name);
/* Registers all literals, under BH_OWNER_PRODUCT. */
int bh_products_register(const struct bh_products *p, struct bh_literals_builder *b, struct bh_err *err) BH_MUST_CHECK;

struct bh_product_run *bh_product_run_new(const struct bh_products *p);
void bh_product_run_free(struct bh_product_run **run);
/* `held`: the whole file will be given to the end, so that catalogers of binaries see it too. Path is borrowed until the end. */
void bh_product_run_begin(struct bh_product_run *run, struct bh_str path, struct bh_str head, bool held);
/* Whether any rule could say something of a file of that name, its path's last part; most are neither programs nor named like one. */
bool bh_products_want(const struct bh_products *p, struct bh_str name, struct bh_str head);
void bh_product_run_hit(struct bh_product_run *run, uint32_t rule, struct bh_str chunk, size_t end);
/* Whether it is a program that seems to carry Rust's audit data, which only a held file can give. */
bool bh_product_run_audited(const struct bh_product_run *run);
/* Adds what was found, one package a rule. */
void bh_product_run_end(struct bh_product_run *run, struct bh_str bytes, struct bh_catalog *c);

/* Runs the proofs of all rules and tells each that fails; returns how many did. */
typedef void (*bh_product_proof_fn)(void *user, struct bh_str product, uint32_t line, const char *what,
                                    struct bh_str found);
unsigned bh_products_prove(const struct bh_products *p, bh_product_proof_fn fn, void *user);

#endif
