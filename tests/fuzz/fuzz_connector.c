/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "sense/connector.h"

static void look(void *user, const struct bh_told_event *e) {
        if (strnlen(e->name, sizeof e->name) == sizeof e->name)
                abort();
        ++*(size_t *) user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        size_t n = 0;

        if (bh_connector_parse((struct bh_str){ (const char *) data, size }, look, &n) != n)
                abort();
        return 0;
}
