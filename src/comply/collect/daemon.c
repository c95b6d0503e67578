/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/daemon.h"

#include <sys/stat.h>

#include "base/glob.h"
#include "base/limits.h"

/* ---- which ---- */

static bool is_named(struct bh_str base, const char *const *names) {
        for (; *names; names++) {
                struct bh_str name = bh_str_of(*names);

                if (bh_str_cut_suffix(&name, BH_STR("*")) ? bh_str_starts(base, name) : bh_str_eq(base, name))
                        return true;
        }
        return false;
}

/* By its file, by the name it is called by (a link to another program), or by what the kernel calls it. */
static bool is_program(const struct bh_task *t, const char *const *names) {
        struct bh_str exe = t->exe, rest = t->cmdline, first;

        (void) bh_str_cut_suffix(&exe, BH_STR(" (deleted)"));
        if (is_named(bh_str_basename(exe), names))
                return true;
        return bh_str_word(&rest, &first) && is_named(bh_str_basename(first), names) && is_named(t->comm, names);
}

static bool has_argument(const struct bh_task *t, const char *argument) {
        return !argument || bh_str_find(t->cmdline, bh_str_of(argument)) >= 0;
}

/* The main process of a server whose workers are the same program. */
static bool is_first(const struct bh_tasks *tasks, const struct bh_task *t, const char *argument) {
        const struct bh_task *parent = bh_tasks_get(tasks, t->ppid);

        return !parent || !bh_str_eq(parent->exe, t->exe) || !bh_str_eq(parent->comm, t->comm) || !has_argument(parent, argument);
}

static bool root_of(const struct bh_reach *reach, struct bh_str container, uint32_t *ret) {
        for (size_t i = 0; i < reach->n_roots; i++)
                if (bh_str_eq(reach->roots[i].container, container)) {
                        *ret = (uint32_t) i;
                        return true;
                }
        return false;
}

static void split_zeros(struct bh_daemon *s, struct bh_str text) {
        struct bh_str rest = text, word;

        for (size_t i = 0; i < text.len; i++)
                s->n_argv += text.at[i] == 0;
        s->argv = bh_arena_array(s->arena, struct bh_str, s->n_argv + 1);
        s->n_argv = 0;
        while (bh_str_split(&rest, 0, &word))
                s->argv[s->n_argv++] = word;
}

static void look(const struct bh_reach *reach, struct bh_facts *facts, const struct bh_daemon_kind *kind, const struct bh_task *t) {
        struct bh_daemon s = { .reach = reach, .facts = facts, .arena = facts->arena, .task = t };
        struct bh_err err = BH_ERR_NONE;
        struct bh_str text = { 0 };

        bh_settings_init(&s.settings, s.arena);
        if (!t) {
                kind->tell(&s);
                return;
        }
        s.container = bh_arena_str(s.arena, t->container);
        if (!root_of(reach, t->container, &s.root)) {
                (void) bh_fail(&err, BH_E_NOTFOUND, "its root cannot be seen");
                bh_daemon_gap(&s, bh_str_of(""), &err);
                return;
        }
        if (reach->proc(reach->user, t->pid, "cmdline", BH_LIMIT_COMPLY_ARGUMENTS, s.arena, &text, &err) < 0)
                return; /* it has ended since */
        split_zeros(&s, text);
        if (reach->proc(reach->user, t->pid, "environ", BH_LIMIT_COMPLY_ARGUMENTS, s.arena, &s.environ, &err) < 0)
                s.environ = (struct bh_str){ 0 };
        kind->tell(&s);
}

static bool on_host(const struct bh_reach *reach, const char *path) {
        struct bh_reach_stat st;

        return reach->stat(reach->user, 0, path, false, &st, NULL) >= 0;
}

void bh_daemons(const struct bh_reach *reach, struct bh_facts *facts, const struct bh_daemon_kind *kind) {
        bool host = false;

        for (size_t i = 0; reach->tasks && i < reach->tasks->n; i++) {
                const struct bh_task *t = &reach->tasks->at[i];

                if (t->kernel_thread || !is_program(t, kind->programs) || !has_argument(t, kind->argument) || !is_first(reach->tasks, t, kind->argument))
                        continue;
                host |= t->container.len == 0;
                look(reach, facts, kind, t);
        }
        for (const char *const *file = kind->files; !host && *file; file++)
                if (on_host(reach, *file)) {
                        look(reach, facts, kind, NULL);
                        break;
                }
}

/* ---- its fact ---- */

struct bh_fact *bh_daemon_fact(struct bh_daemon *s, const struct bh_fact_kind *kind, struct bh_str what) {
        struct bh_str place = s->container.len ? bh_str_part(s->container, 0, 12) : BH_STR("host");

        s->fact = bh_fact_new(s->facts, kind, bh_arena_printf(s->arena, "%.*s/%.*s", BH_FMT(place), BH_FMT(what)), what);
        s->fact->container = s->container;
        s->fact->idle = !s->task;
        bh_fact_bool(s->fact, BH_DAEMON_RUNNING, s->task != NULL);
        if (s->task)
                bh_fact_int(s->fact, BH_DAEMON_UID, s->task->uid);
        return s->fact;
}

/* Names alone. What ends in _FILE names a file, which is how it should be. */
static void tell_env_secrets(struct bh_daemon *s) {
        struct bh_str rest = s->environ, one, name, value;

        bh_fact_list(s->fact, BH_DAEMON_ENV_SECRETS);
        bh_fact_where(s->fact, BH_DAEMON_ENV_SECRETS, BH_STR("its environment"));
        while (bh_str_split(&rest, 0, &one)) {
                if (!bh_str_cut(one, '=', &name, &value) || !value.len || bh_str_ends(name, BH_STR("_FILE")))
                        continue;
                if (bh_str_find(name, BH_STR("PASSWORD")) >= 0 || bh_str_find(name, BH_STR("DEFAULT_PASS")) >= 0 || bh_str_ends(name, BH_STR("_SECRET")) ||
                    bh_str_ends(name, BH_STR("_TOKEN")) || bh_str_is(name, "MYSQL_PWD") || bh_str_ends(name, BH_STR("_COOKIE")))
                        if (bh_str_find(name, BH_STR("ALLOW_EMPTY")) < 0 && bh_str_find(name, BH_STR("RANDOM")) < 0)
                                bh_fact_add(s->fact, BH_DAEMON_ENV_SECRETS, bh_arena_str(s->arena, name));
        }
}

static bool is_secret(struct bh_str name, struct bh_str value) {
        static const char *const words[] = { "pass", "secret", "auth", "token", "cookie", "user", "credential", "uri", "conninfo" };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_find_nocase(name, bh_str_of(words[i])) >= 0)
                        return true;
        return bh_str_find(value, BH_STR("://")) >= 0 && bh_str_chr(value, '@') >= 0;
}

static const struct bh_doc *map_of(struct bh_daemon *s) {
        struct bh_doc *tail = NULL, *root = bh_doc_add(s->arena, NULL, &tail, BH_DOC_OBJECT);

        tail = NULL;
        for (size_t i = 0; i < s->settings.by_name.len; i++) {
                const struct bh_setting *one = s->settings.by_name.items[i].value;
                struct bh_doc *m;

                if (is_secret(one->name, one->value))
                        continue;
                m = bh_doc_add(s->arena, root, &tail, BH_DOC_STRING);
                m->key = one->name;
                m->str = one->value;
        }
        return root;
}

void bh_daemon_told(struct bh_daemon *s, struct bh_str data) {
        struct bh_reach_stat st;
        struct bh_err err = BH_ERR_NONE;

        bh_fact_map(s->fact, BH_DAEMON_SETTING, map_of(s));
        if (s->task)
                tell_env_secrets(s);
        if (s->config.len) {
                s->fact->where = s->config;
                bh_fact_str(s->fact, BH_DAEMON_CONFIG, s->config);
                bh_fact_int(s->fact, BH_DAEMON_CONFIG_MODE, s->config_mode);
                bh_fact_where(s->fact, BH_DAEMON_CONFIG_MODE, s->config_widest);
                bh_fact_int(s->fact, BH_DAEMON_CONFIG_UID, s->config_uid);
        }
        if (!data.len)
                return;
        bh_fact_str(s->fact, BH_DAEMON_DATA, data);
        if (s->reach->stat(s->reach->user, s->root, bh_arena_cstr(s->arena, data), false, &st, &err) < 0) {
                bh_fact_unknown(s->fact, BH_DAEMON_DATA_MODE, &err);
                bh_fact_unknown(s->fact, BH_DAEMON_DATA_UID, &err);
                return;
        }
        bh_fact_int(s->fact, BH_DAEMON_DATA_MODE, st.mode & 07777);
        bh_fact_int(s->fact, BH_DAEMON_DATA_UID, st.uid);
        bh_fact_where(s->fact, BH_DAEMON_DATA_MODE, data);
}

void bh_daemon_gap(struct bh_daemon *s, struct bh_str where, const struct bh_err *why) {
        struct bh_str place = s->container.len ? bh_arena_printf(s->arena, "container %.12s: ", s->container.at) : bh_str_of("");

        bh_facts_gap(s->facts, bh_arena_cat(s->arena, place, where), why);
}

void bh_daemon_failed(struct bh_daemon *s, const struct bh_err *why) {
        for (unsigned i = BH_DAEMON_OWN; i < s->fact->kind->source.n_fields; i++)
                bh_fact_unknown(s->fact, i, why);
        bh_daemon_gap(s, bh_fact_called(s->fact), why);
}

/* ---- its files ---- */

bool bh_daemon_env(const struct bh_daemon *s, struct bh_str name, struct bh_str *ret) {
        struct bh_str rest = s->environ, one, left, right;

        while (bh_str_split(&rest, 0, &one))
                if (bh_str_cut(one, '=', &left, &right) && bh_str_eq(left, name)) {
                        *ret = right;
                        return true;
                }
        return false;
}

/* Cuts the last part off. */
static void step_up(struct bh_str *path) {
        ptrdiff_t at = bh_str_rchr(*path, '/');

        path->len = at < 0 ? 0 : (size_t) at;
}

struct bh_str bh_daemon_path(struct bh_arena *arena, struct bh_str base, struct bh_str path) {
        struct bh_str rest, part, out;
        char *at;

        if (!bh_str_starts(path, BH_STR("/")))
                path = bh_arena_printf(arena, "%.*s/%.*s", BH_FMT(base), BH_FMT(path));
        rest = path;
        at = bh_arena_bytes(arena, path.len + 2);
        out = (struct bh_str){ at, 0 };
        while (bh_str_split(&rest, '/', &part)) {
                if (part.len == 0 || bh_str_is(part, "."))
                        continue;
                if (bh_str_is(part, "..")) {
                        step_up(&out);
                        continue;
                }
                at[out.len++] = '/';
                memcpy(at + out.len, part.at, part.len);
                out.len += part.len;
        }
        if (!out.len)
                at[out.len++] = '/';
        return out;
}

int bh_daemon_read(struct bh_daemon *s, struct bh_str path, struct bh_str *ret, struct bh_err *err) {
        const char *file = bh_arena_cstr(s->arena, path);
        struct bh_reach_stat st;
        int r;

        if (s->files >= BH_LIMIT_COMPLY_INCLUDES || s->depth > BH_LIMIT_COMPLY_INCLUDE_DEPTH)
                return bh_fail(err, BH_E_LIMIT, "files include files too often");
        r = s->reach->read(s->reach->user, s->root, file, BH_LIMIT_INVENTORY_FILE, s->arena, ret, err);
        if (r >= 0)
                r = s->reach->stat(s->reach->user, s->root, file, false, &st, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(path));
        if (s->files++ == 0) {
                s->config = bh_arena_str(s->arena, path);
                s->config_uid = st.uid;
                s->config_widest = s->config;
        }
        if (st.mode & 07777 & ~s->config_mode & 0077)
                s->config_widest = bh_arena_str(s->arena, path);
        s->config_mode |= st.mode & 07777;
        return 0;
}

struct bh_str bh_daemon_at(const struct bh_daemon *s, struct bh_str path, unsigned line) {
        return bh_arena_printf(s->arena, "%.*s:%u", BH_FMT(path), line);
}

static int put_setting(struct bh_daemon *s, struct bh_str name, struct bh_str value, struct bh_str where, struct bh_err *err) {
        return bh_settings_put(&s->settings, name, value, where, err);
}

static struct bh_str text_of(struct bh_daemon *s, const struct bh_doc *v) {
        struct bh_str out = { "", 0 };

        if (bh_doc_is(v, BH_DOC_BOOL))
                return v->str;
        if (!bh_doc_is(v, BH_DOC_ARRAY))
                return bh_doc_str(v);
        for (const struct bh_doc *e = bh_doc_first(v); e && out.len < 4096; e = e->next)
                out = bh_arena_printf(s->arena, "%.*s%s%.*s", BH_FMT(out), out.len ? "," : "", BH_FMT(bh_doc_str(e)));
        return out;
}

static int put_below(struct bh_daemon *s, const struct bh_doc *object, struct bh_str prefix, bh_daemon_put_fn *put, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *m = bh_doc_first(object); m && r >= 0; m = m->next) {
                struct bh_str name = prefix.len ? bh_arena_printf(s->arena, "%.*s.%.*s", BH_FMT(prefix), BH_FMT(m->key)) : m->key;

                if (bh_doc_is(m, BH_DOC_OBJECT))
                        r = put_below(s, m, name, put, err);
                else
                        r = put(s, name, text_of(s, m), bh_daemon_at(s, s->config, m->line), err);
        }
        return r;
}

int bh_daemon_put_tree(struct bh_daemon *s, const struct bh_doc *object, bh_daemon_put_fn *put, struct bh_err *err) {
        return put_below(s, object, BH_STR(""), put ? put : put_setting, err);
}

void bh_daemon_glob(const struct bh_daemon *s, struct bh_str pattern, struct bh_str **ret, size_t *ret_n) {
        struct bh_str folder = bh_str_dirname(pattern), last = bh_str_basename(pattern), *names = NULL;
        struct bh_str *out;
        size_t n = 0, kept = 0;

        *ret = NULL;
        *ret_n = 0;
        if (s->reach->list(s->reach->user, s->root, bh_arena_cstr(s->arena, folder), s->arena, &names, &n, NULL) < 0)
                return;
        out = bh_arena_array(s->arena, struct bh_str, n);
        for (size_t i = 0; i < n; i++)
                if (bh_glob(last, names[i]))
                        out[kept++] = bh_arena_printf(s->arena, "%.*s/%.*s", BH_FMT(folder), BH_FMT(names[i]));
        *ret = out;
        *ret_n = kept;
}

/* ---- values ---- */

static void add_words(struct bh_fact *f, unsigned field, struct bh_str text) {
        bh_fact_list(f, field);
        for (size_t from = 0, i = 0; i <= text.len; i++)
                if (i == text.len || bh_is_space(text.at[i]) || text.at[i] == ',') {
                        if (i > from)
                                bh_fact_add(f, field, bh_str_part(text, from, i - from));
                        from = i + 1;
                }
}

static void odd(struct bh_fact *f, unsigned field, struct bh_str value) {
        struct bh_err why = BH_ERR_NONE;

        (void) bh_fail(&why, BH_E_FORMAT, "\"%s\" is no value for it", BH_QUOTE(value));
        bh_fact_unknown(f, field, &why);
}

void bh_daemon_value(struct bh_daemon *s, unsigned field, enum bh_daemon_how how, struct bh_str value, struct bh_str where) {
        bool minus = bh_str_starts(value, BH_STR("-")), yes;
        uint64_t n;

        bh_fact_where(s->fact, field, where);
        switch (how) {
        case BH_DAEMON_TEXT: bh_fact_str(s->fact, field, value); break;
        case BH_DAEMON_HAS: bh_fact_bool(s->fact, field, value.len > 0); break;
        case BH_DAEMON_LIST: add_words(s->fact, field, value); break;
        case BH_DAEMON_BOOL:
                if (bh_setting_bool(value, &yes))
                        bh_fact_bool(s->fact, field, yes);
                else
                        odd(s->fact, field, value);
                break;
        case BH_DAEMON_INT:
                if (bh_str_u64(bh_str_from(value, minus), &n) && n <= INT64_MAX)
                        bh_fact_int(s->fact, field, minus ? -(int64_t) n : (int64_t) n);
                else
                        odd(s->fact, field, value);
        }
}

void bh_daemon_rows(struct bh_daemon *s, const struct bh_daemon_row *rows, size_t n) {
        for (const struct bh_daemon_row *row = rows; row < rows + n; row++) {
                const struct bh_setting *one = bh_settings_get(&s->settings, row->setting);

                if (one)
                        bh_daemon_value(s, row->field, row->how, one->value, one->where);
                else if (row->otherwise)
                        bh_daemon_value(s, row->field, row->how, bh_str_of(row->otherwise), BH_STR("default"));
        }
}

void bh_daemon_mode(struct bh_daemon *s, unsigned field, struct bh_str path) {
        struct bh_reach_stat st;
        struct bh_err err = BH_ERR_NONE;

        if (!path.len)
                return;
        if (s->reach->stat(s->reach->user, s->root, bh_arena_cstr(s->arena, path), false, &st, &err) < 0)
                bh_fact_unknown(s->fact, field, &err);
        else
                bh_fact_int(s->fact, field, st.mode & 07777);
        bh_fact_where(s->fact, field, path);
}
