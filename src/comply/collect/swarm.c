/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's swarm, as far as this engine is part of one; and what is counted of an engine when all was looked at. */
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"
#include "comply/collect/docker.h"
#include "comply/collect/engine_fields.h"
#include "fmt/json.h"

void bh_engine_count(struct bh_engine_look *look, size_t containers) {
        size_t unused = 0;

        for (size_t i = 0; i < look->images.len; i++) {
                struct bh_image_row *row = look->images.items[i].value;

                unused += !row->used;
                bh_image_set_used(row->fact, row->used);
        }
        bh_fact_int(look->engine, BH_ENGINE_CONTAINERS, (int64_t) containers);
        bh_fact_int(look->engine, BH_ENGINE_STOPPED, look->stopped);
        bh_fact_int(look->engine, BH_ENGINE_IMAGES, (int64_t) look->images.len);
        bh_fact_int(look->engine, BH_ENGINE_IMAGES_UNUSED, (int64_t) unused);
}

/* ---- where it listens: the engine keeps that in a file ---- */

static bool is_everywhere(struct bh_str address) {
        return bh_str_starts(address, BH_STR("0.0.0.0")) || bh_str_starts(address, BH_STR("[::]")) || bh_str_starts(address, BH_STR(":"));
}

static void set_listen(struct bh_engine_look *look) {
        struct bh_str path = bh_path_join(look->arena, look->root_dir, BH_STR("swarm/docker-state.json")), text, listen, data, advertise;
        static const unsigned fields[] = { BH_ENGINE_SWARM_LISTEN, BH_ENGINE_SWARM_LISTEN_ANY, BH_ENGINE_SWARM_DATA_APART };
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root = NULL;
        int r = look->reach->read(look->reach->user, 0, path.at, BH_LIMIT_BASELINE_SETTINGS, look->arena, &text, &why);

        r = r < 0 ? r : bh_json_parse(look->arena, text, &root, &why);
        for (size_t i = 0; i < BH_LEN(fields); i++) {
                bh_fact_where(look->engine, fields[i], path);
                if (r < 0)
                        bh_fact_unknown(look->engine, fields[i], &why);
        }
        if (r < 0)
                return;
        listen = bh_doc_get_text(root, "ListenAddr");
        data = bh_doc_get_text(root, "DataPathAddr");
        advertise = bh_doc_get_text(root, "AdvertiseAddr");
        bh_fact_some(look->engine, BH_ENGINE_SWARM_LISTEN, listen);
        bh_fact_bool(look->engine, BH_ENGINE_SWARM_LISTEN_ANY, is_everywhere(listen));
        bh_fact_bool(look->engine, BH_ENGINE_SWARM_DATA_APART, data.len && !bh_str_starts(advertise, data));
}

/* ---- what a manager tells ---- */

/* The first of the two times of a certificate: two UTCTime of 13 digits behind each other. */
static bool made_at(struct bh_str der, int64_t *ret_s) {
        struct bh_str mark = BH_STR("\x17\x0d");

        for (size_t i = 0; i + 30 <= der.len; i++) {
                const char *t = der.at + i + 2;
                char text[32];

                if (!bh_str_starts(bh_str_from(der, i), mark) || !bh_str_starts(bh_str_from(der, i + 15), mark) || t[12] != 'Z')
                        continue;
                (void) snprintf(text, sizeof text, "20%.2s-%.2s-%.2sT%.2s:%.2s:%.2sZ", t, t + 2, t + 4, t + 6, t + 8, t + 10);
                return bh_time_parse(bh_str_of(text), ret_s);
        }
        return false;
}

static void set_ca(struct bh_engine_look *look, const struct bh_doc *swarm) {
        struct bh_str pem = bh_doc_get_text(bh_doc_get(swarm, "TLSInfo"), "TrustRoot"), der;
        ptrdiff_t end;
        int64_t made;

        if (!bh_str_cut_prefix(&pem, BH_STR("-----BEGIN CERTIFICATE-----")))
                return;
        end = bh_str_find(pem, BH_STR("-----END"));
        if (end > 0 && bh_base64_decode(look->arena, bh_str_part(pem, 0, (size_t) end), &der) && made_at(der, &made))
                bh_fact_int(look->engine, BH_ENGINE_SWARM_CA_DAYS, BH_MAX((look->now_s - made) / 86400, 0));
}

static void set_spec(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *swarm, *spec;

        if (bh_engine_ask(look, "/swarm", look->arena, &swarm, &why) < 0)
                return bh_facts_gap(look->facts, BH_STR("swarm"), &why);
        spec = bh_doc_get(swarm, "Spec");
        bh_fact_bool(look->engine, BH_ENGINE_SWARM_AUTOLOCK, bh_doc_bool(bh_doc_path(spec, "EncryptionConfig.AutoLockManagers"), false));
        bh_fact_int(look->engine, BH_ENGINE_SWARM_CERT_DAYS, bh_doc_int(bh_doc_path(spec, "CAConfig.NodeCertExpiry"), 0) / 86400000000000ll);
        set_ca(look, swarm);
}

static void count_secrets(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *list;

        if (bh_engine_ask(look, "/secrets", look->arena, &list, &why) < 0)
                bh_fact_unknown(look->engine, BH_ENGINE_SWARM_SECRETS, &why);
        else
                bh_fact_int(look->engine, BH_ENGINE_SWARM_SECRETS, (int64_t) bh_doc_count(list));
}

static void look_at_service(struct bh_engine_look *look, const struct bh_doc *service) {
        struct bh_str name = bh_doc_get_text(bh_doc_get(service, "Spec"), "Name"), key, value;

        for (const struct bh_doc *e = bh_doc_first(bh_doc_path(service, "Spec.TaskTemplate.ContainerSpec.Env")); e; e = e->next)
                if (bh_str_cut(bh_doc_str(e), '=', &key, &value) && value.len && bh_is_secret_name(key))
                        bh_fact_add(look->engine, BH_ENGINE_SWARM_ENV, bh_arena_printf(look->arena, "%.*s: %.*s", BH_FMT(name), BH_FMT(key)));
}

static void set_services(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *list;

        if (bh_engine_ask(look, "/services", look->arena, &list, &why) < 0) {
                bh_fact_unknown(look->engine, BH_ENGINE_SWARM_ENV, &why);
                return;
        }
        bh_fact_int(look->engine, BH_ENGINE_SWARM_SERVICES, (int64_t) bh_doc_count(list));
        for (const struct bh_doc *s = bh_doc_first(list); s; s = s->next)
                look_at_service(look, s);
}

/* The ingress network carries published ports; it is not encrypted unless it was made anew. */
static void set_networks(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *list;

        if (bh_engine_ask(look, "/networks", look->arena, &list, &why) < 0) {
                bh_fact_unknown(look->engine, BH_ENGINE_SWARM_PLAIN_NETS, &why);
                return;
        }
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next)
                if (bh_str_is(bh_doc_get_text(n, "Driver"), "overlay") && !bh_doc_get(bh_doc_get(n, "Options"), "encrypted") && !bh_doc_bool(bh_doc_get(n, "Ingress"), false))
                        bh_fact_add(look->engine, BH_ENGINE_SWARM_PLAIN_NETS, bh_doc_get_text(n, "Name"));
}

void bh_engine_swarm(struct bh_engine_look *look) {
        const struct bh_doc *swarm = bh_doc_get(look->info, "Swarm");
        struct bh_str state = bh_doc_get_text(swarm, "LocalNodeState");
        bool manager = bh_doc_bool(bh_doc_get(swarm, "ControlAvailable"), false);

        bh_fact_str(look->engine, BH_ENGINE_SWARM, state.len ? state : BH_STR("inactive"));
        bh_fact_bool(look->engine, BH_ENGINE_SWARM_MANAGER, manager);
        if (!bh_str_is(state, "active"))
                return;
        set_listen(look);
        if (!manager)
                return;
        bh_fact_int(look->engine, BH_ENGINE_SWARM_MANAGERS, bh_doc_int(bh_doc_get(swarm, "Managers"), 0));
        set_spec(look);
        count_secrets(look);
        set_services(look);
        set_networks(look);
}
