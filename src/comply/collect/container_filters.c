/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between a container and the kernel: seccomp, AppArmor, SELinux, hidden paths of /proc and /sys. */
#include "base/limits.h"
#include "comply/collect/container.h"
#include "fmt/json.h"

/* ---- seccomp ---- */

/* Calls by which containers have been left, and which the usual profile allows nobody without a capability. */
static const char *const risky[] = { "mount",          "umount2",   "pivot_root",      "setns",       "unshare",   "bpf",         "init_module", "finit_module", "delete_module",
                                     "kexec_load",     "kexec_file_load", "open_by_handle_at", "perf_event_open", "userfaultfd", "add_key", "keyctl", "request_key", "reboot",
                                     "swapon",         "swapoff",   "iopl",            "ioperm",      "settimeofday", "quotactl",  "move_mount",  "open_tree",    "fsopen",
                                     "fsmount" };

static bool allows(struct bh_str action) {
        return bh_str_is(action, "SCMP_ACT_ALLOW") || bh_str_is(action, "SCMP_ACT_LOG");
}

static bool is_empty(const struct bh_doc *m) {
        return !bh_doc_first(m);
}

/* A rule without conditions on arguments, and not for holders of a capability alone. */
static bool is_for_all(const struct bh_doc *rule) {
        return is_empty(bh_doc_get(rule, "args")) && is_empty(bh_doc_path(rule, "includes.caps"));
}

static bool names(const struct bh_doc *rule, const char *call) {
        return bh_doc_has_text(bh_doc_get(rule, "names"), call) || bh_str_is(bh_doc_get_text(rule, "name"), call);
}

/* Does the profile let everybody make that call? */
static bool lets(const struct bh_doc *profile, const char *call) {
        bool by_default = allows(bh_doc_get_text(profile, "defaultAction")), allowed = by_default;

        for (const struct bh_doc *rule = bh_doc_first(bh_doc_get(profile, "syscalls")); rule; rule = rule->next)
                if (names(rule, call) && is_for_all(rule))
                        allowed = allows(bh_doc_get_text(rule, "action"));
        return allowed;
}

/* The profile's own text: a client sends it whole. */
static void judge_profile(struct bh_engine_look *look, struct bh_box *b, struct bh_str text) {
        const struct bh_doc *profile = NULL;
        struct bh_err why = BH_ERR_NONE;
        size_t n = 0;

        if (bh_json_parse(look->scratch, text, &profile, &why) < 0) {
                bh_fact_unknown(b->fact, BH_BOX_SECCOMP, &why);
                return;
        }
        for (size_t i = 0; i < BH_LEN(risky); i++)
                if (lets(profile, risky[i])) {
                        bh_fact_add(b->fact, BH_BOX_SECCOMP_RISKY, bh_str_of(risky[i]));
                        n++;
                }
        bh_fact_str(b->fact, BH_BOX_SECCOMP, n == BH_LEN(risky) ? BH_STR("allows-all") : BH_STR("custom"));
}

/* "seccomp=unconfined", "seccomp:{...}", "seccomp=builtin"; Podman names a path. */
static bool option(const struct bh_box *b, struct bh_str key, struct bh_str *ret) {
        bool found = false;

        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(b->host, "SecurityOpt")); e; e = e->next) {
                struct bh_str text = bh_doc_str(e);

                if (bh_str_cut_prefix(&text, key) && text.len && (text.at[0] == '=' || text.at[0] == ':')) {
                        *ret = bh_str_from(text, 1);
                        found = true;
                }
        }
        return found;
}

static void read_profile(struct bh_engine_look *look, struct bh_box *b, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (look->reach->read(look->reach->user, 0, bh_arena_cstr(look->scratch, path), 1 << 20, look->scratch, &text, &why) < 0)
                bh_fact_unknown(b->fact, BH_BOX_SECCOMP, &why);
        else
                judge_profile(look, b, text);
}

static void set_seccomp(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str given = look->seccomp_off ? BH_STR("unconfined") : BH_STR("builtin"), kernel = bh_box_status(look, b, "Seccomp");
        bool privileged = b->fact->values[BH_BOX_PRIVILEGED].value.b, said = option(b, BH_STR("seccomp"), &given);

        if (bh_str_is(kernel, "0") || (privileged && !said) || bh_str_is(given, "unconfined"))
                bh_fact_str(b->fact, BH_BOX_SECCOMP, BH_STR("unconfined"));
        else if (bh_str_starts(bh_str_trim(given), BH_STR("{")))
                judge_profile(look, b, given);
        else if (bh_str_starts(given, BH_STR("/")))
                read_profile(look, b, given);
        else
                bh_fact_str(b->fact, BH_BOX_SECCOMP, BH_STR("default"));
}

/* ---- AppArmor, SELinux ---- */

/* "docker-default (enforce)" of the kernel; a profile that only complains confines nothing. */
static struct bh_str kernel_profile(struct bh_engine_look *look, const struct bh_box *b) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (!b->task || look->reach->proc(look->reach->user, b->task->pid, "attr/current", 4096, look->scratch, &text, &why) < 0)
                return BH_STR("");
        while (text.len && (text.at[text.len - 1] == '\0' || text.at[text.len - 1] == '\n'))
                text.len--;
        return text;
}

static void set_apparmor(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str profile = bh_doc_get_text(b->all, "AppArmorProfile"), said;
        struct bh_str kernel = kernel_profile(look, b);

        if (option(b, BH_STR("apparmor"), &said))
                profile = said;
        if (profile.len == 0)
                profile = b->fact->values[BH_BOX_PRIVILEGED].value.b ? BH_STR("unconfined") : BH_STR("docker-default");
        if (kernel.len)
                profile = bh_str_find(kernel, BH_STR("(complain)")) >= 0 ? BH_STR("unconfined") : kernel;
        bh_keep(b->fact, BH_BOX_APPARMOR, profile);
}

static void set_selinux(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str said, label = bh_doc_get_text(b->all, "ProcessLabel"), kernel = kernel_profile(look, b);
        bool off = option(b, BH_STR("label"), &said) && bh_str_is(said, "disable");

        if (!off && kernel.len)
                label = kernel;
        off = off || label.len == 0 || bh_str_find(label, BH_STR(":spc_t:")) >= 0 || bh_str_find(label, BH_STR(":unconfined_t:")) >= 0;
        bh_keep(b->fact, BH_BOX_SELINUX, off ? BH_STR("disabled") : label);
}

/* ---- hidden paths ---- */

/* Of the usual ones, those through which hosts were harmed. */
static const char *const masked[] = { "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware", "/proc/acpi" };
static const char *const read_only[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus" };

static void add_missing(struct bh_box *b, const char *key, const char *const *paths, size_t n) {
        const struct bh_doc *list = bh_doc_get(b->host, key);

        if (!bh_doc_is(list, BH_DOC_ARRAY))
                return; /* the engine's own */
        for (size_t i = 0; i < n; i++)
                if (!bh_doc_has_text(list, paths[i]))
                        bh_fact_add(b->fact, BH_BOX_UNMASKED, bh_str_of(paths[i]));
}

static bool has_mount(struct bh_engine_look *look, struct bh_str mountinfo, const char *point) {
        struct bh_cur c = bh_cur_of(mountinfo);
        struct bh_mount_entry m;

        while (bh_mount_entry_next(&c, look->scratch, &m))
                if (bh_str_is(m.point, point))
                        return true;
        return false;
}

/* A kernel may be built without it; then there is nothing to hide. */
static bool is_there(struct bh_engine_look *look, const char *path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;

        return look->reach->stat(look->reach->user, 0, path, true, &st, &why) >= 0;
}

/* What hides a path is a mount over it: an engine that does not tell (Podman) is asked so, through the kernel. */
static void add_bare(struct bh_engine_look *look, struct bh_box *b) {
        static const char *const always[] = { "/proc/kcore", "/proc/keys", "/proc/sys", "/proc/sysrq-trigger" };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (!b->task || look->reach->proc(look->reach->user, b->task->pid, "mountinfo", BH_LIMIT_INVENTORY_NET, look->scratch, &text, &why) < 0)
                return;
        for (size_t i = 0; i < BH_LEN(always); i++)
                if (!has_mount(look, text, always[i]) && is_there(look, always[i]))
                        bh_fact_add(b->fact, BH_BOX_UNMASKED, bh_str_of(always[i]));
}

static void set_unmasked(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str said;

        if (b->fact->values[BH_BOX_PRIVILEGED].value.b || option(b, BH_STR("unmask"), &said) || (option(b, BH_STR("systempaths"), &said) && bh_str_is(said, "unconfined"))) {
                bh_fact_add(b->fact, BH_BOX_UNMASKED, BH_STR("/proc"));
                bh_fact_add(b->fact, BH_BOX_UNMASKED, BH_STR("/sys"));
                return;
        }
        add_missing(b, "MaskedPaths", masked, BH_LEN(masked));
        add_missing(b, "ReadonlyPaths", read_only, BH_LEN(read_only));
        if (!b->fact->values[BH_BOX_UNMASKED].set)
                add_bare(look, b);
}

void bh_box_filters(struct bh_engine_look *look, struct bh_box *b) {
        set_seccomp(look, b);
        if (look->apparmor)
                set_apparmor(look, b);
        if (look->selinux)
                set_selinux(look, b);
        set_unmasked(look, b);
        bh_fact_bool(b->fact, BH_BOX_READONLY, bh_doc_bool(bh_doc_get(b->host, "ReadonlyRootfs"), false));
}
