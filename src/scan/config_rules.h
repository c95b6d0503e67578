/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONFIG_RULES_H
#define BH_SCAN_CONFIG_RULES_H
/* The rules behind config.h as rows, and how one becomes a finding. */
#include "scan/config.h"

enum bh_config_rule {
        BH_IMG_ROOT, BH_IMG_USER_ODD, BH_IMG_PORT_SSH, BH_IMG_PORT_ADMIN, BH_IMG_PORT_CLEAR, BH_IMG_ENV_SECRET, BH_IMG_LABEL_SECRET,
        BH_IMG_HISTORY_SECRET, BH_IMG_ENV_PRELOAD, BH_IMG_ENV_LIBPATH, BH_IMG_ENV_PATH, BH_IMG_ENV_TLS, BH_IMG_LABEL_ODD,
        BH_IMG_LABEL_EXTENSION, BH_IMG_HEALTH, BH_IMG_LAYERS, BH_IMG_REMOTE_ADD, BH_IMG_OLD, BH_IMG_ENTRY_WRITABLE,
        BH_IMG_SETUID, BH_IMG_SETUID_KNOWN, BH_IMG_CAPABILITY, BH_IMG_WRITABLE, BH_IMG_DEVICE, BH_IMG_ESCAPE, BH_IMG_TOOL_PACKAGES,
        BH_IMG_TOOL_COMPILER, BH_IMG_TOOL_NETWORK, BH_IMG_TOOL_SHELL, BH_IMG_TOOL_LOGIN, BH_IMG_TOOL_DEBUG, BH_IMG_TOOL_ATTRIBUTE,
        BH_IMG_TOOL_ROOT, BH_IMG_TOOL_ENGINE, BH_IMG_WASTE,
        _BH_IMG_MAX
};

struct bh_config_row {
        const char *id;
        enum bh_finding_kind kind;
        enum bh_severity severity;
        const char *title, *category, *why, *mend;
        const char *reference; /* or NULL */
};

extern const struct bh_config_row bh_config_rules[_BH_IMG_MAX];

/* Where and what was seen; hostile text is made printable here. The new row may be refined. */
struct bh_finding *bh_config_add(struct bh_finding_list *out, struct bh_arena *arena, enum bh_config_rule rule, struct bh_str path,
                                 struct bh_str evidence);
/* Printable, at most `max` bytes. */
struct bh_str bh_config_show(struct bh_arena *arena, struct bh_str hostile, size_t max);
/* The part that reads special files: config_files.c. */
void bh_config_files(const struct bh_config_in *in, struct bh_arena *arena, struct bh_finding_list *out);

#endif
