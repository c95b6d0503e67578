/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/manage.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "manage/agents.h"
#include "manage/alerts.h"
#include "manage/compliance.h"
#include "manage/jobs.h"
#include "manage/integrations.h"
#include "manage/intel.h"
#include "manage/match.h"
#include "manage/parts.h"
#include "manage/reports.h"
#include "manage/responses.h"
#include "manage/retention.h"
#include "manage/teams.h"
#include "sys/clock.h"
#include "sys/turns.h"
#include "trust/vault.h"

enum { TICK_MS = 1000 };

struct bh_manage {
        struct bh_manage_opts opts;
        struct bh_vault_key key;
        void *parts[BH_MANAGE_PARTS_MAX]; /* as in bh_manage_parts */
        atomic_size_t n_open; /* threads of those that are open ask while others are opened and closed */
        struct bh_turns ticker;
};

/* Whom another part calls from its own thread stands above it: closed after that thread has ended. */
const struct bh_manage_part *const bh_manage_parts[BH_MANAGE_PARTS_MAX] = {
        &bh_part_agents,
        &bh_part_alerts,
        &bh_part_match,
        &bh_part_jobs,
        &bh_part_integrations,
        &bh_part_intel,
        &bh_part_responses,
        &bh_part_reports,
        &bh_part_retention,
        &bh_part_teams,
        &bh_part_compliance,
        NULL,
};

static void *tick(void *user) {
        struct bh_manage *m = user;

        while (bh_turns_wait(&m->ticker, TICK_MS, NULL))
                for (size_t i = 0; i < m->n_open; i++)
                        if (bh_manage_parts[i]->tick)
                                bh_manage_parts[i]->tick(m->parts[i], bh_clock_ms(CLOCK_REALTIME));
        return NULL;
}

/* ---- secrets ---- */

static int load_key(struct bh_manage *m, struct bh_err *err) {
        char path[4096];

        if ((size_t) snprintf(path, sizeof path, "%s/secrets.key", m->opts.state_dir) >= sizeof path)
                return bh_fail(err, BH_E_LIMIT, "the state folder's path is too long");
        return bh_vault_key_keep(path, &m->key, err);
}

int bh_manage_seal(const struct bh_manage *m, struct bh_str owner, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int r = secret.len ? bh_vault_seal(&m->key, owner, secret, &out, err) : 0;

        if (r >= 0)
                *ret = bh_arena_str(arena, bh_buf_str(&out));
        return r;
}

int bh_manage_unseal(const struct bh_manage *m, struct bh_str owner, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int r = sealed.len ? bh_vault_open(&m->key, owner, sealed, &out, err) : 0;

        if (r >= 0)
                *ret = bh_arena_str(arena, bh_buf_str(&out));
        return r;
}

/* ---- parts ---- */

static int open_parts(struct bh_manage *m, struct bh_err *err) {
        for (; bh_manage_parts[m->n_open]; m->n_open++) {
                size_t i = m->n_open;
                const struct bh_manage_part *part = bh_manage_parts[i];
                int r = part->open(m, &m->parts[i], err);

                if (r < 0)
                        return bh_wrap(err, r, "%s", part->name);
        }
        return 0;
}

int bh_manage_open(const struct bh_manage_opts *opts, struct bh_manage **ret, struct bh_err *err) {
        struct bh_manage *m = calloc(1, sizeof *m);
        int r;

        if (!m)
                bh_nomem(sizeof *m);
        m->opts = *opts;
        r = load_key(m, err);
        r = r < 0 ? r : open_parts(m, err);
        r = r < 0 ? r : bh_turns_begin(&m->ticker, tick, m, err);
        if (r < 0)
                bh_manage_close(&m);
        else
                *ret = m;
        return r;
}

void bh_manage_close(struct bh_manage **manage) {
        struct bh_manage *m = *manage;

        *manage = NULL;
        if (!m)
                return;
        bh_turns_end(&m->ticker);
        while (m->n_open > 0) {
                m->n_open--;
                bh_manage_parts[m->n_open]->close(&m->parts[m->n_open]);
        }
        bh_vault_key_wipe(&m->key);
        free(m);
}

const struct bh_manage_opts *bh_manage_opts(const struct bh_manage *m) {
        return &m->opts;
}

void *bh_manage_part(const struct bh_manage *m, const struct bh_manage_part *part) {
        for (size_t i = 0; i < m->n_open; i++)
                if (bh_manage_parts[i] == part)
                        return m->parts[i];
        return NULL;
}

void bh_manage_live(const struct bh_manage *m, const char *topic, struct bh_str json) {
        if (m->opts.live)
                m->opts.live(m->opts.user, topic, json);
}

void bh_manage_wake(const struct bh_manage *m, struct bh_str key) {
        if (m->opts.wake)
                m->opts.wake(m->opts.user, key);
}
