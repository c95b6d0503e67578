/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/state.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

const char *bh_tool_state_dir(struct bh_cli *cli) {
        const char *given = bh_cli_get(cli, "state"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

        if (given)
                return given;
        if (geteuid() == 0)
                return "/var/lib/bulkhead";
        if (state && state[0] == '/')
                return bh_arena_printf(cli->arena, "%s/bulkhead", state).at;
        return bh_arena_printf(cli->arena, "%s/.local/state/bulkhead", home ? home : ".").at;
}

const char *bh_tool_allow_file(struct bh_cli *cli) {
        const char *given = bh_cli_get(cli, "allow");

        return given ? given : bh_arena_printf(cli->arena, "%s/allow.yaml", bh_tool_state_dir(cli)).at;
}

struct bh_str bh_tool_who(struct bh_cli *cli) {
        const struct passwd *p = getpwuid(geteuid());
        const char *name = p ? p->pw_name : "?", *sudo = getenv("SUDO_USER");

        return sudo ? bh_arena_printf(cli->arena, "%s (%s)", BH_QUOTE(bh_str_of(sudo)), name) : bh_arena_printf(cli->arena, "%s", name);
}
