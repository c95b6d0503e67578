/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/file.h"

#include <sys/stat.h>

#include "base/limits.h"
#include "fmt/accounts.h"

enum { F_ROLE, F_PATH, F_TYPE, F_MODE, F_WIDER, F_OCTAL, F_UID, F_GID, F_USER, F_GROUP, F_SIZE };

static const struct bh_field fields[] = {
        [F_ROLE] = BH_FACT("file.role", BH_V_STRING, 0, "what it is for: docker-config, docker-socket"),
        [F_PATH] = BH_FACT("file.path", BH_V_PATH, 0, "where it is"),
        [F_TYPE] = BH_FACT("file.type", BH_V_STRING, 0, "file, folder, socket, link, other"),
        [F_MODE] = BH_FACT("file.mode", BH_V_UINT, 0, "its mode as a number; see wider and octal"),
        [F_WIDER] = BH_FACT_WIDER("file.wider", F_MODE, "file.wider[640]: somebody has a right that is not in rw-r-----"),
        [F_OCTAL] = BH_FACT("file.octal", BH_V_STRING, 0, "its mode as octal digits, for people"),
        [F_UID] = BH_FACT("file.uid", BH_V_UINT, 0, "number of its owner"),
        [F_GID] = BH_FACT("file.gid", BH_V_UINT, 0, "number of its group"),
        [F_USER] = BH_FACT("file.user", BH_V_STRING, 0, "name of its owner; the number where it has none"),
        [F_GROUP] = BH_FACT("file.group", BH_V_STRING, 0, "name of its group; the number where it has none"),
        [F_SIZE] = BH_FACT("file.size", BH_V_UINT, 0, "bytes"),
};
const struct bh_fact_kind bh_kind_file = BH_FACT_KIND("file", fields, "a file, folder or socket that matters, by its role");

/* The number itself where it has no name. */
static struct bh_str name_of(const struct bh_reach *reach, struct bh_arena *arena, uint32_t root, bool group, uint32_t id) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_passwd user;
        struct bh_group many;
        struct bh_str text;
        struct bh_cur c;

        if (reach->read(reach->user, root, group ? "/etc/group" : "/etc/passwd", BH_LIMIT_INVENTORY_FILE, arena, &text, &why) < 0)
                return bh_arena_printf(arena, "%u", id);
        c = bh_cur_of(text);
        while (group ? bh_group_next(&c, &many) : bh_passwd_next(&c, &user))
                if ((group ? many.gid : user.uid) == id)
                        return bh_arena_str(arena, group ? many.name : user.name);
        return bh_arena_printf(arena, "%u", id);
}

/* The host's root is "root" without a table. */
static struct bh_str owner(const struct bh_reach *reach, struct bh_arena *arena, uint32_t root, bool group, uint32_t id) {
        return id == 0 ? BH_STR("root") : name_of(reach, arena, root, group, id);
}

static const char *type_of(uint32_t mode) {
        return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "folder" : S_ISSOCK(mode) ? "socket" : S_ISLNK(mode) ? "link" : "other";
}

struct bh_fact *bh_file_tell(const struct bh_reach *reach, struct bh_facts *facts, uint32_t root, const char *role, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;
        struct bh_fact *f;
        int r = reach->stat(reach->user, root, bh_arena_cstr(facts->arena, path), false, &st, &why);

        if (r < 0) {
                if (r != BH_E_NOTFOUND)
                        bh_facts_gap(facts, path, &why);
                return NULL;
        }
        f = bh_fact_new(facts, &bh_kind_file, bh_arena_printf(facts->arena, "%s %.*s", role, BH_FMT(path)), path);
        f->where = f->name;
        f->container = root < reach->n_roots ? reach->roots[root].container : BH_STR("");
        bh_fact_str(f, F_ROLE, bh_str_of(role));
        bh_fact_str(f, F_PATH, f->name);
        bh_fact_str(f, F_TYPE, bh_str_of(type_of(st.mode)));
        bh_fact_int(f, F_MODE, st.mode & 07777);
        bh_fact_str(f, F_OCTAL, bh_arena_printf(f->arena, "%o", st.mode & 07777));
        bh_fact_int(f, F_UID, st.uid);
        bh_fact_int(f, F_GID, st.gid);
        bh_fact_str(f, F_USER, owner(reach, f->arena, root, false, st.uid));
        bh_fact_str(f, F_GROUP, owner(reach, f->arena, root, true, st.gid));
        bh_fact_int(f, F_SIZE, (int64_t) st.size);
        return f;
}

void bh_file_tell_all(const struct bh_reach *reach, struct bh_facts *facts, uint32_t root, const char *role, struct bh_str folder, unsigned depth) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;
        struct bh_str *names;
        size_t n = 0;

        if (reach->list(reach->user, root, bh_arena_cstr(facts->arena, folder), facts->arena, &names, &n, &why) < 0) {
                if (why.code != BH_E_NOTFOUND)
                        bh_facts_gap(facts, folder, &why);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                struct bh_str path = bh_arena_printf(facts->arena, "%.*s/%.*s", BH_FMT(folder), BH_FMT(names[i]));

                if (reach->stat(reach->user, root, path.at, true, &st, &why) < 0)
                        continue;
                if (S_ISDIR(st.mode) && depth > 1)
                        bh_file_tell_all(reach, facts, root, role, path, depth - 1);
                else if (!S_ISDIR(st.mode))
                        (void) bh_file_tell(reach, facts, root, role, path);
        }
}
