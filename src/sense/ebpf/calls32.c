/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/calls.h"

#include "base/macros.h"
#include "sense/ebpf/calls_both.h"

#ifdef __x86_64__
#include <asm/unistd_32.h>

#define NR(name) __NR_##name

/* Of 16-bit user ids too: the numbers in a record are as the caller gave them. */
const struct bh_call_row bh_calls32[] = {
        BH_CALLS_OF_OLD,
        BH_CALLS_OF_BOTH,
#ifdef __NR_fchmodat2
        BH_PATH_AT(fchmodat2, FCHMODAT, 1, 2),
#endif
        BH_RIGHTS(setuid32, SETUID),
        BH_RIGHTS(setgid32, SETGID),
        BH_RIGHTS(setreuid32, SETREUID),
        BH_RIGHTS(setregid32, SETREGID),
        BH_RIGHTS(setresuid32, SETRESUID),
        BH_RIGHTS(setresgid32, SETRESGID),
        BH_RIGHTS(setfsuid32, LOST),
        BH_RIGHTS(setfsgid32, LOST),
        BH_PATH(chown32, CHOWN, 1),
        BH_PATH(lchown32, LCHOWN, 1),
        BH_FD(fchown32, FCHOWN),
        BH_PATH(truncate64, TRUNCATE, 1),
        BH_NAMED(ftruncate64, TRUNCATE, .flags = BH_CALL_NO_PATH, .fd = 1),
        BH_PATH_AT(utimensat_time64, UTIMENSAT, 1, 2),
        BH_PLAIN(clock_settime64, SETTIMEOFDAY),
        BH_NAMED(mmap2, MMAP, .fd = 5),
        BH_NAMED(fcntl64, DUP, .flags = BH_CALL_RETURNS_FD | BH_CALL_VECTOR),
};
const size_t bh_calls32_len = BH_LEN(bh_calls32);
#else
const struct bh_call_row bh_calls32[1];
const size_t bh_calls32_len;
#endif
