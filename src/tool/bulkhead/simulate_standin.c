/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/simulate_standin.h"

#include <elf.h>

#define BASE 0x400000u

#if defined(__x86_64__)
#define MACHINE EM_X86_64
/* mov eax, exit; xor edi, edi; syscall */
#define CODE { 0xb8, 0x3c, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05 }
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
/* mov x8, exit; mov x0, 0; svc 0 */
#define CODE { 0xa8, 0x0b, 0x80, 0xd2, 0, 0, 0x80, 0xd2, 0x01, 0, 0, 0xd4 }
#endif

#ifdef MACHINE
static const struct program {
        Elf64_Ehdr head;
        Elf64_Phdr segment;
        uint8_t code[16];
} program = {
        .head = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                  .e_type = ET_EXEC,
                  .e_machine = MACHINE,
                  .e_version = EV_CURRENT,
                  .e_entry = BASE + offsetof(struct program, code),
                  .e_phoff = offsetof(struct program, segment),
                  .e_ehsize = sizeof(Elf64_Ehdr),
                  .e_phentsize = sizeof(Elf64_Phdr),
                  .e_phnum = 1 },
        .segment = { .p_type = PT_LOAD,
                     .p_flags = PF_R | PF_X,
                     .p_vaddr = BASE,
                     .p_paddr = BASE,
                     .p_filesz = sizeof(struct program),
                     .p_memsz = sizeof(struct program),
                     .p_align = 0x1000 },
        .code = CODE,
};
#endif

struct bh_str bh_standin(void) {
#ifdef MACHINE
        return (struct bh_str){ (const char *) &program, sizeof program };
#else
        return (struct bh_str){ 0 };
#endif
}
