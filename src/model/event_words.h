/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_EVENT_WORDS_H
#define BH_MODEL_EVENT_WORDS_H
/*
 * The words behind numbers in arguments of system calls, by the kernel's own
 * values. Each table ends with a NULL word. Of flags, a row with value 0 is
 * the word for "none of them"; a row of several bits holds when all are set.
 */
#include "model/event.h"

extern const struct bh_ev_word bh_words_open[], bh_words_resolve[], bh_words_mode[], bh_words_node_mode[],
        bh_words_family[], bh_words_socket_type[], bh_words_socket_flags[], bh_words_clone[], bh_words_mount[],
        bh_words_umount[], bh_words_move_mount[], bh_words_open_tree[], bh_words_mount_attr[], bh_words_unlinkat[],
        bh_words_linkat[], bh_words_renameat2[], bh_words_at_nofollow[], bh_words_prot[], bh_words_map[],
        bh_words_ptrace[], bh_words_prctl[], bh_words_seccomp[], bh_words_memfd[], bh_words_pidfd[], bh_words_bpf[],
        bh_words_perf_type[], bh_words_module[], bh_words_delete_module[], bh_words_kexec[], bh_words_reboot[],
        bh_words_keyctl[], bh_words_uring_setup[], bh_words_uring_features[], bh_words_uring_register[],
        bh_words_userfault[], bh_words_pipe[], bh_words_execve[], bh_words_personality[], bh_words_signal[],
        bh_words_errno[], bh_words_cap[], bh_words_lane[], bh_words_prevention[], bh_words_hidden[];

/*
 * The capabilities that Docker and containerd give by themselves, as bits: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID,
 * SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP. Podman and CRI-O give some of these.
 */
#define BH_CAPS_USUAL 0xa80425fbull

/* The word of exactly that value; NULL. */
const char *bh_word_of(const struct bh_ev_word *words, uint64_t value);

#endif
