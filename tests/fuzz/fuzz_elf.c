/* SPDX-License-Identifier: Apache-2.0 */
/* An ELF file with all that we ask of it, and the Go build record inside. */
#include "fmt/gobuildinfo.h"
#include "fuzz.h"

static void go(struct bh_go_build *b) {
        struct bh_str rest = b->modinfo;
        struct bh_go_module m;
        bool is_main;

        while (bh_go_build_module(&rest, &m, &is_main))
                ;
        (void) bh_go_ldflags_version(bh_go_build_setting(b->modinfo, BH_STR("-ldflags")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size }, s;
        struct bh_go_build build;
        struct bh_elf_section sec;
        struct bh_err err = BH_ERR_NONE;
        struct bh_elf elf;
        uint32_t i = 0;

        if (bh_go_build_inline(bytes, &build, &err) == 0)
                go(&build);
        if (bh_elf_open(bytes, &elf, &err) < 0)
                return 0;
        for (uint32_t k = 0; k < 1000 && bh_elf_section_at(&elf, k, &sec); k++)
                (void) bh_elf_bytes(&elf, &sec);
        (void) bh_elf_build_id(&elf);
        (void) bh_elf_soname(&elf);
        (void) bh_elf_interp(&elf);
        while (i < 1000 && bh_elf_needed(&elf, &i, &s))
                ;
        if (bh_go_build_find(&elf, &build, &err) == 0)
                go(&build);
        return 0;
}
