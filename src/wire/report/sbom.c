/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/report/sbom.h"

#include "model/purl.h"

static void note(struct bh_sbom_notes *n, const char *name, struct bh_str value, struct bh_str said) {
        if (value.len && !bh_str_eq(value, said))
                n->at[n->n++] = (struct bh_sbom_note){ name, value };
}

struct bh_sbom_notes bh_sbom_notes_of(struct bh_arena *arena, const struct bh_package *p, struct bh_str purl) {
        struct bh_sbom_notes n = { 0 };
        struct bh_package said = { 0 };
        struct bh_str none = { 0 };

        if (bh_purl_to_package(arena, purl, &said, NULL, NULL) < 0)
                said = (struct bh_package){ 0 };
        note(&n, "bulkhead:type", bh_str_of(bh_eco_str(p->eco)), bh_str_of(bh_eco_str(said.eco)));
        note(&n, "bulkhead:name", p->name, said.name);
        note(&n, "bulkhead:version", p->version, said.version);
        note(&n, "bulkhead:arch", p->arch, said.arch);
        note(&n, "bulkhead:source", p->source, said.source);
        note(&n, "bulkhead:sourceVersion", p->source_version, said.source_version);
        note(&n, "bulkhead:module", p->module, none);
        note(&n, "bulkhead:owner", p->owner, none);
        note(&n, "bulkhead:location", p->location, none);
        note(&n, "bulkhead:layer", bh_arena_printf(arena, "%u", p->layer), none);
        note(&n, "bulkhead:evidence", bh_str_of(bh_evidence_str(p->evidence)), BH_STR("sbom"));
        note(&n, "bulkhead:dev", p->dev ? BH_STR("true") : none, none);
        return n;
}

struct bh_sbom_notes bh_sbom_notes_of_release(const struct bh_release *release) {
        struct bh_sbom_notes n = { 0 };
        struct bh_str none = { 0 };

        note(&n, "bulkhead:codename", release->codename, none);
        note(&n, "bulkhead:like", release->like, none);
        return n;
}

/* MIT AND (Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0) */
bool bh_sbom_is_expression(struct bh_str licence) {
        enum { NAME, OPERATOR, EXCEPTION } want = NAME;
        struct bh_str rest = licence, word;
        int open = 0;

        while (bh_str_word(&rest, &word)) {
                if (want == OPERATOR) {
                        if (bh_str_is(word, "WITH"))
                                want = EXCEPTION;
                        else if (bh_str_is(word, "AND") || bh_str_is(word, "OR"))
                                want = NAME;
                        else
                                return false;
                        continue;
                }
                while (want == NAME && bh_str_cut_prefix(&word, BH_STR("(")))
                        open++;
                while (bh_str_cut_suffix(&word, BH_STR(")")))
                        open--;
                if (open < 0 || !(want == NAME ? bh_spdx_is_licence(word) : bh_spdx_is_exception(word)))
                        return false;
                want = OPERATOR;
        }
        return want == OPERATOR && open == 0;
}
