/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/rfc822.h"

int bh_rfc822_next(struct bh_cur *c, struct bh_str *ret_name, struct bh_str *ret_value, struct bh_err *err) {
        struct bh_str line, name, value, more;
        unsigned first;

        if (!bh_cur_line(c, &line) || line.len == 0)
                return 0;
        first = c->line;
        if (bh_is_space(line.at[0]))
                return bh_fail(err, BH_E_FORMAT, "line %u: a continuation of nothing", first);
        if (!bh_str_cut(line, ':', &name, &value))
                return bh_fail(err, BH_E_FORMAT, "line %u: no colon after a field name", first);
        while (c->left && (*c->at == ' ' || *c->at == '\t')) {
                if (!bh_cur_line(c, &more))
                        break;
                value.len = (size_t) (more.at + more.len - value.at);
        }
        *ret_name = bh_str_trim(name);
        *ret_value = bh_str_trim(value);
        return 1;
}
