/* SPDX-License-Identifier: Apache-2.0 */
/* What to do, the worst first: for operations by the base all its images share, for developers by the image. */
#include "serve/images.h"
#include "serve/mine.h"

static const struct bh_list_column operations_columns[] = {
        { "base", "w.base_name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "side", "w.side", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "owner", "w.owner", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "risk", "w.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_subjects", "w.n_subjects", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_containers", "w.n_containers", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_findings", "w.n_findings", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_fixable", "w.n_fixable", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_critical", "w.n_critical", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_exploited", "w.n_exploited", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "mend", "(SELECT o.mend FROM work o WHERE o.side = w.side AND o.owner = w.owner AND o.base_name = w.base_name ORDER BY o.risk DESC LIMIT 1)",
          BH_LIST_TEXT, 0, NULL },
        { 0 },
};
/* A host's own packages are operations' as well. */
static const struct bh_list operations = {
        .name = "operations",
        .from = "(SELECT CASE WHEN side = 'base' THEN 'base' ELSE 'host' END AS side, owner, base_name, MAX(risk) AS risk, COUNT(*) AS n_subjects, "
                "SUM(n_containers) AS n_containers, SUM(n_findings) AS n_findings, SUM(n_fixable) AS n_fixable, SUM(n_critical) AS n_critical, "
                "SUM(n_exploited) AS n_exploited FROM work WHERE side IN ('base', 'host') GROUP BY side, owner, base_name) w",
        .key = "w.side || '|' || w.owner || '|' || w.base_name", .key_type = BH_LIST_TEXT, .sort = "-risk", .mine = BH_MINE_NOTHING,
        .columns = operations_columns,
};

static const struct bh_list_column developers_columns[] = {
        { "image_id", "w.subject", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image", "i.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "side", "w.side", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "owner", "w.owner", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "risk", "w.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_containers", "w.n_containers", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_findings", "w.n_findings", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_fixable", "w.n_fixable", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_critical", "w.n_critical", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "n_exploited", "w.n_exploited", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "worst", "w.worst", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "mend", "w.mend", BH_LIST_TEXT, 0, NULL },
        { 0 },
};
static const struct bh_list developers = {
        .name = "developers", .from = "work w LEFT JOIN image i ON i.id = w.subject", .where = "w.side IN ('application', 'unknown')",
        .key = "w.id", .key_type = BH_LIST_INT, .sort = "-risk", .mine = BH_MINE_IMAGE("w.subject"), .columns = developers_columns,
};

const struct bh_route bh_routes_worklists[] = {
        { "GET", "/api/v1/worklists/operations", "listOperationsWork", BH_MAY_READ, NULL, &operations, 0 },
        { "GET", "/api/v1/worklists/developers", "listDevelopersWork", BH_MAY_READ, NULL, &developers, 0 },
        { 0 },
};
