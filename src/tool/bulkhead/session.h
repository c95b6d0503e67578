/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SESSION_H
#define BH_TOOL_BULKHEAD_SESSION_H
/*
 * What every command that looks into images sets up: rules, database, cache,
 * how to reach a registry. `scan` and `sbom` differ only in what they print.
 */
#include "advisory/depot.h"
#include "advisory/index.h"
#include "lib/scan.h"
#include "tool/cli.h"

/* Rows for a command's table of options: all, or without what chooses what to look for, or only how to come to an image. */
#define BH_SESSION_SOURCE_OPTS                                                                                         \
        { "platform", 0, "OS/ARCH", "which image of a multi-platform one", NULL, false },                              \
        { "plain-http", 0, NULL, "talk to the registry without TLS", NULL, false },                                    \
        { "insecure", 0, NULL, "accept any certificate of the registry", NULL, false },                                \
        { "ca", 0, "FILE", "further certificate authorities for the registry", NULL, false },                          \
        { "username", 0, "NAME", "for the registry, instead of what docker login saved", NULL, false },                \
        { "password", 0, "TEXT", "for the registry; better given as BULKHEAD_PASSWORD", NULL, false }
#define BH_SESSION_REACH_OPTS                                                                                          \
        { "db", 0, "FILE", "the vulnerability database", NULL, false },                                                \
        { "content", 0, "DIR", "our rules, when they are not beside the program", NULL, false },                       \
        { "cache", 0, "FILE", "where results are kept", NULL, false },                                                 \
        { "cache-size", 0, "MIB", "how much to keep there; 0: no limit [4096]", NULL, false },                         \
        { "no-cache", 0, NULL, "keep nothing and use nothing kept", NULL, false },                                     \
        { "base", 0, "IMAGE", "what it is built upon: a target, or a digest of its top layer", NULL, false },           \
        { "policy", 0, "FILE", "owners, bases, rules and exceptions; may be given several times", NULL, true },        \
        { "exceptions", 0, "FILE", "exceptions; the same as --policy, for a file of their own", NULL, true },          \
        { "vex", 0, "FILE", "OpenVEX, CSAF or CycloneDX: hide what it says is not affected", NULL, true },             \
        { "jobs", 'j', "N", "layers read at once", NULL, false },                                                      \
        BH_SESSION_SOURCE_OPTS,                                                                                        \
        { "quiet", 'q', NULL, "no progress", NULL, false }
#define BH_SESSION_OPTS                                                                                                \
        { "no-db", 0, NULL, "look up no vulnerabilities", NULL, false },                                               \
        { "only", 0, "LIST", "look only for these: packages,secrets,malware,files,licences", NULL, false },            \
        { "licences", 0, NULL, "list packages by the class of their licence", NULL, false },                           \
        { "yara", 0, "DIR", "further YARA rules, with those in its folders", NULL, true },                             \
        { "clamd", 0, "SOCKET", "show every file to ClamAV's daemon too: a path, or HOST:PORT", NULL, false },          \
        { "newer-base", 0, "IMAGE", "say what moving to that base would mend; \"engine\": newer ones of the local engine", NULL, true }, \
        { "hashes", 0, "FILE", "a list of digests of bad files, one a line, HEX;COMMENT", NULL, true },                \
        BH_SESSION_REACH_OPTS

#define BH_SESSION_TARGETS                                                                                             \
        "A target is one of\n"                                                                                         \
        "  docker:REF  podman:REF     an image of a local engine\n"                                                    \
        "  registry:REF               an image in a registry\n"                                                        \
        "  archive:FILE               docker save, or an OCI archive\n"                                                \
        "  oci:DIR[:TAG]              an OCI layout\n"                                                                 \
        "  rootfs:DIR  host           a directory as a root file system; this machine\n"                               \
        "  container:ID               a running container\n"                                                           \
        "  sbom:FILE                  CycloneDX or SPDX\n"                                                             \
        "A bare word is looked for in this order: a file or directory here, Docker, Podman, the registry.\n"

struct bh_session {
        struct bh_cli *cli;
        struct bh_scan_opts opts;
        struct bh_cache *cache;
        struct bh_index *index;
        struct bh_depot depot;
        struct bh_policy policy;
        struct bh_vex_list vex;
        struct bh_licences licences;
        struct bh_clamd clamd;
        int content_fd;
        uint64_t cache_mib; /* 0: no limit */
};

/* What BH_SESSION_SOURCE_OPTS say; bh_session_open does it too. */
int bh_session_source(const struct bh_cli *cli, struct bh_acquire_opts *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_session_open(struct bh_session *s, struct bh_cli *cli, struct bh_err *err) BH_MUST_CHECK;
void bh_session_close(struct bh_session *s);
/* Scans with a line of progress; the report lives in `arena` and borrows from the session. */
int bh_session_scan(struct bh_session *s, const char *target, struct bh_arena *arena, struct bh_report *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
