/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_PREVENT_H
#define BH_GUARD_PREVENT_H
/*
 * The `prevent` rows of a responses file, carried to the kernel through the
 * port: what has no scope at once and for all, what has one as soon as a
 * container it fits is first seen. A row that the machine cannot hold is named.
 */
#include "guard/respond/policy.h"
#include "model/container.h"

struct bh_preventer;

struct bh_preventer *bh_preventer_new(void);
/* From now on rows are held. port NULL: nothing can be prevented here. */
void bh_preventer_begin(struct bh_preventer *p, const struct bh_prevent_port *port);
bool bh_preventer_has_rows(const struct bh_preventer *p);
void bh_preventer_free(struct bh_preventer **p);
/*
 * Other rows now; copied. Containers seen before are judged anew. would_only: nothing is stopped, whatever a row says.
 * complain(user, sentence) for what cannot be held, now and later.
 */
void bh_preventer_rows(struct bh_preventer *p, const struct bh_prevent_row *rows, size_t n, bool would_only, void (*complain)(void *user, struct bh_str text), void *user);
/* An event of a container: cheap when it was seen before. */
void bh_preventer_see(struct bh_preventer *p, const struct bh_container *c);

#endif
