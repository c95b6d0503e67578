/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* clang -target bpf has no folder of its own for what an architecture says of its types. */
#define __BITS_PER_LONG 64
#include <asm-generic/bitsperlong.h>
