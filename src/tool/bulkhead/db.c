/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead db build, update, verify, delta: making an index, and letting one in. What is in it is shown by db_show.c. */
#include "tool/bulkhead/db.h"

#include <stdlib.h>
#include <string.h>

#include "advisory/compile.h"
#include "advisory/depot.h"
#include "advisory/feed_walk.h"
#include "advisory/index.h"
#include "advisory/zblock.h"
#include "base/limits.h"
#include "base/text.h"
#include "http/http.h"
#include "sys/fd.h"

int bh_tool_depot(struct bh_cli *cli, struct bh_depot *ret, struct bh_err *err) {
        int r = bh_depot_init(ret, cli->arena, bh_cli_get(cli, "home"), bh_cli_get(cli, "db"), err);

        return r < 0 ? r : bh_depot_load_trusted(ret, err);
}

int bh_tool_open_index(struct bh_cli *cli, struct bh_depot *ret_depot, struct bh_index **ret, struct bh_err *err) {
        int r = bh_tool_depot(cli, ret_depot, err);

        if (r < 0)
                return r;
        r = bh_index_open(ret_depot->index, &ret_depot->trusted, ret, err);
        if (r == BH_E_NOTFOUND)
                return bh_fail(err, r, "%s: there is no vulnerability database yet: bulkhead db build FOLDER, or db update URL",
                               ret_depot->index);
        return r;
}

static const char *day(int64_t s, char out[21]) {
        (void) bh_time_print(s, out);
        out[10] = '\0';
        return out;
}

/* Gaps on stderr: each with -v, else how many. */
struct watch {
        struct bh_feed_sink to;
        bool verbose;
        uint64_t n_gaps;
};

static int watch_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        struct watch *w = user;

        return w->to.source(w->to.user, s, err);
}

static int watch_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        struct watch *w = user;

        return w->to.advisory(w->to.user, a, err);
}

static int watch_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        struct watch *w = user;

        return w->to.fact(w->to.user, f, err);
}

static int watch_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        struct watch *w = user;

        return w->to.lifecycle(w->to.user, l, err);
}

static void watch_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct watch *w = user;

        w->n_gaps++;
        if (w->verbose)
                (void) fprintf(stderr, "gap: %s: %s\n", bh_str_quote(where, (char[256]){ 0 }, 256), err->text);
        w->to.gap(w->to.user, where, err);
}

static struct bh_feed_sink watching(struct watch *w) {
        return (struct bh_feed_sink){ .user = w, .source = watch_source, .advisory = watch_advisory, .fact = watch_fact,
                                      .lifecycle = watch_lifecycle, .gap = watch_gap };
}

static int say_built(struct bh_str file, const char *path, const struct bh_feed_counts *n, const struct watch *w,
                     struct bh_err *err) {
        BH_CLEANUP(bh_index_close) struct bh_index *ix = NULL;
        struct bh_index_info info;
        char date[21];
        int r = bh_index_over(file, NULL, &ix, err);

        if (r < 0)
                return r;
        bh_index_info(ix, &info);
        (void) fprintf(stderr, "%s: %.1f MiB, %u vulnerabilities, %u packages, %u sources, newest data %s\n", path,
                       (double) info.bytes / BH_MIB, info.n_vulns, info.n_packages, info.n_sources,
                       info.date_s ? day(info.date_s, date) : "undated");
        (void) fprintf(stderr, "read %llu files, passed over %llu that are no advisories", (unsigned long long) n->files,
                       (unsigned long long) n->passed_over);
        if (w->n_gaps)
                (void) fprintf(stderr, ", left out %llu that could not be read%s", (unsigned long long) w->n_gaps,
                               w->verbose ? "" : " (-v names them)");
        (void) fprintf(stderr, "\n");
        return 0;
}

static int run_build(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_compile_free) struct bh_compile *c = bh_compile_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf file = { 0 };
        struct watch watch = { .to = bh_compile_sink(c), .verbose = bh_cli_has(cli, "verbose") };
        struct bh_feed_sink sink = watching(&watch);
        struct bh_feed_walk_opts opts = { 0 };
        struct bh_feed_counts counts = { 0 };
        struct bh_private_key key;
        struct bh_depot depot;
        const char *path;
        uint64_t threads = 0;
        int r;

        if (cli->n_args == 0)
                return bh_fail(err, BH_E_USAGE, "which folders or files hold the advisories?");
        r = bh_tool_depot(cli, &depot, err);
        if (r >= 0)
                r = bh_cli_number(cli, "threads", &threads, err);
        if (r >= 0)
                r = bh_depot_signing_key(&depot, bh_cli_get(cli, "key"), &key, err);
        if (r < 0)
                return r;
        opts.threads = (unsigned) BH_MIN(threads, 256u);
        r = bh_feed_walk(cli->args, cli->n_args, &opts, &sink, &counts, err);
        if (r == 0 && counts.files == 0)
                r = bh_fail(err, BH_E_NOTFOUND, "nothing there is an advisory: an empty database would call everything safe");
        if (r == 0)
                r = bh_compile_write(c, &key, &file, err);
        if (r < 0)
                return r;
        path = bh_cli_get(cli, "output") ? bh_cli_get(cli, "output") : depot.index;
        r = bh_depot_install(path, bh_buf_str(&file), err);
        if (r == 0 && !bh_cli_has(cli, "quiet"))
                r = say_built(bh_buf_str(&file), path, &counts, &watch, err);
        return r;
}

#define HOME_OPTS                                                                                              \
        { "db", 0, "FILE", "the database to use (default: vuln.db in the home folder)", NULL, false },         \
        { "home", 0, "FOLDER", "where database and keys lie (default: $XDG_DATA_HOME/bulkhead)", NULL, false }

static const struct bh_opt build_opts[] = {
        { "output", 'o', "FILE", "write the database there", NULL, false },
        { "key", 0, "FILE", "sign with this Ed25519 key in PEM (default: this machine's own)", NULL, false },
        { "threads", 0, "N", "readers; 0: as many as there are processors", "0", false },
        { "verbose", 'v', NULL, "name every record that could not be read", NULL, false },
        { "quiet", 'q', NULL, "say nothing but errors", NULL, false },
        HOME_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

const struct bh_cmd bh_cmd_db_build = {
        .name = "db build",
        .about = "compile publishers' advisories into the vulnerability database",
        .args = "FOLDER|FILE...",
        .text = "Reads what publishers serve (OSV, Alpine secdb, the Ubuntu, Debian and Red Hat trackers, updateinfo, CVE "
                "records, KEV, EPSS, ...), plain or in tar, zip, gzip and zstd, recognised by content. The result is one "
                "signed file, the same for the same input.",
        .examples = "  bulkhead db build ./advisories\n  bulkhead db build --key release.key -o vuln.db feeds/\n",
        .opts = build_opts,
        .run = run_build,
};

static bool is_url(const char *s) {
        return strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
}

static void free_reply(struct bh_http_reply *reply) {
        bh_http_reply_done(reply);
}

/* http is enough for what carries its own signature. */
static int download(struct bh_cli *cli, const char *url, struct bh_str *ret, struct bh_err *err) {
        struct bh_http_opts opts = { .plain_http = true };
        struct bh_http_request request = { .url = bh_str_of(url), .max_bytes = BH_LIMIT_INDEX_BYTES };
        BH_CLEANUP(bh_http_free) struct bh_http *http = bh_http_new(&opts);
        BH_CLEANUP(free_reply) struct bh_http_reply reply = { 0 };
        int r = bh_http_do(http, &request, &reply, err);

        if (r == 0 && (reply.status < 200 || reply.status > 299))
                r = bh_fail(err, reply.status == 404 ? BH_E_NOTFOUND : BH_E_IO, "the server answered %ld", reply.status);
        if (r == 0)
                *ret = bh_arena_str(cli->arena, bh_buf_str(&reply.body));
        return r;
}

static int fetch(struct bh_cli *cli, const char *from, struct bh_str *ret, struct bh_err *err) {
        static const struct bh_str zstd = BH_STR_INIT("\x28\xb5\x2f\xfd");
        struct bh_str bytes;
        int r = is_url(from) ? download(cli, from, &bytes, err)
                             : bh_fd_read_file(cli->arena, from, BH_LIMIT_INDEX_BYTES, &bytes, err);

        if (r == 0 && bh_str_starts(bytes, zstd))
                r = bh_zblock_read(cli->arena, bytes, BH_LIMIT_INDEX_BYTES, &bytes, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", from);
        *ret = bytes;
        return 0;
}

static int run_update(struct bh_cli *cli, struct bh_err *err) {
        struct bh_depot_update up;
        struct bh_depot depot;
        struct bh_str bytes;
        char date[21];
        int r;

        if (cli->n_args != 1)
                return bh_fail(err, BH_E_USAGE, "from where? a URL, a database or a delta");
        r = bh_tool_depot(cli, &depot, err);
        if (r == 0)
                r = fetch(cli, cli->args[0], &bytes, err);
        if (r == 0)
                r = bh_wrap(err, bh_depot_update(&depot, bytes, bh_cli_has(cli, "older"), &up, err), "%s", cli->args[0]);
        if (r < 0)
                return r;
        if (!bh_cli_has(cli, "quiet"))
                (void) fprintf(stderr, "%s: %s, data of %s (%s of %llu bytes)\n", depot.index,
                               up.unchanged ? "already the same" : "updated", up.date_s ? day(up.date_s, date) : "no date",
                               up.was_delta ? "a delta" : "a whole file", (unsigned long long) up.bytes_in);
        return 0;
}

static const struct bh_opt update_opts[] = {
        { "older", 0, NULL, "accept data older than what is in use", NULL, false },
        { "quiet", 'q', NULL, "say nothing but errors", NULL, false },
        HOME_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

const struct bh_cmd bh_cmd_db_update = {
        .name = "db update",
        .about = "take in a newer vulnerability database, whole or as a delta",
        .args = "URL|FILE",
        .text = "What comes in is believed when its signature is by a key in the home folder's trusted/ or in "
                "/etc/bulkhead/trusted, and every block is whole. The one before is kept as vuln.db.old; a scan that is "
                "running goes on with what it opened.",
        .examples = "  bulkhead db update https://db.example.org/vuln.db.zst\n  bulkhead db update /media/usb/monday-to-tuesday.delta\n",
        .opts = update_opts,
        .run = run_update,
};

static int run_verify(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_index_close) struct bh_index *ix = NULL;
        struct bh_index_info info;
        struct bh_depot depot;
        const char *path;
        char key[17], root[17];
        int r = bh_tool_depot(cli, &depot, err);

        if (r < 0)
                return r;
        path = cli->n_args ? cli->args[0] : depot.index;
        r = bh_index_open(path, &depot.trusted, &ix, err);
        if (r == 0)
                r = bh_wrap(err, bh_index_verify(ix, err), "%s", path);
        if (r < 0)
                return r;
        bh_index_info(ix, &info);
        (void) printf("%s: whole, %llu bytes, root %s, signed by key %s\n", path, (unsigned long long) info.bytes,
                      bh_hex(info.root, 8, root), bh_hex(info.key.bytes, 8, key));
        return 0;
}

static const struct bh_opt verify_opts[] = { HOME_OPTS, { NULL, 0, NULL, NULL, NULL, false } };

const struct bh_cmd bh_cmd_db_verify = {
        .name = "db verify",
        .about = "check the signature and every block of a database",
        .args = "[FILE]",
        .examples = "  bulkhead db verify\n  bulkhead db verify /tmp/vuln.db\n",
        .opts = verify_opts,
        .run = run_verify,
};

static int run_delta(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf delta = { 0 };
        const char *path = bh_cli_get(cli, "output");
        struct bh_str older, newer;
        int r;

        if (cli->n_args != 2 || !path)
                return bh_fail(err, BH_E_USAGE, "bulkhead db delta OLD NEW -o FILE");
        r = fetch(cli, cli->args[0], &older, err);
        if (r == 0)
                r = fetch(cli, cli->args[1], &newer, err);
        if (r == 0)
                r = bh_delta_make(older, newer, &delta, err);
        if (r == 0)
                r = bh_depot_install(path, bh_buf_str(&delta), err);
        if (r == 0)
                (void) fprintf(stderr, "%s: %zu bytes instead of %zu\n", path, delta.len, newer.len);
        return r;
}

static const struct bh_opt delta_opts[] = {
        { "output", 'o', "FILE", "write the delta there", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

const struct bh_cmd bh_cmd_db_delta = {
        .name = "db delta",
        .about = "make what turns one database into a newer one",
        .args = "OLD NEW",
        .examples = "  bulkhead db delta monday.db tuesday.db -o monday-to-tuesday.delta\n",
        .opts = delta_opts,
        .run = run_delta,
};
