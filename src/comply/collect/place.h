/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_PLACE_H
#define BH_COMPLY_COLLECT_PLACE_H
/*
 * Where a program lives: one root, the host's own or a container's, and the
 * questions collectors of software ask there. What is not there is no answer;
 * what is there and cannot be read is also a gap that names the place.
 */
#include "comply/collect.h"

struct bh_place {
        const struct bh_reach *reach;
        struct bh_facts *facts;
        struct bh_arena *arena;
        uint32_t root;
        struct bh_str container; /* 64 digits; empty: the host's own */
        unsigned files;          /* and directories, read so far: at most BH_LIMIT_CONF_FILES */
        uint64_t bytes;          /* of them: at most BH_LIMIT_CONF_BYTES */
        bool full;               /* that was said */
        bool idle;               /* the program that is looked for does not run */
};

/* A running program; without a process (pid 0) there are its files only. */
struct bh_program {
        struct bh_place at;
        uint32_t pid, uid;
        struct bh_str exe;
        struct bh_str *argv;
        size_t n_argv;
        unsigned like_it; /* processes of the same program below it */
        uint32_t worker_uid; /* of one of those; its own when there is none */
};

typedef void bh_program_fn(struct bh_program *p);

/*
 * Calls `fn` for each process, here and in containers, whose program's file has one of these names (ended by NULL; "php-fpm*" is
 * a glob) and whose parent's has not. On a host with no such process it is called once without one, if `config` is there; a
 * NULL `config` asks for processes only.
 */
void bh_programs_find(const struct bh_reach *reach, struct bh_facts *facts, const char *const *names, const char *config, bh_program_fn *fn);
/* The word behind "-c" (or in "-cWORD"), the last one given; empty when there is none. */
struct bh_str bh_program_option(const struct bh_program *p, const char *option);
/* A variable of its environment; empty. */
struct bh_str bh_program_env(const struct bh_program *p, const char *name);
/* "PATH", relative to `base` unless it begins with "/"; doubled slashes and "." parts are gone. */
struct bh_str bh_path_in(struct bh_arena *arena, struct bh_str base, struct bh_str path);

bool bh_place_read(struct bh_place *at, struct bh_str path, struct bh_str *ret);
bool bh_place_stat(struct bh_place *at, struct bh_str path, struct bh_reach_stat *ret);
bool bh_place_has(struct bh_place *at, struct bh_str path);
BH_VEC_OF(bh_paths, struct bh_str);
/* Paths that fit a pattern with *, ? and [...] in its parts, in the order of names; a plain path is itself, there or not. */
void bh_place_glob(struct bh_place *at, struct bh_str pattern, struct bh_paths *ret);
/* A gap at that path. */
void bh_place_gap(struct bh_place *at, struct bh_str path, const struct bh_err *why);
/* The version of an installed package (dpkg, apk); empty when it is not known. */
struct bh_str bh_place_version(struct bh_place *at, const char *package);
/* A fact of what is here: its key is the same in the next run, its place is `path`. */
struct bh_fact *bh_place_fact(struct bh_place *at, const struct bh_fact_kind *kind, struct bh_str path, struct bh_str name);
/* One more of a list, unless it is in it; a list that grows beyond BH_LIMIT_CONF_LIST is unknown. */
void bh_fact_once(struct bh_fact *f, unsigned field, struct bh_str v);
/* One more word of a text, for mends that name files: words set apart by blanks; what is longer than a page is left out. */
void bh_fact_word(struct bh_fact *f, unsigned field, struct bh_str v);
/* In lower case. */
struct bh_str bh_lowered(struct bh_arena *arena, struct bh_str s);
/* The name of the user with that number, of passwd there; its digits when there is none. */
struct bh_str bh_place_user(struct bh_place *at, uint32_t uid);

#endif
