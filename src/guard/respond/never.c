/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/respond/never.h"

#include <unistd.h>

#include "base/glob.h"
#include "sys/cgroup.h"
#include "sys/proc.h"

enum { MAX_ANCESTORS = 64, MAX_PROC_FILE = 1 << 16 };

struct asking {
        struct bh_arena *arena;
        const struct bh_target *t;
        bool file;
};

static bool is_init(const struct asking *a) {
        return a->t->pid == 1 && !a->file;
}

static bool is_kernel(const struct asking *a) {
        return (a->t->kernel_thread || a->t->pid == 2) && !a->file;
}

static struct bh_str own_container(struct bh_arena *arena) {
        struct bh_str text;

        if (bh_proc_read(arena, (uint32_t) getpid(), "cgroup", MAX_PROC_FILE, &text, NULL) < 0)
                return (struct bh_str){ 0 };
        return bh_cgroup_container(text);
}

/* Is pid the ancestor, or `of` itself? */
static bool is_above(uint32_t pid, uint32_t of) {
        struct bh_proc_stat st;

        for (unsigned n = 0; of && n < MAX_ANCESTORS; n++) {
                if (of == pid)
                        return true;
                if (bh_proc_stat(of, &st, NULL) < 0)
                        return false;
                of = st.ppid;
        }
        return false;
}

static bool is_self(const struct asking *a) {
        struct bh_str own = own_container(a->arena);

        if (a->t->container && own.len && bh_str_eq(own, a->t->container->id))
                return true;
        return a->t->pid && !a->file && is_above((uint32_t) getpid(), a->t->pid);
}

static bool is_session(const struct asking *a) {
        return a->t->pid && !a->file && is_above(a->t->pid, (uint32_t) getppid());
}

static bool is_system_path(struct bh_str path) {
        static const char *const tops[] = { "/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/lib32/", "/opt/", "/snap/", "/var/lib/rancher/", "/var/lib/k0s/" };

        for (size_t i = 0; i < BH_LEN(tops); i++)
                if (bh_str_starts(path, bh_str_of(tops[i])))
                        return true;
        return false;
}

/* A name alone is anybody's: it must be a program of the host, from where the host's programs are. */
static bool is_host_program(const struct bh_target *t, const char *const *globs, size_t n) {
        struct bh_str exe = t->exe, name;

        BH_IGNORE(bh_str_cut_suffix(&exe, BH_STR(" (deleted)"))); /* after an update */
        name = bh_str_basename(exe);
        if (t->container || !is_system_path(exe))
                return false;
        for (size_t i = 0; i < n; i++)
                if (bh_glob(bh_str_of(globs[i]), name))
                        return true;
        return false;
}

static bool is_runtime(const struct asking *a) {
        static const char *const names[] = { "dockerd", "docker-proxy", "docker-init", "containerd", "containerd-shim*", "runc", "crun", "youki", "runsc",
                                             "crio", "conmon*", "podman", "buildkitd", "kubelet", "kube-proxy", "k3s*", "k0s*", "rke2*", "systemd",
                                             "systemd-*", "init", "dbus-daemon", "dbus-broker*" };

        return !a->file && is_host_program(a->t, names, BH_LEN(names));
}

static bool is_sshd(const struct asking *a) {
        static const char *const names[] = { "sshd", "sshd-session", "sshd-auth", "dropbear" };

        return !a->file && is_host_program(a->t, names, BH_LEN(names));
}

static bool is_system_file(const struct asking *a) {
        static const char *const more[] = { "/etc/", "/boot/", "/proc/", "/sys/", "/dev/", "/var/lib/bulkhead/", "/var/lib/docker/", "/var/lib/containerd/" };

        if (!a->file || a->t->container)
                return false;
        for (size_t i = 0; i < BH_LEN(more); i++)
                if (bh_str_starts(a->t->file, bh_str_of(more[i])))
                        return true;
        return is_system_path(a->t->file);
}

static const struct builtin {
        const char *name, *about;
        bool (*holds)(const struct asking *a);
} builtins[] = {
        { "init", "process 1", is_init },
        { "kernel", "the kernel's own threads", is_kernel },
        { "self", "this program, its processes and its container", is_self },
        { "session", "the processes we were started from", is_session },
        { "runtimes", "container engines and runtimes, kubelet, systemd of the host", is_runtime },
        { "sshd", "the ssh server of the host", is_sshd },
        { "system-files", "files of the host below /usr, /bin, /sbin, /lib, /opt, /etc, /boot, and our own state", is_system_file },
};

bool bh_never_is_builtin(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(builtins); i++)
                if (bh_str_is(name, builtins[i].name))
                        return true;
        return false;
}

const char *bh_never_builtin(size_t i, const char **ret_about) {
        if (i >= BH_LEN(builtins))
                return NULL;
        *ret_about = builtins[i].about;
        return builtins[i].name;
}

static bool is_lifted(struct bh_str name, const struct bh_str *even, uint32_t n_even) {
        for (uint32_t i = 0; i < n_even; i++)
                if (bh_str_eq(even[i], name))
                        return true;
        return false;
}

static bool row_fits(const struct bh_never *n, const struct bh_target *t) {
        return (n->process.len == 0 || bh_glob(n->process, t->comm)) && (n->exe.len == 0 || bh_glob(n->exe, t->exe)) && bh_scope_fits(&n->scope, t->container);
}

struct bh_str bh_never_holds(struct bh_arena *arena, const struct bh_respond_policy *policy, const struct bh_str *even, uint32_t n_even,
                             const struct bh_target *t, bool file) {
        struct asking a = { arena, t, file };

        for (size_t i = 0; i < BH_LEN(builtins); i++) {
                struct bh_str name = bh_str_of(builtins[i].name);

                if (!is_lifted(name, even, n_even) && builtins[i].holds(&a))
                        return name;
        }
        for (size_t i = 0; policy && i < policy->never.len; i++) {
                const struct bh_never *n = &policy->never.at[i];

                if (!is_lifted(n->name, even, n_even) && row_fits(n, t))
                        return n->name;
        }
        return (struct bh_str){ 0 };
}
