/* SPDX-License-Identifier: Apache-2.0 */
/* crontab, /proc/net, mountinfo, INI files. */
#include <arpa/inet.h>
#include <string.h>

#include "inventory/parse.h"

bool bh_cron_next(struct bh_cur *c, bool with_user, struct bh_cron *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_str rest = bh_str_trim(line), word, whole = rest;
                struct bh_cron job = { .line = c->line };
                unsigned n = rest.len && rest.at[0] == '@' ? 1 : 5, i = 0;

                if (rest.len == 0 || rest.at[0] == '#' || !strchr("*@0123456789", rest.at[0]))
                        continue; /* an empty line, a note, or NAME=value */
                for (; i < n && bh_str_word(&rest, &word); i++)
                        job.when = (struct bh_str){ whole.at, (size_t) (word.at + word.len - whole.at) };
                if (i < n || (with_user && !bh_str_word(&rest, &job.user)))
                        continue;
                job.command = bh_str_trim(rest);
                if (job.command.len == 0)
                        continue;
                *ret = job;
                return true;
        }
        return false;
}

/* Hexadecimal, in words of 32 bits as this machine has them: "0100007F" or 32 digits. */
static bool address_of(struct bh_str hex, char *ret, size_t size) {
        uint32_t words[4] = { 0 };
        size_t n = hex.len / 8;

        if ((hex.len != 8 && hex.len != 32))
                return false;
        for (size_t i = 0; i < n; i++) {
                uint64_t v;

                if (!bh_str_hex64(bh_str_part(hex, i * 8, 8), &v))
                        return false;
                words[i] = (uint32_t) v;
        }
        return inet_ntop(n == 1 ? AF_INET : AF_INET6, words, ret, (socklen_t) size) != NULL;
}

bool bh_proc_net_next(struct bh_cur *c, unsigned state, struct bh_listening *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_str word[10], address, port;
                struct bh_listening l = { 0 };
                uint64_t v, st, uid;
                unsigned n = 0;

                while (n < BH_LEN(word) && bh_str_word(&line, &word[n]))
                        n++;
                if (n < BH_LEN(word) || !bh_str_cut(word[1], ':', &address, &port) || !bh_str_hex64(word[3], &st) || st != state)
                        continue;
                if (!bh_str_hex64(port, &v) || v > 65535 || !bh_str_u64(word[7], &uid) || !bh_str_u64(word[9], &l.inode) ||
                    !address_of(address, l.address, sizeof l.address))
                        continue;
                l.port = (uint16_t) v;
                l.uid = (uint32_t) uid;
                *ret = l;
                return true;
        }
        return false;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
/* "7f5c40a00000-7f5c40b58000 r-xp 00026000 08:01 131133   /usr/lib/x86_64-linux-gnu/libc.so.6" */
bool bh_proc_maps_next(struct bh_cur *c, struct bh_str *ret_path) {
        struct bh_str line, word[5];

        while (bh_cur_line(c, &line)) {
                unsigned n = 0;

                while (n < BH_LEN(word) && bh_str_word(&line, &word[n]))
                        n++;
                line = bh_str_trim(line);
                if (n < BH_LEN(word) || word[1].len < 4 || word[1].at[2] != 'x' || !bh_str_starts(line, BH_STR("/")))
                        continue;
                *ret_path = line;
                return true;
        }
        return false;
}

bool bh_mountinfo_next(struct bh_cur *c, struct bh_mount_line *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_str word[6], part;
                struct bh_mount_line m;
                unsigned n = 0;

                while (n < BH_LEN(word) && bh_str_word(&line, &word[n]))
                        n++;
                if (n < BH_LEN(word))
                        continue;
                while (bh_str_word(&line, &part) && !bh_str_is(part, "-"))
                        ;
                m = (struct bh_mount_line){ .root = word[3], .point = word[4], .options = word[5] };
                if (!bh_str_word(&line, &m.kind) || !bh_str_word(&line, &m.source))
                        continue;
                *ret = m;
                return true;
        }
        return false;
}

struct bh_str bh_ini_get(struct bh_str text, const char *section, const char *key) {
        struct bh_str line, name, value;
        bool inside = false;

        while (bh_str_split(&text, '\n', &line)) {
                line = bh_str_trim(line);
                if (line.len > 2 && line.at[0] == '[')
                        inside = bh_str_is(bh_str_part(line, 1, line.len - 2), section);
                else if (inside && bh_str_cut(line, '=', &name, &value) && bh_str_is(bh_str_trim(name), key))
                        return bh_str_trim(value);
        }
        return BH_STR("");
}
