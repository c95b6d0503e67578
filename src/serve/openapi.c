/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/openapi.h"

#include "fmt/json_put.h"
#include "fmt/yaml.h"

int bh_openapi_json(struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_json_put j = { .out = out, .compact = true };
        const struct bh_doc *root;
        int r = bh_yaml_parse(arena, bh_openapi_yaml(), &root, err);

        if (r < 0)
                return bh_wrap(err, r, "openapi.yaml");
        bh_json_put_doc(&j, NULL, root);
        return 0;
}
