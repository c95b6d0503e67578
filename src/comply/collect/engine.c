/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines: Docker and Podman by their API, dockerd also by its arguments and
 * its file. What the API tells is the truth of now; what only arguments and
 * file tell is merged as dockerd merges it. Drop-ins of its systemd unit end
 * up in its arguments, so they are seen there.
 */
#include "base/limits.h"
#include "base/text.h"
#include "comply/collect/docker.h"
#include "comply/collect/engine_fields.h"
#include "fmt/accounts.h"
#include "fmt/json.h"
#include "sys/clock.h"

/* ---- small things others use too ---- */

int bh_engine_ask(const struct bh_engine_look *look, const char *path, struct bh_arena *arena, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_str text;
        int r = look->reach->engine(look->reach->user, look->kind, path, arena, &text, err);

        r = r < 0 ? r : bh_json_parse(arena, text, ret, err);
        return bh_wrap(err, r, "GET %s", path);
}

bool bh_is_secret_name(struct bh_str name) {
        static const char *const words[] = { "passw", "passwd", "secret", "token", "api_key", "apikey", "access_key", "private_key", "credential" };

        if (bh_str_ends(name, BH_STR("_FILE")) || bh_str_ends(name, BH_STR("_PATH")))
                return false;
        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_find_nocase(name, bh_str_of(words[i])) >= 0)
                        return true;
        return false;
}

int64_t bh_days_since(int64_t now_s, struct bh_str time) {
        int64_t then;

        return bh_time_parse(time, &then) && then > 0 && then < now_s ? (now_s - then) / 86400 : 0;
}

bool bh_doc_has_text(const struct bh_doc *list, const char *text) {
        for (const struct bh_doc *e = bh_doc_first(list); e; e = e->next)
                if (bh_str_is(bh_doc_str(e), text))
                        return true;
        return false;
}

/* ---- the process ---- */

static bool is_dockerd(const struct bh_task *t) {
        return t->container.len == 0 && (bh_str_is(bh_str_basename(t->exe), "dockerd") || (t->exe.len == 0 && bh_str_is(t->comm, "dockerd")));
}

/* The home of that user, by the host's passwd. */
static struct bh_str home_of(const struct bh_engine_look *look, uint32_t uid) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_passwd user;
        struct bh_str text;
        struct bh_cur c;

        if (look->reach->read(look->reach->user, 0, "/etc/passwd", BH_LIMIT_INVENTORY_FILE, look->arena, &text, &why) < 0)
                return BH_STR("");
        c = bh_cur_of(text);
        while (bh_passwd_next(&c, &user))
                if (user.uid == uid)
                        return user.home;
        return BH_STR("");
}

/* What daemon.json would be without --config-file. */
static struct bh_str usual_file(const struct bh_engine_look *look) {
        bool rootless = false;

        (void) bh_dockerd_bool(&look->daemon, "rootless", &rootless, NULL);
        if (!look->process || !(rootless || look->process->uid))
                return BH_STR("/etc/docker/daemon.json");
        return bh_path_join(look->arena, home_of(look, look->process->uid), BH_STR(".config/docker/daemon.json"));
}

static int read_file(struct bh_engine_look *look, struct bh_err *err) {
        struct bh_str path = bh_dockerd_file_named(&look->daemon), text;
        int r;

        if (path.len == 0)
                path = usual_file(look);
        look->daemon.path = path;
        r = look->reach->read(look->reach->user, 0, bh_arena_cstr(look->arena, path), BH_LIMIT_INVENTORY_FILE, look->arena, &text, err);
        return r < 0 ? r : bh_dockerd_file(&look->daemon, path, text, err);
}

/* 0: there is a file; NOTFOUND: none. */
static int read_daemon(struct bh_engine_look *look, const struct bh_task *process, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str argv;

        look->daemon = (struct bh_dockerd){ .arena = look->arena };
        look->process = process;
        if (process && look->reach->proc(look->reach->user, process->pid, "cmdline", BH_LIMIT_INVENTORY_FILE, look->arena, &argv, &why) >= 0)
                bh_dockerd_argv(&look->daemon, argv);
        return read_file(look, err);
}

static struct bh_str data_root(const struct bh_engine_look *look) {
        struct bh_str dir;

        if (bh_dockerd_text(&look->daemon, "data-root", &dir, NULL) || bh_dockerd_text(&look->daemon, "graph", &dir, NULL))
                return dir;
        if (look->process && look->process->uid)
                return bh_path_join(look->arena, home_of(look, look->process->uid), BH_STR(".local/share/docker"));
        return BH_STR("/var/lib/docker");
}

/* The dockerd whose API answers: that with the API's directory. Without one, its file alone is read. */
static int find_daemon(struct bh_engine_look *look, struct bh_err *err) {
        const struct bh_tasks *tasks = look->reach->tasks;
        struct bh_str dir = bh_doc_get_text(look->info, "DockerRootDir");

        for (size_t i = 0; tasks && i < tasks->n; i++) {
                int r;

                if (!is_dockerd(&tasks->at[i]))
                        continue;
                r = read_daemon(look, &tasks->at[i], err);
                /* userns-remap: DIR/100000.100000 */
                if (!look->has_api || bh_path_within(dir, bh_host_path(&look->paths, data_root(look))) || bh_path_within(dir, data_root(look)))
                        return r;
        }
        return read_daemon(look, NULL, err);
}

/* ---- its fields ---- */

static void set_number(struct bh_fact *f, struct bh_str version) {
        uint64_t part[3] = { 0 };
        struct bh_str one;

        for (size_t i = 0; i < BH_LEN(part) && bh_str_split(&version, '.', &one); i++) {
                size_t n = 0;

                while (n < one.len && bh_is_digit(one.at[n]))
                        n++;
                if (!bh_str_u64(bh_str_part(one, 0, n), &part[i]))
                        return;
        }
        bh_fact_int(f, BH_ENGINE_NUMBER, (int64_t) (part[0] * 1000000 + BH_MIN(part[1], 999u) * 1000 + BH_MIN(part[2], 999u)));
}

static void set_version(struct bh_engine_look *look) {
        struct bh_str version = bh_doc_get_text(look->version, "Version");

        bh_fact_some(look->engine, BH_ENGINE_VERSION, version);
        if (version.len == 0)
                return;
        set_number(look->engine, version);
        bh_fact_bool(look->engine, BH_ENGINE_PACKAGED, bh_str_find(version, BH_STR("+dfsg")) >= 0 || bh_str_find(version, BH_STR("ubuntu")) >= 0 ||
                                                               bh_str_find(version, BH_STR(".el")) >= 0 || bh_str_find(version, BH_STR(".fc")) >= 0);
}

/* "name=seccomp,profile=builtin" */
static void set_security(struct bh_engine_look *look) {
        struct bh_str seccomp = BH_STR("");
        bool rootless = false;

        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(look->info, "SecurityOptions")); e; e = e->next) {
                struct bh_str text = bh_doc_str(e);

                look->apparmor = look->apparmor || bh_str_is(text, "name=apparmor");
                look->selinux = look->selinux || bh_str_is(text, "name=selinux");
                look->userns = look->userns || bh_str_is(text, "name=userns");
                rootless = rootless || bh_str_is(text, "name=rootless");
                if (bh_str_cut_prefix(&text, BH_STR("name=seccomp")))
                        seccomp = bh_str_cut_prefix(&text, BH_STR(",profile=")) && !bh_str_is(text, "default") ? text : BH_STR("builtin");
        }
        look->seccomp_off = seccomp.len == 0 || bh_str_is(seccomp, "unconfined");
        bh_fact_bool(look->engine, BH_ENGINE_ROOTLESS, rootless);
        bh_fact_bool(look->engine, BH_ENGINE_USERNS, look->userns || rootless);
        bh_fact_str(look->engine, BH_ENGINE_SECCOMP, seccomp);
        bh_fact_bool(look->engine, BH_ENGINE_APPARMOR, look->apparmor);
        bh_fact_bool(look->engine, BH_ENGINE_SELINUX, look->selinux);
}

/* 127.0.0.0/8 and ::1 are always so. */
static bool is_own(struct bh_str registry) {
        return bh_str_starts(registry, BH_STR("127.")) || bh_str_starts(registry, BH_STR("::1")) || bh_str_starts(registry, BH_STR("localhost"));
}

static void set_registries(struct bh_engine_look *look) {
        const struct bh_doc *config = bh_doc_get(look->info, "RegistryConfig");

        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(config, "InsecureRegistryCIDRs")); e; e = e->next)
                if (!is_own(bh_doc_str(e)))
                        bh_fact_add(look->engine, BH_ENGINE_INSECURE, bh_doc_str(e));
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(config, "IndexConfigs")); e; e = e->next)
                if (!bh_doc_bool(bh_doc_get(e, "Secure"), true) && !is_own(e->key))
                        bh_fact_add(look->engine, BH_ENGINE_INSECURE, e->key);
}

static void add_all(struct bh_fact *f, unsigned field, const struct bh_doc *list, bool keys) {
        for (const struct bh_doc *e = bh_doc_first(list); e; e = e->next)
                bh_fact_add(f, field, keys ? e->key : bh_doc_str(e));
}

static void set_by_api(struct bh_engine_look *look) {
        const struct bh_doc *info = look->info;
        struct bh_fact *f = look->engine;

        set_version(look);
        set_security(look);
        set_registries(look);
        bh_fact_some(f, BH_ENGINE_STORAGE, bh_doc_get_text(info, "Driver"));
        bh_fact_some(f, BH_ENGINE_CGROUP_DRIVER, bh_doc_get_text(info, "CgroupDriver"));
        bh_fact_some(f, BH_ENGINE_LOG_DRIVER, bh_doc_get_text(info, "LoggingDriver"));
        bh_fact_bool(f, BH_ENGINE_LIVE_RESTORE, bh_doc_bool(bh_doc_get(info, "LiveRestoreEnabled"), false));
        bh_fact_bool(f, BH_ENGINE_EXPERIMENTAL, bh_doc_bool(bh_doc_get(info, "ExperimentalBuild"), false));
        add_all(f, BH_ENGINE_AUTHZ, bh_doc_path(info, "Plugins.Authorization"), false);
        add_all(f, BH_ENGINE_RUNTIMES, bh_doc_get(info, "Runtimes"), true);
        look->memory_bytes = (uint64_t) BH_MAX(bh_doc_int(bh_doc_get(info, "MemTotal"), 0), 0);
        look->n_cpus = (uint64_t) BH_MAX(bh_doc_int(bh_doc_get(info, "NCPU"), 0), 0);
}

/* ---- what only dockerd's arguments and file tell ---- */

struct by_daemon {
        const char *key;
        unsigned field;
        const char *otherwise; /* NULL: a list; "true", "false": a switch; else a text */
        bool api;              /* the API told it already, unless it was not asked */
};

static const struct by_daemon by_daemon[] = {
        { "icc", BH_ENGINE_ICC, "true", false },
        { "iptables", BH_ENGINE_IPTABLES, "true", false },
        { "userland-proxy", BH_ENGINE_USERLAND_PROXY, "true", false },
        { "no-new-privileges", BH_ENGINE_NNP, "false", false },
        { "live-restore", BH_ENGINE_LIVE_RESTORE, "false", true },
        { "experimental", BH_ENGINE_EXPERIMENTAL, "false", true },
        { "log-level", BH_ENGINE_LOG_LEVEL, "info", false },
        { "log-driver", BH_ENGINE_LOG_DRIVER, "json-file", true },
        { "cgroup-parent", BH_ENGINE_CGROUP_PARENT, "", false },
        { "ip", BH_ENGINE_DEFAULT_IP, "0.0.0.0", false },
        { "storage-opts", BH_ENGINE_STORAGE_OPTS, NULL, false },
        { "default-ulimits", BH_ENGINE_ULIMITS, NULL, false },
        { "insecure-registries", BH_ENGINE_INSECURE, NULL, true },
        { "authorization-plugins", BH_ENGINE_AUTHZ, NULL, true },
};

static void set_option(struct bh_engine_look *look, const struct by_daemon *row) {
        struct bh_str where = BH_STR("default"), text = bh_str_of(row->otherwise), *list;
        bool on = bh_str_is(text, "true");

        if (!row->otherwise) {
                size_t n = bh_dockerd_list(&look->daemon, row->key, &list, &where);

                for (size_t i = 0; i < n && !(row->api && look->has_api); i++)
                        bh_fact_add(look->engine, row->field, list[i]);
        } else if (bh_str_is(text, "true") || bh_str_is(text, "false")) {
                (void) bh_dockerd_bool(&look->daemon, row->key, &on, &where);
                if (!(row->api && look->has_api))
                        bh_fact_bool(look->engine, row->field, on);
        } else {
                (void) bh_dockerd_text(&look->daemon, row->key, &text, &where);
                if (!(row->api && look->has_api))
                        bh_fact_str(look->engine, row->field, text);
        }
        bh_fact_where(look->engine, row->field, where);
}

/* The engine answers, and its process is not to be seen from here: what only its arguments tell is not known. */
static bool is_hidden(const struct bh_engine_look *look) {
        return look->has_api && !look->process;
}

static void set_by_daemon(struct bh_engine_look *look) {
        struct bh_err hidden = BH_ERR_NONE;

        for (size_t i = 0; i < BH_LEN(by_daemon); i++) {
                set_option(look, &by_daemon[i]);
                if (is_hidden(look) && !by_daemon[i].api && bh_str_is(look->engine->values[by_daemon[i].field].where, "default")) {
                        (void) bh_fail(&hidden, BH_E_NOTFOUND, "only dockerd's arguments tell it, and no such process is to be seen from here");
                        bh_fact_unknown(look->engine, by_daemon[i].field, &hidden);
                }
        }
        look->no_new_privileges = look->engine->values[BH_ENGINE_NNP].value.b;
        look->default_ip = look->engine->values[BH_ENGINE_DEFAULT_IP].value.str;
}

static void set_conflicts(struct bh_engine_look *look) {
        struct bh_str *keys;
        size_t n = bh_dockerd_conflicts(&look->daemon, &keys);

        for (size_t i = 0; i < n; i++)
                bh_fact_add(look->engine, BH_ENGINE_CONFLICTS, keys[i]);
}

static void set_root_dir(struct bh_engine_look *look) {
        struct bh_str dir = look->info ? bh_doc_get_text(look->info, "DockerRootDir") : data_root(look);

        look->root_dir = bh_host_path(&look->paths, dir);
        bh_fact_some(look->engine, BH_ENGINE_ROOT_DIR, dir);
        if (look->userns && bh_str_find(bh_str_basename(dir), BH_STR(".")) > 0) /* DIR/100000.100000 of userns-remap */
                dir = bh_str_dirname(dir);
        if (look->paths.mounts.len)
                bh_fact_bool(look->engine, BH_ENGINE_ROOT_OWN_MOUNT, bh_host_own_mount(&look->paths, dir));
}

/* ---- one engine ---- */

static bool is_podman(const struct bh_engine_look *look) {
        for (const struct bh_doc *c = bh_doc_first(bh_doc_get(look->version, "Components")); c; c = c->next)
                if (bh_str_starts(bh_doc_get_text(c, "Name"), BH_STR("Podman")))
                        return true;
        return false;
}

static void new_engine(struct bh_engine_look *look) {
        struct bh_str where = look->has_api ? BH_STR("GET /info") : look->process ? bh_arena_printf(look->arena, "/proc/%u/cmdline", look->process->pid) : look->daemon.path;

        look->engine = bh_fact_new(look->facts, &bh_kind_engine, look->word, look->word);
        look->engine->where = where;
        bh_fact_str(look->engine, BH_ENGINE_KIND, look->word);
        bh_fact_some(look->engine, BH_ENGINE_CONFIG, look->daemon.path);
}

/* What the API would have told, when it does not answer. */
static void set_silent(struct bh_engine_look *look, const struct bh_err *why) {
        static const unsigned fields[] = { BH_ENGINE_VERSION, BH_ENGINE_NUMBER, BH_ENGINE_ROOTLESS, BH_ENGINE_USERNS, BH_ENGINE_SECCOMP, BH_ENGINE_APPARMOR, BH_ENGINE_SELINUX,
                                           BH_ENGINE_STORAGE, BH_ENGINE_SWARM, BH_ENGINE_IMAGES, BH_ENGINE_IMAGES_UNUSED, BH_ENGINE_CONTAINERS, BH_ENGINE_STOPPED, BH_ENGINE_PACKAGED };

        for (size_t i = 0; i < BH_LEN(fields); i++)
                bh_fact_unknown(look->engine, fields[i], why);
}

static void tell_daemon(struct bh_engine_look *look) {
        struct bh_err file = BH_ERR_NONE;
        int r = find_daemon(look, &file);

        if (r == BH_E_NOTFOUND && !look->process && !look->has_api)
                return; /* no Docker here */
        new_engine(look);
        if (r < 0 && r != BH_E_NOTFOUND)
                bh_fact_str(look->engine, BH_ENGINE_CONFIG_ERROR, bh_arena_str(look->arena, bh_str_of(file.text)));
        if (look->has_api)
                set_by_api(look);
        set_by_daemon(look);
        set_conflicts(look);
        set_root_dir(look);
        bh_engine_listeners(look);
        bh_engine_containerd(look);
}

static void tell_podman(struct bh_engine_look *look) {
        look->daemon = (struct bh_dockerd){ .arena = look->arena };
        if (!look->has_api)
                return;
        new_engine(look);
        set_by_api(look);
        set_root_dir(look);
        bh_engine_podman(look);
}

static int ask_api(struct bh_engine_look *look, struct bh_err *err) {
        int r = bh_engine_ask(look, "/version", look->arena, &look->version, err);

        r = r < 0 ? r : bh_engine_ask(look, "/info", look->arena, &look->info, err);
        look->has_api = r >= 0;
        if (look->has_api && look->kind == BH_API_DOCKER && is_podman(look))
                look->word = BH_STR("podman"); /* its socket stands where Docker's would */
        return r;
}

static void look_at(const struct bh_reach *reach, struct bh_facts *facts, enum bh_api_kind kind, const char *word) {
        struct bh_engine_look look = { .reach = reach, .facts = facts, .arena = facts->arena, .scratch = bh_arena_new(), .kind = kind, .word = bh_str_of(word), .now_s = bh_clock_ns(CLOCK_REALTIME) / 1000000000 };
        struct bh_err why = BH_ERR_NONE;
        int r;

        look.images = bh_map_in(look.arena);
        look.tags = bh_map_in(look.arena);
        look.volumes = bh_map_in(look.arena);
        look.layers = bh_map_in(look.arena);
        bh_host_paths_init(&look.paths, reach, look.arena);
        r = ask_api(&look, &why);
        if (bh_str_is(look.word, "docker"))
                tell_daemon(&look);
        else
                tell_podman(&look);
        if (r < 0 && r != BH_E_NOTFOUND)
                bh_facts_gap(facts, bh_str_of(word), &why);
        if (look.engine && !look.has_api)
                set_silent(&look, &why);
        if (look.engine) {
                bh_engine_people(&look);
                bh_engine_files(&look);
                bh_engine_watches(&look);
        }
        if (look.has_api) {
                bh_engine_tell_images(&look);
                bh_engine_tell_containers(&look);
                bh_engine_swarm(&look);
        }
        bh_arena_free(&look.scratch);
}

int bh_collect_engine_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        (void) err;
        look_at(reach, facts, BH_API_DOCKER, "docker");
        look_at(reach, facts, BH_API_PODMAN, "podman");
        return 0;
}
