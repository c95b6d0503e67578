/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* clang -target bpf has no folder of its own for what an architecture says of its types. */
#include <asm-generic/int-ll64.h>
