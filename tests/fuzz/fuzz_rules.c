/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a rule file, and as a whole bundle; what loads is put to its own proofs. */
#include "base/buf.h"
#include "fuzz.h"
#include "scan/content/proof.h"

static void quiet(void *user, const struct bh_proof_failure *f) {
        (void) user;
        (void) f;
}

static void load(struct bh_str bundle) {
        struct bh_content *c = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_content_load(bundle, &c, &err) == 0)
                BH_IGNORE(bh_content_prove(c, quiet, NULL, &err));
        bh_content_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_str bytes = { (const char *) data, size };

        if (size > 16384)
                return 0;
        bh_content_bundle_add(&bundle, BH_STR("x.yaml"), bytes);
        load(bh_buf_str(&bundle));
        load(bytes);
        return 0;
}
