/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* dl_iterate_phdr, MADV_DONTNEED */
#include "sys/trim.h"

#include <link.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"

enum { HEADERS_MOST = 32 };

/*
 * Only what is never written: a page that was would be lost. The headers lie in what is given back: read after that, they would
 * bring it in again, with the fifteen pages around it, for each of fifty libraries.
 */
static int trim_object(struct dl_phdr_info *info, size_t size, void *user) {
        uintptr_t page = (uintptr_t) sysconf(_SC_PAGESIZE);
        size_t n = BH_MIN((size_t) info->dlpi_phnum, (size_t) HEADERS_MOST);
        ElfW(Phdr) own[HEADERS_MOST];

        (void) size, (void) user;
        memcpy(own, info->dlpi_phdr, n * sizeof own[0]);
        for (size_t i = 0; i < n; i++) {
                const ElfW(Phdr) *p = &own[i];
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
