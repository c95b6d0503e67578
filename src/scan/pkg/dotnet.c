/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .NET.
 *
 *     NAME.deps.json         what an application was published with: "libraries": {"Name/1.2.3": {"type": "package"}}
 *     packages.lock.json     "dependencies": {"net8.0": {"Name": {"type": "Direct", "resolved": "1.2.3"}}}
 *     packages.config        <package id="Name" version="1.2.3" developmentDependency="true" />
 *
 * The runtime itself is Microsoft.NETCore.App.deps.json, which names itself
 * the same way; self-contained applications have a library of type "runtimepack".
 */
#include "fmt/json.h"
#include "fmt/xml.h"
#include "scan/pkg/pkg.h"

static void add(struct bh_catalog *c, const struct bh_file *file, enum bh_evidence evidence, struct bh_str name,
                struct bh_str version, bool dev) {
        if (name.len && version.len && bh_is_digit(version.at[0]))
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_NUGET,
                        .evidence = evidence,
                        .name = name,
                        .version = version,
                        .location = file->path,
                        .dev = dev,
                });
}

int bh_pkg_dotnet_deps(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                       struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_jsonc_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *l = bh_doc_first(bh_doc_get(root, "libraries")); l; l = l->next) {
                struct bh_str type = bh_doc_get_text(l, "type"), name, version;

                if (!bh_str_cut(l->key, '/', &name, &version) ||
                    !(bh_str_is(type, "package") || bh_str_is(type, "runtimepack")))
                        continue;
                (void) bh_str_cut_prefix(&name, BH_STR("runtimepack."));
                add(c, file, BH_EVIDENCE_METADATA, name, version, false);
        }
        return 0;
}

int bh_pkg_dotnet_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                       struct bh_err *err) {
        const struct bh_doc *root, *framework;
        int r = bh_jsonc_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        for (framework = bh_doc_first(bh_doc_get(root, "dependencies")); framework; framework = framework->next)
                for (const struct bh_doc *p = bh_doc_first(framework); p; p = p->next)
                        if (!bh_str_is(bh_doc_get_text(p, "type"), "Project"))
                                add(c, file, BH_EVIDENCE_LOCKFILE, p->key, bh_doc_get_text(p, "resolved"), false);
        return 0;
}

int bh_pkg_dotnet_config(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                         struct bh_err *err) {
        struct bh_xml xml = bh_xml_of(scratch, file->bytes);
        struct bh_xml_event e;
        int r;

        while ((r = bh_xml_next(&xml, &e, err)) > 0)
                if (e.kind == BH_XML_START && bh_str_is(e.name, "package"))
                        add(c, file, BH_EVIDENCE_MANIFEST, bh_xml_attr(&xml, &e, "id"), bh_xml_attr(&xml, &e, "version"),
                            bh_str_is(bh_xml_attr(&xml, &e, "developmentDependency"), "true"));
        return r;
}
