/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead inventory: what this machine has, as the agent tells its server. */
#include "inventory/inventory.h"

#include <stdio.h>

#include "base/vec.h"
#include "fmt/json.h"
#include "model/asset.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"

static const struct bh_opt opts[] = {
        { "format", 0, "FORMAT", "table, or json: one thing a line, as the agent sends it", "table", false },
        { "kind", 0, "KIND", "only these: port, user, container, ...; may be given several times", NULL, true },
        { NULL, 0, NULL, NULL, NULL, false },
};

struct told {
        struct bh_cli *cli;
        BH_VEC(struct bh_str) bodies;
        uint32_t kinds; /* a bit each */
        uint64_t gaps;
};

static void on_thing(void *user, struct bh_str body) {
        struct told *t = user;

        *bh_vec_add(t->cli->arena, &t->bodies) = bh_arena_str(t->cli->arena, body);
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *why) {
        struct told *t = user;

        t->gaps++;
        (void) fprintf(stderr, "not looked at: %.*s: %s\n", BH_FMT(where), why->text);
}

static int read_kinds(struct told *t, struct bh_err *err) {
        const char *word;

        for (size_t i = 0; (word = bh_cli_nth(t->cli, "kind", i)); i++) {
                enum bh_asset_kind kind = bh_asset_of(bh_str_of(word));

                if (kind == _BH_ASSET_MAX)
                        return bh_fail(err, BH_E_USAGE, "--kind: there is no kind %s; docs/INVENTORY.md lists them", BH_QUOTE(bh_str_of(word)));
                t->kinds |= 1u << kind;
        }
        t->kinds = t->kinds ? t->kinds : ~0u;
        return 0;
}

/* Of one thing: its attributes in a line, for people. */
static void put_attrs(struct bh_buf *out, const struct bh_doc *attrs) {
        for (const struct bh_doc *a = bh_doc_first(attrs); a; a = a->next) {
                struct bh_str text = a->kind == BH_DOC_BOOL ? bh_str_of(bh_doc_bool(a, false) ? "yes" : "no") : bh_doc_str(a);

                if (text.len)
                        bh_buf_printf(out, "  %.*s=%s", BH_FMT(a->key), BH_QUOTE(text));
        }
}

static void put_row(struct bh_buf *out, const struct bh_doc *thing) {
        struct bh_str container = bh_doc_get_text(thing, "container");

        bh_buf_printf(out, "  %s", BH_QUOTE(bh_doc_get_text(thing, "name")));
        if (container.len)
                bh_buf_printf(out, "  in %.12s", container.at);
        put_attrs(out, bh_doc_get(thing, "attrs"));
        bh_buf_putc(out, '\n');
}

static void put_kind(struct told *t, struct bh_buf *out, enum bh_asset_kind kind, const struct bh_doc *const *things) {
        BH_CLEANUP(bh_buf_done) struct bh_buf rows = { 0 };
        size_t n = 0;

        for (size_t i = 0; i < t->bodies.len; i++)
                if (bh_str_is(bh_doc_get_text(things[i], "kind"), bh_asset_str(kind)) && bh_str_is(bh_doc_get_text(things[i], "op"), "put")) {
                        put_row(&rows, things[i]);
                        n++;
                }
        if (n)
                bh_buf_printf(out, "%s (%zu): %s\n%.*s\n", bh_asset_str(kind), n, bh_asset_about(kind), BH_FMT(bh_buf_str(&rows)));
}

static int put_table(struct told *t, struct bh_buf *out, struct bh_err *err) {
        const struct bh_doc **things = bh_arena_array(t->cli->arena, const struct bh_doc *, t->bodies.len);

        for (size_t i = 0; i < t->bodies.len; i++) {
                int r = bh_json_parse(t->cli->arena, t->bodies.at[i], &things[i], err);

                if (r < 0)
                        return r;
        }
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++)
                if (t->kinds & 1u << kind)
                        put_kind(t, out, (enum bh_asset_kind) kind, things);
        if (!out->len)
                bh_buf_puts(out, "Nothing of that kind is here.\n");
        return 0;
}

static void put_json(struct told *t, struct bh_buf *out) {
        for (size_t i = 0; i < t->bodies.len; i++)
                for (int kind = 0; kind < _BH_ASSET_MAX; kind++)
                        if ((t->kinds & 1u << kind) &&
                            bh_str_starts(t->bodies.at[i], bh_arena_printf(t->cli->arena, "{\"kind\":\"%s\"", bh_asset_str((enum bh_asset_kind) kind)))) {
                                bh_buf_add(out, t->bodies.at[i]);
                                bh_buf_putc(out, '\n');
                        }
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format"));
        struct told t = { .cli = cli };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_inventory *inv = NULL;
        int r = read_kinds(&t, err);

        if (r >= 0 && !bh_str_is(format, "table") && !bh_str_is(format, "json"))
                r = bh_fail(err, BH_E_USAGE, "--format: %s is neither table nor json", BH_QUOTE(format));
        r = r < 0 ? r : bh_inventory_open(&(struct bh_inventory_opts){ .tell = on_thing, .gap = on_gap, .user = &t }, &inv, err);
        if (r < 0)
                return r;
        bh_inventory_all(inv);
        if (bh_str_is(format, "json"))
                put_json(&t, &out);
        else
                r = put_table(&t, &out, err);
        bh_inventory_close(&inv);
        r = r < 0 ? r : bh_output_bytes(NULL, bh_buf_str(&out), err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_inventory = {
        .name = "inventory",
        .about = "list what this machine has: containers, ports, accounts, jobs, sites, certificates, ...",
        .text = "Everything is read, nothing is run. As root it sees all of it; else what is yours to see, and says what is missing.\n",
        .examples = "  sudo bulkhead inventory\n  sudo bulkhead inventory --kind port --kind ssh-key\n  sudo bulkhead inventory --format json\n",
        .opts = opts,
        .run = run,
};
