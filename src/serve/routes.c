/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/routes.h"

const struct bh_route *const bh_routes[] = {
        bh_routes_about,
        bh_routes_alerts,
        bh_routes_incidents,
        bh_routes_inventory,
        bh_routes_suppressions,
        bh_routes_decisions,
        bh_routes_findings,
        bh_routes_images,
        bh_routes_overview,
        bh_routes_registries,
        bh_routes_vulns,
        bh_routes_webhooks,
        bh_routes_worklists,
        bh_routes_agent_calls,
        bh_routes_agents,
        bh_routes_audit,
        bh_routes_me,
        bh_routes_session,
        bh_routes_sso,
        bh_routes_teams,
        bh_routes_tokens,
        bh_routes_users,
        NULL,
};
