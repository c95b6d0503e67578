/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_DEPOT_H
#define BH_ADVISORY_DEPOT_H
/*
 * Where the index and its keys lie on this machine, and how a new one takes
 * the place of the old.
 *
 *     HOME/vuln.db        the index in use        HOME/vuln.db.old   the one before
 *     HOME/db.key         this machine's own key, made when first needed; HOME/db.pub its open half
 *     HOME/trusted/ *.pub  whose indexes are believed besides our own
 *
 * HOME is $XDG_DATA_HOME/bulkhead, or ~/.local/share/bulkhead, or
 * /var/lib/bulkhead where there is no home. Keys in /etc/bulkhead/trusted
 * are believed by everyone on the machine.
 */
#include "trust/seal.h"
#include "base/buf.h"

struct bh_depot {
        struct bh_arena *arena;
        const char *home, *index, *key, *open_key;
        struct bh_keyring trusted;
};

/* Paths only; `home` overrules the environment, `index` the file in it (both may be NULL). */
int bh_depot_init(struct bh_depot *depot, struct bh_arena *arena, const char *home, const char *index, struct bh_err *err)
        BH_MUST_CHECK;
/* Reads all keys we believe. A file there that is no key is an error that names it. */
int bh_depot_load_trusted(struct bh_depot *depot, struct bh_err *err) BH_MUST_CHECK;
/* The key at `path` (NULL: this machine's own, made now if there is none). It is believed from here on. */
int bh_depot_signing_key(struct bh_depot *depot, const char *path, struct bh_private_key *ret, struct bh_err *err) BH_MUST_CHECK;

/* Writes beside, syncs, keeps what was there as PATH.old, renames: a reader sees the old one or the new one, whole. */
int bh_depot_install(const char *path, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;

/*
 * What came in: a whole index, or a delta against the one in use. It is
 * installed when it is signed by someone we believe and every block is whole.
 * An older one than what is in use is refused unless `older` allows it.
 */
struct bh_depot_update {
        bool was_delta, unchanged;
        uint64_t bytes_in, bytes;
        int64_t date_s, old_date_s; /* old: 0 without one */
};
int bh_depot_update(struct bh_depot *depot, struct bh_str incoming, bool older, struct bh_depot_update *ret,
                    struct bh_err *err) BH_MUST_CHECK;

/*
 * A delta: "BHDELTA" 1, the roots (SHA-256 of the signed headers) of the index
 * it starts from and of the one it leads to, then a zstd frame as
 * `zstd --patch-from` makes it.
 */
int bh_delta_make(struct bh_str older, struct bh_str newer, struct bh_buf *into, struct bh_err *err) BH_MUST_CHECK;
bool bh_delta_is(struct bh_str bytes);
/* Its result is not believed yet: open it with a keyring. */
int bh_delta_apply(struct bh_str older, struct bh_str delta, struct bh_buf *into, struct bh_err *err) BH_MUST_CHECK;

#endif
