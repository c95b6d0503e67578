/* SPDX-License-Identifier: Apache-2.0 */
/* Every answer that this side reads itself: logins, helpers, token servers, engines. */
#include "fuzz.h"
#include "image/auth.h"
#include "image/engine.h"
#include "image/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str json = { (const char *) data, size }, token;
        struct bh_arena *arena = bh_arena_new();
        struct bh_engine_image image;
        struct bh_engine_list list;
        struct bh_credentials credentials;
        struct bh_auth auth;

        BH_IGNORE(bh_auth_parse(arena, json, BH_STR("a.io/team/app"), &auth, NULL));
        BH_IGNORE(bh_auth_parse(arena, json, BH_STR("docker.io/library/x"), &auth, NULL));
        BH_IGNORE(bh_auth_parse_helper(arena, json, &credentials, NULL));
        BH_IGNORE(bh_token_parse(arena, json, &token, NULL));
        BH_IGNORE(bh_engine_parse_image(arena, json, &image, NULL));
        BH_IGNORE(bh_engine_parse_images(arena, json, &list, NULL));
        BH_IGNORE(bh_engine_parse_container(arena, json, &image, NULL));
        BH_IGNORE(bh_engine_parse_containers(arena, json, &list, NULL));
        bh_arena_free(&arena);
        return 0;
}
