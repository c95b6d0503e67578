/* SPDX-License-Identifier: Apache-2.0 */
/* The network of a container as it is configured: mode, published ports, the default bridge. */
#include "comply/collect/container.h"

/* Empty is the engine's default, which --ip changes. */
static bool is_everywhere(struct bh_str ip) {
        return bh_str_is(ip, "0.0.0.0") || bh_str_is(ip, "::") || bh_str_is(ip, "[::]") || bh_str_is(ip, "0:0:0:0:0:0:0:0");
}

/* Does the image say "EXPOSE 80/tcp"? An image that is not known says nothing. */
static bool is_declared(const struct bh_engine_look *look, const struct bh_box *b, struct bh_str port) {
        struct bh_str id = bh_doc_get_text(b->all, "Image");
        const struct bh_image_row *image;

        (void) bh_str_cut_prefix(&id, BH_STR("sha256:"));
        image = bh_map_get(&look->images, id);
        return !image || bh_doc_get_str(image->exposed, port);
}

static void tell_port(struct bh_engine_look *look, struct bh_box *b, struct bh_str inside, const struct bh_doc *at) {
        struct bh_str ip = bh_doc_get_text(at, "HostIp"), port = bh_doc_get_text(at, "HostPort"), text, first, last;
        struct bh_arena *arena = b->fact->arena;
        uint64_t number = 0;

        if (ip.len == 0)
                ip = look->default_ip.len ? look->default_ip : BH_STR("0.0.0.0");
        text = bh_arena_printf(arena, bh_str_chr(ip, ':') >= 0 && ip.at[0] != '[' ? "[%.*s]:%.*s->%.*s" : "%.*s:%.*s->%.*s", BH_FMT(ip),
                               BH_FMT(port.len ? port : BH_STR("any")), BH_FMT(inside));
        bh_fact_add(b->fact, BH_BOX_PORTS, text);
        if (is_everywhere(ip))
                bh_fact_add(b->fact, BH_BOX_PORTS_ANY, text);
        (void) bh_str_cut(port, '-', &first, &last); /* "8000-8010" */
        if (bh_str_u64(first, &number) && number > 0 && number < 1024)
                bh_fact_add(b->fact, BH_BOX_PORTS_LOW, text);
        if (!is_declared(look, b, inside))
                bh_fact_add(b->fact, BH_BOX_PORTS_ODD, text);
}

/* {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}: what is bound now, else what will be. */
static void tell_ports(struct bh_engine_look *look, struct bh_box *b) {
        const struct bh_doc *ports = bh_doc_path(b->all, "NetworkSettings.Ports");

        if (!bh_doc_first(ports))
                ports = bh_doc_get(b->host, "PortBindings");
        for (const struct bh_doc *p = bh_doc_first(ports); p; p = p->next)
                for (const struct bh_doc *at = bh_doc_first(p); at; at = at->next)
                        tell_port(look, b, p->key, at);
}

/* --publish-all of one that does not run yet: the engine will choose. */
static void tell_all(struct bh_box *b) {
        if (bh_doc_bool(bh_doc_get(b->host, "PublishAllPorts"), false) && !b->fact->values[BH_BOX_PORTS].set)
                bh_fact_add(b->fact, BH_BOX_PORTS_ANY, BH_STR("0.0.0.0:any->all that the image declares"));
}

/* Podman's "slirp4netns" and "pasta" are none. */
static bool is_default_bridge(const struct bh_engine_look *look, struct bh_str mode) {
        return bh_str_is(mode, "default") || (bh_str_is(mode, "bridge") && bh_str_is(look->word, "docker"));
}

void bh_box_ports(struct bh_engine_look *look, struct bh_box *b) {
        struct bh_str mode = bh_doc_get_text(b->host, "NetworkMode");

        b->net_mode = bh_arena_str(look->arena, mode);
        b->pid_mode = bh_arena_str(look->arena, bh_doc_get_text(b->host, "PidMode"));
        b->ipc_mode = bh_arena_str(look->arena, bh_doc_get_text(b->host, "IpcMode"));
        bh_fact_some(b->fact, BH_BOX_NETWORK, b->net_mode);
        bh_fact_bool(b->fact, BH_BOX_BRIDGE, is_default_bridge(look, mode) || bh_doc_get(bh_doc_path(b->all, "NetworkSettings.Networks"), "bridge"));
        bh_fact_bool(b->fact, BH_BOX_HOST_UTS, bh_str_is(bh_doc_get_text(b->host, "UTSMode"), "host"));
        bh_fact_bool(b->fact, BH_BOX_HOST_USER, bh_str_is(bh_doc_get_text(b->host, "UsernsMode"), "host"));
        bh_fact_bool(b->fact, BH_BOX_HOST_CGROUP, bh_str_is(bh_doc_get_text(b->host, "CgroupnsMode"), "host") || bh_str_is(bh_doc_get_text(b->host, "CgroupMode"), "host"));
        tell_ports(look, b);
        tell_all(b);
}
