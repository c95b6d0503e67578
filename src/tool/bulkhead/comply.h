/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_COMPLY_H
#define BH_TOOL_BULKHEAD_COMPLY_H
/* What `comply` and `report` share: the same look at the machine, and the same words for it. */
#include "comply/report.h"
#include "tool/bulkhead/k8s_files.h"
#include "tool/cli.h"

/* Rows for a command's table of options. */
#define BH_COMPLY_OPTS(SECONDS)                                                                                                                            \
        { "benchmark", 'b', "ID", "only checks of this benchmark, such as cis-docker-1.6.0; `bulkhead baselines list` names them", NULL, false },          \
        { "check", 0, "GLOB", "only checks whose id fits", NULL, false },                                                                                  \
        { "level", 0, "N", "only checks of that level or below", NULL, false },                                                                            \
        { "baselines", 0, "DIR", "your own checks, beside ours; may be given several times", NULL, true },                                                 \
        { "exceptions", 0, "FILE", "what is borne with, by whom and until when; may be given several times", NULL, true },                                 \
        { "root", 0, "DIR", "a folder in place of this machine: an unpacked image, a backup", NULL, false },                                               \
        { "kubernetes", 0, "FILE|FOLDER", "objects of a cluster in place of this machine: what kubectl get -o json prints, or manifests; several times", NULL, true }, \
        BH_TOOL_K8S_LIVE_OPTS,                                                                                                                             \
        { "kubernetes-version", 0, "1.N", "the version whose pod security they are judged by", "latest", false },                                          \
        { "docker", 0, "ADDRESS", "where the Docker engine listens (default: DOCKER_HOST, or the usual sockets)", NULL, false },                           \
        { "podman", 0, "ADDRESS", "where Podman listens", NULL, false },                                                                                   \
        { "db", 0, "FILE", "the vulnerability database, for kernel, engines and runtimes", NULL, false },                                                  \
        { "home", 0, "DIR", "where the database and its keys lie", NULL, false },                                                                          \
        { "passwords", 0, "SECONDS", "guess weak passwords too, for so much processor time; 0: do not (docs/PASSWORDS.md)", SECONDS, false },              \
        { "passwords-percent", 0, "N", "of one processor, at most, for that", "100", false },                                                              \
        { "language", 0, "WORD", "of tables and pages: en or zh", "en", false },                                                                           \
        { "forget", 0, NULL, "do not compare with the last run, and do not remember this one; guesses are remembered all the same", NULL, false }, \
        { "content", 0, "DIR", "our own data, when it does not lie beside the program", NULL, false },                                                     \
        BH_STATE_OPT,                                                                                                                                      \
        { "format", 0, "FORMAT", "the same as -o FORMAT", NULL, false },                                                                                   \
        { "all", 'a', NULL, "also what passes and what does not apply", NULL, false },                                                                     \
        { "colour", 0, "WHEN", "auto, always or never", "auto", false }

/* Looks, judges, writes: a BH_EXIT_… or an error. extra: NULL, or what reports say besides. */
int bh_tool_comply(struct bh_cli *cli, const struct bh_comply_format *formats, const struct bh_comply_extra *extra, struct bh_err *err) BH_MUST_CHECK;

#endif
