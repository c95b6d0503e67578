/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/config_rules.h"

#include "base/hash.h"

#define CIS(section) "CIS Docker Benchmark 1.6, " section
#define ROW(id, severity, title, category, why, mend, reference) \
        { "BH-IMG-" id, BH_FINDING_CONFIG, BH_SEVERITY_##severity, title, category, why, mend, reference }

const struct bh_config_row bh_config_rules[_BH_IMG_MAX] = {
        [BH_IMG_ROOT] = ROW("ROOT", MEDIUM, "The container starts as root", "user",
                            "Whoever takes over the program is root inside the container, one kernel or runtime flaw away from the host.",
                            "Add a user in the build file and end with USER and its number.", CIS("4.1")),
        [BH_IMG_USER_ODD] = ROW("USER-ODD", HIGH, "The user field holds something that is no user", "user",
                                "Engines differ in how they read such a value; it can name another account than the one a reviewer sees.",
                                "Use a plain name or number, with at most one group after a colon.", NULL),
        [BH_IMG_PORT_SSH] = ROW("PORT-SSH", MEDIUM, "A port for remote login is exposed", "network",
                                "A login service in a container is a second way in that the engine neither logs nor limits.",
                                "Leave it out; use the engine's exec for maintenance.", CIS("5.7")),
        [BH_IMG_PORT_ADMIN] = ROW("PORT-ADMIN", HIGH, "The port of an administrative interface is exposed", "network",
                                  "Interfaces of this kind give control of the host or the cluster to whoever reaches them.",
                                  "Do not expose it, or only with mutual TLS on an inner network.", NULL),
        [BH_IMG_PORT_CLEAR] = ROW("PORT-CLEAR", MEDIUM, "The port of a protocol without encryption is exposed", "network",
                                  "Names and passwords cross the network readably.", "Use the encrypted protocol.", NULL),
        [BH_IMG_ENV_SECRET] = ROW("ENV-SECRET", HIGH, "A variable by its name holds a secret", "secret",
                                  "Everyone who can pull the image, or inspect the container, can read it.",
                                  "Revoke it, and give it at run time as a mounted file.", CIS("4.10")),
        [BH_IMG_LABEL_SECRET] = ROW("LABEL-SECRET", HIGH, "A label by its name holds a secret", "secret",
                                    "Labels are public to everyone who can pull the image.", "Revoke it and remove the label.", CIS("4.10")),
        [BH_IMG_HISTORY_SECRET] = ROW("HISTORY-SECRET", HIGH, "A step of the build carries a secret in clear", "secret",
                                      "Build arguments and commands stay in the image's history for ever.",
                                      "Revoke it; use RUN --mount=type=secret.", CIS("4.10")),
        [BH_IMG_ENV_PRELOAD] = ROW("ENV-PRELOAD", MEDIUM, "A library is preloaded into every program", "environment",
                                   "Preloading hides programs' true behaviour, and is how user-space rootkits stay.",
                                   "Set it for the one program that needs it, or remove it.", "https://attack.mitre.org/techniques/T1574/006/"),
        [BH_IMG_ENV_LIBPATH] = ROW("ENV-LIBPATH", MEDIUM, "Libraries are looked for where others may write", "environment",
                                   "Who can write there decides what code every program runs.",
                                   "Name only directories that root alone may write; no empty or relative parts.", "https://cwe.mitre.org/data/definitions/426.html"),
        [BH_IMG_ENV_PATH] = ROW("ENV-PATH", MEDIUM, "Programs are looked for where others may write", "environment",
                                "Who can write there decides what \"ls\" means.",
                                "Name only directories that root alone may write; no empty or relative parts.", "https://cwe.mitre.org/data/definitions/426.html"),
        [BH_IMG_ENV_TLS] = ROW("ENV-TLS", HIGH, "A variable switches certificate checks off", "environment",
                               "Every connection of the program can be read and changed on the way.",
                               "Remove it, and add the missing authority to the trust store.", "https://cwe.mitre.org/data/definitions/295.html"),
        [BH_IMG_LABEL_ODD] = ROW("LABEL-ODD", HIGH, "A label holds control characters or markup", "deception",
                                 "Tools print labels to terminals and pages: such a value can forge what an operator sees, or run as a script.",
                                 "Find out who put it there; rebuild without it.", "https://cwe.mitre.org/data/definitions/150.html"),
        [BH_IMG_LABEL_EXTENSION] = ROW("LABEL-EXTENSION", LOW, "The image presents itself as a Docker Desktop extension", "deception",
                                       "An extension runs code on the machine that installs it, outside any container.",
                                       "Expected only of an extension; else remove the labels.", NULL),
        [BH_IMG_HEALTH] = ROW("HEALTH", INFO, "No health check is defined", "operation",
                              "The engine cannot tell a hanging container from a working one; Kubernetes uses its own probes.",
                              "Add HEALTHCHECK, or rely on the orchestrator's probes.", CIS("4.6")),
        [BH_IMG_LAYERS] = { "BH-IMG-LAYERS", BH_FINDING_WEIGHT, BH_SEVERITY_LOW, "The image has very many layers", "weight",
                            "Each layer costs a mount and a download; engines stop at 127.", "Join build steps, or build in stages.", NULL },
        [BH_IMG_REMOTE_ADD] = ROW("REMOTE-ADD", LOW, "A file was added straight from the network", "supply-chain",
                                  "Nothing proves that tomorrow's build gets the same bytes.",
                                  "Use ADD --checksum, or fetch and verify in one step.", CIS("4.9")),
        [BH_IMG_OLD] = ROW("OLD", LOW, "The image was built long ago", "operation",
                           "What was fixed since then in the base and its packages is not in it.", "Rebuild on a current base.", CIS("4.4")),
        [BH_IMG_ENTRY_WRITABLE] = ROW("ENTRY-WRITABLE", HIGH, "Anyone in the container may rewrite the program it starts", "permission",
                                      "A take-over outlives the restart of the container.", "Let root own it, with mode 0755.", NULL),
        [BH_IMG_SETUID] = ROW("SETUID", MEDIUM, "A program takes on its owner's rights, and no distribution ships it so", "permission",
                              "A flaw in it makes any user of the container its owner, usually root.",
                              "Remove the bit (chmod a-s), and run with no-new-privileges.", CIS("4.8")),
        [BH_IMG_SETUID_KNOWN] = ROW("SETUID-KNOWN", INFO, "Programs take on their owner's rights, as the distribution ships them", "permission",
                                    "Few containers need them, and each is a way up for an attacker.",
                                    "Remove the bits (chmod a-s), or run with no-new-privileges.", CIS("4.8")),
        [BH_IMG_CAPABILITY] = ROW("CAPABILITY", LOW, "A program brings kernel capabilities with it", "permission",
                                  "Whoever runs it has them, as far as the container's bounding set allows.",
                                  "Remove them (setcap -r), or drop them at run time.", NULL),
        [BH_IMG_WRITABLE] = ROW("WRITABLE", LOW, "Everyone may write files that all use", "permission",
                                "Any process in the container can plant or change what others read or run.",
                                "Take the right from others (chmod o-w); shared directories need the sticky bit.",
                                "https://cwe.mitre.org/data/definitions/732.html"),
        [BH_IMG_DEVICE] = ROW("DEVICE", MEDIUM, "A layer holds device nodes", "permission",
                              "An image needs none: the engine makes /dev. A node for a disk or memory is a door to the host.",
                              "Remove them.", NULL),
        [BH_IMG_ESCAPE] = ROW("ESCAPE", HIGH, "A layer holds paths that climb out of the root", "deception",
                              "No build tool writes such paths; they are made to overwrite files of careless unpackers.",
                              "Do not run or unpack this image before you know who made it.", "https://cwe.mitre.org/data/definitions/22.html"),
        [BH_IMG_TOOL_PACKAGES] = ROW("TOOL-PACKAGES", INFO, "Package managers are in the image", "tools",
                                     "They fetch an attacker's next tools.", "Build in stages and copy only what runs.", CIS("4.3")),
        [BH_IMG_TOOL_COMPILER] = ROW("TOOL-COMPILER", LOW, "Compilers are in the image", "tools",
                                     "They build an attacker's exploit where it will run, and weigh much.", "Build in stages and copy only what runs.", CIS("4.3")),
        [BH_IMG_TOOL_NETWORK] = ROW("TOOL-NETWORK", INFO, "Network tools are in the image", "tools",
                                    "They fetch, forward and explore.", "Leave them out of what runs.", CIS("4.3")),
        [BH_IMG_TOOL_SHELL] = ROW("TOOL-SHELL", INFO, "Shells are in the image", "tools",
                                  "Most attacks on a program go on in a shell.", "Where nothing needs one, use a base without.", NULL),
        [BH_IMG_TOOL_LOGIN] = ROW("TOOL-LOGIN", MEDIUM, "A server for remote login is in the image", "tools",
                                  "It is a second way in that the engine neither logs nor limits.", "Remove it; use the engine's exec.", CIS("5.7")),
        [BH_IMG_TOOL_DEBUG] = ROW("TOOL-DEBUG", LOW, "Debuggers are in the image", "tools",
                                  "They read other processes' memory, and with it their secrets.",
                                  "Leave them out; attach a debug container when there is need.", CIS("4.3")),
        [BH_IMG_TOOL_ATTRIBUTE] = ROW("TOOL-ATTRIBUTE", INFO, "Tools that change owners and modes are in the image", "tools",
                                      "They make a downloaded file a program.", "Where nothing needs them, use a smaller base.", NULL),
        [BH_IMG_TOOL_ROOT] = ROW("TOOL-ROOT", LOW, "Tools to become root are in the image", "tools",
                                 "A container has one user; these exist to leave it.", "Remove them.", NULL),
        [BH_IMG_TOOL_ENGINE] = ROW("TOOL-ENGINE", INFO, "Tools that steer containers or clusters are in the image", "tools",
                                   "With a mounted socket or token they control the host or the cluster.", "Leave them out of what runs.", NULL),
        [BH_IMG_WASTE] = { "BH-IMG-WASTE", BH_FINDING_WEIGHT, BH_SEVERITY_LOW, "A layer carries files that later layers replace or delete",
                           "weight", "They are stored and sent with every pull, and what was deleted can still be read.",
                           "Delete in the step that makes the files, or build in stages.", NULL },
};

struct bh_str bh_config_show(struct bh_arena *arena, struct bh_str hostile, size_t max) {
        char *buf = bh_arena_bytes(arena, max);

        return bh_str_of(bh_str_quote(hostile, buf, max));
}

struct bh_finding *bh_config_add(struct bh_finding_list *out, struct bh_arena *arena, enum bh_config_rule rule, struct bh_str path,
                                 struct bh_str evidence) {
        const struct bh_config_row *row = &bh_config_rules[rule];
        struct bh_finding *f = bh_vec_add(arena, out);

        *f = (struct bh_finding){ .kind = row->kind, .severity = row->severity, .rule = bh_str_of(row->id), .title = bh_str_of(row->title),
                                  .category = bh_str_of(row->category), .detail = bh_str_of(row->why), .mend = bh_str_of(row->mend),
                                  .path = bh_config_show(arena, path, 1024), .evidence = bh_config_show(arena, evidence, 400) };
        if (row->reference) {
                struct bh_str *reference = bh_arena_make(arena, struct bh_str);

                *reference = bh_str_of(row->reference);
                f->references = reference;
                f->n_references = 1;
        }
        f->fingerprint = bh_hash64(bh_arena_printf(arena, "%s|%.*s|%.*s", row->id, BH_FMT(f->path), BH_FMT(f->evidence)));
        return f;
}
