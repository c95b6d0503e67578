/* SPDX-License-Identifier: Apache-2.0 */
#include "platform_fill.h"

#include <stdio.h>

#include "store/conn.h"

/* ?1: how many; ?2: hosts; ?3: images; ?4: packages; ?5: vulns; ?6: now. Numbers are scattered by odd factors and stay the same. */
#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i+1<?1) "

static const struct step {
        const char *sql;
        size_t count; /* of struct bh_fill */
        int64_t times;
} steps[] = {
        { NUMBERS "INSERT INTO host(id, name, os, os_version, address, environment, first_ms, seen_ms, risk) SELECT printf('%032x', i), printf('node-%05d', i), 'debian', '12',"
                  " printf('10.%d.%d.%d', i/65536, i/256%256, i%256), CASE i%3 WHEN 0 THEN 'dev' ELSE 'prod' END, ?6-86400000, ?6-i%60000, (i*7919%10007)/100.0 FROM n WHERE ?2+?3+?4+?5",
          offsetof(struct bh_fill, hosts), 1 },
        { NUMBERS "INSERT INTO image(id, name, os, arch, distro, first_ms, scanned_ms, risk, n_packages, n_critical, n_high, n_findings, n_containers) SELECT printf('sha256:%064x', i),"
                  " printf('registry.example/team%d/app%d:1.%d', i%40, i/3, i%3), 'linux', 'amd64', 'debian 12', ?6-86400000*i%90, ?6-i*1000, (i*7919%10007)/100.0, 200, i%9, i%50,"
                  " 1000, i%7 FROM n WHERE ?2+?3+?4+?5",
          offsetof(struct bh_fill, images), 1 },
        { NUMBERS "INSERT INTO container(id, host_id, name, image_id, image_ref, runtime, state, namespace, workload, privileged, root, exposed, first_ms, seen_ms, risk)"
                  " SELECT printf('%064x', i), printf('%032x', i%?2), printf('web-%d', i), printf('sha256:%064x', i*31%?3), printf('registry.example/team%d/app%d:1.%d', i*31%?3%40, i*31%?3/3,"
                  " i*31%?3%3), 'docker', CASE i%11 WHEN 0 THEN 'exited' ELSE 'running' END, printf('ns-%d', i%120), printf('deploy-%d', i%3000), i%50=0, i%3=0,"
                  " CASE i%8 WHEN 0 THEN '0.0.0.0:80->8080/tcp' ELSE '' END, ?6-86400000, ?6-i%60000, (i*7919%10007)/100.0 FROM n WHERE ?4+?5",
          offsetof(struct bh_fill, hosts), 2 },
        { NUMBERS "INSERT INTO package(id, eco, name, version, arch, source, space) SELECT i+1, CASE i%4 WHEN 0 THEN 'npm' WHEN 1 THEN 'pypi' ELSE 'deb' END, printf('%s-%d',"
                  " CASE i%5 WHEN 0 THEN 'libssl' WHEN 1 THEN 'python3' WHEN 2 THEN 'zlib' WHEN 3 THEN 'lodash' ELSE 'perl' END, i/4), printf('%d.%d.%d', i%9, i%13, i%17), 'amd64',"
                  " printf('src-%d', i/8), 'debian:12' FROM n WHERE ?2+?3+?5+?6",
          offsetof(struct bh_fill, packages), 1 },
        { NUMBERS "INSERT INTO vuln(id, title, severity, cvss, epss, kev, exploit, published_ms, first_ms, n_images, risk) SELECT printf('CVE-%d-%05d', 2015+i%12, i), printf('A flaw in part %d"
                  " lets whoever sends a crafted request read or write memory', i), 1+i*7%5, (i*7919%101)/10.0, (i*7919%10007)/10007.0, i%97=0, 'none-known', ?6-86400000*(i%3000), ?6,"
                  " i%200, (i*7919%10007)/100.0 FROM n WHERE ?2+?3+?4",
          offsetof(struct bh_fill, vulns), 1 },
        { NUMBERS "INSERT INTO finding(id, subject, kind, package_id, vuln_id, title, path, severity, fix, layer, side, owner, risk, state, fingerprint, first_ms, seen_ms, fixed_ms)"
                  " SELECT i+1, CASE i%20 WHEN 0 THEN printf('host:%032x', i/20%?2) ELSE printf('sha256:%064x', i%?3) END,"
                  " CASE i%40 WHEN 1 THEN 'secret' WHEN 2 THEN 'config' WHEN 3 THEN 'malware' ELSE 'vulnerability' END, 1+i*7919%?4, CASE WHEN i%40 BETWEEN 1 AND 3 THEN '' ELSE"
                  " iif(i%89=7, printf('CVE-%d-%05d', 2015+i/89%7, i/89%7), printf('CVE-%d-%05d', 2015+i*13%?5%12, i*13%?5)) END, printf('A flaw in part %d', i%9973), printf('usr/lib/part-%d.so', i%9973), 1+i*7%5,"
                  " CASE i%3 WHEN 0 THEN '' ELSE '1.2.3' END, i%9, CASE i%2 WHEN 0 THEN 'base' ELSE 'application' END, printf('team%d', i%40), (i*7919%100003)/1000.0,"
                  " CASE i%10 WHEN 0 THEN 'fixed' WHEN 1 THEN 'accepted' ELSE 'open' END, printf('%016x', i), ?6-i%7776000*1000, ?6-i%3600000, CASE i%10 WHEN 0 THEN ?6-i%86400000 END FROM n",
          offsetof(struct bh_fill, findings), 1 },
        { NUMBERS "INSERT INTO alert(id, agent_id, epoch, seq, host_id, container_id, image_id, incident_id, at_ms, taken_ms, rule, level, source, output, tags, fields, process)"
                  " SELECT i+1, printf('agent-%05d', i%?2), 1, i/?2, printf('%032x', i%?2), CASE i%5 WHEN 0 THEN '' ELSE printf('%064x', i%(2*?2)) END,"
                  " CASE i%5 WHEN 0 THEN '' ELSE printf('sha256:%064x', i*31%?3) END, 1+i/8, ?6-(?1-i)*7776, ?6-(?1-i)*7776+900, printf('Rule %d of the set', i*7919%93), i*7%8, 'syscall',"
                  " printf('16:00:00: a shell was started in a container (user=root command=sh -c id parent=nginx pid=%d)', i), '[\"container\",\"mitre_execution\",\"T1059\"]',"
                  " printf('{\"proc.name\":\"sh\",\"proc.pname\":\"nginx\",\"proc.pid\":%d,\"user.name\":\"root\",\"fd.name\":\"/etc/part-%d\"}', i, i%997), printf('{\"pid\":%d,\"exe\":\"/bin/sh\"}', i)"
                  " FROM n WHERE ?4+?5",
          offsetof(struct bh_fill, alerts), 1 },
        { NUMBERS "INSERT INTO incident(id, title, level, host_id, container_id, first_ms, last_ms, n_alerts, status) SELECT i+1, printf('Rule %d of the set', i*7919%93), i%8,"
                  " printf('%032x', i*8%?2), printf('%064x', i*8%(2*?2)), ?6-(?1-i)*62208, ?6-(?1-i)*62208+60000, 8, CASE i%20 WHEN 0 THEN 'open' WHEN 1 THEN 'working' ELSE 'closed' END"
                  " FROM n WHERE ?3+?4+?5",
          offsetof(struct bh_fill, alerts), -8 },
        /* As a server leaves it: risks were counted where things are now (bh_place_key). Else it counts all of it anew, for hours, and nobody else can write. */
        { "UPDATE container SET place_image = image_id, place = printf('%d%d%d%d%d0%d|%s|%s|%s|%s|%s|%d', runtime <> '', privileged, root, host_net, host_pid, pod <> '', caps, host_mounts,"
          " exposed, listening, (SELECT environment FROM host h WHERE h.id = host_id), (SELECT count(*) FROM incident i WHERE i.host_id = container.host_id AND i.container_id = container.id"
          " AND i.level <= 3 AND i.status IN ('open', 'working'))) WHERE gone_ms IS NULL AND state IN ('running', 'paused', '') AND ?1+?2+?3+?4+?5+?6",
          offsetof(struct bh_fill, hosts), 1 },
        { "UPDATE host SET place = printf('0000000|||||%s|%d', environment, (SELECT count(*) FROM incident i WHERE i.host_id = host.id AND i.container_id = '' AND i.level <= 3 AND"
          " i.status IN ('open', 'working'))) WHERE ?1+?2+?3+?4+?5+?6",
          offsetof(struct bh_fill, hosts), 1 },
};

enum { PLACES_FROM = BH_LEN(steps) - 2 };

/* Indexes are made when the rows are there: sorted at once, not searched a million times. */
static int take_indexes(struct bh_db *db, struct bh_arena *arena, struct bh_str *ret_drop, struct bh_str *ret_make, struct bh_err *err) {
        int r = bh_db_text(db, "SELECT group_concat('DROP INDEX ' || name, ';') FROM sqlite_master WHERE type='index' AND sql IS NOT NULL", BH_NO_ARGS, arena, ret_drop, err);

        return r < 0 ? r : bh_db_text(db, "SELECT group_concat(sql, ';') FROM sqlite_master WHERE type='index' AND sql IS NOT NULL", BH_NO_ARGS, arena, ret_make, err);
}

static int do_step(struct bh_db *db, const struct step *s, const struct bh_fill *how, int64_t now_ms, struct bh_err *err) {
        int r;
        int64_t n = *(const int64_t *) (const void *) ((const char *) how + s->count);

        n = s->times > 0 ? n * s->times : n / -s->times;
        r = bh_db_run(db, s->sql, BH_ARGS(bh_arg_int(n), bh_arg_int(how->hosts), bh_arg_int(how->images), bh_arg_int(how->packages), bh_arg_int(how->vulns), bh_arg_int(now_ms)),
                      NULL, err);
        return bh_wrap(err, r, "step %td", s - steps);
}

int bh_fill(const char *path, const struct bh_fill *how, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str drop = { 0 }, make = { 0 };
        struct bh_db *db = NULL;
        int r = bh_db_open(path, BH_DB_WRITE, &db, err);

        if (r >= 0)
                r = bh_db_script(db, "PRAGMA synchronous=OFF; PRAGMA cache_size=-200000", err);
        if (r >= 0)
                r = take_indexes(db, arena, &drop, &make, err);
        if (r >= 0)
                r = bh_db_script(db, "BEGIN IMMEDIATE", err);
        if (r >= 0)
                r = bh_db_script(db, "CREATE TEMP TABLE told AS SELECT * FROM sqlite_stat1", err);
        if (r >= 0)
                r = bh_db_script(db, bh_arena_cstr(arena, drop), err);
        for (size_t i = 0; r >= 0 && i < PLACES_FROM; i++)
                r = do_step(db, &steps[i], how, now_ms, err);
        if (r >= 0)
                r = bh_db_script(db, bh_arena_cstr(arena, make), err);
        for (size_t i = PLACES_FROM; r >= 0 && i < BH_LEN(steps); i++) /* incidents are found by an index */
                r = do_step(db, &steps[i], how, now_ms, err);
        if (r >= 0) /* the planner was told of indexes by name, and forgets them with the index */
                r = bh_db_script(db, "DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 SELECT * FROM temp.told; ANALYZE sqlite_master", err);
        if (r >= 0)
                r = bh_db_script(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", err);
        bh_db_close(&db);
        return r;
}
