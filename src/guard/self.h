/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_SELF_H
#define BH_GUARD_SELF_H
/*
 * Who lays hands on us: signals to our process, a debugger, our memory, our
 * program and our state opened for writing by somebody else. Judged without
 * rules, so that no rule file can turn it off.
 */
#include "base/buf.h"
#include "model/event.h"
#include "rule/interest.h"

struct bh_self {
        uint32_t pid, ns_pid, ns_mnt; /* namespaces: their inodes, 0 unknown */
        char exe[4096], state[4096]; /* state "": none */
};

void bh_self_init(struct bh_self *s, const char *state_dir);
/* What the judgement needs of the sensor, added to what rules want. */
void bh_self_widen(const struct bh_self *s, struct bh_arena *arena, struct bh_interest *interest);
/* Appends what somebody does to us; *ret_polite: asks us to end or to reload, as a service manager does. false: nothing of the kind. */
bool bh_self_is_touched(const struct bh_self *s, const struct bh_event *e, struct bh_buf *ret_what, bool *ret_polite);

#endif
