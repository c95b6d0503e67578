/* SPDX-License-Identifier: Apache-2.0 */
/* A rules file, loaded and asked about one event. */
#include "fuzz.h"
#include "rule_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct bh_source *const sources[] = { &fuzz_source };
        struct bh_rules_opts opts = { .sources = sources, .n_sources = 1, .least = BH_PRIORITY_DEBUG, .all_matches = size & 1 };
        struct bh_rule_file file = { BH_STR("fuzz.yaml"), { (const char *) data, size } };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str event = BH_STR("/etc/passwd a");
        const struct bh_rule *hits[4];
        struct bh_arena *arena;
        struct bh_rule_run *run;
        struct bh_rules *rules;
        struct bh_interest in;
        struct bh_err err = BH_ERR_NONE;
        size_t n;

        if (size > 16384 || bh_rules_load(&opts, &file, 1, &rules, &err) < 0)
                return 0;
        arena = bh_arena_new();
        bh_rules_interest(rules, &fuzz_source, arena, &in);
        run = bh_rule_run_new(rules, &fuzz_source);
        n = bh_rule_match(run, &event, hits, BH_LEN(hits));
        for (size_t i = 0; i < n; i++)
                bh_rule_print(run, hits[i], &event, &out);
        bh_rule_run_free(&run);
        bh_rules_unref(&rules);
        bh_arena_free(&arena);
        return 0;
}
