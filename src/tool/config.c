/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/vec.h"
#include "fmt/yaml.h"
#include "sys/fd.h"

struct reader {
        struct bh_arena *arena;
        const char *path;
        const struct bh_cmd *cmd; /* whose values are wanted */
        size_t n_before;          /* values of the files before this one */
        BH_VEC(struct bh_cli_value) values;
};

static int wrong(const struct reader *r, const struct bh_doc *at, struct bh_err *err, const char *fmt, ...) BH_PRINTF(4, 5);

static int wrong(const struct reader *r, const struct bh_doc *at, struct bh_err *err, const char *fmt, ...) {
        struct bh_str text;
        va_list ap;

        va_start(ap, fmt);
        text = bh_arena_vprintf(r->arena, fmt, ap);
        va_end(ap);
        return bh_fail(err, BH_E_USAGE, "%s:%u:%u: %.*s", r->path, at->line, at->column ? at->column : 1, BH_FMT(text));
}

static int unknown(const struct reader *r, const struct bh_doc *at, const char *what, const char *const *known, size_t n, struct bh_err *err) {
        const char *near = bh_nearest(at->key, known, n);

        if (near)
                return wrong(r, at, err, "no %s \"%s\"; did you mean \"%s\"?", what, BH_QUOTE(at->key), near);
        return wrong(r, at, err, "no %s \"%s\"", what, BH_QUOTE(at->key));
}

static const struct bh_cmd *find_cmd(struct bh_str name) {
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++)
                if (bh_str_is(name, (*c)->name))
                        return *c;
        return NULL;
}

static const struct bh_opt *find_opt(const struct bh_cmd *cmd, struct bh_str name) {
        for (const struct bh_opt *o = cmd->opts; o && o->name; o++)
                if (bh_str_is(name, o->name))
                        return o;
        return NULL;
}

static bool said_before(const struct reader *r, const struct bh_opt *o) {
        for (size_t i = 0; i < r->n_before; i++)
                if (r->values.at[i].opt == o)
                        return true;
        return false;
}

/* One value of an option: text or a number; true or false for a flag. */
static int read_value(struct reader *r, const struct bh_opt *o, const struct bh_doc *v, bool wanted, struct bh_err *err) {
        struct bh_str text = bh_doc_is(v, BH_DOC_BOOL) ? v->str : bh_doc_str(v);

        if (!o->arg && !bh_doc_is(v, BH_DOC_BOOL))
                return wrong(r, v, err, "\"%s\" is true or false", o->name);
        if (o->arg && !bh_doc_is(v, BH_DOC_STRING) && !bh_doc_is(v, BH_DOC_NUMBER))
                return wrong(r, v, err, "\"%s\" wants a text: %s", o->name, o->arg);
        if (bh_str_chr(text, '\0') >= 0)
                return wrong(r, v, err, "\"%s\" holds a NUL", o->name);
        if (wanted)
                *bh_vec_add(r->arena, &r->values) = (struct bh_cli_value){ o, bh_arena_cstr(r->arena, text) };
        return 0;
}

static int read_option(struct reader *r, const struct bh_cmd *cmd, const struct bh_doc *v, struct bh_err *err) {
        const struct bh_opt *o = find_opt(cmd, v->key);
        const char *known[64];
        bool wanted;
        size_t n = 0;
        int e = 0;

        for (const struct bh_opt *k = cmd->opts; k && k->name && n < BH_LEN(known); k++)
                known[n++] = k->name;
        if (!o)
                return unknown(r, v, "option", known, n, err);
        wanted = cmd == r->cmd && !said_before(r, o);
        if (!bh_doc_is(v, BH_DOC_ARRAY))
                return read_value(r, o, v, wanted, err);
        if (!o->many)
                return wrong(r, v, err, "\"%s\" takes one value, not a list", o->name);
        for (const struct bh_doc *item = bh_doc_first(v); item && e >= 0; item = item->next)
                e = read_value(r, o, item, wanted, err);
        return e;
}

static int read_command(struct reader *r, const struct bh_doc *v, struct bh_err *err) {
        const struct bh_cmd *cmd = find_cmd(v->key);
        const char *known[64];
        size_t n = 0;
        int e = 0;

        for (const struct bh_cmd *const *c = bh_cmds; *c && n < BH_LEN(known); c++)
                known[n++] = (*c)->name;
        if (!cmd)
                return unknown(r, v, "command", known, n, err);
        if (!bh_doc_is(v, BH_DOC_OBJECT) && !bh_doc_is(v, BH_DOC_NULL))
                return wrong(r, v, err, "below \"%s\" stand its options", cmd->name);
        for (const struct bh_doc *o = bh_doc_first(v); o && e >= 0; o = o->next)
                e = bh_doc_get_str(v, o->key) == o ? read_option(r, cmd, o, err) : wrong(r, o, err, "\"%s\" is given twice", BH_QUOTE(o->key));
        return e;
}

static int read_file(struct reader *r, const char *path, struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_str bytes;
        int e = bh_fd_read_file(r->arena, path, BH_LIMIT_CONFIG_FILE, &bytes, err);

        if (e < 0)
                return e;
        r->path = path;
        r->n_before = r->values.len;
        e = bh_yaml_parse(r->arena, bytes, &root, err);
        if (e < 0)
                return bh_wrap(err, BH_E_USAGE, "%s", path);
        if (bh_doc_is(root, BH_DOC_NULL))
                return 0; /* nothing but comments */
        if (!bh_doc_is(root, BH_DOC_OBJECT))
                return wrong(r, root, err, "commands with their options are expected here");
        for (const struct bh_doc *c = bh_doc_first(root); c && e >= 0; c = c->next)
                e = bh_doc_get_str(root, c->key) == c ? read_command(r, c, err) : wrong(r, c, err, "\"%s\" is given twice", BH_QUOTE(c->key));
        return e;
}

static const char *users_file(struct bh_arena *arena) {
        const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

        if (config && *config)
                return bh_arena_printf(arena, "%s/bulkhead/bulkhead.yaml", config).at;
        return home && *home ? bh_arena_printf(arena, "%s/.config/bulkhead/bulkhead.yaml", home).at : NULL;
}

int bh_config_load(struct bh_arena *arena, const char *named, const struct bh_cmd *cmd, struct bh_cli_value **ret, size_t *ret_n,
                   struct bh_err *err) {
        struct reader r = { .arena = arena, .cmd = cmd };
        const char *files[] = { named ? named : users_file(arena), named ? NULL : "/etc/bulkhead/bulkhead.yaml" };

        for (size_t i = 0; i < BH_LEN(files); i++) {
                int e = 0;

                if (files[i] && (named || access(files[i], F_OK) == 0))
                        e = read_file(&r, files[i], err);
                if (e < 0)
                        return e;
        }
        *ret = r.values.at;
        *ret_n = r.values.len;
        return 0;
}
