/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_FIELDS_H
#define BH_SENSE_FIELDS_H
/*
 * How fields of system calls are read from an event: a few functions, told
 * apart by a row's tag. The rows stand in fields_*.inc, the functions in
 * field_evt.c, field_proc.c, field_fd.c, field_owner.c (users and containers).
 */
#include <string.h>

#include "model/event.h"
#include "rule/field.h"

#define BH_FIELD_GET(name)                                                                                     \
        bool name(const struct bh_field *self, const void *event, const struct bh_field_arg *arg,              \
                  struct bh_arena *scratch, struct bh_value *ret)

/* proc.*, thread.*: strings of one process, of its parent, of its ancestors */
enum bh_proc_text {
        BH_PT_NAME, BH_PT_EXE, BH_PT_EXEPATH, BH_PT_ARGS, BH_PT_CMDLINE, BH_PT_EXELINE, BH_PT_CWD, BH_PT_CGROUP, BH_PT_ENV,
        BH_PT_EXE_NAME, BH_PT_COMM_DIR,
};
enum bh_proc_number {
        BH_PN_PID, BH_PN_PPID, BH_PN_VPID, BH_PN_PVPID, BH_PN_SID, BH_PN_VSID, BH_PN_PGID, BH_PN_VPGID, BH_PN_TTY,
        BH_PN_UID, BH_PN_EUID, BH_PN_SUID, BH_PN_FSUID, BH_PN_GID, BH_PN_EGID, BH_PN_LOGINUID, BH_PN_EXE_INO, BH_PN_EXE_DEV,
        BH_PN_EXE_MODE, BH_PN_EXE_UID, BH_PN_CMDNARGS, BH_PN_CMDLENARGS, BH_PN_LOGINSHELL, BH_PN_PIDNS_START, BH_PN_NS_MNT,
        BH_PN_NS_PID, BH_PN_NS_NET, BH_PN_NS_USER, BH_PN_NS_IPC, BH_PN_NS_UTS, BH_PN_NS_CGROUP, BH_PN_NS_TIME, BH_PN_DEPTH,
};
enum bh_proc_flag {
        BH_PF_WRITABLE, BH_PF_UPPER, BH_PF_LOWER, BH_PF_MEMFD, BH_PF_DELETED, BH_PF_TMPFS, BH_PF_STDIN_SOCKET,
        BH_PF_STDOUT_SOCKET, BH_PF_STDERR_SOCKET, BH_PF_STDIN_PIPE, BH_PF_STDOUT_PIPE, BH_PF_KTHREAD, BH_PF_SETUID_EXEC,
        BH_PF_NO_NEW_PRIVS, BH_PF_STD_SOCKET, BH_PF_SHELL_SOCKET, BH_PF_DRIFT, BH_PF_NEW_FILE, BH_PF_SID_LEADER,
        BH_PF_PGID_LEADER, BH_PF_VPGID_LEADER, BH_PF_SETUID_FILE, BH_PF_SETGID_FILE, BH_PF_NAMED_AS_OTHER, BH_PF_HOST_MNT,
        BH_PF_HOST_PID, BH_PF_HOST_NET, BH_PF_HOST_USER, BH_PF_HOST_IPC, BH_PF_HOST_UTS, BH_PF_PNS_DIFFERS,
};
enum bh_proc_time {
        BH_PM_START, BH_PM_PARENT_START, BH_PM_EXE_CTIME, BH_PM_EXE_MTIME, BH_PM_AGE, BH_PM_PARENT_AGE, BH_PM_EXEC_AGE,
        BH_PM_CTIME_TO_START, BH_PM_CTIME_TO_PIDNS, BH_PM_PIDNS_START,
};
BH_FIELD_GET(bh_field_proc_text);
BH_FIELD_GET(bh_field_proc_args); /* all of them, or the N-th after argv[0] */
BH_FIELD_GET(bh_field_parent_text);
BH_FIELD_GET(bh_field_ancestor_text);
BH_FIELD_GET(bh_field_session_text);  /* the leader of the session, when it is known */
BH_FIELD_GET(bh_field_group_text);    /* of the process group */
BH_FIELD_GET(bh_field_vgroup_text);
BH_FIELD_GET(bh_field_proc_number);
BH_FIELD_GET(bh_field_ancestor_pid);
BH_FIELD_GET(bh_field_proc_flag);
BH_FIELD_GET(bh_field_proc_time);
BH_FIELD_GET(bh_field_proc_caps);
BH_FIELD_GET(bh_field_proc_env);
BH_FIELD_GET(bh_field_proc_aenv);
BH_FIELD_GET(bh_field_proc_stdio);
BH_FIELD_GET(bh_field_thread);
BH_FIELD_GET(bh_field_cgroup);

/* evt.* */
enum bh_evt_text {
        BH_ET_TYPE, BH_ET_SYSCALL, BH_ET_CATEGORY, BH_ET_ARGS, BH_ET_INFO, BH_ET_RES, BH_ET_IO_DIR, BH_ET_SOURCE, BH_ET_HOSTNAME,
        BH_ET_DIR, BH_ET_ABSPATH, BH_ET_ABSPATH_SRC, BH_ET_ABSPATH_DST, BH_ET_ASYNC,
};
enum bh_evt_number {
        BH_EN_NUM, BH_EN_CPU, BH_EN_COUNT, BH_EN_COUNT_ERROR, BH_EN_RAWRES, BH_EN_BUFLEN, BH_EN_RAWTIME, BH_EN_RAWTIME_S,
        BH_EN_RAWTIME_NS, BH_EN_RELTIME, BH_EN_RELTIME_S, BH_EN_RELTIME_NS, BH_EN_DELTA, BH_EN_DELTA_S, BH_EN_DELTA_NS,
        BH_EN_COUNT_ERROR_FILE, BH_EN_COUNT_ERROR_NET, BH_EN_COUNT_ERROR_MEMORY, BH_EN_COUNT_ERROR_OTHER, BH_EN_BUFLEN_IN,
        BH_EN_BUFLEN_OUT,
};
enum bh_evt_flag {
        BH_EF_OPEN_WRITE, BH_EF_OPEN_READ, BH_EF_OPEN_EXEC, BH_EF_OPEN_CREATE, BH_EF_FAILED, BH_EF_IO, BH_EF_IO_READ,
        BH_EF_IO_WRITE, BH_EF_WAIT, BH_EF_SYSLOG, BH_EF_SYSCALL, BH_EF_URING, BH_EF_RACED, BH_EF_CUT, BH_EF_WOULD, BH_EF_KILLED, BH_EF_ASYNC,
};
BH_FIELD_GET(bh_field_evt_text);
BH_FIELD_GET(bh_field_evt_number);
BH_FIELD_GET(bh_field_evt_flag);
BH_FIELD_GET(bh_field_evt_time);
BH_FIELD_GET(bh_field_evt_is_type);
BH_FIELD_GET(bh_field_evt_arg);
BH_FIELD_GET(bh_field_evt_rawarg);
BH_FIELD_GET(bh_field_evt_nothing); /* of rules of years ago: what is told of no more */
BH_FIELD_GET(bh_field_evt_buffer);
BH_FIELD_GET(bh_field_ns_change);
bool bh_field_knows_arg(struct bh_str name);
/* What Falco has and we have not. */
extern const struct bh_field_gap bh_field_gaps[];
/* See bh_source.arg_fit. */
enum bh_arg_fit bh_arguments_fit(const struct bh_field *field, unsigned type, struct bh_str key, struct bh_str text, struct bh_arg_hint *ret);

/* fd.*, fs.path.* */
enum bh_fd_text {
        BH_DT_TYPE, BH_DT_TYPECHAR, BH_DT_NAME, BH_DT_NAMERAW, BH_DT_DIRECTORY, BH_DT_FILENAME, BH_DT_L4PROTO, BH_DT_SOCKFAMILY,
        BH_DT_CONTAINERNAME, BH_DT_CONTAINERDIR, BH_DT_UID, BH_DT_FSTYPE,
};
enum bh_fd_number { BH_DN_NUM, BH_DN_DEV, BH_DN_MAJOR, BH_DN_MINOR, BH_DN_INO, BH_DN_MODE, BH_DN_FLAGS };
enum bh_fd_flag {
        BH_DF_SERVER, BH_DF_CONNECTED, BH_DF_NAME_CHANGED, BH_DF_UPPER, BH_DF_LOWER, BH_DF_DELETED, BH_DF_CREATED,
        BH_DF_STDIO, BH_DF_LOOPBACK, BH_DF_PRIVATE,
};
enum bh_fd_end { BH_DE_LOCAL, BH_DE_REMOTE, BH_DE_CLIENT, BH_DE_SERVER, BH_DE_EITHER };
enum bh_fs_path { BH_FP_NAME, BH_FP_NAMERAW, BH_FP_SOURCE, BH_FP_SOURCERAW, BH_FP_TARGET, BH_FP_TARGETRAW };
BH_FIELD_GET(bh_field_fd_text);
BH_FIELD_GET(bh_field_fd_number);
BH_FIELD_GET(bh_field_fd_flag);
BH_FIELD_GET(bh_field_fd_ip);
BH_FIELD_GET(bh_field_fd_net);
BH_FIELD_GET(bh_field_fd_port);
BH_FIELD_GET(bh_field_fd_proto);
BH_FIELD_GET(bh_field_fs_path);

/* user.*, group.*, container.*, k8s.* */
enum bh_owner_text { BH_OT_USER, BH_OT_HOME, BH_OT_SHELL, BH_OT_LOGIN, BH_OT_GROUP, BH_OT_EUSER };
enum bh_container_text {
        BH_CT_ID, BH_CT_FULL_ID, BH_CT_NAME, BH_CT_IMAGE, BH_CT_IMAGE_ID, BH_CT_TYPE, BH_CT_REPOSITORY, BH_CT_TAG, BH_CT_DIGEST,
        BH_CT_IP, BH_CT_USER, BH_CT_MOUNTS, BH_CT_LABELS, BH_CT_POD_NAME, BH_CT_POD_UID, BH_CT_NS_NAME, BH_CT_SANDBOX,
        BH_CT_FULL_SANDBOX,
};
enum bh_container_flag { BH_CF_PRIVILEGED, BH_CF_HOST_PID, BH_CF_HOST_NET, BH_CF_HOST_IPC, BH_CF_KNOWN };
enum bh_container_mount { BH_CM_ALL, BH_CM_SOURCE, BH_CM_DEST, BH_CM_MODE, BH_CM_RDWR, BH_CM_PROPAGATION };
BH_FIELD_GET(bh_field_owner);
BH_FIELD_GET(bh_field_container_text);
BH_FIELD_GET(bh_field_container_flag);
BH_FIELD_GET(bh_field_container_mount);
BH_FIELD_GET(bh_field_container_label);
BH_FIELD_GET(bh_field_container_time);

/* What every getter ends with. */
static inline bool bh_give_str(struct bh_value *ret, const struct bh_field *self, struct bh_str s) {
        *ret = (struct bh_value){ .type = self->type, .str = s };
        return true;
}
static inline bool bh_give_some(struct bh_value *ret, const struct bh_field *self, struct bh_str s) {
        return s.len && bh_give_str(ret, self, s);
}
static inline bool bh_give_int(struct bh_value *ret, const struct bh_field *self, int64_t i) {
        *ret = (struct bh_value){ .type = self->type, .i = i };
        return true;
}
static inline bool bh_give_bool(struct bh_value *ret, const struct bh_field *self, bool b) {
        *ret = (struct bh_value){ .type = self->type, .b = b };
        return true;
}
static inline struct bh_process *bh_actor(const void *event) {
        return ((const struct bh_event *) event)->process;
}
static inline const struct bh_container *bh_container_of(const void *event) {
        const struct bh_process *p = bh_actor(event);

        return p ? p->container : ((const struct bh_event *) event)->container;
}

/* bh_source.traits, in a file of their own. */
uint64_t bh_traits(const void *event);
extern const struct bh_trait bh_trait_table[];

#endif
