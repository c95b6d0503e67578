/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulkhead report: the inspection report of this machine. What `comply` finds,
 * and beside it what is there (the inventory's counts) and, where the server's
 * database lies on this machine, what the server knows of it: scans, incidents.
 * What is not at hand is said in the report.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "comply/report/inspect.h"
#include "fmt/json.h"
#include "inventory/inventory.h"
#include "model/asset.h"
#include "sys/child.h"
#include "sys/exec.h"
#include "sys/fd.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/comply.h"
#include "tool/bulkhead/state.h"

static const struct bh_opt opts[] = {
        { "output", 'o', "FORMAT[=FILE]", "how, and where to: table, html, json, csv, junit or oscal; without FILE to standard output", NULL, true },
        { "fail-on", 0, "SEVERITY", "exit with 1 when a check of this severity or worse fails: info, low, medium, high, critical, or never", "never", false },
        { "server-state", 0, "DIR", "where a server of this machine has its database", "/var/lib/bulkhead/server", false },
        { "alone", 0, NULL, "nothing but the checks: neither an inventory nor what a server knows", NULL, false },
        BH_COMPLY_OPTS("10"),
        { NULL, 0, NULL, NULL, NULL, false },
};

struct gathering {
        struct bh_cli *cli;
        BH_VEC(struct bh_inspect_figure) figures;
        BH_VEC(struct bh_str) notes;
        uint64_t things[_BH_ASSET_MAX], gaps;
};

static void note(struct gathering *g, const char *what, const struct bh_err *why) {
        *bh_vec_add(g->cli->arena, &g->notes) = bh_arena_printf(g->cli->arena, "%s: %s", what, why->text);
}

/* ---- what is there ---- */

static const struct {
        enum bh_asset_kind kind;
        enum bh_comply_category category;
        const char *en, *zh;
} counted[] = {
        { BH_ASSET_CONTAINER, BH_COMPLY_RESOURCES, "containers", "容器" },
        { BH_ASSET_MOUNT, BH_COMPLY_RESOURCES, "mounted file systems", "已挂载文件系统" },
        { BH_ASSET_IMAGE, BH_COMPLY_IMAGES, "images", "镜像" },
        { BH_ASSET_PORT, BH_COMPLY_NETWORK, "sockets that listen", "监听套接字" },
        { BH_ASSET_SITE, BH_COMPLY_NETWORK, "sites of web servers", "网站" },
        { BH_ASSET_CERTIFICATE, BH_COMPLY_NETWORK, "certificates", "证书" },
        { BH_ASSET_USER, BH_COMPLY_SECURITY, "accounts", "账户" },
        { BH_ASSET_SUDO_RULE, BH_COMPLY_SECURITY, "rules of sudo", "sudo 规则" },
        { BH_ASSET_SSH_KEY, BH_COMPLY_SECURITY, "keys that open accounts", "可登录账户的 SSH 公钥" },
        { BH_ASSET_MODULE, BH_COMPLY_SECURITY, "kernel modules", "内核模块" },
        { BH_ASSET_SERVICE, BH_COMPLY_HEALTH, "services", "系统服务" },
        { BH_ASSET_CRON, BH_COMPLY_HEALTH, "jobs that run by the clock", "定时任务" },
        { BH_ASSET_DATABASE, BH_COMPLY_HEALTH, "database servers", "数据库服务" },
};

static void on_thing(void *user, struct bh_str body) {
        struct bh_arena *arena = bh_arena_new();
        struct gathering *g = user;
        const struct bh_doc *d = NULL;

        if (bh_json_parse(arena, body, &d, NULL) >= 0 && bh_str_is(bh_doc_get_text(d, "op"), "put")) {
                enum bh_asset_kind kind = bh_asset_of(bh_doc_get_text(d, "kind"));

                if (kind != _BH_ASSET_MAX)
                        g->things[kind]++;
        }
        bh_arena_free(&arena);
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *why) {
        struct gathering *g = user;

        g->gaps++;
        *bh_vec_add(g->cli->arena, &g->notes) = bh_arena_printf(g->cli->arena, "%.*s: %s", BH_FMT(where), why->text);
}

static void add(struct gathering *g, enum bh_comply_category category, struct bh_str en, struct bh_str zh, struct bh_str value) {
        *bh_vec_add(g->cli->arena, &g->figures) = (struct bh_inspect_figure){ category, { { en, zh } }, value };
}

static void count_things(struct gathering *g) {
        const struct bh_inventory_opts how = { .tell = on_thing, .gap = on_gap, .user = g, .docker = bh_cli_get(g->cli, "docker"), .podman = bh_cli_get(g->cli, "podman") };
        struct bh_inventory *inv = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_inventory_open(&how, &inv, &err) < 0) {
                note(g, "no inventory", &err);
                return;
        }
        bh_inventory_all(inv);
        bh_inventory_close(&inv);
        for (size_t i = 0; i < BH_LEN(counted); i++)
                add(g, counted[i].category, bh_str_of(counted[i].en), bh_str_of(counted[i].zh),
                    bh_arena_printf(g->cli->arena, "%llu", (unsigned long long) g->things[counted[i].kind]));
}

/* ---- what a server of this machine knows ---- */

static void take_figures(struct gathering *g, const struct bh_doc *report) {
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(report, "figures")); d; d = d->next) {
                const struct bh_doc *label = bh_doc_get(d, "label");
                int c = 0;

                while (c < _BH_COMPLY_CATEGORY_MAX - 1 && !bh_str_is(bh_doc_get_text(d, "category"), bh_comply_category_str((enum bh_comply_category) c)))
                        c++;
                add(g, (enum bh_comply_category) c, bh_arena_cat(g->cli->arena, BH_STR("server: "), bh_doc_get_text(label, "en")),
                    bh_arena_cat(g->cli->arena, BH_STR("服务器："), bh_doc_get_text(label, "zh")), bh_doc_get_text(d, "value"));
        }
}

static int machine_id(struct bh_cli *cli, const char **ret, struct bh_err *err) {
        struct bh_str text;
        int r = bh_fd_read_file(cli->arena, "/etc/machine-id", 64, &text, err);

        if (r >= 0)
                *ret = bh_arena_cstr(cli->arena, bh_str_trim(text));
        return r;
}

static int ask_server(struct gathering *g, const char *state, struct bh_err *err) {
        char program[4096];
        struct bh_buf out = { 0 };
        const struct bh_doc *report = NULL;
        const char *id = NULL;
        int status = 0, r = bh_child_find("bulkhead-server", program, sizeof program, err);

        r = r < 0 ? r : machine_id(g->cli, &id, err);
        if (r >= 0) {
                const char *argv[] = { program, "report", "--format", "json", "--host", id, "--state", state, NULL };

                r = bh_exec_run(&(struct bh_exec){ .argv = argv, .err_fd = STDERR_FILENO }, BH_LIMIT_COMPLIANCE_REPORT, &out, &status, err);
        }
        if (r >= 0 && status)
                r = bh_fail(err, BH_E_NOTFOUND, "it does not know this machine");
        r = r < 0 ? r : bh_json_parse(g->cli->arena, bh_arena_str(g->cli->arena, bh_buf_str(&out)), &report, err);
        if (r >= 0)
                take_figures(g, report);
        bh_buf_done(&out);
        return r;
}

static void look_at_server(struct gathering *g) {
        const char *state = bh_cli_get(g->cli, "server-state");
        struct bh_err err = BH_ERR_NONE;

        if (access(bh_arena_printf(g->cli->arena, "%s/server.db", state).at, R_OK) != 0)
                *bh_vec_add(g->cli->arena, &g->notes) =
                        bh_arena_printf(g->cli->arena, "no server's database is at hand in %s: of scans, vulnerabilities and incidents nothing is said here", state);
        else if (ask_server(g, state, &err) < 0)
                note(g, "the server's database", &err);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct gathering g = { .cli = cli };
        bool elsewhere = bh_cli_has(cli, "root") || bh_cli_has(cli, "kubernetes") || bh_tool_k8s_is_live(cli);

        if (!elsewhere && !bh_cli_has(cli, "alone")) {
                count_things(&g);
                look_at_server(&g);
        }
        return bh_tool_comply(cli, bh_comply_report_formats, &(struct bh_comply_extra){ g.figures.at, g.figures.len, g.notes.at, g.notes.len }, err);
}

const struct bh_cmd bh_cmd_report = {
        .name = "report",
        .about = "write the inspection report of this machine: checks, what is there, what a server knows",
        .text = "What `bulkhead comply` finds, with the inventory's counts and, where a server's database is on this machine, what it knows of this\n"
                "host. What could not be had is said in the report. Of many hosts: `bulkhead-server report`, or the console.\n",
        .examples = "  sudo bulkhead report -o html=inspection.html --language zh\n  sudo bulkhead report -o json=inspection.json -o csv=inspection.csv\n",
        .opts = opts,
        .run = run,
};
