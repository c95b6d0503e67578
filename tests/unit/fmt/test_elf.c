/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the program it is part of: a real one, of whatever machine builds it. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "fmt/elf.h"

static struct bh_str myself(void) {
        static char bytes[4 << 20];
        FILE *f = fopen("/proc/self/exe", "rb");
        size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;

        if (f)
                (void) fclose(f);
        return (struct bh_str){ bytes, n };
}

static void a_program_knows_its_sections_and_libraries(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_elf_section text;
        bool libc = false;
        struct bh_elf elf;
        struct bh_str lib;
        uint32_t i = 0;

        (void) state;
        assert_int_equal(bh_elf_open(myself(), &elf, &err), 0);
        assert_true(bh_elf_find(&elf, ".text", &text));
        assert_true(bh_elf_bytes(&elf, &text).len > 1000);
        while (bh_elf_needed(&elf, &i, &lib))
                libc |= bh_str_starts(lib, BH_STR("libc."));
        assert_true(libc);
        assert_true(bh_str_starts(bh_elf_interp(&elf), BH_STR("/lib")));
        assert_int_equal(bh_elf_build_id(&elf).len, 20);
        assert_true(bh_elf_memory(&elf, text.vaddr, 16).at == bh_elf_bytes(&elf, &text).at);
}

static void only_the_beginning_finds_nothing_behind_it(void **state) {
        struct bh_str head = bh_str_part(myself(), 0, 4096);
        struct bh_err err = BH_ERR_NONE;
        struct bh_elf_section text;
        struct bh_elf elf;

        (void) state;
        assert_int_equal(bh_elf_open(head, &elf, &err), 0);
        assert_false(bh_elf_find(&elf, ".text", &text));
        assert_int_equal(bh_elf_open(BH_STR("\177ELF\2\1\1"), &elf, &err), BH_E_FORMAT);
}

BH_UNIT_MAIN(a_program_knows_its_sections_and_libraries, only_the_beginning_finds_nothing_behind_it)
