/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_POSSIBLE_H
#define BH_SENSE_EBPF_POSSIBLE_H
/* For who must know before anything is loaded. */
#include <stdbool.h>

/* False: this kernel, or who confines us, refuses BPF altogether. */
bool bh_bpf_possible(void);

#endif
