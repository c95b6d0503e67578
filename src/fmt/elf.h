/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_ELF_H
#define BH_FMT_ELF_H
/*
 * ELF (gabi 4.1), 32 and 64 bits, both byte orders: enough to find sections,
 * notes and what a program is linked with. Slices point into the input, which
 * may be only the beginning of a file: what lies behind its end is not found.
 */
#include "base/cur.h"
#include "base/err.h"

enum { BH_ELF_EXEC = 2, BH_ELF_DYN = 3, BH_ELF_CORE = 4 };
enum { BH_ELF_PT_LOAD = 1, BH_ELF_PT_DYNAMIC = 2, BH_ELF_PT_INTERP = 3, BH_ELF_PT_NOTE = 4 };

struct bh_elf {
        struct bh_str bytes;
        bool wide, big; /* 64 bits; big endian */
        uint16_t type, machine;
        uint64_t ph_at, sh_at;
        uint32_t ph_n, sh_n, ph_size, sh_size;
        struct bh_str sh_names;
};

struct bh_elf_section {
        struct bh_str name;
        uint32_t type;
        uint64_t flags, vaddr, offset, size;
};

struct bh_elf_segment {
        uint32_t type, flags; /* flags: 1 execute, 2 write, 4 read */
        uint64_t vaddr, offset, size;
};

struct bh_elf_note {
        struct bh_str name, desc;
        uint32_t type;
};

bool bh_elf_is(struct bh_str bytes);
int bh_elf_open(struct bh_str bytes, struct bh_elf *ret, struct bh_err *err) BH_MUST_CHECK;

/* The i-th; false past the last one or outside the bytes. */
bool bh_elf_section_at(const struct bh_elf *elf, uint32_t i, struct bh_elf_section *ret);
bool bh_elf_segment_at(const struct bh_elf *elf, uint32_t i, struct bh_elf_segment *ret);
bool bh_elf_find(const struct bh_elf *elf, const char *section, struct bh_elf_section *ret);
/* Its content; empty when it has none, or lies behind the end of the input. */
struct bh_str bh_elf_bytes(const struct bh_elf *elf, const struct bh_elf_section *s);
/* What the program would see at a virtual address; empty when no segment has it. At most n bytes, perhaps fewer. */
struct bh_str bh_elf_memory(const struct bh_elf *elf, uint64_t vaddr, uint64_t n);

/* Notes one after the other: bytes of a note section, eaten from the front. */
bool bh_elf_note_next(const struct bh_elf *elf, struct bh_str *notes, struct bh_elf_note *ret);
/* The id from .note.gnu.build-id, raw; empty without one. */
struct bh_str bh_elf_build_id(const struct bh_elf *elf);
/* The dynamic section: `*i` starts at 0; each NEEDED library in turn. */
bool bh_elf_needed(const struct bh_elf *elf, uint32_t *i, struct bh_str *ret);
struct bh_str bh_elf_soname(const struct bh_elf *elf);
struct bh_str bh_elf_interp(const struct bh_elf *elf);

#endif
