/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/roles.h"

#define MAY(permission) (1u << BH_MAY_##permission)

enum { EVERYBODY = MAY(NOBODY) | MAY(SELF) | MAY(READ) };

static const struct {
        const char *word;
        uint32_t may;
        bool scoped;
} roles[] = {
        [BH_ROLE_ADMINISTRATOR] = { "administrator", ((1u << _BH_PERMISSION_MAX) - 1) & ~MAY(AGENT), false },
        [BH_ROLE_SECURITY] = { "security",
                               EVERYBODY | MAY(FINDINGS_WRITE) | MAY(ALERTS_WRITE) | MAY(RESPOND) | MAY(POLICY_WRITE) | MAY(REGISTRY_WRITE) | MAY(SCAN) |
                                       MAY(INTEGRATIONS_WRITE) | MAY(AUDIT_READ),
                               false },
        [BH_ROLE_OPERATIONS] = { "operations", EVERYBODY | MAY(FINDINGS_WRITE) | MAY(REGISTRY_WRITE) | MAY(SCAN) | MAY(AGENTS_WRITE), false },
        [BH_ROLE_DEVELOPER] = { "developer", EVERYBODY | MAY(FINDINGS_WRITE) | MAY(SCAN), true },
        [BH_ROLE_AUDITOR] = { "auditor", EVERYBODY | MAY(AUDIT_READ), false },
};

static const char *const permissions[] = {
#define X(symbol, word) [BH_MAY_##symbol] = word,
        BH_PERMISSIONS(X)
#undef X
};

const char *bh_role_str(enum bh_role role) {
        return roles[role].word;
}

enum bh_role bh_role_of(struct bh_str word) {
        int role = 0;

        while (role < _BH_ROLE_MAX && !bh_str_is(word, roles[role].word))
                role++;
        return (enum bh_role) role;
}

const char *bh_permission_str(enum bh_permission permission) {
        return permissions[permission];
}

enum bh_permission bh_permission_of(struct bh_str word) {
        int permission = 0;

        while (permission < _BH_PERMISSION_MAX && !bh_str_is(word, permissions[permission]))
                permission++;
        return (enum bh_permission) permission;
}

uint32_t bh_role_may(enum bh_role role) {
        return roles[role].may;
}

bool bh_role_scoped(enum bh_role role) {
        return roles[role].scoped;
}
