/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/dockerd.h"

#include "fmt/json.h"

enum type { TEXT, BOOL, LIST, MAP };

/* Where flag and key have one name, `flag` is NULL. */
struct option {
        const char *key, *flag;
        enum type type;
        char letter;
};

static const struct option options[] = {
        { "hosts", "host", LIST, 'H' },
        { "authorization-plugins", "authorization-plugin", LIST, 0 },
        { "insecure-registries", "insecure-registry", LIST, 0 },
        { "registry-mirrors", "registry-mirror", LIST, 0 },
        { "labels", "label", LIST, 0 },
        { "storage-opts", "storage-opt", LIST, 0 },
        { "exec-opts", "exec-opt", LIST, 0 },
        { "log-opts", "log-opt", MAP, 0 },
        { "default-ulimits", "default-ulimit", MAP, 0 },
        { "runtimes", "add-runtime", MAP, 0 },
        { "allow-nondistributable-artifacts", NULL, LIST, 0 },
        { "dns", NULL, LIST, 0 },
        { "icc", NULL, BOOL, 0 },
        { "iptables", NULL, BOOL, 0 },
        { "ip6tables", NULL, BOOL, 0 },
        { "ip-forward", NULL, BOOL, 0 },
        { "ip-masq", NULL, BOOL, 0 },
        { "userland-proxy", NULL, BOOL, 0 },
        { "live-restore", NULL, BOOL, 0 },
        { "experimental", NULL, BOOL, 0 },
        { "no-new-privileges", NULL, BOOL, 0 },
        { "selinux-enabled", NULL, BOOL, 0 },
        { "debug", NULL, BOOL, 'D' },
        { "init", NULL, BOOL, 0 },
        { "tls", NULL, BOOL, 0 },
        { "tlsverify", NULL, BOOL, 0 },
        { "raw-logs", NULL, BOOL, 0 },
        { "rootless", NULL, BOOL, 0 },
        { "validate", NULL, BOOL, 0 },
        { "allow-direct-routing", NULL, BOOL, 0 },
        { "log-level", NULL, TEXT, 'l' },
        { "log-driver", NULL, TEXT, 0 },
        { "userns-remap", NULL, TEXT, 0 },
        { "seccomp-profile", NULL, TEXT, 0 },
        { "cgroup-parent", NULL, TEXT, 0 },
        { "data-root", NULL, TEXT, 0 },
        { "graph", NULL, TEXT, 'g' },
        { "exec-root", NULL, TEXT, 0 },
        { "storage-driver", NULL, TEXT, 's' },
        { "config-file", NULL, TEXT, 0 },
        { "pidfile", NULL, TEXT, 'p' },
        { "group", NULL, TEXT, 'G' },
        { "bridge", NULL, TEXT, 'b' },
        { "ip", NULL, TEXT, 0 },
        { "tlscacert", NULL, TEXT, 0 },
        { "tlscert", NULL, TEXT, 0 },
        { "tlskey", NULL, TEXT, 0 },
        { "containerd", NULL, TEXT, 0 },
        { "default-runtime", NULL, TEXT, 0 },
        { "default-ipc-mode", NULL, TEXT, 0 },
        { "default-cgroupns-mode", NULL, TEXT, 0 },
};

static const char *flag_of(const struct option *o) {
        return o->flag ? o->flag : o->key;
}

static const struct option *option_of_key(struct bh_str key) {
        for (size_t i = 0; i < BH_LEN(options); i++)
                if (bh_str_is(key, options[i].key))
                        return &options[i];
        return NULL;
}

static const struct option *option_of_flag(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(options); i++)
                if (bh_str_is(name, flag_of(&options[i])))
                        return &options[i];
        return NULL;
}

static const struct option *option_of_letter(char letter) {
        for (size_t i = 0; i < BH_LEN(options); i++)
                if (options[i].letter && options[i].letter == letter)
                        return &options[i];
        return NULL;
}

/* ---- argv ---- */

static void add(struct bh_dockerd *d, const struct option *o, struct bh_str value) {
        *bh_vec_add(d->arena, &d->flags) = (struct bh_dockerd_flag){ bh_str_of(o->key), value };
}

/* "--icc=false", "--log-level" "warn", "--debug". */
static void long_flag(struct bh_dockerd *d, struct bh_str word, struct bh_str *rest) {
        struct bh_str name, value;
        bool given = bh_str_cut(bh_str_from(word, 2), '=', &name, &value);
        const struct option *o = option_of_flag(name);

        if (!o)
                return;
        if (!given && o->type == BOOL)
                value = BH_STR("true");
        else if (!given && !bh_str_split(rest, '\0', &value))
                return;
        add(d, o, value);
}

/* "-D", "-H" "unix://...", "-Hunix://...", "-l=warn", "-DH" "fd://". */
static void short_flags(struct bh_dockerd *d, struct bh_str word, struct bh_str *rest) {
        for (size_t i = 1; i < word.len; i++) {
                const struct option *o = option_of_letter(word.at[i]);
                struct bh_str value = bh_str_from(word, i + 1);

                if (!o)
                        return;
                if (o->type == BOOL && !bh_str_starts(value, BH_STR("="))) {
                        add(d, o, BH_STR("true"));
                        continue;
                }
                (void) bh_str_cut_prefix(&value, BH_STR("="));
                if (i + 1 == word.len && !bh_str_split(rest, '\0', &value))
                        return;
                return add(d, o, value);
        }
}

void bh_dockerd_argv(struct bh_dockerd *d, struct bh_str argv) {
        struct bh_str word;

        (void) bh_str_split(&argv, '\0', &word);
        while (bh_str_split(&argv, '\0', &word)) {
                if (bh_str_is(word, "--"))
                        return;
                if (bh_str_starts(word, BH_STR("--")))
                        long_flag(d, word, &argv);
                else if (bh_str_starts(word, BH_STR("-")))
                        short_flags(d, word, &argv);
        }
}

static const struct bh_dockerd_flag *flag_given(const struct bh_dockerd *d, struct bh_str key) {
        const struct bh_dockerd_flag *last = NULL;

        for (size_t i = 0; i < d->flags.len; i++)
                if (bh_str_eq(d->flags.at[i].key, key))
                        last = &d->flags.at[i];
        return last;
}

struct bh_str bh_dockerd_file_named(const struct bh_dockerd *d) {
        const struct bh_dockerd_flag *f = flag_given(d, BH_STR("config-file"));

        return f ? f->value : BH_STR("");
}

/* ---- daemon.json ---- */

int bh_dockerd_file(struct bh_dockerd *d, struct bh_str path, struct bh_str json, struct bh_err *err) {
        const struct bh_doc *root = NULL;
        int r;

        d->path = path;
        if (bh_str_trim(json).len == 0)
                return 0; /* dockerd takes it for {} */
        r = bh_json_parse(d->arena, json, &root, err);
        if (r < 0)
                return r;
        if (!bh_doc_is(root, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "it is no object");
        d->file = root;
        return 0;
}

/* ---- the two together ---- */

static const struct bh_doc *told(const struct bh_dockerd *d, const char *key, struct bh_str *ret_where) {
        const struct bh_doc *v = bh_doc_get(d->file, key);

        if (v && ret_where)
                *ret_where = bh_arena_printf(d->arena, "%.*s:%u", BH_FMT(d->path), v->line);
        return v;
}

static void say_flag(const struct bh_dockerd *d, const char *key, struct bh_str *ret_where) {
        const struct option *o = option_of_key(bh_str_of(key));

        if (ret_where)
                *ret_where = bh_arena_printf(d->arena, "--%s", o ? flag_of(o) : key);
}

bool bh_dockerd_text(const struct bh_dockerd *d, const char *key, struct bh_str *ret, struct bh_str *ret_where) {
        const struct bh_dockerd_flag *f = flag_given(d, bh_str_of(key));
        const struct bh_doc *v;

        if (f) {
                *ret = f->value;
                say_flag(d, key, ret_where);
                return true;
        }
        v = told(d, key, ret_where);
        if (!v || bh_doc_is(v, BH_DOC_NULL))
                return false;
        *ret = bh_doc_str(v);
        return true;
}

/* As Go's strconv.ParseBool; what it does not know does not start. */
static bool is_true(struct bh_str word) {
        static const char *const words[] = { "1", "t", "T", "true", "TRUE", "True" };

        return bh_str_among(word, words, BH_LEN(words));
}

bool bh_dockerd_bool(const struct bh_dockerd *d, const char *key, bool *ret, struct bh_str *ret_where) {
        const struct bh_dockerd_flag *f = flag_given(d, bh_str_of(key));
        const struct bh_doc *v;

        if (f) {
                *ret = is_true(f->value);
                say_flag(d, key, ret_where);
                return true;
        }
        v = told(d, key, ret_where);
        if (!bh_doc_is(v, BH_DOC_BOOL))
                return false;
        *ret = bh_doc_bool(v, false);
        return true;
}

/* "label", "max-size=10m", "nofile=1024:2048" */
static struct bh_str item_of(const struct bh_dockerd *d, const struct bh_doc *e) {
        if (bh_doc_get(e, "Hard"))
                return bh_arena_printf(d->arena, "%.*s=%.*s:%.*s", BH_FMT(e->key), BH_FMT(bh_doc_get_text(e, "Soft")), BH_FMT(bh_doc_get_text(e, "Hard")));
        return e->key.len ? bh_arena_printf(d->arena, "%.*s=%.*s", BH_FMT(e->key), BH_FMT(bh_doc_str(e))) : bh_doc_str(e);
}

size_t bh_dockerd_list(const struct bh_dockerd *d, const char *key, struct bh_str **ret, struct bh_str *ret_where) {
        BH_VEC(struct bh_str) all = { 0 };

        for (size_t i = 0; i < d->flags.len; i++)
                if (bh_str_is(d->flags.at[i].key, key))
                        *bh_vec_add(d->arena, &all) = d->flags.at[i].value;
        if (all.len)
                say_flag(d, key, ret_where);
        else
                for (const struct bh_doc *e = bh_doc_first(told(d, key, ret_where)); e; e = e->next)
                        *bh_vec_add(d->arena, &all) = item_of(d, e);
        *ret = all.at;
        return all.len;
}

size_t bh_dockerd_conflicts(const struct bh_dockerd *d, struct bh_str **ret) {
        BH_VEC(struct bh_str) all = { 0 };

        for (const struct bh_doc *m = bh_doc_first(d->file); m; m = m->next)
                if (!bh_str_is(m->key, "runtimes") && flag_given(d, m->key))
                        *bh_vec_add(d->arena, &all) = m->key;
        *ret = all.at;
        return all.len;
}
