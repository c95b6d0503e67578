/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_TRIM_H
#define BH_SYS_TRIM_H

/*
 * Gives memory back that only a program's start has needed: free memory of the
 * heap, and pages of programs and libraries that nobody writes, which the kernel
 * reads again should they be wanted. For what stays and waits.
 */
void bh_trim_memory(void);

#endif
