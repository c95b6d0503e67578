/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_SPECIAL_H
#define BH_SCAN_SPECIAL_H
/* Files that deserve a look for what they are, not for what they hold. */
#include "fmt/tar.h"
#include "model/layer.h"

/* What program files are good for, by their name and place: "shell", "network", "compiler", ...; NULL for the rest. */
const char *bh_tool_of(struct bh_str path, uint32_t mode);
/* "cap_net_raw,cap_net_admin=ep" from the bytes of security.capability (linux/capability.h, vfs_cap_data). */
struct bh_str bh_capability_text(struct bh_arena *arena, struct bh_str xattr);
/* What is special about an entry: up to `max` rows into ret, the number returned; details in the arena. */
size_t bh_special_of(struct bh_arena *arena, const struct bh_tar_entry *entry, struct bh_special *ret, size_t max);
const char *bh_special_str(enum bh_special_kind kind);

#endif
