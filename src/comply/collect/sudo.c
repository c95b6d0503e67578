/* SPDX-License-Identifier: Apache-2.0 */
/* Who may become root by sudo on this host. One fact; there is none without a sudoers file. */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"
#include "comply/read/accounts.h"

enum { FREE_ALL, FREE, ALL, DEFAULTS, PTY, LOGFILE, UNAUTHENTICATED, TIMEOUT, MODE, WIDER, OWNER, MISSING };

static const struct bh_field fields[] = {
        [FREE_ALL] = BH_FACT("sudo.free_all", BH_V_STRING, BH_F_LIST, "who runs anything without a password: NOPASSWD: ALL"),
        [FREE] = BH_FACT("sudo.free", BH_V_STRING, BH_F_LIST, "who runs something without a password"),
        [ALL] = BH_FACT("sudo.all", BH_V_STRING, BH_F_LIST, "who runs anything"),
        [DEFAULTS] = BH_FACT("sudo.defaults", BH_V_STRING, BH_F_LIST, "Defaults lines"),
        [PTY] = BH_FACT("sudo.pty", BH_V_BOOL, 0, "use_pty"),
        [LOGFILE] = BH_FACT("sudo.log", BH_V_BOOL, 0, "it keeps a log of its own, or of all input and output"),
        [UNAUTHENTICATED] = BH_FACT("sudo.unauthenticated", BH_V_BOOL, 0, "Defaults !authenticate: no one is asked for a password"),
        [TIMEOUT] = BH_FACT("sudo.timeout_min", BH_V_INT, 0, "minutes a password is remembered; -1: for ever"),
        [MODE] = BH_FACT("sudo.mode", BH_V_UINT, 0, "mode bits of all its files together"),
        [WIDER] = BH_FACT_WIDER("sudo.wider", MODE, "one of them lets in more than that octal mode"),
        [OWNER] = BH_FACT("sudo.owner", BH_V_UINT, 0, "who owns them; the first who is not root"),
        [MISSING] = BH_FACT("sudo.missing", BH_V_STRING, BH_F_LIST, "files it takes in that are not there: whoever makes one makes rules"),
};
const struct bh_fact_kind bh_kind_sudo = BH_FACT_KIND("sudo", fields, "who may become another on this host");

struct looked {
        struct bh_place at;
        struct bh_fact *f;
        uint32_t mode, owner;
        unsigned depth;
};

static void read_file(struct looked *l, struct bh_str path);

static void read_folder(struct looked *l, struct bh_str path) {
        struct bh_paths paths = { 0 };

        bh_place_glob(&l->at, bh_arena_printf(l->at.arena, "%.*s/*", BH_FMT(path)), &paths);
        for (size_t i = 0; i < paths.len; i++) {
                struct bh_str name = bh_str_basename(paths.at[i]);

                if (bh_str_chr(name, '.') < 0 && !bh_str_ends(name, BH_STR("~")))
                        read_file(l, paths.at[i]);
        }
}

static void take_rule(struct looked *l, const struct bh_sudo_line *line, struct bh_str path) {
        struct bh_str who = bh_arena_printf(l->at.arena, "%.*s (%.*s:%u)", BH_FMT(line->who), BH_FMT(path), line->line);
        bool all = bh_sudo_is_all(line->what), free = bh_sudo_is_free(line->what), root = bh_str_is(line->who, "root");

        if (free && !root)
                bh_fact_once(l->f, FREE, who);
        if (free && all && !root)
                bh_fact_once(l->f, FREE_ALL, who);
        if (all && !root)
                bh_fact_once(l->f, ALL, who);
}

static void take_default(struct looked *l, struct bh_str what) {
        struct bh_str part, key, value;
        uint64_t n;

        bh_fact_once(l->f, DEFAULTS, what);
        while (bh_str_split(&what, ',', &part)) {
                part = bh_str_trim(part);
                (void) bh_str_cut(part, '=', &key, &value);
                key = bh_str_trim(key);
                value = bh_str_trim(value);
                if (bh_str_is(key, "use_pty"))
                        bh_fact_bool(l->f, PTY, true);
                else if (bh_str_is(key, "!use_pty"))
                        bh_fact_bool(l->f, PTY, false);
                else if (bh_str_is(key, "logfile") || bh_str_is(key, "log_output") || bh_str_is(key, "log_input"))
                        bh_fact_bool(l->f, LOGFILE, true);
                else if (bh_str_is(key, "!authenticate"))
                        bh_fact_bool(l->f, UNAUTHENTICATED, true);
                else if (bh_str_is(key, "timestamp_timeout"))
                        bh_fact_int(l->f, TIMEOUT, bh_str_starts(value, BH_STR("-")) ? -1 : bh_str_u64(value, &n) && n < INT32_MAX ? (int64_t) n : 15);
        }
}

static void read_file(struct looked *l, struct bh_str path) {
        struct bh_reach_stat st;
        struct bh_sudo_line line;
        struct bh_str text;
        struct bh_cur c;

        if (l->depth == BH_LIMIT_CONF_DEPTH)
                return;
        if (!bh_place_read(&l->at, path, &text)) {
                bh_fact_once(l->f, MISSING, path);
                return;
        }
        if (bh_place_stat(&l->at, path, &st)) {
                l->mode |= st.mode & 07777;
                l->owner = l->owner ? l->owner : st.uid;
        }
        l->depth++;
        c = bh_cur_of(text);
        while (bh_sudo_next(l->at.arena, &c, &line)) {
                struct bh_str to = bh_path_in(l->at.arena, bh_str_dirname(path), line.what);

                switch (line.kind) {
                case BH_SUDO_RULE: take_rule(l, &line, path); break;
                case BH_SUDO_DEFAULTS: take_default(l, line.what); break;
                case BH_SUDO_INCLUDE: read_file(l, to); break;
                case BH_SUDO_INCLUDE_DIR: read_folder(l, to); break;
                }
        }
        l->depth--;
}

int bh_collect_sudo_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct looked l = { .at = bh_host_place(reach, facts) };

        (void) err;
        if (!bh_place_has(&l.at, BH_STR("/etc/sudoers")))
                return 0;
        l.f = bh_host_fact(&l.at, &bh_kind_sudo, "/etc/sudoers", "this host");
        bh_fact_bool(l.f, PTY, false);
        bh_fact_bool(l.f, LOGFILE, false);
        bh_fact_bool(l.f, UNAUTHENTICATED, false);
        bh_fact_int(l.f, TIMEOUT, 15);
        read_file(&l, BH_STR("/etc/sudoers"));
        bh_fact_int(l.f, MODE, l.mode);
        bh_fact_int(l.f, OWNER, l.owner);
        return 0;
}
