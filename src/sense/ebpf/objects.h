/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_OBJECTS_H
#define BH_SENSE_EBPF_OBJECTS_H
/*
 * The programs for the kernel, as they were built into this one (bpf/prog/),
 * loaded so that what one kernel refuses takes only itself away.
 *
 * All objects name the same maps; the first to be loaded makes them.
 */
#include <stdbool.h>

#include <bpf/libbpf.h>

#include "base/err.h"

/* Files of bpf/prog/. */
#define BH_BPF_OBJECTS(X) \
        X(sensor)         \
        X(guard)          \
        X(lsm)

enum bh_bpf_object {
#define X(name) BH_BPF_##name,
        BH_BPF_OBJECTS(X)
#undef X
                _BH_BPF_OBJECT_MAX
};

#define BH_BPF_PROGRAMS_MAX 32 /* in one object */

/* A program that the kernel has refused, and why. */
struct bh_bpf_refused {
        char name[32];
        int sys; /* errno */
};

struct bh_bpf_objects {
        struct bpf_object *at[_BH_BPF_OBJECT_MAX];
        struct bh_bpf_refused refused[_BH_BPF_OBJECT_MAX * BH_BPF_PROGRAMS_MAX];
        size_t n_refused;
        size_t ring_bytes; /* of the largest ring */
        bool can_cast;     /* the kernel knows bpf_rdonly_cast */
};

/* Loads one, beside those that are there. Fails only when nothing of it can be loaded at all. */
int bh_bpf_object_load(struct bh_bpf_objects *o, enum bh_bpf_object which, struct bh_err *err) BH_MUST_CHECK;
void bh_bpf_objects_close(struct bh_bpf_objects *o);

/* NULL: was refused, and *ret_sys says why (0: there is no such program). */
struct bpf_program *bh_bpf_program(const struct bh_bpf_objects *o, const char *name, int *ret_sys);
/* Which build of the programs this is: what another has left in the kernel may be shaped otherwise. */
uint64_t bh_bpf_objects_stamp(void);
/* How many of the rings for files this machine's CPUs have a use for. */
unsigned bh_bpf_file_rings(void);
/* A map's descriptor, or -1. */
int bh_bpf_map(const struct bh_bpf_objects *o, const char *name);

#endif
