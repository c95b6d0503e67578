/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_CONTENT_DIR_H
#define BH_TOOL_CONTENT_DIR_H
/* Where what we know lies: content/ beside the program, or where it was installed. */
#include "tool/cli.h"

/* The folder that has `folder` in it. NOTFOUND. */
int bh_tool_content_dir(struct bh_arena *arena, const char *folder, const char **ret, struct bh_err *err) BH_MUST_CHECK;
/* The path of one folder of it, such as "rules": below --content DIR, or beside the program. */
int bh_tool_content_folder(struct bh_cli *cli, const char *folder, const char **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
