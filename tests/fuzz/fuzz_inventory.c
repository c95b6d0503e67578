/* SPDX-License-Identifier: Apache-2.0 */
/* The files collectors read; the first byte says which. Accounts and sites of a container are a stranger's. */
#include "fuzz.h"
#include "inventory/parse.h"

static void all(struct bh_arena *arena, unsigned which, struct bh_cur c, struct bh_str text) {
        struct bh_passwd passwd;
        struct bh_group group;
        struct bh_shadow shadow;
        struct bh_sudo_rule sudo;
        struct bh_ssh_key key;
        struct bh_cron cron;
        struct bh_listening listening;
        struct bh_mount_line mount;
        struct bh_directive d;
        struct bh_str path;
        unsigned depth = 0;

        switch (which % 10) {
        case 0:
                while (bh_passwd_next(&c, &passwd))
                        ;
                break;
        case 1:
                while (bh_group_next(&c, &group))
                        ;
                break;
        case 2:
                while (bh_shadow_next(&c, &shadow))
                        ;
                break;
        case 3:
                while (bh_sudoers_next(arena, &c, &sudo))
                        ;
                break;
        case 4:
                while (bh_ssh_key_next(arena, &c, &key))
                        ;
                break;
        case 5:
                while (bh_cron_next(&c, which & 16, &cron))
                        ;
                break;
        case 6:
                while (bh_proc_net_next(&c, 0x0a, &listening))
                        ;
                break;
        case 7:
                while (bh_mountinfo_next(&c, &mount))
                        ;
                c = bh_cur_of(text);
                while (bh_proc_maps_next(&c, &path))
                        ;
                break;
        case 8:
                while (bh_nginx_next(&c, &depth, &d))
                        ;
                break;
        default:
                while (bh_apache_next(&c, &depth, &d))
                        ;
                (void) bh_ini_get(text, "Service", "ExecStart");
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();

        if (size > 0) {
                struct bh_str text = { (const char *) data + 1, size - 1 };

                all(arena, data[0], bh_cur_of(text), text);
        }
        bh_arena_free(&arena);
        return 0;
}
