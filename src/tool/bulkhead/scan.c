/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead scan: what is wrong with an image, how bad it really is, whose layer brought it, what to change. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "advisory/depot.h"
#include "advisory/index.h"
#include "lib/scan.h"
#include "scan/layer.h"
#include "image/archive.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/content.h"
#include "tool/bulkhead/progress.h"

static const struct bh_opt opts[] = {
        { "db", 0, "FILE", "the vulnerability database", NULL, false },
        { "no-db", 0, NULL, "look up no vulnerabilities", NULL, false },
        { "only", 0, "LIST", "look only for these: packages,secrets,malware,files", NULL, false },
        { "content", 0, "DIR", "our rules, when they are not beside the program", NULL, false },
        { "cache", 0, "FILE", "where results are kept", NULL, false },
        { "no-cache", 0, NULL, "keep nothing and use nothing kept", NULL, false },
        { "platform", 0, "OS/ARCH", "which image of a multi-platform one", NULL, false },
        { "jobs", 'j', "N", "layers read at once", NULL, false },
        { "plain-http", 0, NULL, "talk to the registry without TLS", NULL, false },
        { "insecure", 0, NULL, "accept any certificate of the registry", NULL, false },
        { "ca", 0, "FILE", "further certificate authorities for the registry", NULL, false },
        { "username", 0, "NAME", "for the registry, instead of what docker login saved", NULL, false },
        { "password", 0, "TEXT", "for the registry; better given as BULKHEAD_PASSWORD", NULL, false },
        { "quiet", 'q', NULL, "no progress", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

struct tool {
        struct bh_cli *cli;
        struct bh_scan_opts opts;
        struct bh_cache *cache;
        struct bh_index *index;
        struct bh_depot depot;
        int content_fd;
};

static int parse_parts(const char *list, unsigned *ret, struct bh_err *err) {
        static const struct {
                const char *word;
                unsigned part;
        } words[] = { { "packages", 0 }, { "secrets", BH_SCAN_SECRETS }, { "malware", BH_SCAN_MALWARE }, { "files", BH_SCAN_FILES } };
        struct bh_str rest = bh_str_of(list), word;
        unsigned parts = list ? 0 : BH_SCAN_ALL;

        while (bh_str_split(&rest, ',', &word)) {
                size_t i = 0;

                while (i < BH_LEN(words) && !bh_str_is(word, words[i].word))
                        i++;
                if (i == BH_LEN(words))
                        return bh_fail(err, BH_E_USAGE, "--only knows packages, secrets, malware and files, not \"%s\"", BH_QUOTE(word));
                parts |= words[i].part;
        }
        *ret = parts;
        return 0;
}

static int open_index(struct tool *t, struct bh_err *err) {
        const char *path = bh_cli_get(t->cli, "db");
        int r;

        if (bh_cli_has(t->cli, "no-db"))
                return 0;
        r = bh_depot_init(&t->depot, t->cli->arena, NULL, path, err);
        if (r < 0)
                return r;
        if (!path && access(t->depot.index, R_OK) < 0)
                return 0; /* the report says that there is none */
        r = bh_depot_load_trusted(&t->depot, err);
        if (r >= 0)
                r = bh_index_open(t->depot.index, &t->depot.trusted, &t->index, err);
        t->opts.index = t->index;
        t->opts.index_path = bh_str_of(t->depot.index);
        return bh_wrap(err, r, "%s", t->depot.index);
}

static int open_cache(struct tool *t, struct bh_err *err) {
        const char *path = bh_cli_get(t->cli, "cache"), *home = getenv("XDG_CACHE_HOME"), *user = getenv("HOME");
        int r;

        if (bh_cli_has(t->cli, "no-cache"))
                return 0;
        if (!path)
                path = home && *home ? bh_arena_printf(t->cli->arena, "%s/bulkhead/layers.db", home).at
                       : user && *user ? bh_arena_printf(t->cli->arena, "%s/.cache/bulkhead/layers.db", user).at
                                       : "/var/cache/bulkhead/layers.db";
        r = bh_cache_open(path, &t->cache, err);
        if (r < 0 && !bh_cli_get(t->cli, "cache")) {
                (void) fprintf(stderr, "bulkhead scan: without a cache: %s\n", err->text);
                return 0;
        }
        t->opts.acquire.cache = t->cache;
        return r;
}

static int set_up(struct tool *t, struct bh_err *err) {
        struct bh_acquire_opts *a = &t->opts.acquire;
        const char *platform = bh_cli_get(t->cli, "platform");
        uint64_t jobs = 0;
        int r = parse_parts(bh_cli_get(t->cli, "only"), &a->parts, err);

        if (r >= 0)
                r = bh_cli_number(t->cli, "jobs", &jobs, err);
        if (r >= 0 && platform)
                r = bh_platform_parse(bh_str_of(platform), &a->platform, err);
        if (r >= 0 && (a->parts & (BH_SCAN_SECRETS | BH_SCAN_MALWARE)))
                r = bh_tool_content(t->cli->arena, bh_cli_get(t->cli, "content"), &t->content_fd, &a->content_digest, err);
        if (r >= 0)
                r = open_index(t, err);
        if (r >= 0)
                r = open_cache(t, err);
        if (r < 0)
                return r;
        a->n_workers = (unsigned) BH_MIN(jobs, (uint64_t) 64);
        a->content_fd = t->content_fd;
        a->source.plain_http = bh_cli_has(t->cli, "plain-http");
        a->source.insecure = bh_cli_has(t->cli, "insecure");
        a->source.ca_file = bh_cli_get(t->cli, "ca");
        a->source.username = bh_cli_get(t->cli, "username");
        a->source.password = bh_cli_get(t->cli, "password");
        t->opts.today_s = (int64_t) time(NULL);
        t->opts.version = BH_STR(BH_VERSION);
        return 0;
}

static void print(const struct bh_report *r) {
        (void) printf("%.*s: %u layers, %u packages, %u vulnerabilities, %u findings, %u gaps\n", BH_FMT(r->target), r->n_layers, r->n_packages,
                      r->n_vulns, r->n_findings, r->n_gaps);
        for (uint32_t i = 0; i < r->n_vulns; i++)
                (void) printf("  %-8s %-18.*s %.*s %.*s -> %.*s (%s) layer %u\n", bh_severity_str(r->vulns[i].severity), BH_FMT(r->vulns[i].vuln.id),
                              BH_FMT(r->packages[r->vulns[i].package].name), BH_FMT(r->packages[r->vulns[i].package].version),
                              BH_FMT(r->vulns[i].match.fixed), bh_status_str(r->vulns[i].match.status), r->vulns[i].whose.layer);
        for (uint32_t i = 0; i < r->n_findings; i++)
                (void) printf("  %-8s %s %.*s:%u %.*s\n", bh_severity_str(r->findings[i].finding.severity),
                              bh_finding_kind_str(r->findings[i].finding.kind), BH_FMT(r->findings[i].finding.path), r->findings[i].finding.line,
                              BH_FMT(r->findings[i].finding.title));
        for (uint32_t i = 0; i < r->n_gaps; i++)
                (void) printf("  gap: %.*s: %.*s\n", BH_FMT(r->gaps[i].where), BH_FMT(r->gaps[i].why));
        for (uint32_t i = 0; i < r->n_notes; i++)
                (void) printf("  note: %.*s\n", BH_FMT(r->notes[i]));
}

static int scan_one(struct tool *t, const char *target, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_progress progress = bh_progress_begin(target, bh_cli_has(t->cli, "quiet"));
        struct bh_report report;
        int r;

        t->opts.acquire.progress = bh_progress_bytes;
        t->opts.acquire.user = &progress;
        r = bh_scan(bh_str_of(target), &t->opts, arena, &report, err);
        bh_progress_end(&progress);
        if (r < 0)
                return bh_wrap(err, r, "%s", target);
        print(&report);
        return BH_EXIT_FINE;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct tool t = { .cli = cli, .content_fd = -1 };
        int r = cli->n_args ? set_up(&t, err) : bh_fail(err, BH_E_USAGE, "what shall be scanned? bulkhead scan --help names the kinds of targets");

        for (size_t i = 0; r >= 0 && i < cli->n_args; i++)
                r = scan_one(&t, cli->args[i], err);
        bh_index_close(&t.index);
        bh_cache_close(&t.cache);
        bh_fd_close(&t.content_fd);
        return r;
}

const struct bh_cmd bh_cmd_scan = {
        .name = "scan",
        .about = "say what is wrong with an image, and what to change",
        .args = "TARGET...",
        .text = "A target is one of\n"
                "  docker:REF  podman:REF     an image of a local engine\n"
                "  registry:REF               an image in a registry\n"
                "  archive:FILE               docker save, or an OCI archive\n"
                "  oci:DIR[:TAG]              an OCI layout\n"
                "  rootfs:DIR  host           a directory as a root file system; this machine\n"
                "  container:ID               a running container\n"
                "  sbom:FILE                  CycloneDX or SPDX\n"
                "A bare word is looked for in this order: a file or directory here, Docker, Podman, the registry.\n",
        .examples = "  bulkhead scan nginx:1.27\n"
                    "  bulkhead scan archive:image.tar --only packages\n"
                    "  bulkhead scan registry:registry.example:5000/team/app:1.4 --ca ca.pem\n",
        .opts = opts,
        .run = run,
};
