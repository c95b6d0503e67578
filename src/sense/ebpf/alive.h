/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_ALIVE_H
#define BH_SENSE_EBPF_ALIVE_H
/* The processes that were there before us, from the kernel's own list (bpf/prog/alive.bpf.c). */
#include "sense/backend.h"
#include "sense/ebpf/objects.h"

/* Has the programs find the host's namespaces (bh_sensor_control); what cannot be found stays 0. */
void bh_find_host(const struct bh_bpf_objects *o);
/* An ALIVE record each. 0; UNSUPPORTED where the kernel cannot; else what fn said. */
int bh_alive(const struct bh_bpf_objects *o, bh_record_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
