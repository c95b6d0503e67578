/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of the kernel that runs, as /proc/sys has them now. One fact; a folder has none. */
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"
#include "fmt/doc.h"

enum { VALUE };

static const struct bh_field fields[] = {
        [VALUE] = BH_FACT_MAP("sysctl.value", BH_V_INT, "a parameter that is a number: sysctl.value[kernel.kptr_restrict]; not there where the kernel has none"),
};
const struct bh_fact_kind bh_kind_sysctl = BH_FACT_KIND("sysctl", fields, "parameters of the kernel that runs");

static const char *const names[] = {
        "kernel.randomize_va_space", "kernel.kptr_restrict", "kernel.dmesg_restrict", "kernel.yama.ptrace_scope", "kernel.sysrq", "kernel.unprivileged_bpf_disabled",
        "kernel.kexec_load_disabled", "kernel.perf_event_paranoid", "kernel.modules_disabled", "kernel.core_uses_pid", "net.core.bpf_jit_harden", "fs.suid_dumpable", "fs.protected_hardlinks",
        "fs.protected_symlinks", "fs.protected_fifos", "fs.protected_regular", "net.ipv4.ip_forward", "net.ipv4.tcp_syncookies", "net.ipv4.icmp_echo_ignore_broadcasts",
        "net.ipv4.icmp_ignore_bogus_error_responses", "net.ipv4.conf.all.accept_redirects", "net.ipv4.conf.default.accept_redirects", "net.ipv4.conf.all.secure_redirects",
        "net.ipv4.conf.all.send_redirects", "net.ipv4.conf.default.send_redirects", "net.ipv4.conf.all.accept_source_route", "net.ipv4.conf.default.accept_source_route",
        "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter", "net.ipv4.conf.all.log_martians", "net.ipv6.conf.all.accept_redirects", "net.ipv6.conf.default.accept_redirects",
        "net.ipv6.conf.all.accept_source_route", "net.ipv6.conf.all.accept_ra", "vm.mmap_min_addr", "user.max_user_namespaces", "kernel.unprivileged_userns_clone",
};

static const char *path_of(struct bh_arena *arena, const char *name) {
        struct bh_str path = bh_arena_printf(arena, "/proc/sys/%s", name);
        char *at = bh_arena_bytes(arena, path.len + 1);

        for (size_t i = 0; i < path.len; i++)
                at[i] = path.at[i] == '.' && i > 10 ? '/' : path.at[i];
        at[path.len] = '\0';
        return at;
}

int bh_collect_sysctl_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct bh_place at = bh_host_place(reach, facts);
        struct bh_doc *object = bh_doc_add(facts->arena, NULL, NULL, BH_DOC_OBJECT), *tail = NULL;
        struct bh_str text;
        struct bh_fact *f;

        (void) err;
        if (!bh_place_has(&at, BH_STR("/proc/sys/kernel/randomize_va_space")))
                return 0;
        f = bh_host_fact(&at, &bh_kind_sysctl, "/proc/sys", "kernel parameters");
        for (size_t i = 0; i < BH_LEN(names); i++) {
                struct bh_doc *value;

                if (!bh_place_read(&at, bh_str_of(path_of(facts->arena, names[i])), &text))
                        continue;
                value = bh_doc_add(facts->arena, object, &tail, BH_DOC_NUMBER);
                value->key = bh_str_of(names[i]);
                value->str = bh_str_trim(text);
        }
        bh_fact_map(f, VALUE, object);
        return 0;
}
