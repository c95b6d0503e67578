/* SPDX-License-Identifier: Apache-2.0 */
/* One object of bpf/prog/, as bytes of ours: BH_NAME is its name, BH_FILE its file. */
#define SYMBOL_(name) bh_bpf_##name
#define SYMBOL(name) SYMBOL_(name)
#define END_(name) bh_bpf_##name##_end
#define END(name) END_(name)

        .section .rodata
        .balign 16
        .globl SYMBOL(BH_NAME), END(BH_NAME)
        .hidden SYMBOL(BH_NAME), END(BH_NAME)
SYMBOL(BH_NAME):
        .incbin BH_FILE
END(BH_NAME):
        .byte 0
        .section .note.GNU-stack, "", @progbits
