/* SPDX-License-Identifier: Apache-2.0 */
/* Where dockerd listens: -H and "hosts", and what systemd hands it for fd://. */
#include "base/limits.h"
#include "comply/collect/docker.h"
#include "comply/collect/engine_fields.h"
#include "comply/read/unit.h"

static bool is_everywhere(struct bh_str address) {
        return bh_str_starts(address, BH_STR(":")) || bh_str_starts(address, BH_STR("0.0.0.0")) || bh_str_starts(address, BH_STR("[::]")) || address.len == 0;
}

static void add_tcp(struct bh_engine_look *look, struct bh_str host, struct bh_str address, bool mutual, struct bh_str where) {
        bh_fact_add(look->engine, BH_ENGINE_TCP, host);
        if (!mutual) {
                bh_fact_add(look->engine, BH_ENGINE_TCP_OPEN, host);
                *bh_vec_add(look->arena, &look->open_tcp) = host;
        }
        if (is_everywhere(address))
                bh_fact_add(look->engine, BH_ENGINE_TCP_LOOSE, host);
        bh_fact_where(look->engine, BH_ENGINE_TCP, where);
        bh_fact_where(look->engine, BH_ENGINE_TCP_OPEN, where);
}

/* "ListenStream=": a path, a port, an address and a port. */
static void add_stream(struct bh_engine_look *look, struct bh_str stream, bool mutual, struct bh_str where) {
        uint64_t port;

        if (bh_str_starts(stream, BH_STR("/")))
                *bh_vec_add(look->arena, &look->sockets) = bh_host_path(&look->paths, stream);
        else if (bh_str_u64(stream, &port) || bh_str_chr(stream, ':') >= 0)
                add_tcp(look, bh_arena_printf(look->arena, "tcp://%s%.*s", bh_str_chr(stream, ':') < 0 ? ":" : "", BH_FMT(stream)),
                        bh_str_chr(stream, ':') < 0 ? BH_STR("") : stream, mutual, where);
}

/* One unit file or drop-in; an empty ListenStream= takes those before it away. */
static void read_unit(struct bh_engine_look *look, struct bh_str path, struct bh_str *streams, size_t max, size_t *n, struct bh_str *ret_where) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_unit u = { 0 };
        struct bh_str text;
        struct bh_cur c;

        if (look->reach->read(look->reach->user, 0, bh_arena_cstr(look->arena, path), BH_LIMIT_BASELINE_SETTINGS, look->arena, &text, &why) < 0)
                return;
        c = bh_cur_of(text);
        while (bh_unit_next(look->arena, &c, &u)) {
                if (!bh_str_is(u.section, "Socket") || !bh_str_is(u.name, "ListenStream"))
                        continue;
                *ret_where = bh_arena_printf(look->arena, "%.*s:%u", BH_FMT(path), c.line);
                if (u.value.len == 0)
                        *n = 0;
                else if (*n < max)
                        streams[(*n)++] = u.value;
        }
}

static void read_drop_ins(struct bh_engine_look *look, const char *folder, struct bh_str *streams, size_t max, size_t *n, struct bh_str *ret_where) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t count;

        if (look->reach->list(look->reach->user, 0, folder, look->arena, &names, &count, &why) < 0)
                return;
        for (size_t i = 0; i < count; i++)
                if (bh_str_ends(names[i], BH_STR(".conf")))
                        read_unit(look, bh_path_join(look->arena, bh_str_of(folder), names[i]), streams, max, n, ret_where);
}

/* What docker.socket listens on: the unit of the administrator before the distribution's, then drop-ins. */
static void add_systemd(struct bh_engine_look *look, bool mutual) {
        static const char *const units[] = { "/etc/systemd/system/docker.socket", "/run/systemd/system/docker.socket", "/usr/lib/systemd/system/docker.socket",
                                             "/lib/systemd/system/docker.socket" };
        static const char *const folders[] = { "/usr/lib/systemd/system/docker.socket.d", "/run/systemd/system/docker.socket.d", "/etc/systemd/system/docker.socket.d" };
        struct bh_str streams[16], where = BH_STR("");
        size_t n = 0;

        for (size_t i = 0; i < BH_LEN(units) && where.len == 0; i++)
                read_unit(look, bh_str_of(units[i]), streams, BH_LEN(streams), &n, &where);
        for (size_t i = 0; i < BH_LEN(folders); i++)
                read_drop_ins(look, folders[i], streams, BH_LEN(streams), &n, &where);
        for (size_t i = 0; i < n; i++) {
                bh_fact_add(look->engine, BH_ENGINE_HOSTS, streams[i]);
                add_stream(look, streams[i], mutual, where);
        }
}

static void add_host(struct bh_engine_look *look, struct bh_str host, bool mutual, struct bh_str where) {
        struct bh_str rest = host;

        bh_fact_add(look->engine, BH_ENGINE_HOSTS, host);
        if (bh_str_starts(host, BH_STR("fd://")))
                add_systemd(look, mutual);
        else if (bh_str_cut_prefix(&rest, BH_STR("unix://")))
                *bh_vec_add(look->arena, &look->sockets) = bh_host_path(&look->paths, rest.len ? rest : BH_STR("/var/run/docker.sock"));
        else if (bh_str_cut_prefix(&rest, BH_STR("tcp://")) || bh_str_chr(host, ':') >= 0)
                add_tcp(look, host, rest, mutual, where);
}

void bh_engine_listeners(struct bh_engine_look *look) {
        struct bh_str *hosts, where = BH_STR("default");
        size_t n = bh_dockerd_list(&look->daemon, "hosts", &hosts, &where);
        bool mutual = false;

        (void) bh_dockerd_bool(&look->daemon, "tlsverify", &mutual, NULL);
        for (size_t i = 0; i < n; i++)
                add_host(look, hosts[i], mutual, where);
        if (n == 0)
                add_host(look, BH_STR("unix:///var/run/docker.sock"), mutual, where);
        bh_fact_where(look->engine, BH_ENGINE_HOSTS, where);
}
