/* SPDX-License-Identifier: Apache-2.0 */
#include "image/mounts.h"

#include <linux/magic.h>
#include <sys/vfs.h>

enum kind {
        ENTER,
        PSEUDO,  /* the kernel's own: no files of anybody's */
        NETWORK, /* another machine's files, or a program's: may be endless, may hang */
        LAYERS,  /* a container's root */
        MEMORY,
};

/* <linux/magic.h> lacks some of what a modern system mounts. */
static const struct {
        unsigned long type;
        enum kind kind;
} types[] = {
        { PROC_SUPER_MAGIC, PSEUDO },
        { SYSFS_MAGIC, PSEUDO },
        { DEVPTS_SUPER_MAGIC, PSEUDO },
        { CGROUP_SUPER_MAGIC, PSEUDO },
        { CGROUP2_SUPER_MAGIC, PSEUDO },
        { DEBUGFS_MAGIC, PSEUDO },
        { TRACEFS_MAGIC, PSEUDO },
        { SECURITYFS_MAGIC, PSEUDO },
        { SELINUX_MAGIC, PSEUDO },
        { BPF_FS_MAGIC, PSEUDO },
        { PSTOREFS_MAGIC, PSEUDO },
        { NSFS_MAGIC, PSEUDO },
        { HUGETLBFS_MAGIC, PSEUDO },
        { BINFMTFS_MAGIC, PSEUDO },
        { EFIVARFS_MAGIC, PSEUDO },
        { AUTOFS_SUPER_MAGIC, PSEUDO },
        { 0x62656570, PSEUDO }, /* configfs */
        { 0x19800202, PSEUDO }, /* mqueue */
        { 0x65735543, PSEUDO }, /* fusectl */
        { 0x67596969, PSEUDO }, /* rpc_pipefs */
        { NFS_SUPER_MAGIC, NETWORK },
        { SMB_SUPER_MAGIC, NETWORK },
        { 0xff534d42, NETWORK }, /* cifs */
        { 0xfe534d42, NETWORK }, /* smb2 */
        { CEPH_SUPER_MAGIC, NETWORK },
        { AFS_SUPER_MAGIC, NETWORK },
        { CODA_SUPER_MAGIC, NETWORK },
        { V9FS_MAGIC, NETWORK },
        { FUSE_SUPER_MAGIC, NETWORK },
        { OVERLAYFS_SUPER_MAGIC, LAYERS },
        { TMPFS_MAGIC, MEMORY },
};

static enum kind kind_of(int fd) {
        struct statfs fs;

        if (fstatfs(fd, &fs) < 0)
                return PSEUDO;
        for (size_t i = 0; i < BH_LEN(types); i++)
                if (types[i].type == ((unsigned long) fs.f_type & 0xffffffff))
                        return types[i].kind;
        return ENTER;
}

bool bh_mounts_may_enter(int fd, struct bh_str path, bool host, const char **ret_why) {
        *ret_why = NULL;
        switch (kind_of(fd)) {
        case PSEUDO:
                return false;
        case NETWORK:
                *ret_why = "a file system of another machine or program is mounted here, and was left out";
                return false;
        case LAYERS:
                return !host;
        case MEMORY: /* device nodes and sockets; elsewhere people put files */
                return !bh_str_is(path, "dev") && !bh_str_is(path, "sys/fs/cgroup") && !(host && bh_str_is(path, "run"));
        default:
                return true;
        }
}

bool bh_mounts_is_storage(struct bh_str path) {
        static const char *const places[] = {
                "var/lib/docker",      "var/lib/containerd", "var/lib/containers/storage", "run/containerd",
                "var/lib/kubelet/pods", "var/lib/rancher/k3s/agent/containerd",
        };

        return bh_str_among(path, places, BH_LEN(places));
}
