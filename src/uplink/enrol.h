/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_ENROL_H
#define BH_UPLINK_ENROL_H
/*
 * A machine becomes an agent's: by the token it learns where the server is and
 * which authority to believe, and the server learns that it may come. The
 * authority's certificate is fetched first and compared with the digest in the
 * token; the secret is sent only to who proves to be of that authority.
 */
#include "base/err.h"
#include "base/str.h"

struct bh_enrol_opts {
        const char *state_dir;
        struct bh_str token;
        struct bh_str server;   /* "https://host:port" instead of the token's; empty: as it says */
        struct bh_str host_id, host_name, version;
        unsigned days;          /* how long the certificate is to hold; 0: as the server likes */
        unsigned timeout_s;     /* 0: 30 */
};

int bh_uplink_enrol(const struct bh_enrol_opts *opts, struct bh_err *err) BH_MUST_CHECK;

#endif
