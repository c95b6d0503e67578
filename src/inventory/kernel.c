/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel has loaded and mounted. */
#include "base/limits.h"
#include "inventory/collect.h"
#include "inventory/parse.h"
#include "sys/fd.h"

/* "nf_tables 315392 12 nft_compat,nft_chain_nat, Live 0x0 (OE)" */
static void modules(struct bh_collect *c, struct bh_str text) {
        struct bh_str line;

        while (bh_str_split(&text, '\n', &line)) {
                struct bh_str name, size, uses, by, state, address, taint = BH_STR("");
                struct bh_json_put *j;
                uint64_t bytes = 0;

                if (!bh_str_word(&line, &name) || !bh_str_word(&line, &size) || !bh_str_word(&line, &uses) || !bh_str_word(&line, &by) ||
                    !bh_str_word(&line, &state) || !bh_str_word(&line, &address))
                        continue;
                (void) bh_str_word(&line, &taint);
                (void) bh_str_u64(size, &bytes);
                j = bh_collect_thing(c, BH_ASSET_MODULE, name, name, BH_STR(""));
                bh_json_put_u64(j, "bytes", bytes);
                bh_json_put_some(j, "taint", taint); /* "(OE)": out of tree, unsigned */
                bh_collect_told(c);
        }
}

/* What the kernel makes of itself is the same everywhere. */
static bool is_of_the_kernel(struct bh_str kind) {
        static const char *const kinds[] = { "proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue", "securityfs", "debugfs", "tracefs", "bpf", "pstore",
                                             "configfs", "fusectl", "hugetlbfs", "nsfs", "autofs", "binfmt_misc", "efivarfs" };

        return bh_str_among(kind, kinds, BH_LEN(kinds));
}

static void mounts(struct bh_collect *c, struct bh_str text) {
        struct bh_cur cur = bh_cur_of(text);
        struct bh_mount_line m;

        while (bh_mountinfo_next(&cur, &m)) {
                struct bh_json_put *j;

                if (is_of_the_kernel(m.kind))
                        continue;
                j = bh_collect_thing(c, BH_ASSET_MOUNT, m.point, m.point, BH_STR(""));
                bh_json_put_str(j, "type", m.kind);
                bh_json_put_str(j, "source", m.source);
                bh_json_put_str(j, "options", m.options);
                if (!bh_str_is(m.root, "/"))
                        bh_json_put_str(j, "root", m.root);
                bh_collect_told(c);
        }
}

int bh_collect_kernel(struct bh_collect *c, struct bh_err *err) {
        struct bh_str text;
        int r = bh_fd_read_file(c->arena, "/proc/1/mountinfo", BH_LIMIT_INVENTORY_NET, &text, err);

        if (r < 0)
                return r;
        mounts(c, text);
        r = bh_fd_read_file(c->arena, "/proc/modules", BH_LIMIT_INVENTORY_NET, &text, err);
        if (r < 0)
                return r == BH_E_NOTFOUND ? 0 : r;
        modules(c, text);
        return 0;
}
