/* SPDX-License-Identifier: Apache-2.0 */
/* OCSF as lines of JSON in a file of the folder exports/ of the server's state, which turns at its size. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "manage/sinks/sink.h"
#include "sys/logfile.h"

static const struct bh_sink_key keys[] = {
        { "name", BH_SINK_TEXT, .otherwise = "findings.jsonl", .help = "of the file; it stands in exports/ of the server's state folder" },
        { "size_mb", BH_SINK_INT, .least = 1, .most = 10240, .otherwise = "100", .help = "beyond it the file becomes NAME.1, and a new one begins" },
        { "keep", BH_SINK_INT, .least = 0, .most = 100, .otherwise = "5", .help = "how many of the old ones stay" },
        { 0 },
};

struct bh_sink {
        struct bh_arena *arena;
        struct bh_logfile file;
};

static bool file_name(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_alnum(name.at[i]) && bh_str_chr(BH_STR("-_."), name.at[i]) < 0)
                        return false;
        return name.len > 0 && name.len <= 100 && name.at[0] != '.';
}

static int open_file(const struct bh_sink_config *c, const atomic_bool *stop, struct bh_sink **ret, struct bh_err *err) {
        struct bh_str name = bh_sink_text(c, "name");
        struct bh_sink *s;
        const char *dir;

        (void) stop;
        if (!file_name(name))
                return bh_fail(err, BH_E_FORMAT, "\"name\" may hold letters, digits, - _ and . (not as the first)");
        s = calloc(1, sizeof *s);
        if (!s)
                bh_nomem(sizeof *s);
        s->arena = bh_arena_new();
        dir = bh_arena_printf(s->arena, "%s/exports", c->state_dir).at;
        if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
                int r = bh_fail_sys(err, errno, "%s", dir);

                bh_arena_free(&s->arena);
                free(s);
                return r;
        }
        s->file = (struct bh_logfile){ .path = bh_arena_printf(s->arena, "%s/%.*s", dir, BH_FMT(name)).at, .fd = -1,
                                       .size_bytes = (uint64_t) bh_sink_int(c, "size_mb") * BH_MIB, .keep = (uint32_t) bh_sink_int(c, "keep") };
        *ret = s;
        return 0;
}

static int send_file(struct bh_sink *s, const struct bh_news *news, size_t n, struct bh_sink_result *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                bh_buf_clear(&line);
                bh_news_ocsf(&news[i], &line);
                r = bh_logfile_append(&s->file, bh_buf_str(&line), err);
                ret->done += r >= 0;
        }
        if (r >= 0)
                (void) snprintf(ret->said, sizeof ret->said, "written to %s", s->file.path);
        return r;
}

static void close_file(struct bh_sink **s) {
        bh_logfile_close(&(*s)->file);
        bh_arena_free(&(*s)->arena);
        free(*s);
        *s = NULL;
}

const struct bh_sink_ops bh_sink_ocsf_file = { "ocsf_file", "OCSF as lines of JSON in a file", keys, 200, open_file, send_file, close_file };
