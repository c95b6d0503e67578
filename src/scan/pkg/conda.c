/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conda: conda-meta/NAME-VERSION-BUILD.json of what is installed, and
 * environment.yml, of which "name=version=build" and "name==version" are exact
 * ("name=1.2" means 1.2 and all that begin with it). Its "pip" list is Python's.
 */
#include "fmt/json.h"
#include "fmt/yaml.h"
#include "scan/pkg/licence.h"
#include "scan/pkg/pkg.h"
#include "scan/pkg/python.h"

int bh_pkg_conda_installed(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                           struct bh_err *err) {
        struct bh_str name, version;
        const struct bh_doc *root;
        int r = bh_json_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        name = bh_doc_get_text(root, "name");
        version = bh_doc_get_text(root, "version");
        if (name.len == 0 || version.len == 0)
                return bh_fail(err, BH_E_FORMAT, "no name and version");
        (void) bh_catalog_add(c, &(struct bh_package){
                .eco = BH_ECO_CONDA,
                .evidence = BH_EVIDENCE_DATABASE,
                .name = name,
                .version = version,
                .arch = bh_doc_get_text(root, "subdir"),
                .licence = bh_licence_of(scratch, bh_doc_get(root, "license")),
                .location = file->path,
        });
        return 0;
}

/* "channel::name=1.2=build_0" or "name==1.2". */
static bool conda_pin(struct bh_str s, struct bh_str *ret_name, struct bh_str *ret_version) {
        ptrdiff_t channel = bh_str_find(s, BH_STR("::"));
        struct bh_str name, version, build;

        if (channel >= 0)
                s = bh_str_from(s, (size_t) channel + 2);
        if (!bh_str_cut(s, '=', &name, &version))
                return false;
        if (!bh_str_cut_prefix(&version, BH_STR("=")) && !bh_str_cut(version, '=', &version, &build))
                return false;
        version = bh_str_trim(version);
        for (size_t i = 0; i < version.len; i++)
                if (!bh_is_alnum(version.at[i]) && bh_str_chr(BH_STR("._+!-"), version.at[i]) < 0)
                        return false; /* a range or a pattern */
        *ret_name = bh_str_trim(name);
        *ret_version = version;
        return ret_name->len && version.len;
}

static void add(struct bh_catalog *c, const struct bh_file *file, const struct bh_doc *entry, enum bh_eco eco) {
        struct bh_str name, version;
        bool pinned = eco == BH_ECO_CONDA ? conda_pin(bh_doc_str(entry), &name, &version)
                                          : bh_python_pin(bh_doc_str(entry), &name, &version);

        if (pinned)
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = eco,
                        .evidence = BH_EVIDENCE_MANIFEST,
                        .name = name,
                        .version = version,
                        .location = file->path,
                });
}

int bh_pkg_conda_environment(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                             struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_yaml_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(root, "dependencies")); d; d = d->next) {
                add(c, file, d, BH_ECO_CONDA);
                for (const struct bh_doc *p = bh_doc_first(bh_doc_get(d, "pip")); p; p = p->next)
                        add(c, file, p, BH_ECO_PYPI);
        }
        return 0;
}
