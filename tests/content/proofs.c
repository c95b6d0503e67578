/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the rules below the given folders as a scan would, and runs the proofs they carry. */
#define _GNU_SOURCE
#include "scan/content/proof.h"

#include "content.h"

static void say(void *user, const struct bh_proof_failure *f) {
        char text[200];

        (void) user;
        (void) printf("%.*s:%u: rule %.*s %s: %s\n", BH_FMT(f->rule->file), f->proof->line, BH_FMT(f->rule->id), f->what,
                      bh_str_quote(f->detail, text, sizeof text));
}

int main(int argc, char **argv) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        BH_CLEANUP(bh_content_free) struct bh_content *content = NULL;
        struct bh_err err = BH_ERR_NONE;
        int failed;

        if (argc < 2 || bundle_of(argv + 1, &bundle) < 0)
                return 2;
        if (bh_content_load(bh_buf_str(&bundle), &content, &err) < 0) {
                (void) printf("%s\n", err.text);
                return 1;
        }
        failed = bh_content_prove(content, say, NULL, &err);
        if (failed < 0)
                (void) printf("%s\n", err.text);
        (void) printf("%u rules, %d proofs failed\n", content->n_rules, failed);
        return failed != 0 || content->n_rules == 0;
}
