/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RUNTIME_FIND_H
#define BH_RUNTIME_FIND_H
/*
 * Where on this machine the runtimes keep their files about containers, and
 * reading those of one. Docker's places are those its daemon was started with.
 */
#include "base/arena.h"
#include "model/container.h"

struct bh_runtime_roots;

struct bh_runtime_roots *bh_runtime_roots_new(const char *root); /* root: in front of all paths; NULL: nothing */
void bh_runtime_roots_free(struct bh_runtime_roots **r);
/*
 * Fills in what the files say of the container c->id; c->runtime, when it is
 * known, says where to look first. pid: one of its processes, or 0. False: no
 * file knows it (any more, or yet).
 */
bool bh_runtime_find(struct bh_runtime_roots *r, struct bh_arena *arena, uint32_t pid, uint64_t now_ns, struct bh_container *c);

#endif
