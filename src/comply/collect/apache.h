/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_APACHE_H
#define BH_COMPLY_COLLECT_APACHE_H
/* Between the files about Apache httpd: apache_load.c makes one tree, apache.c tells of it, apache_site.c of each site. */
#include "base/map.h"
#include "comply/collect/place.h"
#include "comply/read/httpd.h"

/* The configuration as httpd would run it: files taken in, conditions decided, names replaced. */
struct bh_httpd {
        struct bh_program *p;
        struct bh_conf *root; /* NULL: it could not be read */
        struct bh_str config, server_root, version; /* version: of its package; empty: not known */
        struct bh_map names, modules; /* names: to struct bh_str *; modules: a set of bare names */
        struct bh_paths files, stray;
        BH_VEC(const struct bh_conf *) directories, logs; /* <Directory> and logs of requests of the main server, at most BH_LIMIT_CONF_SITES */
        bool hidden_denied;                         /* by the main server */
        uint32_t mode, owner;
        unsigned depth;
        struct bh_budget budget;
};

void bh_httpd_load(struct bh_program *p, struct bh_httpd *ret);
bool bh_httpd_has(const struct bh_httpd *h, const char *module);
/* The last word of a directive in that block, or else in the main server; `otherwise` when nobody says it. */
struct bh_str bh_httpd_effective(const struct bh_httpd *h, const struct bh_conf *block, const char *name, const char *otherwise, struct bh_str *ret_where);
/* Does a section right in that block turn away requests for dot files? */
bool bh_httpd_denies_hidden(const struct bh_conf *top);
/* The main server (`block` is the root) or one <VirtualHost>. */
void bh_httpd_tell_site(struct bh_httpd *h, const struct bh_conf *block);

#endif
