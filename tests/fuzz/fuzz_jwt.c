/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fmt/json.h"
#include "fuzz.h"
#include "serve/jwt.h"

/* RFC 7515, A.2 and A.3: public keys whose private halves are printed there, and nobody else's. */
static const char keys[] = "{\"keys\":["
                           "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
                           "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"},{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"},{}]}";

/* The input is a token, a newline, and a set of keys; without a newline the keys are those above. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str token, jwks;
        const struct bh_doc *set, *claims = NULL;

        if (!bh_str_cut((struct bh_str){ (const char *) data, size }, '\n', &token, &jwks))
                jwks = bh_str_of(keys);
        if (bh_json_parse(arena, jwks, &set, NULL) < 0)
                return 0;
        if (bh_jwt_verify(arena, token, set, &claims, NULL) < 0 && claims)
                abort();
        if (claims)
                BH_IGNORE(bh_jwt_check(claims, &(struct bh_jwt_expect){ BH_STR("joe"), BH_STR("us"), BH_STR("n"), 1300819380 }, NULL));
        return 0;
}
