/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redis and Valkey. They overwrite their command line with a title ("redis-server
 * 127.0.0.1:6379"), so the arguments are sought where the start was written
 * down: in the engine's words on the container, in the shell that started it,
 * in units of systemd, at last by the usual files. What is found must give the
 * address and port that the title shows.
 */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/redis_users.h"
#include "comply/collect/daemon.h"
#include "comply/read/unit.h"
#include "fmt/json.h"

enum {
        PORT = BH_DAEMON_OWN,
        BIND,
        BIND_ALL,
        PROTECTED,
        PASSWORD,
        DEFAULT_NOPASS,
        DANGEROUS,
        RENAMED,
        TLS_PORT,
        TLS_CLIENTS,
        TLS_PROTOCOLS,
        TLS_REPLICATION,
        TLS_KEY_MODE,
        TLS_KEY_WIDER,
        DEBUG_COMMAND,
        MODULE_COMMAND,
        PROTECTED_CONFIGS,
        MODULES,
        MAXMEMORY,
        LOGFILE,
        SYSLOG,
        DBFILENAME,
        ACL_FILE,
        ACL_MODE,
        ACL_WIDER,
        SOCKET_PERM,
        MASTER,
        MASTER_AUTH,
        FOUND,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("redis"),
        [PORT] = BH_FACT("redis.port", BH_V_UINT, 0, "the port without TLS; 0: none"),
        [BIND] = BH_FACT("redis.bind", BH_V_STRING, BH_F_LIST, "addresses it listens at"),
        [BIND_ALL] = BH_FACT("redis.bind_all", BH_V_BOOL, 0, "it listens at all addresses"),
        [PROTECTED] = BH_FACT("redis.protected", BH_V_BOOL, 0, "protected-mode: without a password only local clients are served"),
        [PASSWORD] = BH_FACT("redis.password", BH_V_BOOL, 0, "requirepass is set, and counts: with an ACL file it does not"),
        [DEFAULT_NOPASS] = BH_FACT("redis.default_nopass", BH_V_BOOL, 0, "the user `default` is on and needs no password"),
        [DANGEROUS] = BH_FACT("redis.dangerous", BH_V_STRING, BH_F_LIST, "dangerous commands that the user `default` may run and that were not renamed"),
        [RENAMED] = BH_FACT("redis.renamed", BH_V_STRING, BH_F_LIST, "commands that were renamed or taken away"),
        [TLS_PORT] = BH_FACT("redis.tls_port", BH_V_UINT, 0, "the port with TLS; 0: none"),
        [TLS_CLIENTS] = BH_FACT("redis.tls_auth_clients", BH_V_STRING, 0, "whether clients must show a certificate: yes, no, optional"),
        [TLS_PROTOCOLS] = BH_FACT("redis.tls_protocols", BH_V_STRING, BH_F_LIST, "versions of TLS; empty: OpenSSL's own choice"),
        [TLS_REPLICATION] = BH_FACT("redis.tls_replication", BH_V_BOOL, 0, "replication goes over TLS"),
        [TLS_KEY_MODE] = BH_FACT("redis.tls_key_mode", BH_V_UINT, 0, "the mode of tls-key-file"),
        [TLS_KEY_WIDER] = BH_FACT_WIDER("redis.tls_key_wider", TLS_KEY_MODE, "tls-key-file lets in more than that octal mode"),
        [DEBUG_COMMAND] = BH_FACT("redis.enable_debug", BH_V_STRING, 0, "who may run DEBUG: no, local, yes"),
        [MODULE_COMMAND] = BH_FACT("redis.enable_module", BH_V_STRING, 0, "who may load modules: no, local, yes"),
        [PROTECTED_CONFIGS] = BH_FACT("redis.enable_configs", BH_V_STRING, 0, "who may change dir, dbfilename and the like: no, local, yes"),
        [MODULES] = BH_FACT("redis.modules", BH_V_STRING, BH_F_LIST, "modules it loads"),
        [MAXMEMORY] = BH_FACT("redis.maxmemory", BH_V_STRING, 0, "the most memory for data; 0: no limit"),
        [LOGFILE] = BH_FACT("redis.logfile", BH_V_STRING, 0, "where it logs; empty: standard output"),
        [SYSLOG] = BH_FACT("redis.syslog", BH_V_BOOL, 0, "it logs to syslog"),
        [DBFILENAME] = BH_FACT("redis.dbfilename", BH_V_STRING, 0, "the name of its dump"),
        [ACL_FILE] = BH_FACT("redis.aclfile", BH_V_STRING, 0, "the file of its users"),
        [ACL_MODE] = BH_FACT("redis.acl_mode", BH_V_UINT, 0, "the mode of that file"),
        [ACL_WIDER] = BH_FACT_WIDER("redis.acl_wider", ACL_MODE, "that file lets in more than that octal mode"),
        [SOCKET_PERM] = BH_FACT("redis.socket_perm", BH_V_STRING, 0, "the mode of its socket file; 0: by the umask"),
        [MASTER] = BH_FACT("redis.master", BH_V_STRING, 0, "the server it copies from"),
        [MASTER_AUTH] = BH_FACT("redis.master_auth", BH_V_BOOL, 0, "it has a password for that server"),
        [FOUND] = BH_FACT("redis.found", BH_V_BOOL, 0, "its configuration was found"),
};

const struct bh_fact_kind bh_kind_redis = BH_FACT_KIND("redis", fields, "a server of Redis or Valkey");

static const struct bh_daemon_row rows[] = {
        { "port", PORT, BH_DAEMON_INT, "6379" },
        { "protected-mode", PROTECTED, BH_DAEMON_BOOL, "yes" },
        { "tls-port", TLS_PORT, BH_DAEMON_INT, "0" },
        { "tls-auth-clients", TLS_CLIENTS, BH_DAEMON_TEXT, "yes" },
        { "tls-protocols", TLS_PROTOCOLS, BH_DAEMON_LIST, "" },
        { "tls-replication", TLS_REPLICATION, BH_DAEMON_BOOL, "no" },
        { "enable-debug-command", DEBUG_COMMAND, BH_DAEMON_TEXT, "no" },
        { "enable-module-command", MODULE_COMMAND, BH_DAEMON_TEXT, "no" },
        { "enable-protected-configs", PROTECTED_CONFIGS, BH_DAEMON_TEXT, "no" },
        { "maxmemory", MAXMEMORY, BH_DAEMON_TEXT, "0" },
        { "logfile", LOGFILE, BH_DAEMON_TEXT, "" },
        { "syslog-enabled", SYSLOG, BH_DAEMON_BOOL, "no" },
        { "dbfilename", DBFILENAME, BH_DAEMON_TEXT, "dump.rdb" },
        { "aclfile", ACL_FILE, BH_DAEMON_TEXT, "" },
        { "unixsocketperm", SOCKET_PERM, BH_DAEMON_TEXT, "0" },
        { "replicaof", MASTER, BH_DAEMON_TEXT, NULL },
        { "masterauth", MASTER_AUTH, BH_DAEMON_HAS, "" },
};

/* ---- its files ---- */

static int read_file(struct bh_daemon *s, struct bh_str path, struct bh_err *err);

static bool needs_quotes(struct bh_str word) {
        for (size_t i = 0; i < word.len; i++)
                if (bh_is_space(word.at[i]) || word.at[i] == '"' || word.at[i] == '\'')
                        return true;
        return word.len == 0;
}

/* One word as it is; several in such a way that they can be told apart again. */
static struct bh_str joined(struct bh_daemon *s, const struct bh_str *words, size_t n) {
        size_t size = 0;
        struct bh_str out = { 0 };
        char *at;

        if (n <= 1)
                return n ? words[0] : BH_STR("");
        for (size_t i = 0; i < n; i++)
                size += words[i].len * 4 + 3;
        at = bh_arena_bytes(s->arena, size);
        for (size_t i = 0; i < n; i++) {
                bool quotes = needs_quotes(words[i]);

                if (i)
                        at[out.len++] = ' ';
                if (quotes)
                        at[out.len++] = '"';
                for (size_t k = 0; k < words[i].len; k++) {
                        unsigned char c = (unsigned char) words[i].at[k];

                        if (quotes && (c == '"' || c == '\\' || c == '\'' || bh_is_space((char) c))) {
                                memcpy(at + out.len, (char[]){ '\\', 'x', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15] }, 4);
                                out.len += 4;
                        } else
                                at[out.len++] = (char) c;
                }
                if (quotes)
                        at[out.len++] = '"';
        }
        out.at = at;
        return out;
}

static struct bh_str lower(struct bh_daemon *s, struct bh_str name) {
        char *out = bh_arena_bytes(s->arena, name.len + 1);

        for (size_t i = 0; i < name.len; i++)
                out[i] = bh_lower(name.at[i]);
        return (struct bh_str){ out, name.len };
}

static int include(struct bh_daemon *s, struct bh_str pattern, struct bh_err *err) {
        struct bh_str *paths;
        size_t n;
        int r = 0;

        if (bh_str_chr(pattern, '*') < 0 && bh_str_chr(pattern, '?') < 0)
                return read_file(s, pattern, err);
        bh_daemon_glob(s, pattern, &paths, &n);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = read_file(s, paths[i], err);
        return r;
}

static int put(struct bh_daemon *s, const struct bh_str *words, size_t n, struct bh_str where, struct bh_err *err) {
        struct bh_str name = lower(s, words[0]);

        if (bh_str_is(name, "include") && n == 2)
                return include(s, words[1], err);
        if (bh_str_is(name, "slaveof"))
                name = BH_STR("replicaof");
        if (bh_str_is(name, "replicaof") && n == 3 && bh_str_eq_nocase(words[1], BH_STR("no")))
                n = 1;
        return bh_settings_put(&s->settings, name, joined(s, words + 1, n - 1), where, err);
}

static int read_file(struct bh_daemon *s, struct bh_str path, struct bh_err *err) {
        struct bh_redis_line d;
        struct bh_str text;
        struct bh_cur c;
        int r;

        s->depth++;
        r = bh_daemon_read(s, path, &text, err);
        for (c = bh_cur_of(r < 0 ? BH_STR("") : text); r >= 0 && (r = bh_redis_next(s->arena, &c, &d, err)) > 0;)
                r = put(s, d.words, d.n, bh_daemon_at(s, path, d.line), err);
        s->depth--;
        return r;
}

/* "redis-server [FILE] [--name value...]": options come after the file and so they win. */
static int read_arguments(struct bh_daemon *s, const struct bh_str *words, size_t n, struct bh_str base, struct bh_err *err) {
        size_t i = 0;
        int r = 0;

        if (n && !bh_str_starts(words[0], BH_STR("-")))
                r = read_file(s, bh_daemon_path(s->arena, base, words[i++]), err);
        while (i < n && r >= 0) {
                size_t from = i++, n_line;
                struct bh_str *line;

                while (i < n && !bh_str_starts(words[i], BH_STR("--")))
                        i++;
                if (!bh_str_starts(words[from], BH_STR("--")) || words[from].len == 2)
                        continue;
                n_line = i - from;
                line = bh_arena_array(s->arena, struct bh_str, n_line);
                memcpy(line, words + from, n_line * sizeof *line);
                line[0] = bh_str_from(line[0], 2);
                if (n_line == 1)
                        r = bh_redis_words(s->arena, line[0], &line, &n_line, err); /* "--port 1" as one word */
                if (r >= 0 && n_line)
                        r = put(s, line, n_line, BH_STR("argument"), err);
        }
        return r;
}

/* ---- where its start was written down ---- */

/* What the title shows: "NAME ADDRESS:PORT [mode]". */
static bool shown(const struct bh_daemon *s, struct bh_str *ret_address, struct bh_str *ret_port) {
        struct bh_str rest = s->task->cmdline, word;
        ptrdiff_t colon;

        if (!bh_str_word(&rest, &word) || !bh_str_word(&rest, &word))
                return false;
        colon = bh_str_rchr(word, ':');
        if (colon < 0)
                return false;
        *ret_address = bh_str_part(word, 0, (size_t) colon);
        *ret_port = bh_str_from(word, (size_t) colon + 1);
        return true;
}

static bool fits(struct bh_daemon *s) {
        struct bh_str address, port, rest, first, set;

        if (!s->task || !shown(s, &address, &port))
                return true;
        rest = bh_settings_text(&s->settings, "bind", "* -::*");
        (void) bh_str_word(&rest, &first);
        set = bh_settings_text(&s->settings, "port", "6379");
        if (bh_str_is(set, "0"))
                set = bh_settings_text(&s->settings, "tls-port", "0");
        return bh_str_eq(address, first) && bh_str_eq(port, set);
}

static bool try_words(struct bh_daemon *s, const struct bh_str *words, size_t n, struct bh_str base) {
        struct bh_err err = BH_ERR_NONE;
        int r;

        bh_settings_init(&s->settings, s->arena);
        s->files = s->config_mode = 0;
        s->config = s->config_widest = BH_STR("");
        r = read_arguments(s, words, n, base, &err);
        if (r < 0 && fits(s))
                bh_daemon_gap(s, n ? words[0] : BH_STR("redis"), &err);
        return r >= 0 && fits(s);
}

/* A shell's line may go on with another command. */
static size_t before_next_command(struct bh_str *words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (bh_str_is(words[i], "&") || bh_str_is(words[i], "&&") || bh_str_is(words[i], "||") || bh_str_is(words[i], "|") || bh_str_is(words[i], ";"))
                        return i;
                if (bh_str_cut_suffix(&words[i], BH_STR(";")))
                        return i + 1;
        }
        return n;
}

/* Of a line of words: what comes behind the program's name. */
static bool try_line(struct bh_daemon *s, struct bh_str line, struct bh_str base) {
        struct bh_str *words;
        size_t n;

        if (bh_redis_words(s->arena, line, &words, &n, NULL) < 0)
                return false;
        for (size_t i = 0; i < n; i++) {
                struct bh_str name = bh_str_basename(words[i]);

                if (bh_str_is(name, "redis-server") || bh_str_is(name, "valkey-server"))
                        return try_words(s, words + i + 1, before_next_command(words + i + 1, n - i - 1), base);
        }
        return false;
}

/* The engine remembers how the container was started; that is certain for its first process. */
static bool try_engine(struct bh_daemon *s, enum bh_api_kind kind) {
        const struct bh_doc *doc, *args;
        struct bh_str text, *words, base;
        size_t n = 0;

        if (s->container.len == 0)
                return false;
        if (s->reach->engine(s->reach->user, kind, bh_arena_cstr(s->arena, bh_arena_printf(s->arena, "/containers/%.*s/json", BH_FMT(s->container))), s->arena, &text, NULL) < 0 ||
            bh_json_parse(s->arena, text, &doc, NULL) < 0 || bh_doc_int(bh_doc_path(doc, "State.Pid"), 0) != s->task->pid)
                return false;
        args = bh_doc_get(doc, "Args");
        base = bh_doc_str(bh_doc_path(doc, "Config.WorkingDir"));
        words = bh_arena_array(s->arena, struct bh_str, bh_doc_count(args) + 1);
        for (const struct bh_doc *a = bh_doc_first(args); a; a = a->next) {
                struct bh_str name = bh_str_basename(bh_doc_str(a));

                if (n == 0 && (bh_str_is(name, "redis-server") || bh_str_is(name, "valkey-server")))
                        continue;
                words[n++] = bh_doc_str(a);
        }
        return try_words(s, words, n, base);
}

static bool try_parent(struct bh_daemon *s) {
        const struct bh_task *parent = bh_tasks_get(s->reach->tasks, s->task->ppid);

        return parent && bh_str_eq(parent->container, s->container) && try_line(s, parent->cmdline, BH_STR("/"));
}

static bool try_unit(struct bh_daemon *s, struct bh_str path) {
        struct bh_unit u = { 0 };
        struct bh_str text;
        struct bh_cur c;

        if (s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, path), BH_LIMIT_INVENTORY_FILE, s->arena, &text, NULL) < 0)
                return false;
        for (c = bh_cur_of(text); bh_unit_next(s->arena, &c, &u);)
                if (bh_str_is(u.section, "Service") && bh_str_is(u.name, "ExecStart") && try_line(s, u.value, BH_STR("/")))
                        return true;
        return false;
}

typedef bool try_fn(struct bh_daemon *s, struct bh_str path);

static bool try_file(struct bh_daemon *s, struct bh_str path) {
        return try_words(s, &path, 1, BH_STR("/"));
}

static bool try_all(struct bh_daemon *s, const char *const *patterns, size_t n, try_fn *one) {
        for (size_t i = 0; i < n; i++) {
                struct bh_str *paths;
                size_t n_paths;

                bh_daemon_glob(s, bh_str_of(patterns[i]), &paths, &n_paths);
                for (size_t k = 0; k < n_paths; k++)
                        if (one(s, paths[k]))
                                return true;
        }
        return false;
}

/* proc-title-template may have {config-file}. */
static bool try_title(struct bh_daemon *s) {
        struct bh_str rest = s->task->cmdline, word;

        (void) bh_str_word(&rest, &word);
        while (bh_str_word(&rest, &word))
                if (bh_str_starts(word, BH_STR("/")) && try_file(s, word))
                        return true;
        return false;
}

static bool find(struct bh_daemon *s) {
        static const char *const units[] = { "/etc/systemd/system/*redis*.service", "/etc/systemd/system/*valkey*.service", "/lib/systemd/system/*redis*.service",
                                             "/usr/lib/systemd/system/*redis*.service", "/usr/lib/systemd/system/*valkey*.service" };
        static const char *const files[] = { "/etc/redis/*.conf", "/etc/redis.conf", "/etc/valkey/*.conf", "/usr/local/etc/redis/*.conf", "/usr/local/etc/valkey/*.conf",
                                             "/etc/redis/*/redis.conf", "/data/redis.conf", "/redis.conf", "/conf/redis.conf" };

        if (!s->task)
                return try_all(s, files, BH_LEN(files), try_file);
        return try_title(s) || try_engine(s, BH_API_DOCKER) || try_engine(s, BH_API_PODMAN) || try_parent(s) || try_all(s, units, BH_LEN(units), try_unit) ||
               try_all(s, files, BH_LEN(files), try_file);
}

/* ---- what it comes to ---- */

static void tell_bind(struct bh_daemon *s) {
        const struct bh_setting *bind = bh_settings_get(&s->settings, "bind");
        struct bh_str rest = bind ? bind->value : BH_STR("* -::*"), word, where = bind ? bind->where : BH_STR("default");
        bool all = false;

        bh_fact_list(s->fact, BIND);
        while (bh_str_word(&rest, &word)) {
                (void) bh_str_cut_prefix(&word, BH_STR("-"));
                all |= bh_str_is(word, "*") || bh_str_is(word, "0.0.0.0") || bh_str_is(word, "::") || bh_str_is(word, "::*");
                bh_fact_add(s->fact, BIND, word);
        }
        bh_fact_bool(s->fact, BIND_ALL, all);
        bh_fact_where(s->fact, BIND, where);
        bh_fact_where(s->fact, BIND_ALL, where);
}

/* Official images are built with another default. */
static bool is_official(struct bh_daemon *s) {
        struct bh_reach_stat st;

        return s->container.len && s->task && bh_str_starts(s->task->exe, BH_STR("/usr/local/bin/")) &&
               s->reach->stat(s->reach->user, s->root, "/usr/local/bin/docker-entrypoint.sh", false, &st, NULL) >= 0;
}

static void tell_renamed(struct bh_daemon *s, uint32_t *gone) {
        const struct bh_setting *one = bh_settings_get(&s->settings, "rename-command");

        bh_fact_list(s->fact, RENAMED);
        for (; one; one = one->before) {
                struct bh_str rest = one->value, name;
                unsigned i;

                if (!bh_str_word(&rest, &name))
                        continue;
                i = bh_redis_risk_of(name);
                *gone |= i < BH_REDIS_RISKS ? 1u << i : 0;
                bh_fact_add(s->fact, RENAMED, lower(s, name));
                bh_fact_where(s->fact, RENAMED, one->where);
        }
}

static void tell_modules(struct bh_daemon *s) {
        bh_fact_list(s->fact, MODULES);
        for (const struct bh_setting *one = bh_settings_get(&s->settings, "loadmodule"); one; one = one->before) {
                bh_fact_add(s->fact, MODULES, one->value);
                bh_fact_where(s->fact, MODULES, one->where);
        }
}

static void tell_users(struct bh_daemon *s) {
        struct bh_redis_users users = { 0 };
        struct bh_err err = BH_ERR_NONE;
        uint32_t gone = 0;

        tell_renamed(s, &gone);
        if (bh_redis_users_tell(s, &users, &err) < 0) {
                bh_fact_unknown(s->fact, DEFAULT_NOPASS, &err);
                bh_fact_unknown(s->fact, DANGEROUS, &err);
                return;
        }
        bh_fact_bool(s->fact, PASSWORD, users.password);
        bh_fact_where(s->fact, PASSWORD, users.password_where);
        bh_fact_bool(s->fact, DEFAULT_NOPASS, users.first.on && users.first.nopass);
        bh_fact_where(s->fact, DEFAULT_NOPASS, users.first_where);
        bh_fact_list(s->fact, DANGEROUS);
        bh_fact_where(s->fact, DANGEROUS, users.first_where);
        for (unsigned i = 0; users.first.on && i < BH_REDIS_RISKS; i++)
                if (users.first.risks & ~gone & 1u << i)
                        bh_fact_add(s->fact, DANGEROUS, bh_str_of(bh_redis_risk(i)));
}

static struct bh_str dir_of(struct bh_daemon *s) {
        struct bh_str dir = bh_settings_text(&s->settings, "dir", "");

        return bh_str_starts(dir, BH_STR("/")) ? dir : BH_STR("");
}

/* All that the title tells; of the rest, that it is not known. */
static void tell_unfound(struct bh_daemon *s) {
        struct bh_str address = { 0 }, port = { 0 };
        struct bh_err why = BH_ERR_NONE;

        (void) bh_fail(&why, BH_E_NOTFOUND, "it has overwritten its command line, and no configuration that gives its address and port was found");
        for (unsigned i = PORT; i < BH_LEN(fields); i++)
                if (i != FOUND)
                        bh_fact_unknown(s->fact, i, &why);
        if (!shown(s, &address, &port))
                return;
        for (unsigned i = PORT; i <= BIND_ALL; i++)
                bh_fact_unknown(s->fact, i, &BH_ERR_NONE);
        bh_settings_init(&s->settings, s->arena);
        BH_IGNORE(bh_settings_put(&s->settings, BH_STR("bind"), address, BH_STR("its title"), NULL));
        tell_bind(s);
        bh_daemon_value(s, PORT, BH_DAEMON_INT, port, BH_STR("its title"));
}

static void tell(struct bh_daemon *s) {
        bool found = find(s);
        struct bh_str address, port = bh_settings_text(&s->settings, "port", "6379");

        if (!found && (!s->task || !shown(s, &address, &port)))
                return;
        bh_daemon_fact(s, &bh_kind_redis, port);
        bh_fact_bool(s->fact, FOUND, found);
        if (!found) {
                tell_unfound(s);
                return;
        }
        bh_daemon_rows(s, rows, BH_LEN(rows));
        if (!bh_settings_get(&s->settings, "protected-mode") && is_official(s))
                bh_daemon_value(s, PROTECTED, BH_DAEMON_BOOL, BH_STR("no"), BH_STR("default of the official image"));
        tell_bind(s);
        tell_modules(s);
        tell_users(s);
        bh_daemon_mode(s, ACL_MODE, bh_settings_text(&s->settings, "aclfile", ""));
        bh_daemon_mode(s, TLS_KEY_MODE, bh_settings_text(&s->settings, "tls-key-file", ""));
        bh_daemon_told(s, dir_of(s));
}

int bh_collect_redis_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "redis-server", "valkey-server", NULL };
        static const char *const files[] = { "/etc/redis/redis.conf", "/etc/redis.conf", "/etc/valkey/valkey.conf", NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .tell = tell });
        return 0;
}
