/* SPDX-License-Identifier: Apache-2.0 */
/* The console's archive, BH_CONSOLE of meson.build, as it lies in the program. */
#include "serve/assets.h"

extern const char bh_console_begin[], bh_console_end[];

__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global bh_console_begin, bh_console_end\n"
        ".hidden bh_console_begin, bh_console_end\n"
        "bh_console_begin:\n"
        ".incbin \"" BH_CONSOLE "\"\n"
        "bh_console_end:\n"
        ".byte 0\n"
        ".previous\n");

struct bh_str bh_assets_linked(void) {
        return (struct bh_str){ bh_console_begin, (size_t) (bh_console_end - bh_console_begin) };
}
