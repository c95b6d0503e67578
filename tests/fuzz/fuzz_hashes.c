/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a list of digests; what it lists is then found, and nothing else. */
#include <stdlib.h>

#include "fmt/digest.h"
#include "fuzz.h"
#include "scan/content/rules.h"
#include "scan/malware/hashes.h"

static int on_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        (void) err;
        if (!bh_str_is_text(f->evidence) || !bh_str_is_text(f->title))
                abort();
        ++*(unsigned *) user;
        return 0;
}

static unsigned scan(const struct bh_hashes *h, struct bh_arena *arena, struct bh_str file) {
        struct bh_hashes_run *run = bh_hashes_run_new(h);
        unsigned found = 0;
        struct bh_finding_sink sink = { &found, on_finding, NULL };
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_hashes_scan(run, arena, BH_STR("a/b"), file, &sink, &err));
        bh_hashes_run_free(&run);
        return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_str list = { (const char *) data, size }, file = BH_STR("the file that is listed"), digest;
        struct bh_arena *arena = bh_arena_new();
        struct bh_hashes *h = NULL;
        struct bh_err err = BH_ERR_NONE;

        digest = bh_digest_sha256(arena, file);
        BH_IGNORE(bh_str_cut_prefix(&digest, BH_STR("sha256:")));
        bh_content_bundle_add(&bundle, BH_STR("hashes/theirs"), list);
        bh_content_bundle_add(&bundle, BH_STR("hashes/ours"), bh_arena_printf(arena, "%.*s;known\n", BH_FMT(digest)));
        if (bh_hashes_load(bh_buf_str(&bundle), &h, &err) >= 0 && h && scan(h, arena, file) == 0)
                abort();
        bh_hashes_free(&h);
        bh_arena_free(&arena);
        return 0;
}
