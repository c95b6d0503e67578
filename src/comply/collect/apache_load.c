/* SPDX-License-Identifier: Apache-2.0 */
/* Apache httpd's files, read in the order httpd reads them: what is defined and loaded so far decides what follows. */
#include <sys/stat.h>

#include "base/limits.h"
#include "comply/collect/apache.h"

static void run(struct bh_httpd *h, const struct bh_conf *from, struct bh_conf *to);

static void define(struct bh_httpd *h, struct bh_str name, struct bh_str value) {
        struct bh_str *kept = bh_arena_make(h->p->at.arena, struct bh_str);

        *kept = value;
        (void) bh_map_set(&h->names, name, kept);
}

static struct bh_str word(const struct bh_httpd *h, const struct bh_conf *n, size_t i) {
        return bh_httpd_replace(h->p->at.arena, &h->names, bh_conf_arg(n, i));
}

/* ---- files ---- */

static void note_mode(struct bh_httpd *h, struct bh_str path) {
        struct bh_reach_stat st;

        if (!bh_place_stat(&h->p->at, path, &st))
                return;
        h->mode |= st.mode & 07777;
        h->owner = h->owner ? h->owner : st.uid;
        if (st.uid || st.mode & 022)
                *bh_vec_add(h->p->at.arena, &h->stray) = path;
}

static bool load_file(struct bh_httpd *h, struct bh_str path, struct bh_conf *to) {
        struct bh_arena *arena = h->p->at.arena;
        struct bh_err why = BH_ERR_NONE;
        struct bh_conf *tree;
        struct bh_str text;
        int r = 0;

        if (!bh_place_read(&h->p->at, path, &text))
                return false;
        note_mode(h, path);
        *bh_vec_add(arena, &h->files) = path;
        if (h->depth == BH_LIMIT_CONF_DEPTH)
                r = bh_fail(&why, BH_E_LIMIT, "files take in files more than %d deep", BH_LIMIT_CONF_DEPTH);
        if (r >= 0)
                r = bh_httpd_parse(arena, path, text, &h->budget, &tree, &why);
        if (r < 0) {
                bh_place_gap(&h->p->at, path, &why);
                return false;
        }
        h->depth++;
        run(h, tree, to);
        h->depth--;
        return true;
}

static bool is_directory(struct bh_httpd *h, struct bh_str path) {
        struct bh_reach_stat st;

        return bh_place_stat(&h->p->at, path, &st) && S_ISDIR(st.mode);
}

static void include(struct bh_httpd *h, struct bh_str pattern, struct bh_conf *to) {
        struct bh_paths paths = { 0 };

        bh_place_glob(&h->p->at, bh_path_in(h->p->at.arena, h->server_root, pattern), &paths);
        for (size_t i = 0; i < paths.len; i++) {
                if (is_directory(h, paths.at[i]) && h->depth < BH_LIMIT_CONF_DEPTH) {
                        h->depth++;
                        include(h, bh_arena_printf(h->p->at.arena, "%.*s/*", BH_FMT(paths.at[i])), to);
                        h->depth--;
                } else
                        (void) load_file(h, paths.at[i], to);
        }
}

/* ---- conditions ---- */

/* "2.4.57-2" -> 204057 */
static unsigned number_of(struct bh_str text) {
        unsigned total = 0;

        for (unsigned part = 0; part < 3; part++) {
                size_t n = 0;
                uint64_t v = 0;

                while (n < text.len && bh_is_digit(text.at[n]))
                        n++;
                if (n && (!bh_str_u64(bh_str_part(text, 0, n), &v) || v > 999))
                        v = 0;
                total = total * 1000 + (unsigned) v;
                text = bh_str_from(text, n + 1);
        }
        return total;
}

/* Where it cannot be told (a regular expression, no known version) the lines count. */
static bool version_holds(const struct bh_httpd *h, const struct bh_conf *n) {
        struct bh_str op = n->n_args > 1 ? bh_conf_arg(n, 0) : BH_STR("="), want = bh_conf_arg(n, n->n_args > 1), have = h->version;
        bool not = bh_str_cut_prefix(&op, BH_STR("!")), holds = true;
        unsigned a = number_of(have), b = number_of(want);

        if (have.len == 0 || bh_str_chr(want, '/') >= 0 || bh_str_is(op, "~"))
                return true;
        if (bh_str_is(op, ">="))
                holds = a >= b;
        else if (bh_str_is(op, ">"))
                holds = a > b;
        else if (bh_str_is(op, "<="))
                holds = a <= b;
        else if (bh_str_is(op, "<"))
                holds = a < b;
        else
                holds = a == b;
        return holds != not;
}

/* 1, 0; -1: the block is no condition. */
static int condition(struct bh_httpd *h, const struct bh_conf *n) {
        struct bh_str what = word(h, n, 0);
        bool not;

        if (bh_conf_is(n, "IfVersion"))
                return version_holds(h, n);
        not = bh_str_cut_prefix(&what, BH_STR("!"));
        if (bh_conf_is(n, "IfDefine"))
                return bh_map_has(&h->names, what) != not;
        if (bh_conf_is(n, "IfModule"))
                return bh_map_has(&h->modules, bh_httpd_module(what)) != not;
        if (bh_conf_is(n, "IfFile"))
                return bh_place_has(&h->p->at, bh_path_in(h->p->at.arena, h->server_root, what)) != not;
        return bh_conf_is(n, "IfDirective") || bh_conf_is(n, "IfSection") ? 1 : -1;
}

/* ---- in order ---- */

static void copy(struct bh_httpd *h, const struct bh_conf *from, struct bh_conf *to) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_conf *n;

        if (bh_conf_add(h->p->at.arena, to, from->file, from->line, &h->budget, &n, &why) < 0) {
                bh_place_gap(&h->p->at, from->file, &why);
                return;
        }
        n->name = from->name;
        n->block = from->block;
        for (size_t i = 0; i < from->n_args; i++)
                bh_conf_word(h->p->at.arena, n, word(h, from, i));
        if (from->block)
                run(h, from, n);
}

static void one(struct bh_httpd *h, const struct bh_conf *n, struct bh_conf *to) {
        int holds = n->block ? condition(h, n) : -1;

        if (holds >= 0) {
                if (holds)
                        run(h, n, to);
        } else if (bh_conf_is(n, "Define")) {
                define(h, bh_conf_arg(n, 0), word(h, n, 1));
        } else if (bh_conf_is(n, "LoadModule")) {
                (void) bh_map_set(&h->modules, bh_httpd_module(bh_conf_arg(n, 0)), h);
        } else if (bh_conf_is(n, "Include") || bh_conf_is(n, "IncludeOptional")) {
                include(h, word(h, n, 0), to);
        } else {
                if (bh_conf_is(n, "ServerRoot"))
                        h->server_root = word(h, n, 0);
                copy(h, n, to);
        }
}

static void run(struct bh_httpd *h, const struct bh_conf *from, struct bh_conf *to) {
        for (const struct bh_conf *n = from->first; n && h->budget.entries; n = n->next)
                one(h, n, to);
}

/* ---- where it begins ---- */

static const struct {
        const char *config, *root;
} usual[] = {
        { "/etc/apache2/apache2.conf", "/etc/apache2" },
        { "/etc/httpd/conf/httpd.conf", "/etc/httpd" },
        { "/etc/apache2/httpd.conf", "/etc/apache2" },
        { "/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2" },
};

static void find_config(struct bh_httpd *h) {
        struct bh_str given = bh_program_option(h->p, "-f"), root = bh_program_option(h->p, "-d");

        h->config = bh_str_of(usual[0].config);
        h->server_root = bh_str_of(usual[0].root);
        for (size_t i = 0; i < BH_LEN(usual); i++)
                if (bh_place_has(&h->p->at, bh_str_of(usual[i].config))) {
                        h->config = bh_str_of(usual[i].config);
                        h->server_root = bh_str_of(usual[i].root);
                        break;
                }
        if (root.len) {
                h->server_root = root;
                h->config = bh_path_in(h->p->at.arena, root, BH_STR("conf/httpd.conf"));
        }
        if (given.len)
                h->config = bh_path_in(h->p->at.arena, h->server_root, given);
}

/* What the modules in the program itself, and the words it was started with, define. */
static void begin(struct bh_httpd *h) {
        static const char *const inside[] = { "core", "so", "http", "http_core", "watchdog", "log_config", "logio", "version", "unixd" };
        static const char *const variables[] = { "APACHE_RUN_USER", "APACHE_RUN_GROUP", "APACHE_PID_FILE", "APACHE_RUN_DIR", "APACHE_LOCK_DIR", "APACHE_LOG_DIR" };
        struct bh_str text, value;

        for (size_t i = 0; i < BH_LEN(inside); i++)
                (void) bh_map_set(&h->modules, bh_str_of(inside[i]), h);
        if (bh_place_read(&h->p->at, bh_path_in(h->p->at.arena, bh_str_dirname(h->config), BH_STR("envvars")), &text))
                bh_httpd_envvars(h->p->at.arena, text, &h->names);
        for (size_t i = 0; i < BH_LEN(variables); i++) {
                value = bh_program_env(h->p, variables[i]);
                if (value.len)
                        define(h, bh_str_of(variables[i]), value);
        }
        for (size_t i = 1; i < h->p->n_argv; i++)
                if (bh_str_starts(h->p->argv[i], BH_STR("-D")))
                        define(h, h->p->argv[i].len > 2 ? bh_str_from(h->p->argv[i], 2) : i + 1 < h->p->n_argv ? h->p->argv[i + 1] : BH_STR(""), BH_STR(""));
}

void bh_httpd_load(struct bh_program *p, struct bh_httpd *ret) {
        struct bh_err why = BH_ERR_NONE;

        *ret = (struct bh_httpd){ .p = p, .names = bh_map_in(p->at.arena), .modules = bh_map_in(p->at.arena),
                                  .budget = { "httpd's configuration", BH_LIMIT_CONF_BYTES, BH_LIMIT_CONF_WORDS, BH_LIMIT_CONF_DEPTH } };
        find_config(ret);
        ret->version = bh_place_version(&p->at, "apache2-bin");
        begin(ret);
        if (bh_conf_add(p->at.arena, NULL, ret->config, 0, &ret->budget, &ret->root, &why) < 0 || !load_file(ret, ret->config, ret->root))
                ret->root = NULL;
        if (!ret->root)
                return;
        bh_conf_index(p->at.arena, ret->root);
        for (const struct bh_conf *n = ret->root->first; n && ret->directories.len < BH_LIMIT_CONF_SITES; n = n->next)
                if (bh_conf_is(n, "Directory"))
                        *bh_vec_add(p->at.arena, &ret->directories) = n;
        for (const struct bh_conf *n = ret->root->first; n && ret->logs.len < BH_LIMIT_CONF_SITES; n = n->next)
                if (bh_conf_is(n, "CustomLog") || bh_conf_is(n, "TransferLog") || bh_conf_is(n, "GlobalLog"))
                        *bh_vec_add(p->at.arena, &ret->logs) = n;
}

bool bh_httpd_has(const struct bh_httpd *h, const char *module) {
        return bh_map_has(&h->modules, bh_str_of(module));
}

struct bh_str bh_httpd_effective(const struct bh_httpd *h, const struct bh_conf *block, const char *name, const char *otherwise, struct bh_str *ret_where) {
        const struct bh_conf *n = bh_conf_get(block, name);

        n = n ? n : bh_conf_get(h->root, name);
        if (ret_where)
                *ret_where = n ? bh_conf_where(h->p->at.arena, n) : BH_STR("default");
        return n ? bh_conf_arg(n, 0) : bh_str_of(otherwise);
}
