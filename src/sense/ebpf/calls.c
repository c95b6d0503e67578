/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/calls.h"

#include <sys/syscall.h>

#include "base/macros.h"
#include "sense/ebpf/calls_both.h"

#define NR(name) __NR_##name

const struct bh_call_row bh_calls[] = {
#ifdef __NR_open
        BH_CALLS_OF_OLD,
#endif
        BH_CALLS_OF_BOTH,
#ifdef __NR_fchmodat2
        BH_PATH_AT(fchmodat2, FCHMODAT, 1, 2),
#endif
#ifdef __NR_kexec_file_load
        BH_PLAIN(kexec_file_load, KEXEC_LOAD),
#endif
        BH_SOCKET(accept, ACCEPT, .flags = BH_CALL_RETURNS_FD | BH_CALL_SERVER),
        BH_NAMED(mmap, MMAP, .fd = 5),
};
const size_t bh_calls_len = BH_LEN(bh_calls);
