/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_AUDITRULES_H
#define BH_COMPLY_READ_AUDITRULES_H
/*
 * Rules of the kernel's audit (audit.rules(7)), one a line, as far as they
 * watch paths:
 *
 *     -w /etc/docker -p wa -k docker                              a watch; a directory is watched with all below it
 *     -a always,exit -F path=/usr/bin/dockerd -F perm=x -k docker the same by a rule
 *     -a always,exit -F dir=/run/containerd
 *     -W /etc/docker                                              takes a watch away
 *     -D                                                          takes all away
 */
#include "base/arena.h"
#include "base/cur.h"

enum bh_audit_act { BH_AUDIT_WATCH, BH_AUDIT_UNWATCH, BH_AUDIT_CLEAR };

struct bh_audit_rule {
        enum bh_audit_act act;
        struct bh_str path, perms; /* perms: of "rwxa"; empty: all. CLEAR has none of both */
        bool never, tree;          /* never: "-a never,exit"; tree: "dir=", a directory for sure */
        uint32_t line;
};

/* The next line that says something of paths; false at the end. */
bool bh_audit_rule_next(struct bh_cur *c, struct bh_audit_rule *ret);

#endif
