/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_NAMES_H
#define BH_RULE_NAMES_H
/*
 * Names of hosts that rules compare addresses with (fd.sip.name = "example.com").
 * A thread of its own asks the resolver, when a run begins and again from time
 * to time; an event only looks at what is known by then. Before the first
 * answer, and without one, a name is no address's.
 */
#include "base/str.h"
#include "rule/value.h"

struct bh_names;
struct bh_named;

struct bh_names *bh_names_new(void);
void bh_names_unref(struct bh_names **names);
struct bh_named *bh_names_add(struct bh_names *names, struct bh_str name); /* the same for the same name */
/* Begins to resolve, once. */
void bh_names_start(struct bh_names *names);
bool bh_named_is(struct bh_named *name, const struct bh_ip *ip);
/* The first name that has this address; NULL. */
const char *bh_names_of(struct bh_names *names, const struct bh_ip *ip);
/* For tests: this is the answer. */
void bh_named_answer(struct bh_named *name, const struct bh_ip *ips, size_t n);

#endif
