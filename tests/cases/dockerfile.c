/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/dockerfile.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_dockerfile f;
        int r = bh_dockerfile_parse(arena, input, &f, err);

        (void) title;
        if (r < 0)
                return r;
        for (uint32_t i = 0; i < f.n_stages; i++)
                bh_buf_printf(out, "stage %u: image %.*s name %.*s\n", i, BH_FMT(f.stages[i].image), BH_FMT(f.stages[i].name));
        for (uint32_t i = 0; i < f.n_instrs; i++) {
                const struct bh_docker_instr *in = &f.instrs[i];

                bh_buf_printf(out, "%u-%u %s%s%s:", in->line, in->last_line, in->onbuild ? "ONBUILD " : "", bh_docker_kind_str(in->kind), in->json ? " json" : "");
                for (uint32_t k = 0; k < in->n_flags; k++)
                        bh_buf_printf(out, " --%.*s=%.*s", BH_FMT(in->flags[k].name), BH_FMT(in->flags[k].value));
                for (uint32_t k = 0; k < in->n_words; k++)
                        bh_buf_printf(out, " [%.*s]", BH_FMT(in->words[k]));
                for (uint32_t k = 0; k < in->n_heredocs; k++)
                        bh_buf_printf(out, " <%.*s: %s>", BH_FMT(in->heredocs[k].name), BH_QUOTE(in->heredocs[k].body));
                bh_buf_putc(out, '\n');
        }
        return 0;
}
