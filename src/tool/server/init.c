/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server init: the state folder, an authority of certificates, the administrator. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "manage/pki.h"
#include "serve/people.h"
#include "serve/secret.h"
#include "sys/fd.h"
#include "tool/server/commands.h"

enum { CA_DAYS = 3650, SERVER_DAYS = 365, RENEW_DAYS = 30 };

static int make_folder(const char *path, struct bh_err *err) {
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", path);
        return 0;
}

static int write_own(const struct bh_cli *cli, const char *name, struct bh_str text, struct bh_err *err) {
        const char *path = bh_server_path(cli, name);
        int r = bh_fd_write_own(path, text, BH_STR(""), err);

        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}

static int read_own(const struct bh_cli *cli, const char *name, struct bh_str *ret, struct bh_err *err) {
        return bh_fd_read_file(cli->arena, bh_server_path(cli, name), BH_LIMIT_CONFIG_FILE, ret, err);
}

static bool is_there(const struct bh_cli *cli, const char *name) {
        return access(bh_server_path(cli, name), F_OK) == 0;
}

static int make_ca(const struct bh_cli *cli, struct bh_err *err) {
        struct bh_pki_pair ca;
        int r;

        if (is_there(cli, "tls/ca.pem"))
                return 0;
        r = bh_pki_make_ca(cli->arena, BH_STR("Bulkhead"), CA_DAYS, time(NULL), &ca, err);
        if (r >= 0)
                r = write_own(cli, "tls/ca.key", ca.key, err);
        return r < 0 ? r : write_own(cli, "tls/ca.pem", ca.certificate, err);
}

BH_VEC_OF(names, struct bh_str);

static void add_name(const struct bh_cli *cli, struct names *names, const char *name) {
        for (size_t i = 0; i < names->len; i++)
                if (bh_str_is(names->at[i], name))
                        return;
        *bh_vec_add(cli->arena, names) = bh_arena_str(cli->arena, bh_str_of(name));
}

/* What was asked for; it is kept beside the certificate, so that the next one is for the same names. */
static int names_of(const struct bh_cli *cli, struct names *ret, struct bh_err *err) {
        struct bh_str kept = { 0 }, line;
        char host[256] = "";
        int r = is_there(cli, "tls/names") ? read_own(cli, "tls/names", &kept, err) : 0;

        if (r < 0)
                return r;
        for (size_t i = 0; bh_cli_nth(cli, "name", i); i++)
                add_name(cli, ret, bh_cli_nth(cli, "name", i));
        while (bh_str_word(&kept, &line))
                add_name(cli, ret, bh_arena_cstr(cli->arena, line));
        (void) gethostname(host, sizeof host - 1);
        if (*host)
                add_name(cli, ret, host);
        add_name(cli, ret, "localhost");
        add_name(cli, ret, "127.0.0.1");
        add_name(cli, ret, "::1");
        return 0;
}

static int keep_names(const struct bh_cli *cli, const struct names *names, struct bh_err *err) {
        struct bh_str text = { 0 };

        for (size_t i = 0; i < names->len; i++)
                text = bh_arena_printf(cli->arena, "%.*s%.*s\n", BH_FMT(text), BH_FMT(names->at[i]));
        return write_own(cli, "tls/names", text, err);
}

static int certify(const struct bh_cli *cli, const struct names *names, struct bh_err *err) {
        struct bh_pki_order order = { BH_PKI_SERVER, names->at[0], names->at, names->len, SERVER_DAYS, time(NULL) };
        struct bh_pki_pair ca, made;
        int r = read_own(cli, "tls/ca.key", &ca.key, err);

        if (r >= 0)
                r = read_own(cli, "tls/ca.pem", &ca.certificate, err);
        if (r >= 0)
                r = bh_pki_issue(cli->arena, &ca, &order, &made, err);
        if (r >= 0)
                r = write_own(cli, "tls/server.key", made.key, err);
        return r < 0 ? r : write_own(cli, "tls/server.pem", made.certificate, err);
}

static int is_due(const struct bh_cli *cli, struct bh_err *err) {
        struct bh_pki_facts facts;
        struct bh_str pem;
        int r;

        if (!is_there(cli, "tls/server.pem"))
                return 1;
        r = read_own(cli, "tls/server.pem", &pem, err);
        if (r >= 0)
                r = bh_pki_read(cli->arena, pem, &facts, err);
        return r < 0 ? r : facts.until_s - time(NULL) < RENEW_DAYS * 86400;
}

int bh_server_certify(const struct bh_cli *cli, struct bh_err *err) {
        struct names names = { 0 };
        int r = is_due(cli, err);

        if (r <= 0 || !is_there(cli, "tls/ca.key")) /* a certificate of somebody else's is theirs to renew */
                return r < 0 ? r : 0;
        r = names_of(cli, &names, err);
        if (r >= 0)
                r = keep_names(cli, &names, err);
        r = r < 0 ? r : certify(cli, &names, err);
        return r < 0 ? r : 1;
}

/* A password from a file, without the newline at its end; else one that is made up. */
static int password_of(const struct bh_cli *cli, struct bh_str *ret, bool *ret_made_up, struct bh_err *err) {
        const char *path = bh_cli_get(cli, "admin-password-file");
        const char *weakness;
        int r;

        *ret_made_up = path == NULL;
        if (!path)
                return bh_secret_readable(cli->arena, 5, ret, err);
        r = bh_fd_read_file(cli->arena, path, BH_LIMIT_CONFIG_FILE, ret, err);
        if (r < 0)
                return r;
        *ret = bh_str_trim(*ret);
        weakness = bh_password_weakness(*ret, bh_str_of(bh_cli_get(cli, "admin")));
        return weakness ? bh_fail(err, BH_E_USAGE, "%s: %s", path, weakness) : 0;
}

static int make_administrator(const struct bh_cli *cli, struct bh_err *err) {
        struct bh_store_opts opts = { .path = bh_server_path(cli, "server.db"), .n_readers = 1 };
        struct bh_str name = bh_person_name(cli->arena, bh_str_of(bh_cli_get(cli, "admin"))), password;
        struct bh_store *store = NULL;
        bool made_up;
        int r;

        if (name.len == 0)
                return bh_fail(err, BH_E_USAGE, "--admin: letters, digits, and . _ @ - after the first, at most 64");
        r = password_of(cli, &password, &made_up, err);
        if (r >= 0)
                r = bh_store_open(&opts, &store, err);
        if (r < 0)
                return r;
        r = bh_people_first(store, name, password, made_up, time(NULL) * 1000ll, err);
        bh_store_close(&store);
        if (r > 0 && made_up)
                (void) printf("administrator: %.*s\npassword:      %.*s\n(shown this once, and to be changed at the first log-in)\n", BH_FMT(name),
                              BH_FMT(password));
        return r;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        int r = make_folder(bh_cli_get(cli, "state"), err);

        if (r >= 0)
                r = make_folder(bh_server_path(cli, "tls"), err);
        if (r >= 0)
                r = make_folder(bh_server_path(cli, "spool"), err);
        if (r >= 0)
                r = make_ca(cli, err);
        if (r >= 0)
                r = bh_server_certify(cli, err);
        if (r >= 0)
                r = make_administrator(cli, err);
        return r < 0 ? r : BH_EXIT_FINE;
}

static const struct bh_opt opts[] = {
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { "name", 0, "HOST", "a name or an address people and agents reach the server by; may be repeated", NULL, true },
        { "admin", 0, "NAME", "the first account, when there is none yet", "admin", false },
        { "admin-password-file", 0, "FILE", "its password; without this one is made up and printed", NULL, false },
        { 0 },
};

const struct bh_cmd bh_cmd_init = {
        .name = "init",
        .about = "make certificates and the administrator",
        .text = "Makes what is not there yet, and may be run again. The authority lasts ten years; the server's\n"
                "certificate a year, and the server renews it by itself a month before. Agents trust this authority\n"
                "and no other; who wants another certificate for people puts a proxy in front of the console's port.\n",
        .examples = "  bulkhead-server init --name bulkhead.example.org --name 192.0.2.7\n",
        .opts = opts,
        .run = run,
};
