/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_RELEASE_H
#define BH_MODEL_RELEASE_H
/* Which system a root file system is, by its own release files. */
#include <stdint.h>

#include "base/str.h"

struct bh_release {
        struct bh_str id;         /* os-release ID: "debian", "alpine", "rhel", ... */
        struct bh_str version_id; /* "12", "3.19.1", "9.4" */
        struct bh_str codename;   /* "bookworm" */
        struct bh_str pretty;     /* "Debian GNU/Linux 12 (bookworm)" */
        struct bh_str like;       /* ID_LIKE */
        uint8_t rank;             /* of the file that said so, 0: none; when two layers or files speak, the higher (then the later) is right */
};

#endif
