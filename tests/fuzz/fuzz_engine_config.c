/* SPDX-License-Identifier: Apache-2.0 */
/* By the first byte: a table of mounts, rules of the audit, or dockerd's arguments and (behind "\n\n") its file. */
#include "comply/read/auditrules.h"
#include "comply/read/dockerd.h"
#include "comply/read/mounts.h"
#include "fuzz.h"

static void mounts(struct bh_arena *arena, struct bh_str text) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_mount_entry m;

        while (bh_mount_entry_next(&c, arena, &m))
                if (m.point.len == 0 || m.root.len > text.len)
                        __builtin_trap();
}

static void rules(struct bh_str text) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_audit_rule r;

        while (bh_audit_rule_next(&c, &r))
                if (r.act != BH_AUDIT_CLEAR && (r.path.len == 0 || r.path.at[0] != '/'))
                        __builtin_trap();
}

static void daemon(struct bh_arena *arena, struct bh_str text) {
        static const char *const keys[] = { "hosts", "icc", "log-level", "default-ulimits", "log-opts", "tlsverify", "data-root" };
        struct bh_dockerd d = { .arena = arena };
        ptrdiff_t cut = bh_str_find(text, BH_STR("\n\n"));
        struct bh_str *list, one, where;
        bool on;

        bh_dockerd_argv(&d, bh_str_part(text, 0, cut < 0 ? text.len : (size_t) cut));
        if (cut >= 0)
                BH_IGNORE(bh_dockerd_file(&d, BH_STR("/d.json"), bh_str_from(text, (size_t) cut), NULL));
        for (size_t i = 0; i < BH_LEN(keys); i++) {
                (void) bh_dockerd_list(&d, keys[i], &list, &where);
                (void) bh_dockerd_text(&d, keys[i], &one, &where);
                (void) bh_dockerd_bool(&d, keys[i], &on, &where);
        }
        (void) bh_dockerd_conflicts(&d, &list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str text = { (const char *) data + 1, size ? size - 1 : 0 };

        if (size && data[0] % 3 == 0)
                mounts(arena, text);
        else if (size && data[0] % 3 == 1)
                rules(text);
        else if (size)
                daemon(arena, text);
        bh_arena_free(&arena);
        return 0;
}
