/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PHP where it answers requests: in PHP-FPM one fact for each pool, whose own
 * values go before php.ini's; in Apache httpd one for its module. The command
 * line's PHP is not judged: who runs it may run anything.
 */
#include "base/limits.h"
#include "base/map.h"
#include "comply/collect/collectors.h"
#include "comply/collect/place.h"
#include "comply/read/phpini.h"

enum {
        SAPI, POOL, INI, EXPOSE, DISPLAY, LOG, URL_FOPEN, URL_INCLUDE, DISABLED, BASEDIR, HTTP_ONLY, SECURE, SAME_SITE, STRICT, ONLY_COOKIES, TRANS_SID, UPLOAD, POST, MEMORY, TIME, ENABLE_DL, EXTENSIONS,
        USER, ROOT, LISTEN, OPEN, LISTEN_MODE, LISTEN_WIDER, LIMIT, CLEAR_ENV, CHILDREN, TERMINATE, STATUS, MODE, WIDER,
};

static const struct bh_field fields[] = {
        [SAPI] = BH_FACT("php.sapi", BH_V_STRING, 0, "fpm or apache"),
        [POOL] = BH_FACT("php.pool", BH_V_STRING, 0, "name of the pool of PHP-FPM"),
        [INI] = BH_FACT("php.ini", BH_V_STRING, 0, "its php.ini"),
        [EXPOSE] = BH_FACT("php.expose", BH_V_BOOL, 0, "expose_php"),
        [DISPLAY] = BH_FACT("php.display_errors", BH_V_BOOL, 0, "display_errors: into answers"),
        [LOG] = BH_FACT("php.log_errors", BH_V_BOOL, 0, "log_errors"),
        [URL_FOPEN] = BH_FACT("php.url_fopen", BH_V_BOOL, 0, "allow_url_fopen"),
        [URL_INCLUDE] = BH_FACT("php.url_include", BH_V_BOOL, 0, "allow_url_include"),
        [DISABLED] = BH_FACT("php.disabled", BH_V_STRING, BH_F_LIST, "disable_functions"),
        [BASEDIR] = BH_FACT("php.basedir", BH_V_STRING, 0, "open_basedir; not there: the whole machine"),
        [HTTP_ONLY] = BH_FACT("php.cookie_http_only", BH_V_BOOL, 0, "session.cookie_httponly"),
        [SECURE] = BH_FACT("php.cookie_secure", BH_V_BOOL, 0, "session.cookie_secure"),
        [SAME_SITE] = BH_FACT("php.cookie_same_site", BH_V_STRING, 0, "session.cookie_samesite"),
        [STRICT] = BH_FACT("php.strict_mode", BH_V_BOOL, 0, "session.use_strict_mode"),
        [ONLY_COOKIES] = BH_FACT("php.only_cookies", BH_V_BOOL, 0, "session.use_only_cookies"),
        [TRANS_SID] = BH_FACT("php.trans_sid", BH_V_BOOL, 0, "session.use_trans_sid"),
        [UPLOAD] = BH_FACT("php.upload_bytes", BH_V_INT, 0, "upload_max_filesize; 0 where uploads are off"),
        [POST] = BH_FACT("php.post_bytes", BH_V_INT, 0, "post_max_size; 0: no limit"),
        [MEMORY] = BH_FACT("php.memory_bytes", BH_V_INT, 0, "memory_limit; -1: no limit"),
        [TIME] = BH_FACT("php.time_s", BH_V_INT, 0, "max_execution_time; 0: no limit"),
        [ENABLE_DL] = BH_FACT("php.enable_dl", BH_V_BOOL, 0, "enable_dl"),
        [EXTENSIONS] = BH_FACT("php.extensions", BH_V_STRING, BH_F_LIST, "extensions that are loaded, without .so"),
        [USER] = BH_FACT("php.user", BH_V_STRING, 0, "the user of the pool's workers"),
        [ROOT] = BH_FACT("php.root", BH_V_BOOL, 0, "the pool's workers run as root"),
        [LISTEN] = BH_FACT("php.listen", BH_V_STRING, 0, "where the pool takes requests"),
        [OPEN] = BH_FACT("php.listen_open", BH_V_BOOL, 0, "other machines reach it: a port, not on the loopback, no listen.allowed_clients"),
        [LISTEN_MODE] = BH_FACT("php.listen_mode", BH_V_UINT, 0, "listen.mode of its socket"),
        [LISTEN_WIDER] = BH_FACT_WIDER("php.listen_wider", LISTEN_MODE, "that lets in more than that octal mode"),
        [LIMIT] = BH_FACT("php.extensions_run", BH_V_STRING, BH_F_LIST, "security.limit_extensions: ends of names that are run; none: all"),
        [CLEAR_ENV] = BH_FACT("php.clear_env", BH_V_BOOL, 0, "clear_env: the service's environment is kept from scripts"),
        [CHILDREN] = BH_FACT("php.children", BH_V_INT, 0, "pm.max_children"),
        [TERMINATE] = BH_FACT("php.terminate_s", BH_V_INT, 0, "request_terminate_timeout; 0: none"),
        [STATUS] = BH_FACT("php.status_path", BH_V_STRING, 0, "pm.status_path"),
        [MODE] = BH_FACT("php.config_mode", BH_V_UINT, 0, "mode bits of all its files together"),
        [WIDER] = BH_FACT_WIDER("php.config_wider", MODE, "one of its files lets in more than that octal mode"),
};
const struct bh_fact_kind bh_kind_php = BH_FACT_KIND("php", fields, "PHP where it answers requests: a pool of PHP-FPM, or httpd's module");

struct value {
        struct bh_str text, where;
};

/* Keys to struct value *, the last one told. */
struct settings {
        struct bh_program *p;
        struct bh_map ini;
        struct bh_paths extensions;
        uint32_t mode;
        struct bh_str path, sapi;
};

/* ---- read ---- */

static void put(struct bh_arena *arena, struct bh_map *map, struct bh_str key, struct bh_str text, struct bh_str where) {
        struct value *v = bh_arena_make(arena, struct value);

        *v = (struct value){ text, where };
        (void) bh_map_set(map, key, v);
}

static bool read_file(struct bh_program *p, struct bh_str path, uint32_t *mode, struct bh_cur *ret) {
        struct bh_reach_stat st;
        struct bh_str text;

        if (!bh_place_read(&p->at, path, &text))
                return false;
        if (bh_place_stat(&p->at, path, &st))
                *mode |= st.mode & 07777;
        *ret = bh_cur_of(text);
        return true;
}

static struct bh_str where_of(struct bh_program *p, struct bh_str path, unsigned line) {
        return bh_arena_printf(p->at.arena, "%.*s:%u", BH_FMT(path), line);
}

/* [PATH=...] and [HOST=...] are for some requests only. */
static void read_ini(struct settings *s, struct bh_str path) {
        struct bh_phpini_row row = { 0 };
        struct bh_arena *arena = s->p->at.arena;
        struct bh_cur c;

        if (!read_file(s->p, path, &s->mode, &c))
                return;
        while (s->ini.len < BH_LIMIT_CONF_WORDS && bh_phpini_next(arena, &c, &row)) {
                if (bh_str_starts(row.section, BH_STR("PATH=")) || bh_str_starts(row.section, BH_STR("HOST=")))
                        continue;
                if (!bh_str_is(row.key, "extension") && !bh_str_is(row.key, "zend_extension")) {
                        put(arena, &s->ini, row.key, row.value, where_of(s->p, path, row.line));
                        continue;
                }
                (void) bh_str_cut_suffix(&row.value, BH_STR(".so"));
                if (s->extensions.len < BH_LIMIT_CONF_LIST)
                        *bh_vec_add(arena, &s->extensions) = bh_str_basename(row.value);
        }
}

static void read_all(struct settings *s, struct bh_str ini, struct bh_str folder) {
        struct bh_paths paths = { 0 };

        s->path = ini;
        read_ini(s, ini);
        bh_place_glob(&s->p->at, bh_arena_printf(s->p->at.arena, "%.*s/*.ini", BH_FMT(folder)), &paths);
        for (size_t i = 0; i < paths.len; i++)
                read_ini(s, paths.at[i]);
}

/* ---- tell: php.ini ---- */

static struct bh_str get(const struct settings *s, const struct bh_map *own, const char *key, const char *otherwise, struct bh_str *ret_where) {
        const struct value *v = own ? bh_map_get(own, bh_str_of(key)) : NULL;

        v = v ? v : bh_map_get(&s->ini, bh_str_of(key));
        *ret_where = v ? v->where : BH_STR("default");
        return v ? v->text : bh_str_of(otherwise);
}

enum how { YES, BYTES, TEXT };

static const struct row {
        const char *key;
        unsigned field;
        enum how how;
        const char *otherwise;
} rows[] = {
        { "expose_php", EXPOSE, YES, "1" },
        { "log_errors", LOG, YES, "1" },
        { "allow_url_fopen", URL_FOPEN, YES, "1" },
        { "allow_url_include", URL_INCLUDE, YES, "" },
        { "open_basedir", BASEDIR, TEXT, "" },
        { "session.cookie_httponly", HTTP_ONLY, YES, "" },
        { "session.cookie_secure", SECURE, YES, "" },
        { "session.cookie_samesite", SAME_SITE, TEXT, "" },
        { "session.use_strict_mode", STRICT, YES, "" },
        { "session.use_only_cookies", ONLY_COOKIES, YES, "1" },
        { "session.use_trans_sid", TRANS_SID, YES, "" },
        { "upload_max_filesize", UPLOAD, BYTES, "2M" },
        { "post_max_size", POST, BYTES, "8M" },
        { "memory_limit", MEMORY, BYTES, "128M" },
        { "max_execution_time", TIME, BYTES, "30" },
        { "enable_dl", ENABLE_DL, YES, "1" },
};

static void tell_row(const struct settings *s, const struct bh_map *own, struct bh_fact *f, const struct row *row) {
        struct bh_str where, text = get(s, own, row->key, row->otherwise, &where);
        int64_t n;

        switch (row->how) {
        case YES: bh_fact_bool(f, row->field, bh_phpini_true(text)); break;
        case TEXT: bh_fact_some(f, row->field, text); break;
        case BYTES:
                if (bh_phpini_bytes(text, &n))
                        bh_fact_int(f, row->field, n);
                break;
        }
        bh_fact_where(f, row->field, where);
}

/* "stderr" is not shown to anybody who asks over HTTP. */
static void tell_display(const struct settings *s, const struct bh_map *own, struct bh_fact *f) {
        struct bh_str where, shown = get(s, own, "display_errors", "1", &where);

        bh_fact_bool(f, DISPLAY, bh_phpini_true(shown) && !bh_str_is(shown, "stderr"));
        bh_fact_where(f, DISPLAY, where);
}

static void tell_ini(const struct settings *s, const struct bh_map *own, struct bh_fact *f) {
        struct bh_str where, list, word, part;

        bh_fact_str(f, SAPI, s->sapi);
        bh_fact_str(f, INI, s->path);
        bh_fact_int(f, MODE, s->mode);
        for (size_t i = 0; i < BH_LEN(rows); i++)
                tell_row(s, own, f, &rows[i]);
        tell_display(s, own, f);
        if (!bh_phpini_true(get(s, own, "file_uploads", "1", &where)))
                bh_fact_int(f, UPLOAD, 0);
        list = get(s, own, "disable_functions", "", &where);
        while (bh_str_split(&list, ',', &part)) {
                word = bh_str_trim(part);
                if (word.len)
                        bh_fact_once(f, DISABLED, word);
        }
        bh_fact_where(f, DISABLED, where);
        for (size_t i = 0; i < s->extensions.len; i++)
                bh_fact_once(f, EXTENSIONS, s->extensions.at[i]);
}

/* ---- pools ---- */

struct pool {
        struct bh_str name, file;
        struct bh_map own, fpm; /* values of php.ini, and of the pool itself */
};
BH_VEC_OF(pools, struct pool);

static struct pool *pool_of(struct bh_arena *arena, struct pools *pools, struct bh_str name, struct bh_str file) {
        for (size_t i = 0; i < pools->len; i++)
                if (bh_str_eq(pools->at[i].name, name))
                        return &pools->at[i];
        if (pools->len == BH_LIMIT_CONF_LIST)
                return &pools->at[0];
        *bh_vec_add(arena, pools) = (struct pool){ name, file, bh_map_in(arena), bh_map_in(arena) };
        return &pools->at[pools->len - 1];
}

/* "php_admin_value[open_basedir]" -> "open_basedir" */
static bool is_php_value(struct bh_str key, struct bh_str *ret) {
        struct bh_str kind, name;

        if (!bh_str_starts(key, BH_STR("php_")) || !bh_str_cut(key, '[', &kind, &name))
                return false;
        (void) bh_str_cut_suffix(&name, BH_STR("]"));
        *ret = name;
        return true;
}

static void read_pools(struct settings *s, struct bh_str path, struct pools *pools, unsigned depth) {
        struct bh_phpini_row row = { 0 };
        struct bh_arena *arena = s->p->at.arena;
        struct bh_str key;
        struct bh_cur c;

        if (depth == BH_LIMIT_CONF_DEPTH || !read_file(s->p, path, &s->mode, &c))
                return;
        while (bh_phpini_next(arena, &c, &row)) {
                if (bh_str_is(row.key, "include")) {
                        struct bh_paths paths = { 0 };

                        bh_place_glob(&s->p->at, bh_path_in(arena, bh_str_dirname(path), row.value), &paths);
                        for (size_t i = 0; i < paths.len; i++)
                                read_pools(s, paths.at[i], pools, depth + 1);
                } else if (row.section.len && !bh_str_is(row.section, "global")) {
                        struct pool *pool = pool_of(arena, pools, row.section, path);
                        bool php = is_php_value(row.key, &key);

                        put(arena, php ? &pool->own : &pool->fpm, php ? key : row.key, row.value, where_of(s->p, path, row.line));
                }
        }
}

static struct bh_str of_pool(const struct pool *pool, const char *key, const char *otherwise, struct bh_str *ret_where) {
        const struct value *v = bh_map_get(&pool->fpm, bh_str_of(key));

        *ret_where = v ? v->where : BH_STR("default");
        return v ? v->text : bh_str_of(otherwise);
}

static bool is_local(struct bh_str listen) {
        return bh_str_starts(listen, BH_STR("/")) || bh_str_starts(listen, BH_STR("127.")) || bh_str_starts(listen, BH_STR("[::1]")) || bh_str_starts(listen, BH_STR("localhost"));
}

static void tell_listen(const struct pool *pool, struct bh_fact *f) {
        struct bh_str where, listen = of_pool(pool, "listen", "", &where), clients, mode;
        uint64_t bits;

        bh_fact_str(f, LISTEN, listen);
        bh_fact_where(f, LISTEN, where);
        clients = of_pool(pool, "listen.allowed_clients", "", &where);
        bh_fact_bool(f, OPEN, !is_local(listen) && (clients.len == 0 || bh_str_is(clients, "any")));
        mode = of_pool(pool, "listen.mode", "0660", &where);
        if (bh_str_starts(listen, BH_STR("/")) && bh_str_oct64(mode, &bits)) {
                bh_fact_int(f, LISTEN_MODE, (int64_t) (bits & 07777));
                bh_fact_where(f, LISTEN_MODE, where);
        }
}

static void tell_pool(const struct settings *s, const struct pool *pool) {
        struct bh_fact *f = bh_place_fact(&s->p->at, &bh_kind_php, bh_arena_printf(s->p->at.arena, "%.*s [%.*s]", BH_FMT(pool->file), BH_FMT(pool->name)),
                                          bh_arena_printf(s->p->at.arena, "FPM pool %.*s", BH_FMT(pool->name)));
        struct bh_str where, text, word;
        int64_t n;

        f->where = pool->file;
        tell_ini(s, &pool->own, f);
        bh_fact_str(f, POOL, pool->name);
        text = of_pool(pool, "user", "", &where);
        if (text.len == 0)
                text = bh_place_user(&s->p->at, s->p->uid);
        bh_fact_str(f, USER, text);
        bh_fact_where(f, USER, where);
        bh_fact_bool(f, ROOT, bh_str_is(text, "root") || bh_str_is(text, "0"));
        tell_listen(pool, f);
        text = of_pool(pool, "security.limit_extensions", ".php .phar", &where);
        while (bh_str_word(&text, &word))
                bh_fact_once(f, LIMIT, word);
        bh_fact_bool(f, CLEAR_ENV, bh_phpini_true(of_pool(pool, "clear_env", "1", &where)));
        if (bh_phpini_bytes(of_pool(pool, "pm.max_children", "", &where), &n))
                bh_fact_int(f, CHILDREN, n);
        text = of_pool(pool, "request_terminate_timeout", "0", &where);
        (void) bh_str_cut_suffix(&text, BH_STR("s"));
        if (bh_phpini_bytes(text, &n))
                bh_fact_int(f, TERMINATE, n);
        bh_fact_some(f, STATUS, of_pool(pool, "pm.status_path", "", &where));
}

/* ---- where it is ---- */

/* php-fpm.conf's folder tells where php.ini lies: beside it (Debian), in php/ (the official image), as /etc/php.ini (RHEL). */
static void tell_fpm(struct bh_program *p, struct bh_str config) {
        struct settings s = { .p = p, .ini = bh_map_in(p->at.arena), .sapi = BH_STR("fpm") };
        struct bh_str folder = bh_str_dirname(config), ini = bh_path_in(p->at.arena, folder, BH_STR("php.ini")), more = bh_path_in(p->at.arena, folder, BH_STR("conf.d"));
        struct pools pools = { 0 };

        if (bh_place_has(&p->at, bh_path_in(p->at.arena, folder, BH_STR("php/conf.d")))) {
                ini = bh_path_in(p->at.arena, folder, BH_STR("php/php.ini"));
                more = bh_path_in(p->at.arena, folder, BH_STR("php/conf.d"));
        } else if (bh_place_has(&p->at, bh_path_in(p->at.arena, folder, BH_STR("php.d"))))
                more = bh_path_in(p->at.arena, folder, BH_STR("php.d"));
        read_all(&s, ini, more);
        read_pools(&s, config, &pools, 0);
        for (size_t i = 0; i < pools.len; i++)
                tell_pool(&s, &pools.at[i]);
}

/* "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)" */
static void tell_master(struct bh_program *p) {
        struct bh_str title = p->n_argv ? p->argv[0] : BH_STR(""), before, config = BH_STR("");

        if (p->n_argv > 1)
                config = bh_program_option(p, "-y");
        else if (bh_str_cut(title, '(', &before, &config))
                (void) bh_str_cut(config, ')', &config, &before);
        if (config.len == 0)
                config = BH_STR("/usr/local/etc/php-fpm.conf");
        tell_fpm(p, config);
}

/* The module of httpd has a folder of its own in Debian; the official image has one for all. */
static void tell_module(struct bh_program *p) {
        struct settings s = { .p = p, .ini = bh_map_in(p->at.arena), .sapi = BH_STR("apache") };
        struct bh_paths loads = { 0 }, inis = { 0 };
        struct bh_str ini;
        struct bh_fact *f;

        bh_place_glob(&p->at, BH_STR("/etc/apache2/mods-enabled/php*.load"), &loads);
        bh_place_glob(&p->at, BH_STR("/etc/php/*/apache2/php.ini"), &inis);
        if (loads.len == 0)
                return;
        ini = inis.len ? inis.at[inis.len - 1] : BH_STR("/usr/local/etc/php/php.ini");
        read_all(&s, ini, bh_path_in(p->at.arena, bh_str_dirname(ini), BH_STR("conf.d")));
        f = bh_place_fact(&p->at, &bh_kind_php, ini, BH_STR("httpd's module"));
        tell_ini(&s, NULL, f);
}

static bool is_told(const struct bh_facts *facts) {
        for (const struct bh_fact *f = facts->first; f; f = f->next)
                if (f->kind == &bh_kind_php && f->container.len == 0)
                        return true;
        return false;
}

int bh_collect_php_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const fpm[] = { "php-fpm*", NULL }, *const httpd[] = { "apache2", "httpd", NULL };
        struct bh_program none = { .at = { .reach = reach, .facts = facts, .arena = facts->arena, .idle = true } };
        struct bh_paths configs = { 0 };

        (void) err;
        bh_programs_find(reach, facts, fpm, NULL, tell_master);
        bh_programs_find(reach, facts, httpd, "/etc/apache2/apache2.conf", tell_module);
        if (is_told(facts))
                return 0;
        bh_place_glob(&none.at, BH_STR("/etc/php/*/fpm/php-fpm.conf"), &configs);
        for (size_t i = 0; i < configs.len; i++)
                tell_fpm(&none, configs.at[i]);
        if (configs.len == 0 && bh_place_has(&none.at, BH_STR("/etc/php-fpm.conf")))
                tell_fpm(&none, BH_STR("/etc/php-fpm.conf"));
        return 0;
}
