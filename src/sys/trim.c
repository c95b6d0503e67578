/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dl_iterate_phdr, MADV_DONTNEED */
#include "sys/trim.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"

/* Only what is never written: a page that was would be lost. */
static int trim_object(struct dl_phdr_info *info, size_t size, void *user) {
        uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);

        (void) size, (void) user;
        for (unsigned i = 0; i < info->dlpi_phnum; i++) {
                const ElfW(Phdr) *p = &info->dlpi_phdr[i];
                uintptr_t from = (info->dlpi_addr + p->p_vaddr + page - 1) & ~(page - 1);
                uintptr_t to = (info->dlpi_addr + p->p_vaddr + p->p_memsz) & ~(page - 1);

                if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && from < to)
                        BH_IGNORE(madvise((void *) from, to - from, MADV_DONTNEED)); /* the kernel's own (vdso) refuses */
        }
        return 0;
}

void bh_trim_memory(void) {
        BH_IGNORE(malloc_trim(0));
        BH_IGNORE(dl_iterate_phdr(trim_object, NULL));
}
