/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_SPACE_H
#define BH_ADVISORY_SPACE_H
/*
 * Where to look: from what a system and its packages call themselves to the
 * spaces and names of advisories.
 */
#include "base/arena.h"
#include "base/vec.h"
#include "model/advisory.h"

/* A package name as its ecosystem compares it: for what is stored and for what is asked. */
struct bh_str bh_package_key(struct bh_arena *arena, enum bh_eco eco, struct bh_str name);

/* How much a space has to say about a system. */
enum bh_space_role {
        BH_SPACE_OWN,        /* the release itself */
        BH_SPACE_COLLECTION, /* more packages for it, in several streams: "amazon:2:docker" */
        BH_SPACE_SUPPORT,    /* paid or longer support: refines what its own space leaves open: "ubuntu:20.04:esm-apps" */
        BH_SPACE_KIN,        /* the distribution it is rebuilt from: heard where its own space is silent */
};

struct bh_space {
        struct bh_str name;
        enum bh_space_role role;
        struct bh_str channel; /* "esm-apps", "docker"; empty for OWN and KIN */
};
BH_VEC_OF(bh_spaces, struct bh_space);

/* The distribution's own space and its kin's; none for one we do not know how to name. `version` as in os-release. */
struct bh_spaces bh_spaces_of_os(struct bh_arena *arena, struct bh_str id, struct bh_str version);
/* What spaces named "OWN:channel" are to that distribution. */
enum bh_space_role bh_space_channel_role(struct bh_str id);
/* Red Hat's longer support for a minor release shows in a package's own release tag: ".el9_2" -> "rhel:9.2:eus", ... */
void bh_spaces_of_tag(struct bh_arena *arena, struct bh_str id, struct bh_str version, struct bh_spaces *into);
/* The language space of an ecosystem: "npm"; empty for distributions. */
struct bh_str bh_space_of_eco(enum bh_eco eco);

/* Other names under which advisories know a product that was recognised in a binary or a main module. */
struct bh_product_name {
        enum bh_eco eco; /* how its versions are compared */
        const char *space, *name;
};
BH_VEC_OF(bh_product_names, struct bh_product_name);
struct bh_product_names bh_product_names(struct bh_arena *arena, enum bh_eco eco, struct bh_str name);

#endif
