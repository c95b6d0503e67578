/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_ROUTES_H
#define BH_SERVE_ROUTES_H
/* The tables of routes, an area each: defined in serve/<area>.c, named here, listed in routes.c. */
#include "serve/call.h"

extern const struct bh_route bh_routes_about[];
extern const struct bh_route bh_routes_alerts[], bh_routes_incidents[], bh_routes_suppressions[];
extern const struct bh_route bh_routes_inventory[];
extern const struct bh_route bh_routes_compliance[], bh_routes_compliance_report[], bh_routes_compliance_write[];
extern const struct bh_route bh_routes_decisions[];
extern const struct bh_route bh_routes_findings[], bh_routes_findings_report[];
extern const struct bh_route bh_routes_images[];
extern const struct bh_route bh_routes_overview[];
extern const struct bh_route bh_routes_registries[];
extern const struct bh_route bh_routes_report_schedules[], bh_routes_reports[];
extern const struct bh_route bh_routes_vulns[];
extern const struct bh_route bh_routes_webhooks[];
extern const struct bh_route bh_routes_worklists[];
extern const struct bh_route bh_routes_agent_calls[], bh_routes_agents[];
extern const struct bh_route bh_routes_audit[];
extern const struct bh_route bh_routes_me[];
extern const struct bh_route bh_routes_search[];
extern const struct bh_route bh_routes_session[];
extern const struct bh_route bh_routes_sso[];
extern const struct bh_route bh_routes_system[];
extern const struct bh_route bh_routes_teams[];
extern const struct bh_route bh_routes_tokens[];
extern const struct bh_route bh_routes_users[];
extern const struct bh_route bh_routes_integrations[];
extern const struct bh_route bh_routes_intel[];
extern const struct bh_route bh_routes_policies[];
extern const struct bh_route bh_routes_responses[];

#endif
