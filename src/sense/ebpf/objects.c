/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/objects.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/hash.h"
#include "base/macros.h"
#include "bpf/shared/sensor.h"
#include "sense/ebpf/possible.h"

/* The bytes, by embed.S. */
#define X(name) extern const char bh_bpf_##name[], bh_bpf_##name##_end[];
BH_BPF_OBJECTS(X)
#undef X

static const struct bytes {
        const char *name, *at, *end;
} bytes[] = {
#define X(name) { #name, bh_bpf_##name, bh_bpf_##name##_end },
        BH_BPF_OBJECTS(X)
#undef X
};

/* libbpf would write to stderr; what went wrong is told by what fails. */
static int say_nothing(enum libbpf_print_level level, const char *format, va_list args) {
        (void) level, (void) format, (void) args;
        return 0;
}

static struct bpf_object *open_one(unsigned which) {
        LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = bytes[which].name);

        return bpf_object__open_mem(bytes[which].at, (size_t) (bytes[which].end - bytes[which].at), &opts);
}

static int map_of_others(const struct bh_bpf_objects *o, const char *name) {
        for (unsigned i = 0; i < _BH_BPF_OBJECT_MAX; i++) {
                struct bpf_map *map = o->at[i] ? bpf_object__find_map_by_name(o->at[i], name) : NULL;

                if (map && bpf_map__fd(map) >= 0)
                        return bpf_map__fd(map);
        }
        return -1;
}

unsigned bh_bpf_file_rings(void) {
        int cpus = libbpf_num_possible_cpus();

        return cpus >= BH_FILE_RINGS ? BH_FILE_RINGS : cpus > 1 ? 2 : 1;
}

/* Files come in floods; programs start one by one, and connect less often still. */
static uint32_t ring_bytes(const struct bh_bpf_objects *o, const char *name) {
        static const char file[] = "ring_file";
        uint32_t all = (uint32_t) o->ring_bytes, least = (uint32_t) sysconf(_SC_PAGESIZE);
        unsigned rings = bh_bpf_file_rings();

        if (strncmp(name, file, sizeof(file) - 1) == 0)
                all = (unsigned) (name[sizeof(file) - 1] - '0') >= rings ? 0 : rings == BH_FILE_RINGS ? all / 2 : all;
        else
                all /= strcmp(name, "ring_proc") == 0 ? 2 : 4;
        return BH_MAX(all, least);
}

/* Constants and variables that a file keeps to itself; those with a name of their own (lib/maps.h) are shared. */
static bool is_private(const struct bpf_map *map) {
        return bpf_map__is_internal(map) && strncmp(bpf_map__name(map), ".data.", 6) != 0;
}

/* Maps of another object where there are, else as large as they must be here. */
static int prepare_maps(const struct bh_bpf_objects *o, struct bpf_object *object) {
        struct bpf_map *map;
        int r = 0;

        bpf_object__for_each_map(map, object) {
                const char *name = bpf_map__name(map);
                int fd = is_private(map) ? -1 : map_of_others(o, name);

                if (fd >= 0)
                        r = bpf_map__reuse_fd(map, fd);
                else if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
                        r = bpf_map__set_max_entries(map, ring_bytes(o, name));
                else if (strcmp(name, "bigs") == 0)
                        r = bpf_map__set_max_entries(map, (uint32_t) libbpf_num_possible_cpus());
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_refused(const struct bh_bpf_objects *o, const char *name, int *ret_sys) {
        for (size_t i = 0; i < o->n_refused; i++)
                if (strcmp(o->refused[i].name, name) == 0) {
                        *ret_sys = o->refused[i].sys;
                        return true;
                }
        return false;
}

/* All that was not refused, or only one program of them. */
static void choose(const struct bh_bpf_objects *o, struct bpf_object *object, const char *only) {
        struct bpf_program *p;
        int sys;

        bpf_object__for_each_program(p, object) {
                const char *name = bpf_program__name(p);

                bpf_program__set_autoload(p, only ? strcmp(name, only) == 0 : !is_refused(o, name, &sys));
        }
}

/* Where a constant of lib/kernel.h stands among those of an object; -1: it has none. */
static long constant_at(struct bpf_object *object, const char *name) {
        const struct btf *btf = bpf_object__btf(object);
        int section = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
        const struct btf_type *t = section < 0 ? NULL : btf__type_by_id(btf, (uint32_t) section);

        for (unsigned i = 0; t && i < btf_vlen(t); i++) {
                const struct btf_var_secinfo *v = btf_var_secinfos(t) + i;
                const char *is = btf__name_by_offset(btf, btf__type_by_id(btf, v->type)->name_off);

                if (strcmp(is, name) == 0)
                        return v->offset;
        }
        return -1;
}

static void tell_constants(const struct bh_bpf_objects *o, struct bpf_object *object) {
        long at = constant_at(object, "can_cast");
        struct bpf_map *map;

        bpf_object__for_each_map(map, object) {
                const char *suffix = strchr(bpf_map__name(map), '.');
                size_t size;

                if (at >= 0 && suffix && strcmp(suffix, ".rodata") == 0)
                        ((uint8_t *) bpf_map__initial_value(map, &size))[at] = o->can_cast;
        }
}

static int load_chosen(const struct bh_bpf_objects *o, unsigned which, const char *only, struct bpf_object **ret) {
        struct bpf_object *object = open_one(which);
        int r;

        if (!object)
                return -errno;
        choose(o, object, only);
        tell_constants(o, object);
        r = prepare_maps(o, object);
        if (r == 0)
                r = bpf_object__load(object);
        if (r < 0)
                bpf_object__close(object);
        else
                *ret = object;
        return r;
}

static void refuse(struct bh_bpf_objects *o, const char *name, int sys) {
        struct bh_bpf_refused *refused = &o->refused[o->n_refused];

        if (o->n_refused == BH_LEN(o->refused))
                return;
        snprintf(refused->name, sizeof(refused->name), "%s", name);
        refused->sys = sys;
        o->n_refused++;
}

/* Hooks that have the same name in all kernels, but not the same arguments. */
static const struct {
        const char *program;
        unsigned args;
} shapes[] = { { "uring_complete", 3 }, { "uring_complete_res", 7 } };

/* Does this kernel have the hook of a program, as the program knows it? */
static bool has_hook(const struct btf *btf, const struct bpf_program *p) {
        static const char tp[] = "tp_btf/", lsm[] = "lsm/";
        const char *section = bpf_program__section_name(p);
        const struct btf_type *t;
        char name[64];
        int id;

        if (strncmp(section, lsm, sizeof(lsm) - 1) == 0) {
                snprintf(name, sizeof(name), "bpf_lsm_%s", section + sizeof(lsm) - 1);
                return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
        }
        if (strncmp(section, tp, sizeof(tp) - 1) != 0)
                return true;
        snprintf(name, sizeof(name), "btf_trace_%s", section + sizeof(tp) - 1);
        id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
        if (id < 0)
                return false;
        t = btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t) id)->type); /* a pointer to a function, */
        t = t ? btf__type_by_id(btf, t->type) : NULL;
        for (size_t i = 0; i < BH_LEN(shapes); i++)
                if (t && strcmp(shapes[i].program, bpf_program__name(p)) == 0)
                        return btf_vlen(t) == shapes[i].args + 1; /* whose first argument is the kernel's own */
        return true;
}

/* Known beforehand: trying costs far more. */
static void find_missing(struct bh_bpf_objects *o, unsigned which) {
        struct btf *btf = btf__load_vmlinux_btf();
        struct bpf_object *object = btf ? open_one(which) : NULL;
        struct bpf_program *p;

        o->can_cast = btf && btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
        if (object) /* else loading will say why */
                bpf_object__for_each_program(p, object)
                        if (!has_hook(btf, p))
                                refuse(o, bpf_program__name(p), ESRCH);
        bpf_object__close(object);
        btf__free(btf);
}

/* Which of its programs does the kernel refuse? Each is tried alone. */
static void find_refused(struct bh_bpf_objects *o, unsigned which) {
        struct bpf_object *all = open_one(which), *one;
        struct bpf_program *p;

        if (!all)
                return;
        bpf_object__for_each_program(p, all) {
                int r, sys;

                if (is_refused(o, bpf_program__name(p), &sys))
                        continue;
                r = load_chosen(o, which, bpf_program__name(p), &one);
                if (r == 0)
                        bpf_object__close(one);
                else
                        refuse(o, bpf_program__name(p), -r);
        }
        bpf_object__close(all);
}

bool bh_bpf_possible(void) {
        int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "bh_possible", sizeof(uint32_t), sizeof(uint32_t), 1, NULL);

        if (fd >= 0)
                close(fd);
        return fd >= 0 && access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

int bh_bpf_object_load(struct bh_bpf_objects *o, enum bh_bpf_object which, struct bh_err *err) {
        int r;

        libbpf_set_print(say_nothing);
        if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "this kernel does not describe its own types (/sys/kernel/btf/vmlinux), which BPF programs need");
        find_missing(o, which);
        r = load_chosen(o, which, NULL, &o->at[which]);
        if (r < 0) {
                find_refused(o, which);
                r = load_chosen(o, which, NULL, &o->at[which]);
        }
        if (r < 0)
                return bh_fail_sys(err, -r, "the kernel takes none of the BPF programs of '%s'", bytes[which].name);
        return 0;
}

void bh_bpf_objects_close(struct bh_bpf_objects *o) {
        for (unsigned i = 0; i < _BH_BPF_OBJECT_MAX; i++)
                bpf_object__close(o->at[i]);
        *o = (struct bh_bpf_objects){ 0 };
}

struct bpf_program *bh_bpf_program(const struct bh_bpf_objects *o, const char *name, int *ret_sys) {
        *ret_sys = 0;
        if (is_refused(o, name, ret_sys))
                return NULL;
        for (unsigned i = 0; i < _BH_BPF_OBJECT_MAX; i++) {
                struct bpf_program *p = o->at[i] ? bpf_object__find_program_by_name(o->at[i], name) : NULL;

                if (p)
                        return p;
        }
        return NULL;
}

uint64_t bh_bpf_objects_stamp(void) {
        uint64_t h = 0;

        for (unsigned i = 0; i < _BH_BPF_OBJECT_MAX; i++)
                h = h * 31 + bh_hash64((struct bh_str){ bytes[i].at, (size_t) (bytes[i].end - bytes[i].at) });
        return h;
}

int bh_bpf_map(const struct bh_bpf_objects *o, const char *name) {
        return map_of_others(o, name);
}
