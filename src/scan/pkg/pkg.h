/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_PKG_H
#define BH_SCAN_PKG_PKG_H
/* The readers behind the rows of catalog.c; each is described at the head of pkg/NAME.c. One a line. */
#include "scan/catalog.h"

#define BH_CATALOG_FN(name) int name(struct bh_catalog *, const struct bh_file *, struct bh_arena *, struct bh_err *)

/* apk.c, copyright.c, dpkg.c, release.c, rpm.c */
BH_CATALOG_FN(bh_pkg_apk);
BH_CATALOG_FN(bh_pkg_content_sets);
BH_CATALOG_FN(bh_pkg_dpkg_copyright);
BH_CATALOG_FN(bh_pkg_dpkg_list);
BH_CATALOG_FN(bh_pkg_dpkg_md5sums);
BH_CATALOG_FN(bh_pkg_dpkg_status);
BH_CATALOG_FN(bh_pkg_dpkg_status_d);
BH_CATALOG_FN(bh_pkg_release);
BH_CATALOG_FN(bh_pkg_rpm);
/* bun.c, node.c, pnpm.c, yarn.c */
BH_CATALOG_FN(bh_pkg_bun_lock);
BH_CATALOG_FN(bh_pkg_node_installed);
BH_CATALOG_FN(bh_pkg_npm_lock);
BH_CATALOG_FN(bh_pkg_pnpm_lock);
BH_CATALOG_FN(bh_pkg_yarn_lock);
/* dotnet.c */
BH_CATALOG_FN(bh_pkg_dotnet_config);
BH_CATALOG_FN(bh_pkg_dotnet_deps);
BH_CATALOG_FN(bh_pkg_dotnet_lock);
/* golang.c */
BH_CATALOG_FN(bh_pkg_go_binary);
BH_CATALOG_FN(bh_pkg_go_mod);
/* java.c */
BH_CATALOG_FN(bh_pkg_gradle_lock);
BH_CATALOG_FN(bh_pkg_jar);
BH_CATALOG_FN(bh_pkg_pom_xml);
/* pe.c */
BH_CATALOG_FN(bh_pkg_pe);
/* php.c */
BH_CATALOG_FN(bh_pkg_composer_installed);
BH_CATALOG_FN(bh_pkg_composer_lock);
/* python.c, python_lock.c, conda.c */
BH_CATALOG_FN(bh_pkg_python_metadata);
BH_CATALOG_FN(bh_pkg_python_requirements);
BH_CATALOG_FN(bh_pkg_python_toml_lock);
BH_CATALOG_FN(bh_pkg_pipfile_lock);
BH_CATALOG_FN(bh_pkg_conda_installed);
BH_CATALOG_FN(bh_pkg_conda_environment);
/* ruby.c */
BH_CATALOG_FN(bh_pkg_gemspec);
BH_CATALOG_FN(bh_pkg_gemfile_lock);
/* rust.c, cargo.c */
BH_CATALOG_FN(bh_pkg_rust_binary);
BH_CATALOG_FN(bh_pkg_cargo_lock);

#undef BH_CATALOG_FN
#endif
