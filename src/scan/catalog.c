/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/catalog.h"

#include "scan/pkg/pkg.h"

/* One row a line: the name appears in gaps and in `bulkhead scan --explain-files`. */
const struct bh_cataloger bh_catalogers[] = {
        { "apk", BH_MATCH_PATH, "lib/apk/db/installed", bh_pkg_apk },
        { "apk", BH_MATCH_PATH, "usr/lib/apk/db/installed", bh_pkg_apk },
        { "bun-lock", BH_MATCH_BASENAME, "bun.lock", bh_pkg_bun_lock },
        { "dotnet-config", BH_MATCH_BASENAME, "packages.config", bh_pkg_dotnet_config },
        { "dotnet-deps", BH_MATCH_SUFFIX, ".deps.json", bh_pkg_dotnet_deps },
        { "dotnet-lock", BH_MATCH_BASENAME, "packages.lock.json", bh_pkg_dotnet_lock },
        { "dpkg", BH_MATCH_PATH, "var/lib/dpkg/status", bh_pkg_dpkg_status },
        { "dpkg-copyright", BH_MATCH_BASENAME, "copyright", bh_pkg_dpkg_copyright },
        { "dpkg-list", BH_MATCH_SUFFIX, ".list", bh_pkg_dpkg_list },
        { "dpkg-md5sums", BH_MATCH_SUFFIX, ".md5sums", bh_pkg_dpkg_md5sums },
        { "dpkg-status.d", BH_MATCH_DIR, "var/lib/dpkg/status.d", bh_pkg_dpkg_status_d },
        { "go-binary", BH_MATCH_ELF, NULL, bh_pkg_go_binary },
        { "go-mod", BH_MATCH_BASENAME, "go.mod", bh_pkg_go_mod },
        { "gradle-lock", BH_MATCH_BASENAME, "gradle.lockfile", bh_pkg_gradle_lock },
        { "java-archive", BH_MATCH_SUFFIX, ".jar", bh_pkg_jar },
        { "java-archive", BH_MATCH_SUFFIX, ".war", bh_pkg_jar },
        { "java-archive", BH_MATCH_SUFFIX, ".ear", bh_pkg_jar },
        { "java-archive", BH_MATCH_SUFFIX, ".par", bh_pkg_jar },
        { "java-archive", BH_MATCH_SUFFIX, ".jpi", bh_pkg_jar },
        { "java-archive", BH_MATCH_SUFFIX, ".hpi", bh_pkg_jar },
        { "java-archive", BH_MATCH_SUFFIX, ".aar", bh_pkg_jar },
        { "maven-pom", BH_MATCH_BASENAME, "pom.xml", bh_pkg_pom_xml },
        { "node-installed", BH_MATCH_BASENAME, "package.json", bh_pkg_node_installed },
        { "npm-lock", BH_MATCH_BASENAME, "package-lock.json", bh_pkg_npm_lock },
        { "npm-shrinkwrap", BH_MATCH_BASENAME, "npm-shrinkwrap.json", bh_pkg_npm_lock },
        { "pe-version", BH_MATCH_PE, NULL, bh_pkg_pe },
        { "pnpm-lock", BH_MATCH_BASENAME, "pnpm-lock.yaml", bh_pkg_pnpm_lock },
        { "redhat-content", BH_MATCH_DIR, "root/buildinfo/content_manifests", bh_pkg_content_sets },
        { "redhat-content", BH_MATCH_PATH, "usr/share/buildinfo/content-sets.json", bh_pkg_content_sets },
        { "release", BH_MATCH_PATH, "etc/alpine-release", bh_pkg_release },
        { "release", BH_MATCH_PATH, "etc/centos-release", bh_pkg_release },
        { "release", BH_MATCH_PATH, "etc/debian_version", bh_pkg_release },
        { "release", BH_MATCH_PATH, "etc/lsb-release", bh_pkg_release },
        { "release", BH_MATCH_PATH, "etc/os-release", bh_pkg_release },
        { "release", BH_MATCH_PATH, "etc/redhat-release", bh_pkg_release },
        { "release", BH_MATCH_PATH, "etc/system-release", bh_pkg_release },
        { "release", BH_MATCH_PATH, "usr/lib/os-release", bh_pkg_release },
        { "rpm", BH_MATCH_PATH, "usr/lib/sysimage/rpm/Packages", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "usr/lib/sysimage/rpm/Packages.db", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "usr/lib/sysimage/rpm/rpmdb.sqlite", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "usr/share/rpm/Packages", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "usr/share/rpm/Packages.db", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "usr/share/rpm/rpmdb.sqlite", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "var/lib/rpm/Packages", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "var/lib/rpm/Packages.db", bh_pkg_rpm },
        { "rpm", BH_MATCH_PATH, "var/lib/rpm/rpmdb.sqlite", bh_pkg_rpm },
        { "rust-binary", BH_MATCH_ELF, NULL, bh_pkg_rust_binary },
        { "yarn-lock", BH_MATCH_BASENAME, "yarn.lock", bh_pkg_yarn_lock },
        { "cargo-lock", BH_MATCH_BASENAME, "Cargo.lock", bh_pkg_cargo_lock },
        { "conda-environment", BH_MATCH_BASENAME, "environment.yaml", bh_pkg_conda_environment },
        { "conda-environment", BH_MATCH_BASENAME, "environment.yml", bh_pkg_conda_environment },
        { "conda-installed", BH_MATCH_BASENAME, "conda-meta/*.json", bh_pkg_conda_installed },
        { "gemfile-lock", BH_MATCH_BASENAME, "Gemfile.lock", bh_pkg_gemfile_lock },
        { "gemfile-lock", BH_MATCH_BASENAME, "gems.locked", bh_pkg_gemfile_lock },
        { "gemspec", BH_MATCH_BASENAME, "specifications/*.gemspec", bh_pkg_gemspec },
        { "gemspec", BH_MATCH_BASENAME, "specifications/default/*.gemspec", bh_pkg_gemspec },
        { "pdm-lock", BH_MATCH_BASENAME, "pdm.lock", bh_pkg_python_toml_lock },
        { "pipfile-lock", BH_MATCH_BASENAME, "Pipfile.lock", bh_pkg_pipfile_lock },
        { "poetry-lock", BH_MATCH_BASENAME, "poetry.lock", bh_pkg_python_toml_lock },
        { "pylock", BH_MATCH_BASENAME, "pylock*.toml", bh_pkg_python_toml_lock },
        { "python-egg", BH_MATCH_BASENAME, "*.egg-info/PKG-INFO", bh_pkg_python_metadata },
        { "python-egg", BH_MATCH_BASENAME, "EGG-INFO/PKG-INFO", bh_pkg_python_metadata },
        { "python-egg", BH_MATCH_SUFFIX, ".egg-info", bh_pkg_python_metadata },
        { "python-wheel", BH_MATCH_BASENAME, "*.dist-info/METADATA", bh_pkg_python_metadata },
        { "requirements", BH_MATCH_BASENAME, "requirements*.txt", bh_pkg_python_requirements },
        { "requirements", BH_MATCH_BASENAME, "requirements/*.txt", bh_pkg_python_requirements },
        { "uv-lock", BH_MATCH_BASENAME, "uv.lock", bh_pkg_python_toml_lock },
        { "composer-installed", BH_MATCH_BASENAME, "composer/installed.json", bh_pkg_composer_installed },
        { "composer-lock", BH_MATCH_BASENAME, "composer.lock", bh_pkg_composer_lock },
        { NULL, BH_MATCH_PATH, NULL, NULL },
};

static struct bh_str copy(struct bh_catalog *c, struct bh_str s) {
        return s.len ? bh_arena_str(c->arena, s) : (struct bh_str){ "", 0 };
}

struct bh_package *bh_catalog_add(struct bh_catalog *c, const struct bh_package *p) {
        struct bh_package *n = bh_vec_add(c->arena, &c->packages);

        *n = *p;
        n->name = copy(c, p->name);
        n->version = copy(c, p->version);
        n->arch = copy(c, p->arch);
        n->source = copy(c, p->source);
        n->source_version = copy(c, p->source_version);
        n->licence = copy(c, p->licence);
        n->vendor = copy(c, p->vendor);
        n->module = copy(c, p->module);
        n->location = copy(c, p->location);
        n->purl = copy(c, p->purl);
        return n;
}

void bh_catalog_gap(struct bh_catalog *c, struct bh_str where, const struct bh_err *err) {
        struct bh_gap *g = bh_vec_add(c->arena, &c->gaps);

        g->where = copy(c, where);
        g->why = copy(c, bh_str_of(err->text));
        g->code = err->code;
}

void bh_catalog_file(struct bh_catalog *c, const struct bh_cataloger *row, const struct bh_file *file,
                     struct bh_arena *scratch) {
        bool looks_inside = row->match == BH_MATCH_ELF || row->match == BH_MATCH_PE; /* which may do with a part */
        struct bh_err err = BH_ERR_NONE;
        char text[256];
        int r = row->read(c, file, scratch, &err);

        if (r >= 0 && file->truncated && !looks_inside)
                r = bh_fail(&err, BH_E_LIMIT, "only the first %zu bytes were read", file->bytes.len);
        if (r < 0)
                bh_catalog_gap(c, bh_str_of(bh_str_quote(file->path, text, sizeof text)), &err);
        bh_arena_reset(scratch);
}
