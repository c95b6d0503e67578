/* SPDX-License-Identifier: Apache-2.0 */
/* The files of an image that are more than files: config.h. */
#include "scan/config_rules.h"

/* What Debian, Alpine, Fedora and their relatives ship with the bit set, by name: in their program and library directories. */
static const char *const usual[] = {
        "su",        "sudo",     "mount",      "umount",     "passwd",         "chsh",        "chfn",       "newgrp",
        "gpasswd",   "chage",    "expiry",     "unix_chkpwd", "ping",          "ping6",       "wall",       "write",
        "ssh-agent", "ssh-keysign", "pkexec",  "polkit-agent-helper-1", "dbus-daemon-launch-helper", "crontab", "at", "bbsuid",
        "pam_timestamp_check", "utempter", "sudoedit", "fusermount", "fusermount3", "newuidmap", "newgidmap", "userhelper",
        "mount.nfs", "pam_extrausers_chkpwd", "dotlockfile", "bsd-write", "mlocate", "plocate", "locate", "grub2-set-bootflag",
        "write.ul",  "chrome-sandbox", "lockdev", "staprun", "sg", "usernetctl", "cockpit-session", "mail-lock", "doas",
};

static bool is_usual(struct bh_str path) {
        struct bh_str name = bh_str_basename(path);

        if (!bh_str_starts(path, BH_STR("usr/")) && !bh_str_starts(path, BH_STR("bin/")) && !bh_str_starts(path, BH_STR("sbin/")) &&
            !bh_str_starts(path, BH_STR("lib")))
                return false;
        if (bh_str_starts(path, BH_STR("usr/local/")))
                return false;
        return bh_str_among(name, usual, BH_LEN(usual));
}

static const struct {
        const char *use;
        enum bh_config_rule rule;
} tools[] = {
        { "package-manager", BH_IMG_TOOL_PACKAGES }, { "compiler", BH_IMG_TOOL_COMPILER },   { "network", BH_IMG_TOOL_NETWORK },
        { "shell", BH_IMG_TOOL_SHELL },              { "remote-login", BH_IMG_TOOL_LOGIN },  { "debugger", BH_IMG_TOOL_DEBUG },
        { "attribute", BH_IMG_TOOL_ATTRIBUTE },      { "become-root", BH_IMG_TOOL_ROOT },    { "container-engine", BH_IMG_TOOL_ENGINE },
};

static enum bh_config_rule rule_of(const struct bh_special *s) {
        switch (s->kind) {
        case BH_SPECIAL_SETUID:
        case BH_SPECIAL_SETGID:
                return is_usual(s->path) ? BH_IMG_SETUID_KNOWN : BH_IMG_SETUID;
        case BH_SPECIAL_CAPABILITY:
                return BH_IMG_CAPABILITY;
        case BH_SPECIAL_WORLD_WRITABLE:
                return BH_IMG_WRITABLE;
        case BH_SPECIAL_DEVICE:
                return BH_IMG_DEVICE;
        case BH_SPECIAL_ESCAPES:
                return BH_IMG_ESCAPE;
        case BH_SPECIAL_TOOL:
                for (size_t i = 0; i < BH_LEN(tools); i++)
                        if (bh_str_is(s->detail, tools[i].use))
                                return tools[i].rule;
                return _BH_IMG_MAX;
        default:
                return _BH_IMG_MAX;
        }
}

/* One finding a rule and layer, however many files: the places of one thing are read together. */
struct group {
        enum bh_config_rule rule;
        uint32_t layer, n;
        struct bh_str first, list;
};

BH_VEC_OF(groups, struct group);

static struct group *group_of(struct bh_arena *arena, struct groups *all, enum bh_config_rule rule, uint32_t layer) {
        struct group *g;

        for (size_t i = all->len; i-- > 0;)
                if (all->at[i].rule == rule && all->at[i].layer == layer)
                        return &all->at[i];
        g = bh_vec_add(arena, all);
        *g = (struct group){ .rule = rule, .layer = layer };
        return g;
}

static void put_in(struct bh_arena *arena, struct group *g, const struct bh_special *s) {
        enum { LISTED = 12 };
        bool told = s->kind == BH_SPECIAL_CAPABILITY;

        if (g->n++ == 0)
                g->first = s->path;
        if (g->n > LISTED)
                return;
        g->list = bh_arena_printf(arena, "%.*s%s%.*s%s%.*s", BH_FMT(g->list), g->list.len ? ", " : "",
                                  BH_FMT(bh_config_show(arena, s->path, 160)), told ? " " : "", BH_FMT(told ? s->detail : BH_STR("")));
        if (g->n == LISTED)
                g->list = bh_arena_printf(arena, "%.*s, ...", BH_FMT(g->list));
}

/* What an engine shows of an image is never written by more than its owner: what is to be shared by design is no finding. */
static bool is_fine(const struct bh_special *s) {
        static const char *const shared[] = { "tmp", "var/tmp", "dev/shm", "run/lock", "var/lock", "dev/null", "dev/zero", "dev/full",
                                              "dev/random", "dev/urandom", "dev/tty", "dev/ptmx", "dev/console", "dev/fd",
                                              "dev/stdin", "dev/stdout", "dev/stderr" };
        static const char harmless[] = "dev/pts";

        if (s->kind != BH_SPECIAL_WORLD_WRITABLE && s->kind != BH_SPECIAL_DEVICE)
                return false;
        return bh_str_among(s->path, shared, BH_LEN(shared)) || bh_str_starts(s->path, bh_str_of(harmless));
}

void bh_config_files(const struct bh_config_in *in, struct bh_arena *arena, struct bh_finding_list *out) {
        struct groups all = { 0 };

        for (uint32_t i = 0; i < in->merged->n_specials; i++) {
                const struct bh_special *s = &in->merged->specials[i];
                enum bh_config_rule rule = is_fine(s) ? _BH_IMG_MAX : rule_of(s);

                if (rule != _BH_IMG_MAX)
                        put_in(arena, group_of(arena, &all, rule, in->merged->special_layers[i]), s);
        }
        for (size_t i = 0; i < all.len; i++) {
                struct bh_finding *f = bh_config_add(out, arena, all.at[i].rule, all.at[i].first, BH_STR(""));

                f->evidence = all.at[i].list;
                f->layer = all.at[i].layer;
                f->more = all.at[i].n - 1;
        }
}
