/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files of the engine the kernel's audit watches, by the rules that are
 * loaded at the start: /etc/audit/audit.rules, and the pieces in rules.d that
 * augenrules makes it from. What is loaded now could only be asked of the
 * kernel by who has CAP_AUDIT_CONTROL, so the files are what is told of.
 */
#include "base/limits.h"
#include "comply/collect/docker.h"
#include "comply/read/auditrules.h"

enum { W_ROLE, W_PATH, W_WATCHED, W_RULE };

static const struct bh_field fields[] = {
        [W_ROLE] = BH_FACT("audit_watch.role", BH_V_STRING, 0, "what the file is for: dockerd, docker-config"),
        [W_PATH] = BH_FACT("audit_watch.path", BH_V_PATH, 0, "the file or folder"),
        [W_WATCHED] = BH_FACT("audit_watch.watched", BH_V_BOOL, 0, "a rule watches it, or a folder above it"),
        [W_RULE] = BH_FACT("audit_watch.rule", BH_V_PATH, 0, "what that rule watches"),
};
const struct bh_fact_kind bh_kind_audit_watch = BH_FACT_KIND("audit_watch", fields, "a file that the kernel's audit should watch");

struct rules {
        BH_VEC(struct bh_audit_rule) at;
        BH_VEC(struct bh_str) places; /* of each */
        bool any_file;
        struct bh_err failed;
};

/* ---- the rules ---- */

static void take_away(struct rules *all, struct bh_str path) {
        for (size_t i = 0; i < all->at.len; i++)
                if (path.len == 0 || bh_str_eq(all->at.at[i].path, path))
                        all->at.at[i].path = BH_STR("");
}

static void read_rules(struct bh_engine_look *look, struct bh_str path, struct rules *all) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_audit_rule rule;
        struct bh_str text;
        struct bh_cur c;

        if (look->reach->read(look->reach->user, 0, bh_arena_cstr(look->arena, path), BH_LIMIT_INVENTORY_FILE, look->arena, &text, &why) < 0) {
                if (why.code != BH_E_NOTFOUND)
                        all->failed = why;
                return;
        }
        all->any_file = true;
        c = bh_cur_of(text);
        while (bh_audit_rule_next(&c, &rule)) {
                if (rule.act != BH_AUDIT_WATCH) {
                        take_away(all, rule.path);
                        continue;
                }
                *bh_vec_add(look->arena, &all->at) = rule;
                *bh_vec_add(look->arena, &all->places) = bh_arena_printf(look->arena, "%.*s:%u", BH_FMT(path), rule.line);
        }
}

/* augenrules makes audit.rules of rules.d at the start; where there are pieces, they are what will be loaded. */
static void read_all(struct bh_engine_look *look, struct rules *all) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n = 0;

        if (look->reach->list(look->reach->user, 0, "/etc/audit/rules.d", look->arena, &names, &n, &why) < 0)
                all->failed = why;
        for (size_t i = 0; i < n; i++)
                if (bh_str_ends(names[i], BH_STR(".rules")))
                        read_rules(look, bh_path_join(look->arena, BH_STR("/etc/audit/rules.d"), names[i]), all);
        if (!all->any_file)
                read_rules(look, BH_STR("/etc/audit/audit.rules"), all);
}

/* A watch of a folder sees all below it. The first rule that fits decides, as in the kernel. */
static const struct bh_audit_rule *rule_for(struct bh_engine_look *look, const struct rules *all, struct bh_str path, size_t *ret_i) {
        struct bh_str real = bh_host_path(&look->paths, path);

        for (size_t i = 0; i < all->at.len; i++) {
                const struct bh_audit_rule *r = &all->at.at[i];
                struct bh_str dir = r->path.len ? bh_host_path(&look->paths, r->path) : r->path;

                if (dir.len && (bh_path_within(real, dir) || bh_path_within(path, r->path))) {
                        *ret_i = i;
                        return r->never ? NULL : r;
                }
        }
        return NULL;
}

/* ---- the files ---- */

static void tell(struct bh_engine_look *look, const struct rules *all, const char *role, struct bh_str path) {
        const struct bh_audit_rule *rule;
        struct bh_fact *f;
        size_t i = 0;

        rule = rule_for(look, all, path, &i);
        f = bh_fact_new(look->facts, &bh_kind_audit_watch, bh_arena_printf(look->arena, "%s %.*s", role, BH_FMT(path)), path);
        f->where = rule ? all->places.at[i] : BH_STR("/etc/audit/rules.d, /etc/audit/audit.rules");
        bh_fact_str(f, W_ROLE, bh_str_of(role));
        bh_fact_str(f, W_PATH, f->name);
        bh_fact_bool(f, W_WATCHED, rule != NULL);
        if (rule)
                bh_fact_str(f, W_RULE, rule->path);
        if (!rule && all->failed.code)
                bh_fact_unknown(f, W_WATCHED, &all->failed);
}

static bool is_there(const struct bh_engine_look *look, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;

        return look->reach->stat(look->reach->user, 0, bh_arena_cstr(look->arena, path), false, &st, &why) >= 0;
}

struct watch {
        const char *role;
        const char *paths[3]; /* the first that is there */
};

static const struct watch watches[] = {
        { "dockerd", { "/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd" } },
        { "containerd-run", { "/run/containerd" } },
        { "docker-folder", { "/etc/docker" } },
        { "docker-service", { "/etc/systemd/system/docker.service", "/usr/lib/systemd/system/docker.service", "/lib/systemd/system/docker.service" } },
        { "containerd-socket", { "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock" } },
        { "docker-socket-unit", { "/etc/systemd/system/docker.socket", "/usr/lib/systemd/system/docker.socket", "/lib/systemd/system/docker.socket" } },
        { "docker-default", { "/etc/default/docker" } },
        { "containerd-config", { "/etc/containerd/config.toml" } },
        { "docker-sysconfig", { "/etc/sysconfig/docker" } },
        { "containerd", { "/usr/bin/containerd", "/usr/local/bin/containerd" } },
        { "containerd-shim", { "/usr/bin/containerd-shim", "/usr/local/bin/containerd-shim" } },
        { "containerd-shim-runc-v1", { "/usr/bin/containerd-shim-runc-v1", "/usr/local/bin/containerd-shim-runc-v1" } },
        { "containerd-shim-runc-v2", { "/usr/bin/containerd-shim-runc-v2", "/usr/local/bin/containerd-shim-runc-v2" } },
        { "runc", { "/usr/bin/runc", "/usr/sbin/runc", "/usr/local/bin/runc" } },
};

static void tell_first(struct bh_engine_look *look, const struct rules *all, const struct watch *w) {
        for (size_t i = 0; i < BH_LEN(w->paths) && w->paths[i]; i++)
                if (is_there(look, bh_str_of(w->paths[i])))
                        return tell(look, all, w->role, bh_str_of(w->paths[i]));
}

/* Runtimes of /info by their paths: {"crun": {"path": "/usr/bin/crun"}}. */
static void tell_runtimes(struct bh_engine_look *look, const struct rules *all) {
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(look->info, "Runtimes")); e; e = e->next) {
                struct bh_str path = bh_doc_get_text(e, "path");

                if (bh_str_starts(path, BH_STR("/")) && !bh_str_is(bh_str_basename(path), "runc") && is_there(look, path))
                        tell(look, all, "runtime", path);
        }
}

void bh_engine_watches(struct bh_engine_look *look) {
        struct rules all = { 0 };

        if (!bh_str_is(look->word, "docker"))
                return;
        read_all(look, &all);
        for (size_t i = 0; i < BH_LEN(watches); i++)
                tell_first(look, &all, &watches[i]);
        tell_runtimes(look, &all);
        if (look->root_dir.len && is_there(look, look->root_dir))
                tell(look, &all, "docker-root", look->root_dir);
        if (look->daemon.path.len && is_there(look, look->daemon.path))
                tell(look, &all, "docker-config", look->daemon.path);
        for (size_t i = 0; i < look->sockets.len; i++)
                if (is_there(look, look->sockets.at[i]))
                        tell(look, &all, "docker-socket", look->sockets.at[i]);
}
