/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names mean the same problem.
 *
 * A CVE is never another CVE. Peers (GHSA, GO, PYSEC, ...) named together in a
 * record of at most one CVE are one problem; a record of several CVEs is an
 * umbrella, and is about each of them. Errata join nothing. Every rule is a
 * minimum or a set, so the order of the records cannot matter.
 */
#define _GNU_SOURCE /* qsort_r */
#include <stdlib.h>
#include <string.h>

#include "advisory/gather.h"

static const struct {
        const char *prefix;
        enum bh_name_kind kind;
} prefixes[] = {
        { "CVE-", BH_NAME_CVE },
#define E(p) { p, BH_NAME_ERRATUM }
        E("DSA-"), E("DLA-"), E("DTSA-"), E("USN-"), E("LSN-"), E("RHSA-"), E("RHBA-"), E("RHEA-"), E("RLSA-"), E("RLBA-"),
        E("RLEA-"), E("ALSA-"), E("ALBA-"), E("ALEA-"), E("ELSA-"), E("ELBA-"), E("ALAS"), E("SUSE-"), E("openSUSE-"),
        E("FEDORA-"), E("PHSA-"), E("AZL-"), E("GLSA-"), E("ASA-"), E("MGASA-"),
        /* One number a package and problem: names of statements rather than of problems. */
        E("CGA-"), E("BIT-"), E("UBUNTU-"), E("DEBIAN-"), E("ALPINE-"), E("MINI-"),
#undef E
};

enum bh_name_kind bh_name_kind_of(struct bh_str id) {
        for (size_t i = 0; i < BH_LEN(prefixes); i++)
                if (bh_str_starts(id, bh_str_of(prefixes[i].prefix)))
                        return prefixes[i].kind;
        return BH_NAME_PEER;
}

struct joiner {
        struct bh_compile *c;
        uint8_t *kind;    /* by string number: enum bh_name_kind + 1 for names, else 0 */
        uint32_t *parent; /* union-find over string numbers */
        uint32_t *cve;    /* by root: its CVE, or 0 */
        uint32_t *peer;   /* by root: its best peer */
        BH_VEC(struct bh_name) links; /* a peer and a CVE that were named together */
};

/* The names of one record, sorted into CVEs and peers. */
struct named {
        uint32_t *cves, *peers;
        uint32_t n_cves, n_peers;
};

static enum bh_name_kind kind_of(struct joiner *j, uint32_t name) {
        if (!j->kind[name])
                j->kind[name] = (uint8_t) bh_name_kind_of(bh_pool_text(&j->c->strings, name)) + 1;
        return j->kind[name] - 1;
}

static void add_once(uint32_t *list, uint32_t *n, uint32_t name) {
        for (uint32_t i = 0; i < *n; i++)
                if (list[i] == name)
                        return;
        list[(*n)++] = name;
}

static struct named names_of(struct joiner *j, const struct bh_record *r, struct bh_arena *scratch) {
        struct named out = { 0 };

        out.cves = bh_arena_array(scratch, uint32_t, r->aliases.n + 1ull);
        out.peers = bh_arena_array(scratch, uint32_t, r->aliases.n + 1ull);
        for (uint32_t i = 0; i <= r->aliases.n; i++) {
                uint32_t name = i ? j->c->lists.at[r->aliases.at + i - 1] : r->id;
                enum bh_name_kind kind = kind_of(j, name);

                if (kind == BH_NAME_CVE)
                        add_once(out.cves, &out.n_cves, name);
                else if (kind == BH_NAME_PEER)
                        add_once(out.peers, &out.n_peers, name);
        }
        return out;
}

static uint32_t root_of(struct joiner *j, uint32_t name) {
        while (j->parent[name] != name)
                name = j->parent[name] = j->parent[j->parent[name]];
        return name;
}

static bool before(const struct joiner *j, uint32_t a, uint32_t b) {
        return bh_str_cmp(bh_pool_text(&j->c->strings, a), bh_pool_text(&j->c->strings, b)) < 0;
}

/* Which peer a problem without a CVE is called by. */
static unsigned rank(struct bh_str id) {
        static const char *const order[] = { "GHSA-", "GO-", "RUSTSEC-", "PYSEC-" };
        unsigned i = 0;

        while (i < BH_LEN(order) && !bh_str_starts(id, bh_str_of(order[i])))
                i++;
        return i;
}

static bool better_peer(const struct joiner *j, uint32_t a, uint32_t b) {
        unsigned ra = rank(bh_pool_text(&j->c->strings, a)), rb = rank(bh_pool_text(&j->c->strings, b));

        return ra != rb ? ra < rb : before(j, a, b);
}

static void link_names(struct joiner *j, const struct bh_record *r, const struct named *n) {
        for (uint32_t i = 1; n->n_cves <= 1 && i < n->n_peers; i++)
                j->parent[root_of(j, n->peers[i])] = root_of(j, n->peers[0]);
        for (uint32_t i = 0; i < n->n_cves; i++)
                for (uint32_t k = 0; k < n->n_peers; k++)
                        if (n->n_cves == 1 || n->peers[k] == r->id)
                                *bh_vec_add(j->c->arena, &j->links) =
                                        (struct bh_name){ n->peers[k], n->cves[i], n->n_cves == 1 };
}

static void name_groups(struct joiner *j) {
        for (uint32_t i = 1; i < j->c->strings.map.len; i++) {
                uint32_t root = root_of(j, i);

                if (j->kind[i] == BH_NAME_PEER + 1 && (!j->peer[root] || better_peer(j, i, j->peer[root])))
                        j->peer[root] = i;
        }
        for (size_t i = 0; i < j->links.len; i++) {
                uint32_t root = root_of(j, j->links.at[i].name), cve = j->links.at[i].vuln;

                if (j->links.at[i].alias && (!j->cve[root] || before(j, cve, j->cve[root])))
                        j->cve[root] = cve;
        }
}

static uint32_t owner_of(struct joiner *j, uint32_t peer) {
        uint32_t root = root_of(j, peer);

        return j->cve[root] ? j->cve[root] : j->peer[root];
}

/* What the record is about: ids, to become vulnerability numbers when all are known. */
static struct bh_list about(struct joiner *j, const struct bh_record *r, const struct named *n) {
        struct bh_list list = { (uint32_t) j->c->lists.len, BH_MAX(n->n_cves, 1u) };

        for (uint32_t i = 0; i < n->n_cves; i++)
                *bh_vec_add(j->c->arena, &j->c->lists) = n->cves[i];
        if (n->n_cves == 0)
                *bh_vec_add(j->c->arena, &j->c->lists) = n->n_peers ? owner_of(j, n->peers[0]) : r->id;
        return list;
}

static int by_text(const void *a, const void *b, void *pool) {
        return bh_str_cmp(bh_pool_text(pool, *(const uint32_t *) a), bh_pool_text(pool, *(const uint32_t *) b));
}

static void number_vulns(struct joiner *j, struct bh_arena *arena, struct bh_joined *out) {
        size_t n_strings = j->c->strings.map.len;
        BH_VEC(uint32_t) ids = { 0 };

        out->n_strings = n_strings;
        out->vuln_of = bh_arena_array(arena, uint32_t, n_strings);
        for (size_t i = 0; i < j->c->records.len; i++)
                for (uint32_t k = 0; k < j->c->records.at[i].vulns.n; k++)
                        out->vuln_of[j->c->lists.at[j->c->records.at[i].vulns.at + k]] = 1;
        for (size_t i = 0; i < j->c->facts.len; i++)
                out->vuln_of[j->c->facts.at[i].cve] = 1;
        for (uint32_t i = 0; i < n_strings; i++)
                if (out->vuln_of[i])
                        *bh_vec_add(arena, &ids) = i;
        if (ids.len)
                qsort_r(ids.at, ids.len, sizeof ids.at[0], by_text, &j->c->strings);
        for (uint32_t i = 0; i < ids.len; i++)
                out->vuln_of[ids.at[i]] = i + 1;
        out->ids = ids.at;
        out->n_ids = (uint32_t) ids.len;
}

static void add_name(struct bh_arena *arena, struct bh_joined *out, uint32_t name, uint32_t id, bool alias) {
        if (out->vuln_of[id])
                *bh_vec_add(arena, &out->names) = (struct bh_name){ name, out->vuln_of[id] - 1, alias && name != id };
}

static void list_names(struct joiner *j, struct bh_arena *arena, struct bh_joined *out) {
        for (uint32_t i = 0; i < out->n_ids; i++)
                add_name(arena, out, out->ids[i], out->ids[i], false);
        for (uint32_t i = 1; i < j->c->strings.map.len; i++)
                if (j->kind[i] == BH_NAME_PEER + 1)
                        add_name(arena, out, i, owner_of(j, i), true);
        for (size_t i = 0; i < j->links.len; i++)
                add_name(arena, out, j->links.at[i].name, j->links.at[i].vuln, true);
        for (size_t i = 0; i < j->c->records.len; i++) {
                const struct bh_record *r = &j->c->records.at[i];

                for (uint32_t k = 0; k < r->vulns.n && kind_of(j, r->id) == BH_NAME_ERRATUM; k++)
                        add_name(arena, out, r->id, j->c->lists.at[r->vulns.at + k], false);
        }
}

void bh_compile_join(struct bh_compile *c, struct bh_arena *arena, struct bh_joined *ret) {
        struct bh_arena *scratch = bh_arena_new();
        size_t n = c->strings.map.len;
        struct joiner j = { .c = c,
                            .kind = bh_arena_array(arena, uint8_t, n),
                            .parent = bh_arena_array(arena, uint32_t, n),
                            .cve = bh_arena_array(arena, uint32_t, n),
                            .peer = bh_arena_array(arena, uint32_t, n) };

        for (uint32_t i = 0; i < n; i++)
                j.parent[i] = i;
        for (size_t i = 0; i < c->records.len; i++) {
                struct named names = names_of(&j, &c->records.at[i], scratch);

                link_names(&j, &c->records.at[i], &names);
                bh_arena_reset(scratch);
        }
        name_groups(&j);
        for (size_t i = 0; i < c->records.len; i++) {
                struct named names = names_of(&j, &c->records.at[i], scratch);

                c->records.at[i].vulns = about(&j, &c->records.at[i], &names);
                bh_arena_reset(scratch);
        }
        *ret = (struct bh_joined){ 0 };
        number_vulns(&j, arena, ret);
        list_names(&j, arena, ret);
        for (size_t i = 0; i < c->records.len; i++)
                for (uint32_t k = 0; k < c->records.at[i].vulns.n; k++) {
                        uint32_t *id = &c->lists.at[c->records.at[i].vulns.at + k];

                        *id = ret->vuln_of[*id] - 1;
                }
        bh_arena_free(&scratch);
}
