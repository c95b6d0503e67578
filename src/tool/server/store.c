/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server backup, restore, check: the database as a file. docs/STORE.md. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/store.h"
#include "tool/server/commands.h"

static const struct bh_opt state_only[] = {
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { 0 },
};

static int one_argument(const struct bh_cli *cli, const char *what, struct bh_err *err) {
        return cli->n_args == 1 ? 0 : bh_fail(err, BH_E_USAGE, "one %s", what);
}

static int must_be_there(const char *path, struct bh_err *err) {
        struct stat st;

        if (stat(path, &st) == 0)
                return S_ISREG(st.st_mode) ? 0 : bh_fail(err, BH_E_FORMAT, "%s: it is no plain file", path);
        return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "%s: there is no database; bulkhead-server init makes one", path) : bh_fail_sys(err, errno, "%s", path);
}

static void print_size(const char *what, const char *path) {
        struct stat st;

        if (stat(path, &st) == 0)
                (void) printf("%s %s (%.1f MiB)\n", what, path, (double) st.st_size / (1 << 20));
}

static int run_backup(struct bh_cli *cli, struct bh_err *err) {
        const char *path = bh_server_path(cli, "server.db");
        int r = one_argument(cli, "FILE to write", err);

        if (r >= 0)
                r = must_be_there(path, err);
        if (r >= 0)
                r = bh_store_copy_file(path, cli->args[0], err);
        if (r >= 0)
                r = bh_store_verify(cli->args[0], err);
        if (r < 0)
                return bh_wrap(err, r, "backup");
        print_size("written and checked:", cli->args[0]);
        return BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_backup = {
        .name = "backup",
        .about = "copy the database into a file",
        .args = "FILE",
        .text = "The server may run meanwhile: the copy is the database as it is at one moment, and is checked before this\n"
                "says that it is there. It holds everything but the keys in the state folder's tls/ and what waits in spool/.\n",
        .examples = "  bulkhead-server backup /backup/bulkhead-$(date +%F).db\n",
        .opts = state_only,
        .run = run_backup,
};

static int run_restore(struct bh_cli *cli, struct bh_err *err) {
        const char *path = bh_server_path(cli, "server.db");
        bool anew = bh_cli_has(cli, "new");
        char aside[4200];
        int r = anew && cli->n_args == 0 ? 0 : anew ? bh_fail(err, BH_E_USAGE, "either a FILE or --new") : one_argument(cli, "FILE to restore, or --new", err);

        if (r >= 0)
                r = bh_store_restore(path, anew ? NULL : cli->args[0], aside, sizeof aside, err);
        if (r < 0)
                return r;
        print_size("set aside:", aside);
        if (anew)
                (void) printf("the next start makes an empty database; bulkhead-server init makes an administrator for it\n");
        else
                print_size("restored:", path);
        return BH_EXIT_FINE;
}

static const struct bh_opt restore_opts[] = {
        { "new", 0, NULL, "no backup: begin with an empty database", NULL, false },
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { 0 },
};

const struct bh_cmd bh_cmd_restore = {
        .name = "restore",
        .about = "put a backup in the database's place",
        .args = "FILE | --new",
        .text = "The server must not run. The backup is checked first; what is there now is set aside beside it, under a name\n"
                "with the time in it, and never deleted.\n",
        .examples = "  bulkhead-server restore /backup/bulkhead-2026-11-29.db\n  bulkhead-server restore --new\n",
        .opts = restore_opts,
        .run = run_restore,
};

static int run_check(struct bh_cli *cli, struct bh_err *err) {
        const char *path = cli->n_args == 1 ? cli->args[0] : bh_server_path(cli, "server.db");
        int r = cli->n_args > 1 ? bh_fail(err, BH_E_USAGE, "one FILE, or none for the server's own") : must_be_there(path, err);

        if (r >= 0)
                r = bh_store_verify(path, err);
        if (r < 0)
                return r;
        print_size("whole:", path);
        return BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_check = {
        .name = "check",
        .about = "read the whole database, or a backup, and say whether it is sound",
        .args = "[FILE]",
        .text = "The server may run meanwhile; it does the same once a day.\n",
        .examples = "  bulkhead-server check\n  bulkhead-server check /backup/bulkhead-2026-11-29.db\n",
        .opts = state_only,
        .run = run_check,
};
