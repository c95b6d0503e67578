/* SPDX-License-Identifier: Apache-2.0 */
/* A vulnerability index that lies everywhere: no signature is asked for, everything is read. */
#include "advisory/index.h"
#include "advisory/depot.h"
#include "fuzz.h"

enum { AT_MOST = 64 };

static void read_rows(struct bh_index *ix, struct bh_arena *arena, uint32_t i) {
        struct bh_index_rows rows;
        struct bh_statement s;
        struct bh_str space, name;
        bool binary;

        if (bh_index_package(ix, i, &space, &name, &binary, NULL) < 0 ||
            bh_index_rows(ix, arena, space, name, binary, &rows, NULL) != 1)
                return;
        for (uint32_t k = 0; k < rows.n_statements && k < AT_MOST; k++)
                BH_IGNORE(bh_index_statement(ix, arena, &rows, k, &s, NULL));
        for (uint32_t k = 0; k < rows.n_rows && k < AT_MOST; k++)
                BH_IGNORE(bh_index_vuln_id(ix, rows.rows[k].vuln, &name, NULL));
}

static void read_vuln(struct bh_index *ix, struct bh_arena *arena, uint32_t i) {
        struct bh_vuln v;
        struct bh_vuln_text t;
        uint32_t *found, n;

        BH_IGNORE(bh_index_text(ix, arena, i, &t, NULL));
        if (bh_index_vuln(ix, arena, i, &v, NULL) == 0)
                BH_IGNORE(bh_index_find(ix, arena, v.id, &found, &n, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_index *ix = NULL;
        struct bh_index_info info;

        if (bh_index_over(bytes, NULL, &ix, NULL) == 0) {
                struct bh_index_source source;
                struct bh_index_space space;
                struct bh_lifecycle life;

                bh_index_info(ix, &info);
                for (uint32_t i = 0; i <= info.n_packages && i < AT_MOST; i++)
                        read_rows(ix, arena, i);
                for (uint32_t i = 0; i <= info.n_vulns && i < AT_MOST; i++)
                        read_vuln(ix, arena, i);
                for (uint32_t i = 0; i <= info.n_sources && i < AT_MOST; i++)
                        BH_IGNORE(bh_index_source(ix, i, &source, NULL));
                for (uint32_t i = 0; i <= info.n_spaces && i < AT_MOST; i++)
                        BH_IGNORE(bh_index_space(ix, i, &space, NULL));
                BH_IGNORE(bh_index_lifecycle(ix, BH_STR("debian:12"), &life, NULL));
                BH_IGNORE(bh_index_by_codename(ix, BH_STR("debian"), BH_STR("bookworm"), &life, NULL));
                bh_index_close(&ix);
        }
        bh_arena_free(&arena);
        return 0;
}
