/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_HASH_H
#define BH_GUARD_HASH_H
/*
 * Programs that run, looked up in lists of bad digests: in a thread, off the
 * path of events, and once for each state of a file (device, inode, time of
 * change). The file is read through /proc/PID/exe, so it is the one that runs,
 * also when it has no name any more; a process that has ended before its turn
 * is not looked up, and counted.
 */
#include "base/err.h"
#include "fmt/hashlist.h"
#include "model/event.h"

struct bh_hash_watch;

struct bh_hash_hit {
        uint32_t pid;
        uint64_t start_ns;
        struct bh_str digest, comment; /* live as long as the watch */
        enum bh_hash_kind kind;
};

struct bh_hash_stats {
        uint64_t looked_up, hits, cached;
        uint64_t gone, overflow, too_large; /* not looked up */
};

/* Lists are files (fmt/hashlist.h). FORMAT names a line that is no digest. */
int bh_hash_watch_new(const char *const *paths, size_t n, struct bh_hash_watch **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_hash_watch_free(struct bh_hash_watch **w);
/* A program was started. Never waits. */
void bh_hash_watch_exec(struct bh_hash_watch *w, const struct bh_ev_proc *p);
/* The next hit; false: none yet. */
bool bh_hash_watch_next(struct bh_hash_watch *w, struct bh_hash_hit *ret);
void bh_hash_watch_stats(struct bh_hash_watch *w, struct bh_hash_stats *ret);

#endif
