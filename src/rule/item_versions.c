/* SPDX-License-Identifier: Apache-2.0 */
/* What rule files want of who reads them: required_engine_version, required_plugin_versions. */
#include "rule/item_reader.h"

/* "0.57.0", or the 57 alone. */
static bool parse_version(struct bh_str s, unsigned ret[3]) {
        struct bh_str part, core, more;
        uint64_t n;
        unsigned i = 0;

        (void) bh_str_cut(s, '-', &core, &more);
        (void) bh_str_cut(core, '+', &core, &more);
        while (bh_str_split(&core, '.', &part)) {
                if (i == 3 || !bh_str_u64(part, &n) || n > 1000000)
                        return false;
                ret[i++] = (unsigned) n;
        }
        return i == 3;
}

static bool at_least(const unsigned have[3], const unsigned want[3]) {
        for (unsigned i = 0; i < 3; i++)
                if (have[i] != want[i])
                        return have[i] > want[i] && i > 0; /* another first number is another thing */
        return true;
}

void bh_item_engine_version(struct bh_item_reader *r, const struct bh_doc *v) {
        static const unsigned have[3] = { 0, BH_RULE_ENGINE_MINOR, 0 };
        unsigned want[3] = { 0 };
        uint64_t n;

        if (bh_str_u64(bh_doc_str(v), &n) && n < 1000000)
                want[1] = (unsigned) n;
        else if (!parse_version(bh_doc_str(v), want)) {
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "required_engine_version must be a number, or three as in 0.57.0");
                return;
        }
        if (!at_least(have, want))
                bh_item_wrong(r, v, "LOAD_ERR_VALIDATE", "the rules want engine version %u.%u.%u; this one reads what 0.%u.0 reads", want[0], want[1], want[2],
                      BH_RULE_ENGINE_MINOR);
}

/* What plugins give elsewhere is part of us: the fields of containers, and the sources we have. NULL: it is not. */
static const unsigned *plugin_version(const struct bh_items *s, struct bh_str name) {
        static const struct {
                const char *name, *source;
                unsigned version[3];
        } plugins[] = { { "container", "syscall", { 0, 7, 0 } },
                        { "json", "k8s_audit", { 0, 8, 0 } },
                        { "k8saudit", "k8s_audit", { 0, 17, 0 } },
                        { "k8smeta", "syscall", { 0, 5, 0 } } };

        for (size_t i = 0; i < BH_LEN(plugins); i++)
                if (bh_str_is(name, plugins[i].name) && bh_items_source(s, bh_str_of(plugins[i].source)))
                        return plugins[i].version;
        return NULL;
}

static bool plugin_satisfied(struct bh_item_reader *r, const struct bh_doc *row) {
        struct bh_str name = bh_item_text(r, row, "name", true), version = bh_item_text(r, row, "version", true);
        const unsigned *have;
        unsigned want[3];

        if (name.len && version.len && !parse_version(version, want))
                bh_item_wrong(r, row, "LOAD_ERR_VALIDATE", "\"%s\" is no version of plugin %s", BH_QUOTE(version), BH_QUOTE(name));
        have = plugin_version(r->s, name);
        return !r->bad && have && at_least(have, want);
}

static void no_plugin(struct bh_item_reader *r, const struct bh_doc *row) {
        struct bh_str name = bh_doc_get_text(row, "name"), version = bh_doc_get_text(row, "version");
        const unsigned *have = plugin_version(r->s, name);

        if (have)
                bh_item_wrong(r, row, "LOAD_ERR_VALIDATE", "the rules want plugin %s %s; this engine has what %u.%u.%u has", BH_QUOTE(name), BH_QUOTE(version),
                      have[0], have[1], have[2]);
        else
                bh_item_wrong(r, row, "LOAD_ERR_VALIDATE", "the rules want plugin %s %s, which is not part of this engine: rules of its source are left out",
                      BH_QUOTE(name), BH_QUOTE(version));
}

void bh_item_plugin_versions(struct bh_item_reader *r, const struct bh_doc *list) {
        if (list->kind != BH_DOC_ARRAY)
                bh_item_wrong(r, list, "LOAD_ERR_YAML_VALIDATE", "required_plugin_versions must be a list");
        for (const struct bh_doc *row = list->kind == BH_DOC_ARRAY ? bh_doc_first(list) : NULL; row; row = row->next) {
                bool good = plugin_satisfied(r, row);

                for (const struct bh_doc *a = bh_doc_first(bh_doc_get(row, "alternatives")); a; a = a->next)
                        good |= plugin_satisfied(r, a);
                if (!good && !r->bad)
                        no_plugin(r, row);
        }
}
