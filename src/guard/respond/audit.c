/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/respond/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "sys/fd.h"
#include "trust/seal.h"

enum { HEX = 2 * BH_SHA256_BYTES };
static const struct bh_str hash_key = BH_STR_INIT(",\"hash\":\"");

struct last {
        uint64_t seq;
        char hash[HEX + 1];
};

static void hash_of(struct bh_str text, char ret[HEX + 1]) {
        uint8_t sum[BH_SHA256_BYTES];

        bh_sha256(text, sum);
        (void) bh_hex(sum, sizeof sum, ret);
}

/* The parts of a line: what is hashed, and the hash; false: not a line of ours. */
static bool take_apart(struct bh_str line, struct bh_str *ret_hashed, struct bh_str *ret_hash) {
        size_t tail = hash_key.len + HEX + 2;

        if (line.len < tail || !bh_str_starts(bh_str_from(line, line.len - tail), hash_key) || !bh_str_ends(line, BH_STR("\"}")))
                return false;
        *ret_hashed = bh_str_part(line, 0, line.len - tail);
        *ret_hash = bh_str_part(line, line.len - HEX - 2, HEX);
        return true;
}

/* ---- reading ---- */

static int check_line(struct bh_str line, struct last *last, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str hashed, hash;
        const struct bh_doc *doc;
        char sum[HEX + 1];
        int r = 0;

        if (!take_apart(line, &hashed, &hash) || bh_json_parse(arena, line, &doc, NULL) < 0)
                r = bh_fail(err, BH_E_FORMAT, "it is no line of an audit");
        else if (hash_of(hashed, sum), !bh_str_is(hash, sum))
                r = bh_fail(err, BH_E_FORMAT, "it was changed");
        else if (!bh_str_is(bh_doc_get_text(doc, "prev"), last->hash))
                r = bh_fail(err, BH_E_FORMAT, "the line before it was changed or taken out");
        else if (bh_doc_int(bh_doc_get(doc, "seq"), -1) != (int64_t) last->seq + 1)
                r = bh_fail(err, BH_E_FORMAT, "its number does not follow");
        if (r >= 0) {
                last->seq++;
                hash_of(hashed, last->hash);
        }
        bh_arena_free(&arena);
        return r;
}

int bh_audit_verify(struct bh_str text, uint64_t *ret_n, struct bh_err *err) {
        struct last last = { 0 };
        struct bh_str line;

        while (bh_str_split(&text, '\n', &line)) {
                int r = check_line(line, &last, err);

                if (r < 0)
                        return bh_wrap(err, r, "line %llu", (unsigned long long) last.seq + 1);
        }
        *ret_n = last.seq;
        return 0;
}

/* The last line of the file; an empty file has none. */
static int read_last(int fd, struct last *ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf tail = { 0 };
        struct bh_str text, hashed, hash;
        const struct bh_doc *doc;
        off_t size = lseek(fd, 0, SEEK_END), from = BH_MAX(0, size - (off_t) (2 * BH_LIMIT_ALERT));
        int r = size < 0 || lseek(fd, from, SEEK_SET) < 0 ? bh_fail_sys(err, errno, "seek") : bh_fd_read_all(fd, 4 * BH_LIMIT_ALERT, &tail, err);

        text = bh_str_trim(bh_buf_str(&tail));
        text = bh_str_from(text, (size_t) (bh_str_rchr(text, '\n') + 1));
        *ret = (struct last){ 0 };
        if (r >= 0 && text.len) {
                if (!take_apart(text, &hashed, &hash) || bh_json_parse(arena, text, &doc, NULL) < 0) {
                        r = bh_fail(err, BH_E_FORMAT, "its last line is no line of an audit");
                } else {
                        ret->seq = (uint64_t) bh_doc_int(bh_doc_get(doc, "seq"), 0);
                        hash_of(hashed, ret->hash);
                }
        }
        bh_arena_free(&arena);
        return r;
}

/* ---- writing ---- */

static void put_entry(struct bh_buf *out, const struct bh_audit_entry *e, const struct last *last) {
        struct bh_json_put j = { .out = out, .compact = true };
        const struct {
                const char *key;
                struct bh_str text;
        } texts[] = { { "id", e->id }, { "what", e->what }, { "action", e->action }, { "response", e->response }, { "place", e->place },
                      { "rule", e->rule }, { "by", e->by }, { "why", e->why }, { "note", e->note } };
        char when[21];

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "seq", last->seq + 1);
        bh_json_put_cstr(&j, "time", bh_time_print(time(NULL), when));
        for (size_t i = 0; i < BH_LEN(texts); i++)
                bh_json_put_some(&j, texts[i].key, texts[i].text);
        if (e->until_s)
                bh_json_put_cstr(&j, "until", bh_time_print(e->until_s, when));
        if (e->target)
                bh_target_put(&j, "target", e->target);
        bh_json_put_some(&j, "cause", bh_str_part(e->cause, 0, BH_LIMIT_ALERT / 2));
        bh_json_put_cstr(&j, "prev", last->hash);
        bh_json_put_close(&j);
}

static int append(int fd, const struct bh_audit_entry *entry, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        struct last last;
        char hash[HEX + 1];
        int r = read_last(fd, &last, err);

        if (r < 0)
                return r;
        put_entry(&line, entry, &last);
        while (line.len && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '}'))
                if (line.at[--line.len] == '}')
                        break;
        hash_of(bh_buf_str(&line), hash);
        bh_buf_add(&line, hash_key);
        bh_buf_printf(&line, "%s\"}\n", hash);
        r = bh_fd_write_all(fd, bh_buf_str(&line), err);
        return r >= 0 && fdatasync(fd) < 0 ? bh_fail_sys(err, errno, "sync") : r;
}

int bh_audit_add(const char *state_dir, const struct bh_audit_entry *entry, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        char path[4096];
        int r;

        (void) mkdir(state_dir, 0700);
        (void) snprintf(path, sizeof path, "%s/audit.jsonl", state_dir);
        fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || flock(fd, LOCK_EX) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        r = append(fd, entry, err);
        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}
