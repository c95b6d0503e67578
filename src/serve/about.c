/* SPDX-License-Identifier: Apache-2.0 */
/* What the server says of itself: health, version, metrics, the description of its API, the stream of events. */
#include "fmt/json_put.h"
#include "fmt/yaml.h"
#include "serve/core.h"
#include "serve/openapi.h"
#include "serve/routes.h"

/* Ready when the store answers. */
static int get_health(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int64_t one;
        int r = bh_db_number(call->db, "SELECT 1", BH_NO_ARGS, &one, err);

        if (r < 0)
                return bh_wrap(err, r, "store");
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "status", "ok");
        bh_json_put_int(&j, "time_ms", call->now_ms);
        bh_json_put_close(&j);
        return 0;
}

static int get_about(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        (void) err;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "name", "bulkhead-server");
        bh_json_put_cstr(&j, "version", bh_server_opts(call->server)->version);
        bh_json_put_int(&j, "agents_port", bh_server_port(call->server, true));
        bh_json_put_int(&j, "time_ms", call->now_ms);
        bh_json_put_close(&j);
        return 0;
}

static int get_metrics(struct bh_call *call, struct bh_err *err) {
        (void) err;
        call->type = "text/plain; version=0.0.4; charset=utf-8";
        bh_metrics_print(call->server, &call->out);
        return 0;
}

static int get_openapi_yaml(struct bh_call *call, struct bh_err *err) {
        (void) err;
        call->type = "application/yaml";
        return bh_call_json(call, 200, bh_openapi_yaml());
}

static int get_openapi_json(struct bh_call *call, struct bh_err *err) {
        return bh_openapi_json(&call->out, err);
}

const struct bh_route bh_routes_about[] = {
        { "GET", "/api/v1/health", "getHealth", BH_MAY_NOBODY, get_health, NULL, 0 },
        { "GET", "/api/v1/about", "getAbout", BH_MAY_SELF, get_about, NULL, 0 },
        { "GET", "/api/v1/live", "watchLive", BH_MAY_READ, bh_live_open, NULL, 0 },
        { "GET", "/api/v1/openapi.yaml", "getOpenapiYaml", BH_MAY_SELF, get_openapi_yaml, NULL, 0 },
        { "GET", "/api/v1/openapi.json", "getOpenapi", BH_MAY_SELF, get_openapi_json, NULL, 0 },
        { "GET", "/metrics", "getMetrics", BH_MAY_READ, get_metrics, NULL, 0 },
        { 0 },
};
