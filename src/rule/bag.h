/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_BAG_H
#define BH_RULE_BAG_H
/*
 * An event made by hand: names of fields and their values, as a proof or a
 * test writes them. Rules see it through a copy of the source they are for,
 * so they cannot tell it from a real one. What is not in the bag is missing.
 *
 *     { evt.type: execve, proc.name: sh, proc.aname[2]: sshd, evt.arg.flags: O_RDONLY }
 */
#include "fmt/doc.h"
#include "rule/field.h"

struct bh_bag;

/* A copy of a source whose fields look into bags; `like` must live as long. */
const struct bh_source *bh_bag_source(struct bh_arena *arena, const struct bh_source *like);
/* `source` is one of bh_bag_source. evt.num is 1 and container.id "host", unless they are given. */
int bh_bag_new(struct bh_arena *arena, const struct bh_source *source, const struct bh_doc *object, struct bh_bag **ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
