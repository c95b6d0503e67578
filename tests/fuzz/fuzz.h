/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_FUZZ_H
#define BH_TESTS_FUZZ_H
/* What every fuzz target is: libFuzzer's entry (https://llvm.org/docs/LibFuzzer.html). */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
