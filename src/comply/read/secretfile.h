/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_SECRETFILE_H
#define BH_COMPLY_READ_SECRETFILE_H
/*
 * Is there a secret in these bytes, and of what kind? By what is in them, not
 * by the name they have: a config.json with a credential helper has none. What
 * the secret is leaves this file in no way.
 */
#include "base/arena.h"
#include "base/str.h"

enum bh_secret_kind {
        BH_SECRET_NONE,
        BH_SECRET_KUBECONFIG,
        BH_SECRET_PRIVATE_KEY,
        BH_SECRET_AWS,
        BH_SECRET_GCLOUD,
        BH_SECRET_AZURE,
        BH_SECRET_REGISTRY,  /* of containers */
        BH_SECRET_TOKEN,     /* a signed token: of a service account, of a node */
        BH_SECRET_PASSWORD,  /* .netrc, .pgpass, .my.cnf, .git-credentials */
        BH_SECRET_PACKAGES,  /* .npmrc, .pypirc */
        BH_SECRET_VPN,       /* WireGuard */
        _BH_SECRET_KIND_MAX
};
const char *bh_secret_kind_str(enum bh_secret_kind k); /* "private-key" */

struct bh_secret {
        enum bh_secret_kind kind;
        bool encrypted; /* a private key behind a passphrase */
};

/*
 * The first kind that fits; NONE. Tokens and passwords have no form of their
 * own: they are looked for only where the file's name says that there is one.
 */
struct bh_secret bh_secret_of(struct bh_arena *arena, struct bh_str bytes, bool by_name);

#endif
