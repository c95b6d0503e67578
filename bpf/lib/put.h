/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_PUT_H
#define BH_BPF_LIB_PUT_H
/*
 * A record is built in a buffer that a CPU has for itself, then copied into
 * the ring in one piece, as long as it really is. Programs that may interrupt
 * each other have different buffers.
 *
 * Nothing here knows a kernel pointer, so that it is tested on the host.
 */
#include "../shared/event.h"

#ifndef inline_
#define inline_ static inline
#endif

#define BH_REC_MASK 0x3fff           /* where a string may begin in a record */
#define BH_REC_BYTES (0x4000 + 4096 + 64)
#define BH_PATH_MAX 4096

/* Where the parts of a record stand. All are constants once has_fd and n are. */
inline_ __u32 at_fd(void) {
        return sizeof(struct bh_ev_head);
}
inline_ __u32 at_proc(int has_fd) {
        return at_fd() + (has_fd ? sizeof(struct bh_ev_fd) : 0);
}
inline_ __u32 at_nums(int has_fd, int has_proc) {
        return at_proc(has_fd) + (has_proc ? sizeof(struct bh_ev_proc) : 0);
}
inline_ __u32 at_lens(int has_fd, int has_proc, __u32 n_nums) {
        return at_nums(has_fd, has_proc) + n_nums * 8;
}
inline_ __u32 at_bytes(int has_fd, int has_proc, __u32 n_nums, __u32 n_strs) {
        return at_lens(has_fd, has_proc, n_nums) + ((n_strs * 4 + 7) & ~7u);
}

/* As user space has it in st_dev, in 32 bits. */
inline_ __u32 dev_encode(__u32 major, __u32 minor) {
        return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}
inline_ __u32 dev_of_kernel(__u32 dev) {
        return dev_encode(dev >> 20, dev & 0xfffff);
}

#endif
