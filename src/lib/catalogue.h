/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_CATALOGUE_H
#define BH_LIB_CATALOGUE_H
/*
 * What a registry holds, as the OCI distribution specification lets one ask:
 * its repositories (_catalog), their tags, and which digest a tag points to.
 * Pages are followed; what is beyond a limit is left out and said.
 */
#include <stdatomic.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct bh_catalogue;

struct bh_catalogue_opts {
        struct bh_str address;            /* "registry.example:5000" */
        struct bh_str username, password; /* empty: as anybody */
        struct bh_str ca_pem;
        bool plain_http;
        const atomic_bool *stop;          /* may be NULL */
};

BH_VEC_OF(bh_catalogue_names, struct bh_str);

int bh_catalogue_open(const struct bh_catalogue_opts *opts, struct bh_catalogue **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_catalogue_close(struct bh_catalogue **catalogue);
/* Names lie in the arena. LIMIT: more than BH_LIMIT_CATALOGUE; those there was room for are in `ret`. */
int bh_catalogue_repositories(struct bh_catalogue *c, struct bh_arena *arena, struct bh_catalogue_names *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_catalogue_tags(struct bh_catalogue *c, struct bh_str repository, struct bh_arena *arena, struct bh_catalogue_names *ret, struct bh_err *err)
        BH_MUST_CHECK;
int bh_catalogue_digest(struct bh_catalogue *c, struct bh_str repository, struct bh_str tag, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;

/* Pure: where <...>; rel="next" of a Link header leads; empty when nowhere. Another host's is not followed: then it is empty as well. */
struct bh_str bh_catalogue_next(struct bh_arena *arena, struct bh_str link, struct bh_str base);
/* A name of the distribution specification: lower case, digits, separators, slashes. */
bool bh_catalogue_is_name(struct bh_str repository);
bool bh_catalogue_is_tag(struct bh_str tag);

#endif
