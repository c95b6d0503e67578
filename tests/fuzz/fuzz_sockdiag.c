/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "sense/sockdiag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_err err = BH_ERR_NONE;
        struct bh_diag_socket d;
        size_t left = c.left;
        int r;

        while ((r = bh_diag_next(&c, &d, &err)) == 1) {
                if (c.left + 88 > left || (d.family != AF_INET && d.family != AF_INET6))
                        abort();
                left = c.left;
        }
        if (r == 0 && c.left)
                abort();
        return 0;
}
