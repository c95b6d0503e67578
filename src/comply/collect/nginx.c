/* SPDX-License-Identifier: Apache-2.0 */
/* nginx: its files with all they take in, one fact for the whole of it, and one for each server block (nginx_server.c). */
#include "comply/collect/nginx.h"

#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/read/nginx.h"

enum { VERSION, CONFIG, USER, WORKER_ROOT, ERROR_LOG, DEFAULT_SITE, CATCH_ALL, MODE, WIDER, OWNER, STRAY, DEBUG };

static const struct bh_field fields[] = {
        [VERSION] = BH_FACT("nginx.version", BH_V_STRING, 0, "of its package"),
        [CONFIG] = BH_FACT("nginx.config", BH_V_STRING, 0, "the file it is set up by"),
        [USER] = BH_FACT("nginx.user", BH_V_STRING, 0, "the user its workers run as"),
        [WORKER_ROOT] = BH_FACT("nginx.worker_root", BH_V_BOOL, 0, "a worker runs as root (of the host, where it runs in a container)"),
        [ERROR_LOG] = BH_FACT("nginx.error_log", BH_V_STRING, BH_F_LIST, "error_log: where errors are written, for all contexts"),
        [DEFAULT_SITE] = BH_FACT("nginx.default_site", BH_V_STRING, BH_F_LIST, "files of the site the package came with"),
        [CATCH_ALL] = BH_FACT("nginx.catch_all", BH_V_BOOL, 0, "a default server turns away hosts nobody has named"),
        [MODE] = BH_FACT("nginx.config_mode", BH_V_UINT, 0, "mode bits of all its files together"),
        [WIDER] = BH_FACT_WIDER("nginx.config_wider", MODE, "one of its files lets in more than that octal mode"),
        [OWNER] = BH_FACT("nginx.config_owner", BH_V_UINT, 0, "who owns its files; the first who is not root"),
        [STRAY] = BH_FACT("nginx.config_stray", BH_V_STRING, BH_F_LIST, "files of it that are not root's, or that others may write"),
        [DEBUG] = BH_FACT("nginx.debug", BH_V_BOOL, 0, "errors are logged at the level debug"),
};
const struct bh_fact_kind bh_kind_nginx = BH_FACT_KIND("nginx", fields, "an nginx, with all files it is set up by");

/* ---- the whole tree ---- */

struct load {
        struct bh_program *p;
        struct bh_budget budget;
        struct bh_str base; /* what names of files are relative to */
        struct bh_paths files, stray;
        uint32_t mode, owner;
        unsigned depth;
};

static struct bh_conf *load_file(struct load *l, struct bh_str path);

/* What an include puts in behind itself has been resolved when it was loaded. */
static void resolve(struct load *l, struct bh_conf *top) {
        for (struct bh_conf *n = top->first, *next; n; n = next) {
                struct bh_paths paths = { 0 };

                next = n->next;

                if (n->block)
                        resolve(l, n);
                if (!bh_conf_is(n, "include") || n->n_args != 1)
                        continue;
                bh_place_glob(&l->p->at, bh_path_in(l->p->at.arena, l->base, n->args[0]), &paths);
                for (size_t i = paths.len; i > 0; i--) {
                        struct bh_conf *tree = load_file(l, paths.at[i - 1]);

                        if (tree)
                                bh_conf_put_in(n, tree);
                }
        }
}

static void note_mode(struct load *l, struct bh_str path) {
        struct bh_reach_stat st;

        if (!bh_place_stat(&l->p->at, path, &st))
                return;
        l->mode |= st.mode & 07777;
        l->owner = l->owner ? l->owner : st.uid;
        if (st.uid || st.mode & 022)
                *bh_vec_add(l->p->at.arena, &l->stray) = path;
}

static struct bh_conf *load_file(struct load *l, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_conf *root = NULL;
        struct bh_str text;
        int r = 0;

        if (!bh_place_read(&l->p->at, path, &text))
                return NULL;
        note_mode(l, path);
        *bh_vec_add(l->p->at.arena, &l->files) = path;
        if (l->depth == BH_LIMIT_CONF_DEPTH)
                r = bh_fail(&why, BH_E_LIMIT, "files take in files more than %d deep", BH_LIMIT_CONF_DEPTH);
        if (r >= 0)
                r = bh_nginx_parse(l->p->at.arena, path, text, &l->budget, &root, &why);
        if (r < 0) {
                bh_place_gap(&l->p->at, path, &why);
                return NULL;
        }
        l->depth++;
        resolve(l, root);
        l->depth--;
        return root;
}

/* ---- its arguments: they stand in its title, "nginx: master process nginx -g daemon off;" ---- */

static struct bh_str title_option(struct bh_program *p, const char *option) {
        struct bh_str title = p->n_argv ? p->argv[0] : BH_STR(""), value, end;
        ptrdiff_t at;

        if (p->n_argv > 1)
                return bh_program_option(p, option);
        at = bh_str_find(title, bh_arena_printf(p->at.arena, " %s ", option));
        if (at < 0)
                return BH_STR("");
        value = bh_str_from(title, (size_t) at + strlen(option) + 2);
        for (size_t i = 0; i + 3 < value.len; i++) {
                end = bh_str_part(value, i, 4);
                if (end.at[0] == ' ' && end.at[1] == '-' && bh_is_lower(end.at[2]) && end.at[3] == ' ')
                        return bh_str_part(value, 0, i);
        }
        return bh_str_trim(value);
}

/* ---- tell ---- */

/* "1.22.1-9" -> 2201; 0: not of 1.x, or not known */
static unsigned version_of(struct bh_str text) {
        struct bh_str part, rest;
        uint64_t minor, patch;
        size_t n = 0;

        if (!bh_str_cut_prefix(&text, BH_STR("1.")) || !bh_str_cut(text, '.', &part, &rest) || !bh_str_u64(part, &minor))
                return 0;
        while (n < rest.len && bh_is_digit(rest.at[n]))
                n++;
        return bh_str_u64(bh_str_part(rest, 0, n), &patch) && minor < 1000 && patch < 100 ? (unsigned) (minor * 100 + patch) : 0;
}

static void tell_user(struct load *l, struct bh_fact *f, const struct bh_conf *root) {
        const struct bh_conf *user = bh_conf_get(root, "user");
        struct bh_str name = user ? bh_conf_arg(user, 0) : BH_STR("nobody");

        if (l->p->pid && l->p->worker_uid == l->p->uid && l->p->uid) /* not started by root: "user" means nothing */
                name = bh_place_user(&l->p->at, l->p->uid);
        bh_fact_str(f, USER, name);
        bh_fact_where(f, USER, user ? bh_conf_where(f->arena, user) : BH_STR("default"));
        bh_fact_bool(f, WORKER_ROOT, l->p->pid && l->p->like_it ? l->p->worker_uid == 0 : bh_str_is(name, "root"));
}

static void tell_error_logs(struct bh_fact *f, const struct bh_conf *root) {
        bool debug = false, here = false;

        for (const struct bh_conf *n = bh_conf_walk(root, root); n; n = bh_conf_walk(root, n)) {
                if (!bh_conf_is(n, "error_log"))
                        continue;
                here = here || n->parent == root;
                debug = debug || bh_str_is(bh_conf_arg(n, 1), "debug");
                bh_fact_once(f, ERROR_LOG, bh_conf_arg(n, 0));
                bh_fact_where(f, ERROR_LOG, bh_conf_where(f->arena, n));
        }
        if (!here)
                bh_fact_once(f, ERROR_LOG, BH_STR("logs/error.log"));
        bh_fact_bool(f, DEBUG, debug);
}

static void tell_default_site(struct load *l, struct bh_fact *f) {
        static const char *const theirs[] = { "/sites-enabled/default", "/sites-available/default", "/conf.d/default.conf", "/http.d/default.conf" };

        for (size_t i = 0; i < l->files.len; i++)
                for (size_t k = 0; k < BH_LEN(theirs); k++)
                        if (bh_str_ends(l->files.at[i], bh_str_of(theirs[k])))
                                bh_fact_once(f, DEFAULT_SITE, l->files.at[i]);
}

static bool is_default(const struct bh_conf *server) {
        for (const struct bh_conf *n = server->first; n; n = n->next)
                for (size_t i = 1; bh_conf_is(n, "listen") && i < n->n_args; i++)
                        if (bh_str_is(n->args[i], "default_server") || bh_str_is(n->args[i], "default"))
                                return true;
        return false;
}

static bool turns_away(const struct bh_conf *server) {
        const struct bh_conf *answer = bh_conf_get(server, "return"), *reject = bh_conf_get(server, "ssl_reject_handshake");

        return bh_str_is(bh_conf_arg(reject, 0), "on") || bh_str_starts(bh_conf_arg(answer, 0), BH_STR("4"));
}

static void tell_servers(struct load *l, struct bh_fact *f, const struct bh_conf *root, unsigned version) {
        struct bh_err why = BH_ERR_NONE;
        bool catch_all = false;
        unsigned sites = 0;

        for (const struct bh_conf *n = bh_conf_walk(root, root); n; n = bh_conf_walk(root, n)) {
                if (!bh_conf_is(n, "server") || !n->block || !bh_conf_is(n->parent, "http"))
                        continue;
                catch_all = catch_all || (is_default(n) && turns_away(n));
                if (sites++ < BH_LIMIT_CONF_SITES)
                        bh_nginx_tell_server(&l->p->at, n, l->base, version);
        }
        bh_fact_bool(f, CATCH_ALL, catch_all);
        if (sites <= BH_LIMIT_CONF_SITES)
                return;
        BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "more than %d server blocks", BH_LIMIT_CONF_SITES));
        bh_place_gap(&l->p->at, f->where, &why);
}

static void tell(struct bh_program *p) {
        struct bh_arena *arena = p->at.arena;
        struct load l = { .p = p, .budget = { "nginx's configuration", BH_LIMIT_CONF_BYTES, BH_LIMIT_CONF_WORDS, BH_LIMIT_CONF_DEPTH } };
        struct bh_str config = title_option(p, "-c"), prefix = title_option(p, "-p"), more = title_option(p, "-g"), version;
        struct bh_conf *root, *given;
        struct bh_err why = BH_ERR_NONE;
        struct bh_fact *f;

        config = bh_path_in(arena, prefix.len ? prefix : BH_STR("/"), config.len ? config : BH_STR("/etc/nginx/nginx.conf"));
        l.base = bh_str_dirname(config);
        root = load_file(&l, config);
        if (!root)
                return;
        if (more.len && bh_nginx_parse(arena, BH_STR("its arguments"), more, &l.budget, &given, &why) < 0)
                bh_place_gap(&p->at, BH_STR("its arguments"), &why);
        else if (more.len)
                bh_conf_put_first(root, given);
        bh_conf_index(arena, root);
        version = bh_place_version(&p->at, "nginx");
        f = bh_place_fact(&p->at, &bh_kind_nginx, config, config);
        bh_fact_some(f, VERSION, version);
        bh_fact_str(f, CONFIG, config);
        bh_fact_int(f, MODE, l.mode);
        bh_fact_int(f, OWNER, l.owner);
        for (size_t i = 0; i < l.stray.len; i++)
                bh_fact_once(f, STRAY, l.stray.at[i]);
        tell_user(&l, f, root);
        tell_error_logs(f, root);
        tell_default_site(&l, f);
        tell_servers(&l, f, root, version_of(version));
}

int bh_collect_nginx_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const names[] = { "nginx", "nginx-debug", "openresty", NULL };

        (void) err;
        bh_programs_find(reach, facts, names, "/etc/nginx/nginx.conf", tell);
        return 0;
}
