/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_GOBUILDINFO_H
#define BH_FMT_GOBUILDINFO_H
/*
 * What the Go linker writes about how a program was built.
 *
 *     "\xff Go buildinf:" | 14 pointer size | 15 flags: 1 big endian, 2 inline | 16...
 *     inline (Go 1.18 on), at 32: uvarint length, Go version; uvarint length, module text
 *     before that, at 16: two pointers to Go string headers (pointer, length)
 *
 * The module text lies between two 16-byte marks and has a line for each fact:
 *
 *     path   cmd/x       mod   example.org/x   (devel)
 *     dep    a.org/b     v1.2.3   h1:...        =>  replacement of the dep above
 *     build  -ldflags="-X main.version=1.2.3"
 */
#include "base/err.h"
#include "fmt/elf.h"

struct bh_go_module {
        struct bh_str path, version; /* after replacement */
};

struct bh_go_build {
        struct bh_str go_version; /* "go1.22.1" */
        struct bh_str modinfo;    /* the lines, without the marks */
};

/* Finds the record in an ELF file; NOTFOUND when this is no Go program. */
int bh_go_build_find(const struct bh_elf *elf, struct bh_go_build *ret, struct bh_err *err) BH_MUST_CHECK;
/* The inline form alone, from bytes that begin with the magic (a window of a large file). */
int bh_go_build_inline(struct bh_str bytes, struct bh_go_build *ret, struct bh_err *err) BH_MUST_CHECK;
#define BH_GO_BUILD_MAGIC BH_STR("\xff Go buildinf:")

/* Walks modules, the main one first when there is one: `*rest` starts as modinfo. */
bool bh_go_build_module(struct bh_str *rest, struct bh_go_module *ret, bool *ret_main);
/* A build setting ("-ldflags", "vcs.revision", "GOOS"); empty without it. */
struct bh_str bh_go_build_setting(struct bh_str modinfo, struct bh_str key);
/* The version a build script set by "-X ....version=v1.2.3" in -ldflags; empty when there is none, or it is no version. */
struct bh_str bh_go_ldflags_version(struct bh_str ldflags);

#endif
