/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_CERTS_H
#define BH_IMAGE_CERTS_H
/*
 * Certificates kept for one registry, where Docker and Podman look for them:
 *
 *     /etc/docker/certs.d/HOST[:PORT]/NAME.crt      a CA to trust
 *                                    /NAME.cert     our certificate, with NAME.key
 *
 * also below /etc/containers/certs.d and ~/.config/containers/certs.d.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct bh_certs {
        struct bh_str ca_pem; /* all of them, one behind the other; empty when there are none */
        const char *cert_file, *key_file;
};

/* `ca_file` (may be NULL) comes first, and must be readable. */
int bh_certs_load(struct bh_arena *arena, struct bh_str registry, const char *ca_file, struct bh_certs *ret,
                  struct bh_err *err) BH_MUST_CHECK;

#endif
