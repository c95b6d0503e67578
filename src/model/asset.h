/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_ASSET_H
#define BH_MODEL_ASSET_H
/*
 * What a host has: symbol, word, whether its coming and going is worth a line
 * in the list of changes (that of processes is the sensor's to tell), and what
 * it is. docs/INVENTORY.md lists the attributes of each.
 */
#include <stdbool.h>

#include "base/str.h"

#define BH_ASSETS(X)                                                                               \
        X(HOST, "host", true, "the machine: system, kernel, hardware")                             \
        X(CONTAINER, "container", true, "a container of any engine")                               \
        X(POD, "pod", true, "a pod of Kubernetes, and the containers it has here")                 \
        X(IMAGE, "image", true, "an image an engine keeps")                                        \
        X(PROCESS, "process", false, "a process that lives longer than a moment")                  \
        X(PORT, "port", true, "a listening socket, and who listens")                               \
        X(USER, "user", true, "an account")                                                        \
        X(GROUP, "group", true, "a group of accounts")                                             \
        X(SUDO_RULE, "sudo-rule", true, "a line of sudoers")                                       \
        X(SSH_KEY, "ssh-key", true, "a key that opens an account")                                 \
        X(LOGIN, "login", false, "a log-in that is recorded")                                      \
        X(CRON, "cron", true, "a job that runs by the clock")                                      \
        X(SERVICE, "service", true, "a service of the system's manager")                           \
        X(MODULE, "kernel-module", true, "a module in the kernel")                                 \
        X(MOUNT, "mount", true, "a mounted file system")                                           \
        X(DATABASE, "database", true, "a database server that runs")                               \
        X(SITE, "site", true, "a site of a web server")                                            \
        X(CERTIFICATE, "certificate", true, "a certificate, and when it ends")                     \
        X(FRAMEWORK, "framework", true, "a language's run time in use, and what it has loaded") \
        X(PACKAGE_USE, "package-use", false, "a package whose files are executed or mapped")

enum bh_asset_kind {
#define X(symbol, word, changes, about) BH_ASSET_##symbol,
        BH_ASSETS(X)
#undef X
        _BH_ASSET_MAX
};

const char *bh_asset_str(enum bh_asset_kind kind);
enum bh_asset_kind bh_asset_of(struct bh_str word); /* _BH_ASSET_MAX when unknown */
bool bh_asset_changes(enum bh_asset_kind kind);
const char *bh_asset_about(enum bh_asset_kind kind);

#endif
